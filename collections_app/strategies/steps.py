"""The timeline of an account: which step is due today, which comes next and when, or why it waits. Pure.

A step is so many days from its anchor: from the start (the first statement, or the day on which the account came under
the strategy, whichever is later: nobody is hurried because a strategy began late), from the last payment, from a broken
promise or plan, or from the step before. Steps of the start go in their order and keep the days between them, so what
waited under a dispute does not come all at once when it ends.

What stops is no condition anybody can edit: whatever it is, the strongest stop wins and no step is due (RULES 11.9).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from arwork.lib.dates import Closures, is_business_day, next_business_day
from collections_app.strategies.grammar import Condition, Stop, StrategyFacts, first_unmet

DAY = dt.timedelta(days=1)
#: A message that was refused or could not be made is tried on so many days, then the next step comes.
TRIES = 3


class StepKind(StrEnum):
    """What a step does."""

    STATEMENT = "statement"
    TEXT = "text"
    EMAIL = "email"
    CALL = "call"
    LETTER = "letter"
    REVIEW = "review"
    HELP = "help"
    TRACING = "tracing"
    FINAL_NOTICE = "final_notice"
    PLACEMENT = "placement"
    WRITE_OFF = "write_off"


KIND_WORDS: dict[StepKind, str] = {
    StepKind.STATEMENT: "Statement",
    StepKind.TEXT: "Text",
    StepKind.EMAIL: "E-mail",
    StepKind.CALL: "Call",
    StepKind.LETTER: "Letter",
    StepKind.REVIEW: "Review by a supervisor",
    StepKind.HELP: "Offer of help",
    StepKind.TRACING: "Tracing",
    StepKind.FINAL_NOTICE: "Final notice",
    StepKind.PLACEMENT: "Placement with an agency",
    StepKind.WRITE_OFF: "Write-off of a small balance",
}
#: What a person does about an account, on the list of what waits.
BY_PEOPLE = frozenset({StepKind.REVIEW, StepKind.HELP, StepKind.TRACING, StepKind.PLACEMENT, StepKind.WRITE_OFF})
#: What yes and no mean to each.
ANSWERS: dict[StepKind, tuple[str, str]] = {
    StepKind.REVIEW: ("Reviewed: it goes on", "Reviewed: nothing further"),
    StepKind.HELP: ("Help was offered", "No help fits"),
    StepKind.TRACING: ("Found", "Not found"),
    StepKind.PLACEMENT: ("To be placed", "Not placed"),
    StepKind.WRITE_OFF: ("Write-off proposed", "Not written off"),
}
#: What goes out by itself, and may be refused.
MESSAGES = frozenset({StepKind.TEXT, StepKind.EMAIL, StepKind.LETTER, StepKind.FINAL_NOTICE})


class Anchor(StrEnum):
    """From what day a step counts."""

    START = "start"
    PREVIOUS = "previous"
    LAST_PAYMENT = "last_payment"
    BROKEN = "broken"


ANCHOR_WORDS: dict[Anchor, str] = {
    Anchor.START: "from the first statement",
    Anchor.PREVIOUS: "from the step before",
    Anchor.LAST_PAYMENT: "from the last payment",
    Anchor.BROKEN: "from a broken promise or plan",
}
#: Those whose steps follow one another; the others answer to an event, whenever it comes.
IN_ORDER = frozenset({Anchor.START, Anchor.PREVIOUS})


@dataclass(frozen=True, slots=True)
class StrategyStep:
    """`kind` so many `days` from its anchor, where its conditions hold. `detail` is the kind of a letter; `key` stays
    the same from version to version, so that what was done stays done."""

    key: str
    kind: StepKind
    days: int
    anchor: Anchor = Anchor.START
    conditions: tuple[Condition, ...] = ()
    detail: str = ""

    @property
    def words(self) -> str:
        """`Call 30 days from the first statement`."""
        return f"{KIND_WORDS[self.kind]} {self.days} day{'' if self.days == 1 else 's'} {ANCHOR_WORDS[self.anchor]}"


class Outcome(StrEnum):
    """What became of a step on a day."""

    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


#: Outcomes after which a step is behind us.
OVER = frozenset({Outcome.DONE, Outcome.SKIPPED, Outcome.GIVEN_UP})


@dataclass(frozen=True, slots=True)
class Happened:
    """A step as it was carried out, skipped or refused on a day, for its anchor of a day."""

    key: str
    anchor_on: dt.date
    on: dt.date
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step and the day on which it is, or was, due. `unmet` is the condition that keeps it from being carried out."""

    step: StrategyStep
    anchor_on: dt.date
    on: dt.date
    unmet: Condition | None = None
    tried: int = 0


@dataclass(frozen=True, slots=True)
class TimelineStanding:
    """Where an account is: what is due today, what comes next, the stop that keeps both away, steps behind it."""

    due: tuple[DueStep, ...] = ()
    following: DueStep | None = None
    stop: Stop | None = None
    behind: int = 0


#: The strongest first (RULES 11.9). A code that is not here comes after them all, in the order it was found.
STRENGTH = (
    "nothing_owed", "bankruptcy", "cease", "attorney", "deceased", "nsa", "dispute", "assistance", "appeal",
    "correction", "set_aside", "standing", "plan", "promise",
)  # fmt: skip


