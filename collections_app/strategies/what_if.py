"""What a version would do, over the books of today, before anybody publishes it.

It reads and enters accounts as the daily run does and asks the same timeline, day after day, as if nothing but time
passed; only figures are kept, so a million accounts take no more memory than five hundred. Payments, promises and
disputes to come make what really happens less: this is the most it could ask of the team and of the postage.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from arwork.lib.background import enqueue
from arwork.lib.dates import Closures
from arwork.lib.money import ZERO, from_cents, to_cents
from arwork.staff.access import Capability, require
from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.practices.closures import closure_book
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book
from collections_app.strategies.definition import Definition, from_plain
from collections_app.strategies.entering import InForce, enter, history_of, in_force, taken_by
from collections_app.strategies.grammar import StrategyFacts
from collections_app.strategies.models import WhatIf
from collections_app.strategies.reading import accounts_owing, facts_of
from collections_app.strategies.selectors import own_version
from collections_app.strategies.steps import KIND_WORDS, StepKind, StrategyStep, calendar, strongest

if TYPE_CHECKING:
    from arwork.staff.models import User

TASK = "collections_app.tasks.work_out_strategy"
DAYS = 60
EXAMPLES = 10
#: A worker that did not finish a batch for so long is taken for dead.
LEASE = dt.timedelta(minutes=3)
#: Up to so many accounts the page itself works it out; more are left to a worker.
AT_ONCE = 1_000
#: What a step costs, by the figure it is read from; a call takes minutes of somebody.
COSTS = {
    **dict.fromkeys((StepKind.STATEMENT, StepKind.LETTER, StepKind.FINAL_NOTICE), "strategy_cost_mail"),
    **dict.fromkeys((StepKind.TEXT, StepKind.EMAIL), "strategy_cost_text"),
}
BY_HAND = frozenset(
    {StepKind.CALL, StepKind.REVIEW, StepKind.HELP, StepKind.TRACING, StepKind.PLACEMENT, StepKind.WRITE_OFF}
)


@dataclass(slots=True)
class SegmentTally:
    """Accounts of a segment, what they owe in cents, and how many wait under a stop."""

    accounts: int = 0
    cents: int = 0
    stopped: int = 0


@dataclass(slots=True)
class Tallies:
    """Everything that is kept of the accounts that were looked at."""

    segments: dict[str, SegmentTally] = field(default_factory=dict)
    days: dict[str, Counter[str]] = field(default_factory=dict)
    stops: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    unbilled: int = 0
    placed_cents: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, facts: StrategyFacts, name: str, why: str, steps: list[tuple[dt.date, StrategyStep]], before: str | None
    ) -> None:
        """Count one account."""
        tally = self.segments.setdefault(name, SegmentTally())
        tally.accounts += 1
        tally.cents += to_cents(facts.owed)
        stop = strongest(facts.stops)
        if stop is not None:
            tally.stopped += 1
            self.stops[stop.words if stop.code != "promise" else "A payment is promised"] += 1
        for day, step in steps:
            self.days.setdefault(day.isoformat(), Counter())[step.kind.value] += 1
            self.placed_cents += to_cents(facts.owed) if step.kind is StepKind.PLACEMENT else 0
        if before is not None and before != name:
            self.moves[f"{before} → {name}"] += 1
        if len(self.examples) < EXAMPLES and (stop is None or len(self.examples) < EXAMPLES // 2):
            shown = [[day.isoformat(), step.kind.value] for day, step in steps]
            told = stop.words if stop else ""
            self.examples.append({"account": facts.account_id, "why": why, "steps": shown, "stop": told})

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "segments": [[name, one.accounts, one.cents, one.stopped] for name, one in self.segments.items()],
            "days": {day: dict(kinds) for day, kinds in sorted(self.days.items())},
            "stops": dict(self.stops.most_common()),
            "moves": dict(self.moves.most_common(12)),
            "unbilled": self.unbilled,
            "placed_cents": self.placed_cents,
            "examples": self.examples,
        }


def work_out(
    definition: Definition,
    *,
    version_id: int,
    practice_id: int,
    today: dt.date,
    days: int = DAYS,
    tell: Callable[[int], None] = lambda looked_at: None,
) -> Tallies:
    """What the practice's accounts would take under a definition that is in force from `today` on, and what the `days`
    from today bring. `tell` hears how many were looked at."""
    force, limits, closures = in_force(practice_id, on=today), limit_book(), closure_book().of(practice_id)
    found = Tallies(segments={one.name: SegmentTally() for one in definition.segments})
    looked_at = 0
    for ids in accounts_owing(practice_id):
        _add_batch(ids, definition, version_id, force, limits, closures, found, today=today, days=days)
        looked_at += len(ids)
        tell(looked_at)
    return found


def _add_batch(
    ids: list[int], definition: Definition, version_id: int, force: InForce | None, limits: LimitBook,
    closures: Closures, found: Tallies, *, today: dt.date, days: int,
) -> None:  # fmt: skip
    facts, taken, history = facts_of(ids, today=today, limits=limits), taken_by(ids), history_of(ids)
    until = today + dt.timedelta(days=days - 1)
    for pk in ids:
        one = facts[pk]
        entry = enter(definition, version_id, one, taken.get(pk), today=today)
        if entry is None:
            found.unbilled += 1
            continue
        steps = calendar(
            entry.segment.steps, one, history[pk], started_on=entry.started_on, until=until, closures=closures
        )
        before = None
        if force is not None:
            current, _ = force.version_of(pk)
            now = enter(force.definitions[current], current, one, taken.get(pk), today=today)
            before = now.segment.name if now else None
        found.add(one, entry.segment.name, entry.why, steps, before)


def ask(version_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> WhatIf:
    """Work out what a version would do, here for few accounts, in the background for many. Raises `NotFound`."""
    require(actor, Capability.SEE_REPORTS)
    version = own_version(version_id, actor=actor)
    owing = Receivable.objects.filter(practice=version.practice_id, bucket="PATIENT", amount__gt=0)
    count = owing.order_by().values("account").distinct().count()
    with transaction.atomic():
        asked, _ = WhatIf.objects.update_or_create(
            version=version,
            defaults={
                "asked_on": today, "asked_at": now, "asked_by": actor, "accounts": count, "looked_at": 0,
                "beat_at": None, "finished_at": None, "found": {},
            },
        )  # fmt: skip
        if count > AT_ONCE:
            enqueue(TASK, what_if_id=asked.pk)
    if count <= AT_ONCE:
        answer(asked.pk, clock=lambda: now)
        asked.refresh_from_db()
    return asked


def answer(what_if_id: int, *, clock: Callable[[], dt.datetime]) -> bool:
    """Work it out, unless somebody is at it; whether it was."""
    free = Q(beat_at=None) | Q(beat_at__lt=clock() - LEASE)
    rows = WhatIf.objects.filter(pk=what_if_id, finished_at=None)
    if not rows.filter(free).update(beat_at=clock()):
        return False
    asked = WhatIf.objects.select_related("version").get(pk=what_if_id)

    def tell(looked_at: int) -> None:
        rows.filter(asked_at=asked.asked_at).update(beat_at=clock(), looked_at=looked_at)

    found = work_out(
        from_plain(asked.version.definition),
        version_id=asked.version_id,
        practice_id=asked.version.practice_id,
        today=asked.asked_on,
        tell=tell,
    )
    return bool(rows.filter(asked_at=asked.asked_at).update(found=found.plain(), finished_at=clock(), beat_at=None))


def answer_left(*, clock: Callable[[], dt.datetime]) -> int:
    """Go on with what the queue lost or a worker left; how many."""
    stale = Q(beat_at=None, asked_at__lt=clock() - LEASE) | Q(beat_at__lt=clock() - LEASE)
    waiting = list(WhatIf.objects.filter(stale, finished_at=None).order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        answer(pk, clock=clock)
    return len(waiting)


@dataclass(frozen=True, slots=True)
class DayOfSteps:
    """One day of the calendar: how many steps of each kind that comes at all, minutes of people, and whether they are
    more than the team has."""

    on: dt.date
    counts: list[int]
    minutes: int
    is_too_much: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What was worked out, as a page shows it. Amounts in dollars."""

    segments: list[tuple[str, int, Decimal, int]]
    days: list[DayOfSteps]
    kinds: list[tuple[str, int]]
    stops: list[tuple[str, int]]
    moves: list[tuple[str, int]]
    examples: list[tuple[str, int, str, list[tuple[dt.date, str]], str]]
    unbilled: int
    placed: Decimal
    cost: Decimal
    minutes: int
    capacity: int


