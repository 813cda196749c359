"""What people record of a takeback beside its money: the payer's letter, a dispute, its decision, a second level.

Nothing of it moves money. Each day can be entered again while it fits those around it, and taken back while none
stands on it. Whoever let an unsettled adjustment stand can take it up again.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import long_day
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.remits.decisions import locked_exception, record_decision
from claims.remits.era import ExceptionReason
from claims.remits.models import RemitException, TakebackDispute
from claims.remits.provider_adjustments import RECOUPMENT
from claims.remits.takebacks import SETTLED, follow_takebacks, rows_of_cases

if TYPE_CHECKING:
    from arwork.staff.models import User

DEMAND, DISPUTE, DECISION, RECONSIDERATION = "demand", "dispute", "decision", "reconsideration"
#: What is recorded, in its order: the column of its day, and how it is called.
STEPS: dict[str, tuple[str, str]] = {
    DEMAND: ("demand_on", "the payer's letter"),
    DISPUTE: ("disputed_on", "the dispute"),
    DECISION: ("decided_on", "the decision"),
    RECONSIDERATION: ("reconsidered_on", "the second level"),
}
_LEANS_ON = {DECISION: DISPUTE, RECONSIDERATION: DECISION}


class BadStep(DomainError):
    """A day that can't be, or that does not fit what was recorded before and after."""

    code = "bad_step"


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """One thing to be recorded: what, and its day; of a decision whether it upholds, of a dispute its number there."""

    step: str
    on: dt.date
    is_upheld: bool | None = None
    case_number: str = ""


def record_step(
    exception_id: int, recorded: RecordedStep, *, actor: "User", today: dt.date, now: dt.datetime
) -> RemitException:
    """Record what passed between us and the payer, for every open question of the case. Raises `BadStep`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    ensure_not_sensitive(case_number=recorded.case_number)
    with transaction.atomic():
        exception, asked = _locked_takeback(exception_id, actor)
        found = exception.dispute or TakebackDispute()
        before = _facts(found)
        _ensure_fits(found, recorded, today=today)
        setattr(found, STEPS[recorded.step][0], recorded.on)
        if recorded.step == DISPUTE:
            found.case_number = recorded.case_number
        if recorded.step == DECISION:
            found.is_upheld = bool(recorded.is_upheld)
        found.save()
        RemitException.objects.filter(pk__in=asked).update(dispute=found)
        exception.dispute = found
        _note(exception, f"takeback_{recorded.step}", asked, before, _facts(found), actor=actor, now=now)
    return exception


def take_back_step(exception_id: int, step: str, *, actor: "User", now: dt.datetime) -> RemitException:
    """Forget what was recorded by mistake. Raises `Conflict` where something later stands on it, or it is gone."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        exception, asked = _locked_takeback(exception_id, actor)
        found = exception.dispute
        column, words = STEPS[step]
        if found is None or getattr(found, column) is None:
            raise Conflict(f"Nothing is recorded of {words} any more.")
        later = next((other for other, leans in _LEANS_ON.items() if leans == step), "")
        if later and getattr(found, STEPS[later][0]):
            raise Conflict(f"Take back {STEPS[later][1]} first: it stands on this.")
        before = _facts(found)
        setattr(found, column, None)
        if step == DISPUTE:
            found.case_number = ""
        if step == DECISION:
            found.is_upheld = None
        found.save()
        _note(exception, f"takeback_{step}_undo", asked, before, _facts(found), actor=actor, now=now)
    return exception


def take_up_again(exception_id: int, *, actor: "User", now: dt.datetime) -> RemitException:
    """Ask again about an adjustment that somebody let stand. Raises `Conflict` where nothing of it is open any more."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        exception = locked_exception(exception_id, actor, state=RemitException.State.RESOLVED)
        if not may_be_taken_up(exception):
            raise Conflict("Only what somebody let stand is taken up again.")
        by = exception.resolved_by_id
        exception.resolution, exception.resolved_by = SETTLED, None
        exception.save(update_fields=["resolution", "resolved_by"])
        follow_takebacks(exception.remittance, now=now)
        exception.refresh_from_db()
        if exception.state != RemitException.State.OPEN:
            raise Conflict("Nothing of this adjustment is open any more.")
        record_decision(exception, "reopen", actor=actor, now=now, before={"resolved_by": by})
    return exception


def may_be_taken_up(exception: RemitException) -> bool:
    """Whether somebody let an unsettled adjustment stand."""
    let_stand = exception.state == RemitException.State.RESOLVED and exception.resolution == "accept"
    return let_stand and exception.code == ExceptionReason.UNSETTLED_PLB


def _locked_takeback(exception_id: int, actor: "User") -> tuple[RemitException, list[int]]:
    """The question, and every question about a step of its case, locked: a settled one may open again."""
    exception = locked_exception(exception_id, actor)
    row = exception.provider_adjustment
    if exception.code != ExceptionReason.UNSETTLED_PLB or row is None or row.account != RECOUPMENT:
        raise Conflict("Only what a payer takes back is disputed here.")
    row.remittance = exception.remittance
    of_case = RemitException.objects.filter(
        provider_adjustment__in=[one.pk for one in rows_of_cases([row])], code=ExceptionReason.UNSETTLED_PLB
    )
    asked = list(of_case.select_for_update(of=("self",)).select_related("dispute").order_by("pk"))
    exception.dispute = next((one.dispute for one in asked if one.dispute), None)
    return exception, [one.pk for one in asked]


def _ensure_fits(found: TakebackDispute, recorded: RecordedStep, *, today: dt.date) -> None:
    column, words = STEPS[recorded.step]
    if recorded.on > today:
        raise BadStep("That day has not come yet.", field="on")
    needed = _LEANS_ON.get(recorded.step)
    if needed and getattr(found, STEPS[needed][0]) is None:
        raise BadStep(f"Record {STEPS[needed][1]} first.")
    if recorded.step == RECONSIDERATION and not found.is_upheld:
        raise BadStep("The payer gave in: there is nothing to take to the second level.")
    if recorded.step == DECISION and found.reconsidered_on and not recorded.is_upheld:
        raise BadStep("Take back the second level first: it stands on this decision.")
    columns = [name for name, _ in STEPS.values()]
    place = columns.index(column)
    for other in columns[:place]:
        if (day := getattr(found, other)) and day > recorded.on:
            raise BadStep(f"Before the day of what came earlier ({long_day(day)}).", field="on")
    for other in columns[place + 1 :]:
        if (day := getattr(found, other)) and day < recorded.on:
            raise BadStep(f"After the day of what came later ({long_day(day)}).", field="on")


def _facts(found: TakebackDispute) -> dict[str, object]:
    days = {column: getattr(found, column) for column, _ in STEPS.values()}
    return {**days, "is_upheld": found.is_upheld, "case_number": found.case_number}


def _note(
    exception: RemitException,
    action: str,
    asked: list[int],
    before: dict[str, object],
    after: dict[str, object],
    *,
    actor: "User",
    now: dt.datetime,
) -> None:
    audit.record(
        actor, action, "remit_exception", exception.pk, practice_id=exception.practice_id, before=before, after=after,
        now=now,
    )  # fmt: skip
    announce("remit", exceptions=asked)
