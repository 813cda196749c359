"""A takeback on the page of its exception: what was recorded, what may be recorded next, the claim to apply it to."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.dates import long_day
from arwork.lib.money import ZERO
from claims.remits import provider_adjustments, takeback_cases
from claims.remits.takeback_disputes import DECISION, DEMAND, DISPUTE, RECONSIDERATION, STEPS
from claims.remits.takeback_windows import STOPS_1, Recoupment
from claims.web.remit_forms import RecoupForm, StepForm

if TYPE_CHECKING:
    from django import forms

    from claims.payers.deadlines import Deadline
    from claims.remits.models import RemitException, TakebackDispute
    from claims.remits.takeback_cases import TakebackCase

_TITLES = {
    DEMAND: "Enter the date of the payer's letter",
    DISPUTE: "Record that it is disputed",
    DECISION: "Record what the payer decided",
    RECONSIDERATION: "Record the second level",
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A day that was recorded, in words."""

    step: str
    words: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class ShownTakeback:
    """The case of an exception, and what a person can do with it. `left` is what may be applied to a claim."""

    case: "TakebackCase"
    recorded: Sequence[ShownStep]
    next_steps: Sequence[tuple[str, StepForm]]
    left: Decimal
    recoup: RecoupForm
    window: "Deadline | None"

    @property
    def claim_ids(self) -> list[int]:
        origin = [self.case.origin.claim.pk] if self.case.origin else []
        return [*origin, *(one.claim_id for step in self.case.steps for one in step.claims)]

    @property
    def outlook(self) -> str:
        """Where Medicare's keeping back stands, as a sentence (42 CFR 405.379)."""
        case = self.case
        if case.outlook is None or case.dates is None:
            return ""
        day = long_day(case.outlook.on)
        stop = next((f" by {long_day(one.last_day)}" for one in case.windows if one.kind == STOPS_1), "")
        guess = "" if case.dates.demand_on else " Counted from the remittance: enter the date of the letter."
        return {
            Recoupment.STARTS: f"The payer may keep it back from {day} on, unless it has received a request for"
            f" redetermination{stop}.{guess}",
            Recoupment.GOES_ON: "The payer keeps it back already. A request for redetermination stops the rest, and"
            " brings nothing back before it is decided.",
            Recoupment.HELD: f"Nothing may be kept back while the request of {day} is not decided: it came in time.",
            Recoupment.STOPPED_LATE: f"The request of {day} stops what was still to come. What was kept back before it"
            " stays with the payer until the decision.",
            Recoupment.RESUMES: f"The payer may go on keeping it back from {day} on, unless the second level has"
            " received a request by then.",
        }[case.outlook.standing]


def shown_takeback(
    exception: "RemitException", *, today: dt.date, entered: "forms.Form | None" = None
) -> ShownTakeback | None:
    """None where the exception is about something else. `entered` takes the place of the form that was sent."""
    case = takeback_cases.takeback_of(exception)
    if case is None:
        return None
    mine = next((one for one in case.steps if one.row.pk == exception.provider_adjustment_id), case.steps[0])
    may_apply = provider_adjustments.recoupment_left(exception.remittance).get(mine.row.pk, ZERO)
    left = max(min(mine.left, may_apply), ZERO)
    recoup = entered if isinstance(entered, RecoupForm) else RecoupForm(initial={"amount": left})
    forms = [
        (_TITLES[step], entered if isinstance(entered, StepForm) and entered.step == step else StepForm(step=step))
        for step in _next_steps(case)
    ]
    return ShownTakeback(case, _recorded(case.dispute), forms, left, recoup, case.window(today))


def _next_steps(case: "TakebackCase") -> list[str]:
    found = case.dispute
    if not case.is_takeback:
        return []
    if found is None or found.disputed_on is None:
        return [DISPUTE] if found and found.demand_on else [DEMAND, DISPUTE]
    if found.decided_on is None:
        return [DECISION]
    return [RECONSIDERATION] if found.is_upheld and found.reconsidered_on is None else []


def _recorded(found: "TakebackDispute | None") -> list[ShownStep]:
    if found is None:
        return []
    number = f", number {found.case_number}" if found.case_number else ""
    words = {
        DEMAND: "The payer's letter",
        DISPUTE: f"Disputed{number}",
        DECISION: "The payer keeps to it" if found.is_upheld else "The payer gives in",
        RECONSIDERATION: "Second level asked",
    }
    days = ((step, getattr(found, column)) for step, (column, _) in STEPS.items())
    return [ShownStep(step, words[step], on) for step, on in days if on]
