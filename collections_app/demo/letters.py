"""Letters of the demo: a letterhead, a text of a practice's own, and what collectors wrote in the last days.

One in Spanish, one that was wrong and taken back with another in its place. Through the same verbs as the pages.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from arwork.lib.dates import previous_business_day
from arwork.lib.money import ZERO, round_money
from arwork.staff.models import User
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.contacts.mailing_address import good_mail_addresses
from collections_app.contacts.models import Hold
from collections_app.demo.places import PRACTICES
from collections_app.letters import services, text_changes
from collections_app.letters.drafting import owed_by_patient
from collections_app.letters.letterhead_changes import HeadDraft, save_letterhead
from collections_app.letters.models import Letter
from collections_app.letters.services import AskedLetter
from collections_app.letters.text_changes import TextDraft

_AT = dt.time(15, 20)  # UTC
_SETTLES, _WEEKS = Decimal("0.80"), dt.timedelta(weeks=4)
_REMIT = {"remit_address": "PO Box 1180", "remit_city": "Albany", "remit_state": "NY", "remit_zip": "12201"}
_THANKS = """Dear {addressee},

You are done: account {account_number} is paid in full. The last payment reached us on {paid_on}.

{?amount} That payment was {amount}.

Thank you for trusting us with your care. New visits come on bills of their own.

{practice_name}"""


@transaction.atomic
def write_letters(until: dt.date) -> None:
    """Write them once, in the days before `until`."""
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    if Letter.objects.filter(practice=practice).exists():
        return
    on = previous_business_day(until - dt.timedelta(days=1))
    now = dt.datetime.combine(on, _AT, tzinfo=dt.UTC)
    _say_how(practice, on=on, now=now)
    turn: dict[str, Any] = {"actor": User.objects.get(username="collector"), "today": on, "now": now}
    owing, paid = _accounts(practice, owing=True, on=on), _accounts(practice, owing=False, on=on)
    settles = turn | {"actor": User.objects.get(username="owner")}
    for account in owing[:2]:
        _offer(account, settles)
    if owing[2:]:
        _explained_twice(owing[2], turn)
    for account in paid[:1]:
        facts = {"paid_on": on - dt.timedelta(days=3)}
        services.make_letter(kind="paid_in_full", account_id=account.pk, facts=facts, language="en", **turn)
    disputed = Hold.objects.filter(practice=practice, reason="dispute", lifted_at=None).order_by("pk")
    for hold in disputed.select_related("account__guarantor")[:1]:
        if good_mail_addresses([hold.account.guarantor_id], on=on):
            told: dict[str, Any] = {"received_on": hold.from_on, "about": "the visit that you called about"}
            services.make_letter(kind="dispute_received", account_id=hold.account_id, facts=told, language="en", **turn)


def _say_how(practice: Practice, *, on: dt.date, now: dt.datetime) -> None:
    """Hours and a lockbox on the letterhead, and warmer words for who has paid."""
    admin = User.objects.get(username="admin")
    draft = HeadDraft(hours="Monday to Friday, 8 to 5", **_REMIT)
    save_letterhead(practice.pk, draft, logo=None, drops_logo=False, actor=admin, now=now)
    warm = TextDraft(
        kind="paid_in_full", language="en", subject="Thank you: nothing is left to pay", body=_THANKS, valid_from=on,
        source="Office manager: thank people by more than a form", practice_id=practice.pk,
    )  # fmt: skip
    text_changes.add_text(warm, actor=admin, now=now)


def _offer(account: Account, turn: dict[str, Any]) -> None:
    owed = owed_by_patient(account.pk)
    facts = {"owed": owed, "offer": round_money(owed * _SETTLES), "expires_on": turn["today"] + _WEEKS}
    language = "es" if account.guarantor.language == "es" else "en"
    services.make_letter(kind="settlement_offer", account_id=account.pk, facts=facts, language=language, **turn)


def _explained_twice(account: Account, turn: dict[str, Any]) -> None:
    """A letter that named the wrong month, taken back with the right one in its place."""
    words = "You asked why the bill of {month} is not what the front desk told you. Your plan paid after we had billed."
    first, second = ({"topic": "Your question", "words": words.format(month=month)} for month in ("May", "June"))
    wrong = services.make_letter(kind="plain", account_id=account.pk, facts=first, language="es", **turn)
    made = AskedLetter("plain", account.pk, second, "es")
    services.replace_letter(wrong.pk, reason="It named the wrong month", made=made, **turn)


def _accounts(practice: Practice, *, owing: bool, on: dt.date) -> list[Account]:
    """Some accounts that get mail: with something to pay, or with nothing left of what they paid."""
    rows = Account.objects.filter(practice=practice, merged_into=None).select_related("guarantor", "practice")
    if owing:
        rows = rows.filter(receivables__bucket="PATIENT", receivables__amount__gt=20)
    else:
        rows = rows.exclude(receivables__bucket="PATIENT").filter(claims__postings__kind="patient_payment")
    found = list(rows.order_by("number").distinct()[:12])
    reached = good_mail_addresses([one.guarantor_id for one in found], on=on)
    found = [one for one in found if one.guarantor_id in reached]
    return [one for one in found if (owed_by_patient(one.pk) > ZERO) == owing][:3]
