"""What waits for a second person, for whom and how long; what was decided."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Case, Exists, OuterRef, Q, Value, When

from arwork.lib import bulk
from arwork.staff.access import Capability, may, practice_ids, require
from claims.approvals.authority import authority_now
from claims.approvals.models import ApprovalRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

State = ApprovalRequest.State
#: How a question can have ended, in words.
ENDED = [(value, label) for value, label in State.choices if value != State.WAITING]


def requests_seen_by(actor: "User") -> "QuerySet[ApprovalRequest]":
    """Every question of the actor's practices, with the people and what it is about."""
    require(actor, Capability.SEE_CLAIMS)
    rows = ApprovalRequest.objects.filter(practice__in=practice_ids(actor))
    return rows.select_related("practice", "asked_by", "decided_by", "passed_on_by", "claim", "account", "line")


def waiting(actor: "User") -> "QuerySet[ApprovalRequest]":
    """What waits, the oldest first."""
    return requests_seen_by(actor).filter(state=State.WAITING).order_by("asked_at", "pk")


def decided(actor: "User") -> "QuerySet[ApprovalRequest]":
    """What was answered, the latest first."""
    return requests_seen_by(actor).exclude(state=State.WAITING).order_by("-decided_at", "-pk")


def escalated_first(rows: "QuerySet[ApprovalRequest]", today: dt.date) -> "QuerySet[ApprovalRequest]":
    """What waited too long or was passed on before the rest, the oldest first."""
    late = Q(escalates_on__lte=today) | Q(passed_on_at__isnull=False)
    return rows.order_by(Case(When(late, then=Value(0)), default=Value(1)), "asked_at", "pk")


def is_escalated(one: ApprovalRequest, today: dt.date) -> bool:
    """Whether it waited too long, or somebody whose limit is too low passed it on."""
    return one.state == State.WAITING and (one.passed_on_at is not None or one.escalates_on <= today)


def request_seen_by(actor: "User", request_id: int) -> ApprovalRequest | None:
    """One question of the actor's practices."""
    return requests_seen_by(actor).filter(pk=request_id).first()


def mine_to_decide(actor: "User", today: dt.date) -> "QuerySet[ApprovalRequest]":
    """What waits, somebody else asked, and the actor's limits cover. Three queries before the rows are read."""
    rows = waiting(actor).exclude(asked_by=actor)
    if not may(actor, Capability.DECIDE_SECOND):
        return rows.none()
    figures, within = authority_now(), Q(pk__in=[])
    for name, practice_id in rows.order_by().values_list("authority", "practice_id").distinct():
        limit = figures.approves(name, role=actor.role, practice_id=practice_id, on=today)
        one = Q(authority=name, practice_id=practice_id)
        within |= one if limit is None else one & Q(weighed_amount__lte=limit)
    return rows.filter(within)


def questions_about_any(subject: str, ids: Iterable[int]) -> "QuerySet[ApprovalRequest]":
    """Every question about any of these."""
    return ApprovalRequest.objects.filter(bulk.Among("subject_id", ids), subject=subject)


def questions_about(subject: str, subject_id: int) -> "QuerySet[ApprovalRequest]":
    """Every question about one thing, the latest first."""
    rows = ApprovalRequest.objects.filter(subject=subject, subject_id=subject_id)
    return rows.select_related("asked_by", "decided_by", "passed_on_by").order_by("-pk")


def asked_about(subject: str) -> Exists:
    """An annotation: whether a question about the row waits."""
    return Exists(ApprovalRequest.objects.filter(subject=subject, subject_id=OuterRef("pk"), state=State.WAITING))
