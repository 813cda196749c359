"""What is written down about an application wherever it changes: its history, the trail, and the hold that stops
everything else while it is open. Callers hold the transaction and the lock of the account."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from arwork.lib.errors import NotFound
from arwork.lib.events import announce
from arwork.staff import audit
from arwork.staff.access import practice_ids
from claims.parties.models import Account
from claims.receipts.recording import lock_accounts
from collections_app.assistance.models import AssistanceApplication, AssistanceEvent
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force

if TYPE_CHECKING:
    from arwork.staff.models import User

_LONGEST = 400


def locked_application(application_id: int, actor: "User") -> AssistanceApplication:
    """An application of the actor's practices, its account locked before it. Raises `NotFound`."""
    known = AssistanceApplication.objects.filter(pk=application_id, practice__in=practice_ids(actor)).first()
    if known is None:
        raise NotFound("There is no such application in your practices.")
    lock_accounts([known.account_id])
    rows = AssistanceApplication.objects.select_for_update(of=("self",)).select_related("account__guarantor")
    return rows.get(pk=application_id)


def note_event(
    one: AssistanceApplication, code: str, *, words: str, actor: "User | None", today: dt.date, now: dt.datetime
) -> None:
    """Add to the history of an application."""
    AssistanceEvent.objects.create(
        application=one, code=code, words=" ".join(words.split())[:_LONGEST], on=today, at=now, by=actor
    )


def record(
    one: AssistanceApplication, action: str, *, facts: dict[str, Any], actor: "User | None", now: dt.datetime
) -> None:
    """Write to the trail, and tell the work of the account. Nothing of what people told stands there."""
    told = {"account": one.account_id, "state": one.state} | facts
    audit.record(actor, action, "assistance", one.pk, practice_id=one.practice_id, after=told, now=now)
    announce("assistance", accounts=[one.account_id])


def placed_hold(
    account: Account, *, note: str, actor: "User | None", today: dt.date, now: dt.datetime, claim_id: int | None = None
) -> Hold:
    """The hold of an application: the one that stands, or a new one. `actor` None is the patient, or the house."""
    standing = Hold.objects.filter(
        holds_in_force(today), account=account, claim=claim_id, reason=Hold.Reason.ASSISTANCE
    ).order_by("pk").first()  # fmt: skip
    if standing is not None:
        return standing
    hold = Hold.objects.create(
        practice_id=account.practice_id, account=account, claim_id=claim_id, reason=Hold.Reason.ASSISTANCE,
        note=note, from_on=today, placed_at=now, placed_by=actor,
    )  # fmt: skip
    _told(hold, "hold_placed", actor=actor, now=now)
    return hold


def lift_holds(
    account_id: int, *, why: str, actor: "User | None", now: dt.datetime, claim_id: int | None = None
) -> None:
    """End every hold for assistance of an account as a whole (or of one visit): somebody has decided."""
    rows = Hold.objects.select_for_update().filter(
        account=account_id, claim=claim_id, reason=Hold.Reason.ASSISTANCE, lifted_at=None
    )
    for hold in rows.order_by("pk"):
        hold.lifted_at, hold.lifted_by = now, actor
        hold.note = f"{hold.note} Lifted: {why}".strip()[:300]
        hold.save(update_fields=["lifted_at", "lifted_by", "note"])
        _told(hold, "hold_lifted", actor=actor, now=now)


def _told(hold: Hold, action: str, *, actor: "User | None", now: dt.datetime) -> None:
    facts = {"account": hold.account_id, "claim": hold.claim_id, "reason": hold.reason}
    audit.record(actor, action, "hold", hold.pk, practice_id=hold.practice_id, after=facts, now=now)
    announce("hold", accounts=[hold.account_id], claims=[hold.claim_id] if hold.claim_id else [])
