"""A letter before it is made: its facts gathered, its text chosen, its data ready for a template."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.ledger.models import Receivable
from collections_app.contacts.mailing_address import good_mail_addresses
from collections_app.contacts.person_facts import facts_of
from collections_app.letters.composing import Whereto, composed
from collections_app.letters.kinds import LetterKind
from collections_app.letters.letterheads import (
    Head,
    NoAddress,
    addressee_of,
    estate_words,
    head_of,
    lines_of,
)
from collections_app.letters.merging import ensure_given
from collections_app.letters.overlays import paragraphs_for
from collections_app.letters.texts import TextRow, in_force

if TYPE_CHECKING:
    from decimal import Decimal

    from claims.parties.models import Account


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """What a letter would be: `data` for its template, made from `given` by `text`."""

    data: Mapping[str, Any]
    given: Mapping[str, Any]
    text: TextRow


def drafted(
    kind: LetterKind,
    account: "Account",
    facts: Mapping[str, Any],
    *,
    language: str,
    today: dt.date,
    text: TextRow | None = None,
) -> LetterDraft:
    """A letter of `kind` about an account, by `text` or by the one in force. Raises `MissingFact`, `NoAddress`."""
    person = facts_of([account.guarantor_id], today)[account.guarantor_id]
    address = good_mail_addresses([account.guarantor_id], on=today).get(account.guarantor_id)
    if address is None:
        raise NoAddress(
            "No address is known at which this person gets mail. Enter one on the account first.", field="address"
        )
    text = text or in_force(
        kind.code, practice_id=account.practice_id, language=language, state=address.state, on=today
    )
    head = head_of(account.practice)
    given = {**common_facts(account, head, today=today), **facts}
    if person.is_estate:
        given["addressee"] = estate_words(str(given["addressee"]), language)
    if kind.check:
        ensure_given(kind, given)
        kind.check(given)
    overlays = paragraphs_for(kind.overlay, state=address.state, language=language, on=today) if kind.overlay else ()
    to = Whereto([str(given["addressee"]), *lines_of(address)], account.number)
    return LetterDraft(composed(kind, text, given, head=head, to=to, on=today, overlays=overlays), given, text)


def common_facts(account: "Account", head: Head, *, today: dt.date) -> dict[str, Any]:
    """What every text may name (`kinds.COMMON`)."""
    return {
        "practice_name": head.name,
        "practice_phone": head.phone,
        "practice_hours": head.hours,
        "remit_to": ", ".join(head.remit),
        "mail_to": ", ".join((head.name, *head.lines)),
        "account_number": account.number,
        "addressee": addressee_of(account),
        "letter_day": today,
        "balance": owed_by_patient(account.pk),
    }


def owed_by_patient(account_id: int) -> "Decimal":
    """What the patient owes on an account now, in dollars."""
    rows = Receivable.objects.filter(account=account_id, bucket="PATIENT")
    return rows.aggregate(owed=Sum("amount"))["owed"] or ZERO
