"""What happens to a held debit when the second person has answered (`claims.approvals`)."""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.lib.errors import Conflict
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.receipts.recording import lock_accounts
from collections_app.ach.authorizations import cancel
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.ach.services import HELD_DEBIT, release
from collections_app.ach.states import EntryState

if TYPE_CHECKING:
    from arwork.staff.models import User

_ENDED = (ApprovalRequest.State.REFUSED, ApprovalRequest.State.WITHDRAWN)


def lock_debits(asked: Requests) -> None:
    """Lock the accounts, the authorizations, then the debits."""
    entries = AchEntry.objects.filter(pk__in=[one.subject_id for one in asked])
    lock_accounts(entries.values_list("account_id", flat=True))
    authorizations = list(entries.values_list("authorization_id", flat=True))
    list(BankAuthorization.objects.select_for_update().filter(pk__in=authorizations).order_by("pk").values_list("pk"))
    list(entries.select_for_update().order_by("pk").values_list("pk"))


def carry_out(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The debit goes on. Raises `Conflict` where it is not held any more."""
    entry = AchEntry.objects.get(pk=request.subject_id)
    if entry.state != EntryState.HELD:
        raise Conflict("This debit is not held any more.")
    release(entry, actor=actor, today=today, now=now)


def end_debits(asked: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """Nobody lets it go: it is canceled. One that was settled otherwise says so itself."""
    why = {one.subject_id: one.note or "Withdrawn by who asked." for one in asked if one.state in _ENDED}
    entries = AchEntry.objects.select_for_update().filter(pk__in=why, state=EntryState.HELD).order_by("pk")
    for entry in entries:
        cancel(entry, why[entry.pk], actor=actor, now=now)


KIND = ApprovalKind(
    HELD_DEBIT,
    "Bank debit",
    carry_out=one_by_one(carry_out),
    lock=lock_debits,
    ended=end_debits,
    address="ach_entry",
)
