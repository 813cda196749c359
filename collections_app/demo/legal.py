"""Courts and law firms of the demo: an estate whose claim is due, a visit too old to sue for, a law firm, a referral that
waits for a second person. The bankruptcy is that of `reached`; its case opens with its hold."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

from django.db import transaction

from arwork.lib import events
from arwork.lib.dates import add_years
from arwork.staff.models import User
from claims.edi.services import take_in
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress
from claims.practices.models import Practice
from collections_app.contacts.models import Hold
from collections_app.contacts.services import place_hold
from collections_app.demo.files import claim_file
from collections_app.demo.places import PRACTICES
from collections_app.demo.story import DemoClaim, DemoLine, DemoPatient
from collections_app.help_offers.models import HelpOffer
from collections_app.legal import referrals
from collections_app.legal.gates import ServiceCheck
from collections_app.legal.models import LawFirm
from collections_app.legal.suit_facts import weighed
from collections_app.statements.first_statements import tell_elsewhere

_DAY = dt.timedelta(days=1)
#: So many accounts, those with the largest balances, are weighed for the one that is referred.
_MOST = 60
_CONTROL = 990_001  # no file of the year has this one
_MARK = DemoPatient(
    last="Thistlewood", first="Mark", birth_on=dt.date(1958, 3, 9), sex="M", street="14 Ferry Street", city="Albany",
    state="NY", zip="12207", phone="5185550196", member_id="SLF99000001", payer=None, secondary=None,
    practice=PRACTICES[0],
)  # fmt: skip


def go_to_court(until: dt.date, *, now: dt.datetime) -> None:
    """Do it once, on the last day."""
    if LawFirm.objects.exists():
        return
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    supervisor = User.objects.get(username="supervisor")
    with events.quiet():
        _bill_late(until, now=now)
        with transaction.atomic():
            firm = referrals.add_firm(
                practice_id=practice.pk, name="Marrow and Quist", states="NY NJ CT MA VT", fee_percent=25,
                reached_at="(518) 555-0184", agreement_on=until - 300 * _DAY,
                actor=User.objects.get(username="admin"), now=now,
            )  # fmt: skip
            accounts = _accounts(practice)
            if accounts:
                _estate(accounts[-1], until, now=now, actor=supervisor)
            _refer(accounts[:-1], firm, until, now=now, actor=supervisor)


def _bill_late(until: dt.date, *, now: dt.datetime) -> None:
    """A visit of four years ago, found when the old books were taken over: nobody ever sued for it."""
    on = add_years(until, -4)
    line = DemoLine("99213", "", Decimal("140.00"), Decimal("140.00"))
    old = DemoClaim("HF990001", _MARK, on, until, (line,), ("Z0000",), rejected=False)
    text = claim_file(PRACTICES[0], [old], on=until, control=_CONTROL)
    take_in(BytesIO(text.encode()), name="found-in-the-old-books.837", via="demo", today=until, now=now)


def _accounts(practice: Practice) -> list[Account]:
    """Accounts that owe and hold nothing, the largest balance first."""
    held = Hold.objects.filter(lifted_at=None).values("account")
    rows = Receivable.objects.filter(practice=practice, bucket="PATIENT", amount__gt=0).exclude(account__in=held)
    largest = list(dict.fromkeys(rows.order_by("-amount", "account").values_list("account_id", flat=True)))[:_MOST]
    known = Account.objects.select_related("guarantor").in_bulk(largest)
    return [known[pk] for pk in largest]


def _estate(account: Account, until: dt.date, *, now: dt.datetime, actor: User) -> None:
    """Somebody died in spring; the court of the estate is known, the claim is not filed yet."""
    facts = {
        "died_on": until - 190 * _DAY, "estate_contact": "Renata Holm, executor", "estate_court": "Surrogate's Court",
    }  # fmt: skip
    place_hold(
        actor=actor, account_id=account.pk, reason="deceased", facts=facts, note="Letter of the executor", now=now,
        today=until,
    )  # fmt: skip


def _refer(accounts: list[Account], firm: LawFirm, until: dt.date, *, now: dt.datetime, actor: User) -> None:
    """The first account against which nothing speaks once its first statement and an offer of help are known. Where
    something else does, nothing is kept of it."""
    homes = PersonAddress.objects.filter(is_current=True, state__in=firm.states.split()).values("person")
    rows = Account.objects.filter(pk__in=[one.pk for one in accounts], guarantor__in=homes)
    near = set(rows.values_list("pk", flat=True))
    for account in accounts:
        open_now = Receivable.objects.filter(account=account, bucket="PATIENT", amount__gt=0)
        last = open_now.order_by("-service_on").values_list("service_on", flat=True).first()
        if account.pk not in near or last is None or last > until - 160 * _DAY:
            continue
        if _asked(account, firm, last + 30 * _DAY, until, now=now, actor=actor):
            return


def _asked(
    account: Account, firm: LawFirm, billed_on: dt.date, until: dt.date, *, now: dt.datetime, actor: User
) -> bool:
    point = transaction.savepoint()
    tell_elsewhere(
        account_id=account.pk, on=billed_on, note="The billing service before us", actor=actor, today=until, now=now
    )
    HelpOffer.objects.create(
        practice=firm.practice, account=account, code="plan", answer="declined", on=until - 20 * _DAY,
        at=now - 20 * _DAY, by=actor,
    )  # fmt: skip
    if weighed([account.pk], until)[account.pk].reasons:
        transaction.savepoint_rollback(point)
        return False
    referrals.ask(
        account.pk, firm_id=firm.pk, check=ServiceCheck("not_active", until), known_means="Owns a house",
        reason="Answers neither letters nor calls since spring", actor=actor, today=until, now=now,
    )  # fmt: skip
    transaction.savepoint_commit(point)
    return True