def shown(asked: WhatIf, *, people: int) -> Shown:
    """What was found, with costs and minutes by the figures of its day, against the day of so many people."""
    found, practice, on = asked.found, asked.version.practice_id, asked.asked_on
    limits = limit_book()

    def figure(name: str) -> int:
        return limits.value(name, on=on, practice_id=practice)

    each = {kind.value: figure("strategy_minutes") for kind in BY_HAND}
    capacity = people * figure("workday_minutes")
    totals: Counter[str] = Counter()
    for kinds in found["days"].values():
        totals.update(kinds)
    coming = [kind for kind in StepKind if totals[kind.value]]
    days = []
    for day, kinds in found["days"].items():
        minutes = sum(each.get(kind, 0) * count for kind, count in kinds.items())
        counts = [kinds.get(kind.value, 0) for kind in coming]
        days.append(DayOfSteps(dt.date.fromisoformat(day), counts, minutes, minutes > capacity))
    minutes = sum(each.get(kind, 0) * count for kind, count in totals.items())
    cents = sum(figure(COSTS[kind]) * totals[kind.value] for kind in COSTS)
    cents += minutes * figure("strategy_cost_minute")
    numbers = dict(
        Account.objects.filter(pk__in=[one["account"] for one in found["examples"]]).values_list("pk", "number")
    )
    examples = [
        (numbers.get(one["account"], ""), one["account"], one["why"],
         [(dt.date.fromisoformat(day), KIND_WORDS[StepKind(kind)]) for day, kind in one["steps"]], one["stop"])
        for one in found["examples"]
    ]  # fmt: skip
    return Shown(
        [(name, count, from_cents(owed), stopped) for name, count, owed, stopped in found["segments"]],
        days,
        [(KIND_WORDS[kind], totals[kind.value]) for kind in coming],
        list(found["stops"].items()),
        list(found["moves"].items()),
        examples,
        found["unbilled"],
        from_cents(found["placed_cents"]),
        from_cents(cents) if cents else ZERO,
        minutes,
        capacity,
    )