def strongest(stops: Iterable[Stop]) -> Stop | None:
    """The stop that is told, of several."""
    ranks = {code: rank for rank, code in enumerate(STRENGTH)}
    return min(stops, key=lambda one: ranks.get(one.code, len(ranks)), default=None)


def standing(
    steps: Sequence[StrategyStep],
    facts: StrategyFacts,
    history: Iterable[Happened],
    *,
    started_on: dt.date,
    closures: Closures = (),
) -> TimelineStanding:
    """Where an account stands on the day of its facts. Steps fall on business days of the office."""
    past = _past(history)
    chain = _chain(steps, facts, past, started_on, closures)
    events = _events(steps, facts, past, started_on, closures)
    waiting = sorted([*chain[:1], *events], key=lambda one: one.on)
    behind = sum(step.anchor in IN_ORDER for step in steps) - len(chain)
    if stop := strongest(facts.stops):
        return TimelineStanding(following=waiting[0] if waiting else None, stop=stop, behind=behind)
    is_open = is_business_day(facts.day, closures=closures)
    due = tuple(one for one in waiting if is_open and one.on <= facts.day)
    soonest = next_business_day(facts.day + DAY, closures=closures)
    later = [replace(one, on=max(one.on, soonest)) for one in [*chain[:2], *events] if one not in due]
    return TimelineStanding(due, min(later, key=lambda one: one.on, default=None), None, behind)


def calendar(
    steps: Sequence[StrategyStep],
    facts: StrategyFacts,
    history: Iterable[Happened],
    *,
    started_on: dt.date,
    until: dt.date,
    closures: Closures = (),
) -> list[tuple[dt.date, StrategyStep]]:
    """What would be carried out from the day of the facts to `until` if nothing but time passed and every message left:
    from one due day to the next, as the daily run does it day by day."""
    told = list(history)
    found: list[tuple[dt.date, StrategyStep]] = []
    day = facts.day
    while day <= until:
        seen = standing(steps, facts.on(day), told, started_on=started_on, closures=closures)
        if seen.stop:
            break
        for due in seen.due:
            outcome = Outcome.SKIPPED if due.unmet else Outcome.DONE
            told.append(Happened(due.step.key, due.anchor_on, day, outcome))
            if outcome is Outcome.DONE:
                found.append((day, due.step))
        if any(due.unmet for due in seen.due):
            continue
        following = standing(steps, facts.on(day), told, started_on=started_on, closures=closures)
        if following.due:
            day = next_business_day(day + DAY, closures=closures)
        elif following.following is None:
            break
        else:
            day = following.following.on
    return found


_Past = dict[tuple[str, dt.date], list[Happened]]


def _past(history: Iterable[Happened]) -> _Past:
    found: _Past = {}
    for one in history:
        found.setdefault((one.key, one.anchor_on), []).append(one)
    return found


def _over(told: Iterable[Happened]) -> Happened | None:
    return next((one for one in told if one.outcome in OVER), None)


def _chain(
    steps: Sequence[StrategyStep], facts: StrategyFacts, past: _Past, started_on: dt.date, closures: Closures
) -> list[DueStep]:
    """The steps in order that are still to come. Days between them are kept from the last one that was carried out."""
    found: list[DueStep] = []
    last: tuple[int, dt.date] | None = None
    before, offset = started_on, 0
    for step in (one for one in steps if one.anchor in IN_ORDER):
        offset = step.days if step.anchor is Anchor.START else offset + step.days
        told = past.get((step.key, started_on), [])
        if done := _over(told):
            if done.outcome is Outcome.DONE:
                last = (offset, done.on)
            before = done.on
            continue
        on = started_on + dt.timedelta(days=offset)
        if last is not None:
            on = max(on, last[1] + dt.timedelta(days=max(offset - last[0], 0)))
        if step.anchor is Anchor.PREVIOUS:
            on = max(on, before + dt.timedelta(days=step.days))
        on = next_business_day(on, closures=closures)
        if found:
            on = max(on, found[-1].on)
        found.append(_due(step, started_on, on, facts, told))
        before = on
    return found


def _events(
    steps: Sequence[StrategyStep], facts: StrategyFacts, past: _Past, started_on: dt.date, closures: Closures
) -> list[DueStep]:
    """Steps that answer to something that happened since the start, one for each time it did."""
    anchors = {Anchor.LAST_PAYMENT: facts.last_paid_on, Anchor.BROKEN: facts.broken_on}
    found = []
    for step in steps:
        anchor_on = anchors.get(step.anchor)
        if anchor_on is None or anchor_on < started_on:
            continue
        told = past.get((step.key, anchor_on), [])
        if _over(told) is None:
            on = next_business_day(anchor_on + dt.timedelta(days=step.days), closures=closures)
            found.append(_due(step, anchor_on, on, facts, told))
    return found


def _due(
    step: StrategyStep, anchor_on: dt.date, on: dt.date, facts: StrategyFacts, told: Sequence[Happened]
) -> DueStep:
    """A condition is asked on the day of the step: what holds then counts."""
    refused = [one.on for one in told if one.outcome is Outcome.REFUSED]
    if refused:
        on = max(on, max(refused) + DAY)
    return DueStep(step, anchor_on, on, first_unmet(step.conditions, facts.on(max(on, facts.day))), len(refused))
