"""Nobody settles alone what costs money: what needs a second person, asking for one, and what waits for an answer.

Which amount is too much for whom is not known here: a slice above answers (`register_alone_rule`), from dated limits by
role, kind of decision and practice. Until one has answered everything needs two. The answer itself, which carries the
decision out, is `second_decisions`.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.remits.decisions import locked_exception
from claims.remits.era import figure
from claims.remits.models import DecisionRequest, RemitException

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

OVER_CREDIT, CASH_LEFT_OUT = "over_credit", "cash_left_out"
ACCEPT, DISMISS = "accept", "dismiss"
KIND_WORDS = {
    OVER_CREDIT: "Accept a payment that leaves a credit",
    CASH_LEFT_OUT: "Leave cash out of the claims",
}
#: kind, amount, role, practice_id, on -> whether somebody of that role needs a second person.
AloneRule = Callable[[str, Decimal, str, int, dt.date], bool]


class NeedsSecondPerson(Conflict):
    """The decision costs more than its maker settles alone. Facts: `kind` and `amount`, in dollars."""

    code = "needs_second_person"


_rule: list[AloneRule] = []


def register_alone_rule(rule: AloneRule) -> None:
    """Let `rule` say who needs a second person; the app says so when it is ready, nobody else."""
    _rule.append(rule)


def ensure_settled_by_enough(
    exception: RemitException,
    *,
    cost: tuple[str, Decimal],
    actor: "User",
    today: dt.date,
    agreed: Decimal | None = None,
) -> None:
    """Raise `NeedsSecondPerson` where the actor may not settle a decision of that `cost` (kind, dollars) alone, and
    `Conflict` where a second person agreed to less (`agreed`) than it costs by now."""
    kind, amount = cost
    if agreed is not None:
        if amount > agreed:
            raise Conflict(f"It costs {figure(amount)} by now, not {figure(agreed)} as asked. Refuse it and ask again.")
        return
    if _is_too_much(exception, kind, amount, actor, today):
        raise NeedsSecondPerson(
            f"{figure(amount)} is more than your role settles alone. Say why, and a second person decides.",
            kind=kind,
            amount=amount,
        )


def ask(
    exception: RemitException,
    *,
    action: str,
    kind: str,
    amount: Decimal,
    reason: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> DecisionRequest:
    """Ask a second person to agree to a decision that costs `amount` dollars. Call under the lock of the exception.

    Raises `Conflict` while somebody has asked already, and where the actor may settle it alone.
    """
    if not _is_too_much(exception, kind, amount, actor, today):
        raise Conflict("Your role settles this alone: nobody needs to be asked.")
    if exception.requests.filter(state=DecisionRequest.State.WAITING).exists():
        raise Conflict("A second person was asked already. Wait for the answer, or withdraw the question.")
    found = DecisionRequest.objects.create(
        exception=exception,
        action=action,
        kind=kind,
        amount=amount,
        reason=reason.strip()[:300],
        asked_by=actor,
        asked_at=now,
    )
    _note(found, exception, "second_person_asked", actor=actor, now=now)
    return found


def withdraw(request_id: int, *, actor: "User", now: dt.datetime) -> DecisionRequest:
    """Take one's own question back. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        found, exception = locked_request(request_id, actor=actor)
        if found.asked_by_id != actor.pk:
            raise Conflict("Only who asked withdraws the question. Refuse it instead.")
        settle_request(found, exception, state=DecisionRequest.State.WITHDRAWN, note="", actor=actor, now=now)
    return found


def locked_request(request_id: int, *, actor: "User") -> tuple[DecisionRequest, RemitException]:
    """A question that waits in the actor's practices, with its exception, both locked.

    Raises `NotFound`, `Conflict`.
    """
    ours = DecisionRequest.objects.filter(exception__practice__in=practice_ids(actor))
    known = ours.filter(pk=request_id).values_list("exception_id", flat=True).first()
    if known is None:
        raise NotFound("There is no such question in your practices.")
    exception = locked_exception(known, actor)
    found = DecisionRequest.objects.select_for_update().get(pk=request_id)
    if found.state != DecisionRequest.State.WAITING:
        raise Conflict("This question is answered already.")
    return found, exception


def settle_request(
    found: DecisionRequest, exception: RemitException, *, state: str, note: str, actor: "User", now: dt.datetime
) -> None:
    """Write down how a question ended, under its lock."""
    found.state, found.decided_by, found.decided_at, found.note = state, actor, now, note.strip()[:300]
    found.save(update_fields=["state", "decided_by", "decided_at", "note"])
    _note(found, exception, f"second_person_{state}", actor=actor, now=now)


def requests_of(exception: RemitException) -> "QuerySet[DecisionRequest]":
    """Every question about an exception, the latest first."""
    return exception.requests.select_related("asked_by", "decided_by").order_by("-pk")


def with_questions(rows: "QuerySet[RemitException]") -> "QuerySet[RemitException]":
    """The exceptions, each with `is_asked`: whether a second person was asked and has not answered."""
    waiting = DecisionRequest.objects.filter(exception=OuterRef("pk"), state=DecisionRequest.State.WAITING)
    return rows.annotate(is_asked=Exists(waiting))


def requests_seen_by(actor: "User", *, waiting: bool) -> "QuerySet[DecisionRequest]":
    """Questions of the actor's practices: those that wait, the oldest first, or the answered, the latest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = DecisionRequest.objects.filter(exception__practice__in=practice_ids(actor))
    rows = rows.select_related("asked_by", "decided_by", "exception__remit_claim", "exception__remittance__payer")
    if waiting:
        return rows.filter(state=DecisionRequest.State.WAITING).order_by("asked_at", "pk")
    return rows.exclude(state=DecisionRequest.State.WAITING).order_by("-pk")


def _is_too_much(exception: RemitException, kind: str, amount: Decimal, actor: "User", today: dt.date) -> bool:
    """Whether any rule wants a second person; without a rule nobody settles anything alone."""
    asked = [rule(kind, amount, actor.role, exception.practice_id, today) for rule in _rule]
    return any(asked) if asked else amount != ZERO


def _note(found: DecisionRequest, exception: RemitException, action: str, *, actor: "User", now: dt.datetime) -> None:
    after = {"request": found.pk, "action": found.action, "kind": found.kind, "amount": found.amount}
    if found.state != DecisionRequest.State.WAITING:
        after |= {"asked_by": found.asked_by_id}
    audit.record(
        actor, action, "remit_exception", exception.pk, practice_id=exception.practice_id, after=after, now=now
    )
