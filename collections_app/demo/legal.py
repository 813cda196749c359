"""Courts and law firms of the demo: an estate whose claim is due, a visit too old to sue for, a law firm, a referral
that waits for a second person. The bankruptcy is that of `reached`; its case opens with its hold."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from django.db import transaction

from arwork.lib import events
from arwork.lib.dates import add_years
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.edi.services import take_in
from claims.ledger.models import Receivable
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
from collections_app.statements.first_statements import tell_elsewhere

_DAY = dt.timedelta(days=1)
_FOUND, _SILENT = "HF99", "HF990002"
_CONTROL = 990_001  # no file of the year has this one
_MARK = DemoPatient(
    last="Thistlewood", first="Mark", birth_on=dt.date(1958, 3, 9), sex="M", street="14 Ferry Street", city="Albany",
    state="NY", zip="12207", phone="5185550196", member_id="SLF99000001", payer=None, secondary=None,
    practice=PRACTICES[0],
)  # fmt: skip
_ADA = replace(
    _MARK, last="Fennimore", first="Ada", birth_on=dt.date(1971, 8, 22), sex="F", street="31 Ferry Street",
    phone="5185550197", member_id="SLF99000002",
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
            _refer(firm, until, now=now, actor=supervisor)
            _estate(practice, until, now=now, actor=supervisor)


def _bill_late(until: dt.date, *, now: dt.datetime) -> None:
    """Two visits found when the old books were taken over: one of four years ago, for which nobody ever sued, and one
    of last winter."""
    found = [
        _visit("HF990001", _MARK, add_years(until, -4), "140.00", until),
        _visit(_SILENT, _ADA, until - 300 * _DAY, "480.00", until),
    ]
    text = claim_file(PRACTICES[0], found, on=until, control=_CONTROL)
    take_in(BytesIO(text.encode()), name="found-in-the-old-books.837", via="demo", today=until, now=now)


def _visit(number: str, patient: DemoPatient, on: dt.date, charge: str, until: dt.date) -> DemoClaim:
    line = DemoLine("99213", "", Decimal(charge), Decimal(charge))
    return DemoClaim(number, patient, on, until, (line,), ("Z0000",), rejected=False)


def _estate(practice: Practice, until: dt.date, *, now: dt.datetime, actor: User) -> None:
    """Somebody died in spring; the court of the estate is known, the claim is not filed yet."""
    held = Hold.objects.filter(lifted_at=None).values("account")
    rows = Receivable.objects.filter(practice=practice, bucket="PATIENT", amount__gt=0).exclude(account__in=held)
    row = rows.exclude(claim__number__startswith=_FOUND).order_by("amount", "pk").last()
    if row is not None:
        facts = {
            "died_on": until - 190 * _DAY, "estate_contact": "Renata Holm, executor",
            "estate_court": "Surrogate's Court",
        }  # fmt: skip
        place_hold(
            actor=actor, account_id=row.account_id, reason="deceased", facts=facts, note="Letter of the executor",
            now=now, today=until,
        )  # fmt: skip


def _refer(firm: LawFirm, until: dt.date, *, now: dt.datetime, actor: User) -> None:
    """Billed in winter by whoever billed then, offered a plan three weeks ago, and silent: a second person is asked.
    Where the practice is bound to more first, nobody is."""
    claim = Claim.objects.get(practice=firm.practice, number=_SILENT)
    tell_elsewhere(
        account_id=claim.account_id, on=claim.service_from + 30 * _DAY, note="The billing service before us",
        actor=actor, today=until, now=now,
    )  # fmt: skip
    HelpOffer.objects.create(
        practice=firm.practice, account=claim.account, code="plan", answer="not_said", on=until - 20 * _DAY,
        at=now - 20 * _DAY, by=actor,
    )  # fmt: skip
    with suppress(referrals.NotToBeSued):
        referrals.ask(
            claim.account_id, firm_id=firm.pk, check=ServiceCheck("not_active", until), known_means="Owns a house",
            reason="Answers neither letters nor calls since spring", actor=actor, today=until, now=now,
        )  # fmt: skip
