"""What an approval does: post the write-off, or reverse one; and what follows where it was not approved."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from claims.adjustments.models import WriteOff
from claims.adjustments.services import (
    REVERSAL,
    WRITE_OFF,
    claims_of_adjustments,
    ensure_open,
    post_adjustments,
    reverse_posted,
    target_of,
)
from claims.adjustments.standing import locked_standing
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.ledger.balances import lock_claims

if TYPE_CHECKING:
    from arwork.staff.models import User

_ENDED = {
    ApprovalRequest.State.REFUSED: WriteOff.State.REFUSED,
    ApprovalRequest.State.WITHDRAWN: WriteOff.State.WITHDRAWN,
    ApprovalRequest.State.SUPERSEDED: WriteOff.State.WITHDRAWN,
}


def lock_claims_asked_about(requests: Requests) -> None:
    """Lock the claims that the write-offs stand on, in id order."""
    rows = list(WriteOff.objects.filter(pk__in=[one.subject_id for one in requests]))
    lock_claims(claims_of_adjustments(rows))


def post_approved(requests: Requests, *, actor: "User", today: dt.date, now: dt.datetime) -> Mapping[int, str]:
    """Post what was approved, in one go, in the name of who approved; a sentence for each that is not open any more."""
    rows = {row.pk: row for row in _locked(requests)}
    standing = locked_standing([target_of(row) for row in rows.values()])
    troubles: dict[int, str] = {}
    fitting = []
    for request in requests:
        row = rows[request.subject_id]
        try:
            ensure_open(target_of(row), standing.open_now(target_of(row)))
        except DomainError as error:
            troubles[request.pk] = f"{error.message} Refuse it and ask for less."
            continue
        fitting.append(row)
    if fitting:
        post_adjustments(fitting, standing, actor=actor, today=today, now=now)
    return troubles


def reverse_approved(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Reverse what was posted. Raises `Conflict` where it was reversed meanwhile."""
    (row,) = _locked([request])
    if row.state != WriteOff.State.POSTED:
        raise Conflict("It was reversed meanwhile. Refuse this, there is nothing left to do.")
    with transaction.atomic():
        reverse_posted([row], reason=request.reason, actor=actor, today=today, now=now)


def note_ended(requests: Requests, *, actor: "User", now: dt.datetime) -> None:
    """The write-offs that were not approved: refused, or withdrawn."""
    for state, stands in _ENDED.items():
        ids = [one.subject_id for one in requests if one.state == state]
        if ids:
            WriteOff.objects.filter(pk__in=ids, state=WriteOff.State.WAITING).update(state=stands)


def _locked(requests: Iterable[ApprovalRequest]) -> list[WriteOff]:
    ids = [one.subject_id for one in requests]
    return list(WriteOff.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))


#: What write-offs ask a second person.
KINDS = [
    ApprovalKind(WRITE_OFF, "Write-off", carry_out=post_approved, lock=lock_claims_asked_about, ended=note_ended),
    ApprovalKind(REVERSAL, "Reverse a write-off", carry_out=one_by_one(reverse_approved), lock=lock_claims_asked_about),
]
