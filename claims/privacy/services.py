"""Recording a disclosure, and withdrawing one that was entered by mistake."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties import selectors as parties
from claims.privacy.models import Disclosure

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.models import Account


def record_disclosure(
    *,
    actor: "User",
    account_id: int,
    disclosed_on: dt.date,
    recipient: str,
    recipient_address: str = "",
    what: str,
    purpose: str,
    event_id: int | None = None,
    today: dt.date,
    now: dt.datetime,
) -> Disclosure:
    """Record that data of an account went to somebody outside: 45 CFR 164.528(b)(2).

    Raises `NotFound` for an account that the actor may not see, `DomainError` for a day to come or an empty field,
    `SensitiveText` for a card or social security number.
    """
    require(actor, Capability.RECORD_DISCLOSURES)
    account = parties.guarantor_account(actor=actor, account_id=account_id).account
    return note_disclosure(
        account, actor=actor, disclosed_on=disclosed_on, recipient=recipient, recipient_address=recipient_address,
        what=what, purpose=purpose, event_id=event_id, today=today, now=now,
    )  # fmt: skip


def note_disclosure(
    account: "Account",
    *,
    actor: "User",
    disclosed_on: dt.date,
    recipient: str,
    recipient_address: str = "",
    what: str,
    purpose: str,
    event_id: int | None = None,
    today: dt.date,
    now: dt.datetime,
) -> Disclosure:
    """The same for a service that discloses by itself and has asked who may: nobody forgets it. Raises alike."""
    facts = {"recipient": recipient, "recipient_address": recipient_address, "what": what, "purpose": purpose}
    facts = {name: " ".join(text.split()) for name, text in facts.items()}
    for name in ("recipient", "what", "purpose"):
        if not facts[name]:
            raise DomainError("The accounting must name the recipient, what was disclosed and why.", field=name)
    if disclosed_on > today:
        raise DomainError("Enter a day up to today: what is still to come is no disclosure yet.", field="disclosed_on")
    ensure_not_sensitive(**facts)
    with transaction.atomic():
        row = Disclosure.objects.create(
            account=account, disclosed_on=disclosed_on, event_id=event_id, recorded_by=actor, recorded_at=now, **facts
        )
        after = {"disclosure": row.pk, "on": disclosed_on}
        audit.record(actor, "disclosed", "account", account.pk, practice_id=account.practice_id, after=after, now=now)
    return row


def withdraw_disclosure(*, actor: "User", disclosure_id: int, reason: str, now: dt.datetime) -> Disclosure:
    """Take one out of the accounting that was entered by mistake; it stays on record with the reason.

    Raises `NotFound`, `Conflict` if it is withdrawn already, `DomainError` without a reason.
    """
    require(actor, Capability.RECORD_DISCLOSURES)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise DomainError("Say why it does not belong in the accounting.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        mine = Disclosure.objects.select_for_update(of=("self",)).filter(account__practice__in=practice_ids(actor))
        row = mine.select_related("account").filter(pk=disclosure_id).first()
        if row is None:
            raise NotFound("There is no such disclosure among those you may see.")
        if row.withdrawn_at is not None:
            raise Conflict("Somebody withdrew it already.")
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = now, actor, reason
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        audit.record(
            actor, "disclosure_withdrawn", "account", row.account_id, practice_id=row.account.practice_id,
            after={"disclosure": row.pk}, now=now,
        )  # fmt: skip
    return row
