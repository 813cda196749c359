"""The adjustments of a claim or account; what can be written off there, and how much of it posts at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import practice_ids
from claims.adjustments.classes import CLASSES
from claims.adjustments.models import WriteOff
from claims.adjustments.services import why_not_undoable
from claims.adjustments.standing import Standing, Target, seen_standing
from claims.approvals.authority import authority_now, covers
from claims.approvals.models import ApprovalRequest
from claims.billing.buckets import BUCKETS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class ShownAdjustment:
    """One adjustment for people, and what the reader may do about it."""

    row: WriteOff
    label: str
    can_undo: bool
    can_reverse: bool
    waits_to_reverse: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What may be proposed yet of a bucket, and what of it is denied. Dollars."""

    bucket: str
    open: Decimal
    denied: Decimal = ZERO


def adjustments_of_claim(claim_id: int, *, actor: "User", now: dt.datetime) -> list[ShownAdjustment]:
    """Every write-off proposed on a claim, the latest first. Two queries."""
    return _shown(WriteOff.objects.filter(claim=claim_id, practice__in=practice_ids(actor)), actor, now)


def adjustments_of_account(account_id: int, *, actor: "User", now: dt.datetime) -> list[ShownAdjustment]:
    """Those proposed on the account as a whole, the latest first. Two queries."""
    rows = WriteOff.objects.filter(account=account_id, claim=None, practice__in=practice_ids(actor))
    return _shown(rows, actor, now)


def openings_of_claim(claim_id: int) -> list[Opening]:
    """What may be proposed of each bucket of a claim that owes anything."""
    standing = seen_standing([Target(bucket, ZERO, claim_id) for bucket in BUCKETS])
    return [one for bucket in BUCKETS if (one := _opening(standing, Target(bucket, ZERO, claim_id))).open > ZERO]


def opening_of_account(account_id: int) -> Opening:
    """What may be proposed of all that an account's patients owe."""
    target = Target("PATIENT", ZERO, account_id=account_id)
    return _opening(seen_standing([target]), target)


def open_for(target: Target) -> Decimal:
    """What may be proposed of a target yet."""
    standing = seen_standing([target])
    known = target.claim_id is None or target.claim_id in standing.locked
    return standing.available(target) if known else ZERO


def posts_at_once(books_to: str, amount: Decimal, *, actor: "User", practice_id: int, today: dt.date) -> bool:
    """Whether the actor needs nobody for that class and amount. One query."""
    figures = authority_now()
    limit = figures.alone(CLASSES[books_to].authority, role=actor.role, practice_id=practice_id, on=today)
    return covers(limit, amount)


def answers_of(*, claim_ids: Sequence[int], account_ids: Sequence[int]) -> dict[tuple[str, int], str]:
    """What became of the latest write-off of each claim, and of each account as a whole, in words; an empty text while
    any waits. By ("claim", id) and ("account", id); nothing of those on which none was proposed. One query."""
    theirs = Q(bulk.Among("claim", claim_ids)) | Q(bulk.Among("account", account_ids), claim=None)
    found: dict[tuple[str, int], str] = {}
    for row in WriteOff.objects.filter(theirs).select_related("approval__decided_by", "posted_by").order_by("pk"):
        place = ("claim", row.claim_id) if row.claim_id else ("account", row.account_id)
        if found.get(place) != "":
            found[place] = _answer(row)
    return found


def _answer(row: WriteOff) -> str:
    amount = f"${row.amount:,.2f}"
    if row.state == WriteOff.State.WAITING:
        return ""
    if row.state == WriteOff.State.POSTED:
        return f"{amount} written off by {row.posted_by}; the rest is open"
    if row.state == WriteOff.State.REFUSED and row.approval:
        return f"{row.approval.decided_by} refused to write off {amount}: read why"
    return f"the write-off of {amount} was {row.get_state_display().lower()}"


def adjustment_seen_by(actor: "User", adjustment_id: int) -> WriteOff:
    """One write-off of the actor's practices. Raises `NotFound`."""
    found = WriteOff.objects.filter(pk=adjustment_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such write-off in your practices.")
    return found


def _opening(standing: Standing, target: Target) -> Opening:
    if target.claim_id and target.claim_id not in standing.locked:
        return Opening(target.bucket, ZERO)
    lines, available = standing.open_lines(target), standing.available(target)
    denied = sum((min(line.open, line.denied) for line in lines), ZERO)
    return Opening(target.bucket, available, min(denied, available))


def _shown(rows: "QuerySet[WriteOff]", actor: "User", now: dt.datetime) -> list[ShownAdjustment]:
    found = list(rows.select_related("asked_by", "posted_by", "reversed_by", "approval", "line").order_by("-pk"))
    asked = set(
        ApprovalRequest.objects.filter(
            subject="adjustment", subject_id__in=[one.pk for one in found], kind="write_off_reversal", state="waiting"
        ).values_list("subject_id", flat=True)
    )
    return [
        ShownAdjustment(
            row=one,
            label=CLASSES[one.books_to].label,
            can_undo=(one.state == "posted" and not why_not_undoable(one, actor, now=now))
            or (one.state == "waiting" and one.asked_by_id == actor.pk),
            can_reverse=one.state == "posted" and one.pk not in asked,
            waits_to_reverse=one.pk in asked,
        )
        for one in found
    ]
