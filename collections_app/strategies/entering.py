"""Which version and segment an account takes, and from what day its steps count. What-if and the daily run enter alike.

An account stays in the segment in which it came under a version, so that a payment of ten dollars does not throw it
from one timeline into another. It is looked at anew when another version takes effect (its day and what was done go
on) and when everything it owes is newer than that (it begins again).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from arwork.lib.bulk import Among
from claims.practices.models import Practice
from collections_app.strategies.definition import Definition, from_plain
from collections_app.strategies.experiments import Arm, arm_of
from collections_app.strategies.grammar import StrategyFacts
from collections_app.strategies.models import StepRun, StrategyAssignment, StrategyTest, StrategyVersion
from collections_app.strategies.segments import Segment, segment_of, why_in
from collections_app.strategies.steps import Happened, Outcome


@dataclass(frozen=True, slots=True)
class Taken:
    """What an account took last."""

    version_id: int
    segment: str
    started_on: dt.date
    on: dt.date
    arm: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class StrategyEntry:
    """What an account takes now: the segment, the first day of its timeline, and why."""

    segment: Segment
    started_on: dt.date
    why: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class InForce:
    """What a practice follows on a day: its champion, and the challenger of a test that runs."""

    champion: StrategyVersion
    test: StrategyTest | None
    definitions: dict[int, Definition]

    def version_of(self, account_id: int) -> tuple[int, str]:
        """The version that an account takes, and its arm ("" without a test)."""
        if self.test is None:
            return self.champion.pk, ""
        arm = arm_of(account_id, key=self.test.key, challenger_percent=self.test.challenger_percent)
        chosen = self.test.challenger_id if arm is Arm.CHALLENGER else self.test.champion_id
        return chosen, arm.value


def enter(
    definition: Definition, version_id: int, facts: StrategyFacts, taken: Taken | None, *, today: dt.date
) -> StrategyEntry | None:
    """What an account takes under a version; None while no statement was sent to it."""
    if facts.since_on is None:
        return None
    is_again = taken is not None and facts.since_on > taken.on
    if taken is not None and not is_again and taken.version_id == version_id:
        return StrategyEntry(definition.segment(taken.segment), taken.started_on, taken.why, is_new=False)
    segment = segment_of(definition.segments, facts)
    carries_on = taken is not None and not is_again
    started_on = taken.started_on if taken is not None and carries_on else max(facts.since_on, today)
    return StrategyEntry(segment, started_on, why_in(segment, facts), is_new=True)


def in_force(practice_id: int, *, on: dt.date) -> InForce | None:
    """What a practice follows on a day; None where it has published nothing. Two queries."""
    rows = StrategyVersion.objects.filter(practice=practice_id, state=StrategyVersion.State.PUBLISHED, from_on__lte=on)
    champion = rows.exclude(to_on__lt=on).select_related("strategy").order_by("-from_on", "-pk").first()
    if champion is None:
        return None
    tests = StrategyTest.objects.filter(practice=practice_id, champion=champion, from_on__lte=on, ended_on=None)
    test = tests.select_related("challenger__strategy").first()
    definitions = {champion.pk: from_plain(champion.definition)}
    if test is not None:
        definitions[test.challenger_id] = from_plain(test.challenger.definition)
    return InForce(champion, test, definitions)


def practices_with_strategy(*, on: dt.date) -> list[int]:
    """The practices that follow a strategy on a day. One query."""
    rows = StrategyVersion.objects.filter(state=StrategyVersion.State.PUBLISHED, from_on__lte=on).exclude(to_on__lt=on)
    return list(Practice.objects.filter(pk__in=rows.values("practice")).order_by("pk").values_list("pk", flat=True))


def taken_by(account_ids: Collection[int]) -> dict[int, Taken]:
    """What each account took last. One query."""
    rows = StrategyAssignment.objects.filter(Among("account", account_ids)).order_by("pk")
    columns = ("account_id", "version_id", "segment", "started_on", "on", "arm", "why")
    return {pk: Taken(*rest) for pk, *rest in rows.values_list(*columns)}


def history_of(account_ids: Collection[int]) -> dict[int, list[Happened]]:
    """What was done for each account. One query."""
    found: dict[int, list[Happened]] = {pk: [] for pk in account_ids}
    rows = StepRun.objects.filter(Among("account", account_ids)).order_by("pk")
    for pk, key, anchor_on, on, outcome in rows.values_list("account_id", "step", "anchor_on", "on", "outcome"):
        found[pk].append(Happened(key, anchor_on, on, Outcome(outcome)))
    return found
