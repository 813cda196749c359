"""A version of a strategy as it is kept: segments with their steps, to and from plain data; checked, compared. Pure.

A version is one document, so that what was published stays word for word and two of them can be laid side by side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collections_app.strategies.grammar import BadCondition, Condition, Op, checked
from collections_app.strategies.segments import LONGEST_NAME, Segment
from collections_app.strategies.steps import IN_ORDER, KIND_WORDS, Anchor, StepKind, StrategyStep

LONGEST_DAYS, MOST_SEGMENTS, MOST_STEPS, MOST_CONDITIONS = 730, 12, 30, 6
#: No extraordinary collection action before this day (26 CFR 1.501(r)-6(c)(3)); New Jersey allows no collection action
#: before it. The gates of placing decide about each account; a timeline that ignores it is warned of.
FIRST_ACTION_DAY = 120


@dataclass(frozen=True, slots=True)
class Definition:
    """Segments in their order; the last one takes everybody that no other takes."""

    segments: tuple[Segment, ...]

    def segment(self, key: str) -> Segment:
        """The one of that key, else the last: whose segment is gone goes with everybody else."""
        return next((one for one in self.segments if one.key == key), self.segments[-1])


def from_plain(kept: Mapping[str, Any]) -> Definition:
    """What was kept."""
    return Definition(tuple(_segment(one) for one in kept["segments"]))


def to_plain(definition: Definition) -> dict[str, Any]:
    """What is kept."""
    return {
        "segments": [
            {
                "key": one.key,
                "name": one.name,
                "conditions": _plain(one.conditions),
                "steps": [
                    {
                        "key": step.key, "kind": step.kind.value, "days": step.days, "anchor": step.anchor.value,
                        "conditions": _plain(step.conditions), "detail": step.detail,
                    }
                    for step in one.steps
                ],
            }
            for one in definition.segments
        ]
    }  # fmt: skip


def problems(definition: Definition) -> list[str]:
    """Why it could not be published, as sentences."""
    found = []
    segments = definition.segments
    if not 1 <= len(segments) <= MOST_SEGMENTS:
        found.append(f"A strategy has 1 to {MOST_SEGMENTS} segments.")
    if segments and segments[-1].conditions:
        found.append("The last segment takes everybody else, so it has no conditions.")
    for one in segments[:-1]:
        if not one.conditions:
            found.append(f"{one.name} takes everybody, so no segment after it is ever reached. Give it a condition.")
    names = [one.name.strip().lower() for one in segments]
    if len(set(names)) < len(names) or not all(names):
        found.append("Each segment has a name of its own.")
    found += [f"{one.name}: {words}" for one in segments for words in _step_problems(one.steps)]
    if not any(one.steps for one in segments):
        found.append("No segment has a step.")
    return found


def warnings(definition: Definition) -> list[str]:
    """What is allowed and should be meant."""
    found = []
    for one in definition.segments:
        days, noticed, helped = 0, False, False
        for step in (step for step in one.steps if step.anchor in IN_ORDER):
            days = step.days if step.anchor is Anchor.START else days + step.days
            noticed, helped = noticed or step.kind is StepKind.FINAL_NOTICE, helped or step.kind is StepKind.HELP
            if step.kind is not StepKind.PLACEMENT:
                continue
            if days < FIRST_ACTION_DAY:
                found.append(f"{one.name}: placed on day {days}, before day {FIRST_ACTION_DAY} (26 CFR 1.501(r)-6).")
            if not noticed:
                found.append(f"{one.name}: placed without a final notice before it.")
            if not helped:
                found.append(f"{one.name}: placed without help being offered before it.")
        if not one.steps:
            found.append(f"{one.name}: no steps; nothing happens with these accounts.")
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions, in words."""

    segment: str
    words: str


def changes(before: Definition, after: Definition) -> list[Change]:
    """What `after` has otherwise than `before`, by the stable keys of segments and steps."""
    old = {one.key: one for one in before.segments}
    new = {one.key: one for one in after.segments}
    found = [Change(one.name, "Segment removed") for key, one in old.items() if key not in new]
    for key, one in new.items():
        if key not in old:
            found.append(Change(one.name, f"Segment added, {len(one.steps)} steps"))
            continue
        was = old[key]
        if was.name != one.name:
            found.append(Change(one.name, f"Renamed from {was.name}"))
        if was.conditions != one.conditions:
            found.append(
                Change(one.name, f"Takes {condition_words(one.conditions)}; took {condition_words(was.conditions)}")
            )
        found += [Change(one.name, words) for words in _step_changes(was.steps, one.steps)]
    shared = [key for key in old if key in new]
    if shared != [key for key in new if key in old]:
        found.append(Change("All", "The order of the segments changed: the first that fits wins"))
    return found


def condition_words(conditions: Iterable[Condition]) -> str:
    """`the balance is under $200.00 and the state is NY`."""
    return " and ".join(one.words for one in conditions) or "everybody else"


def new_key(taken: Iterable[str], prefix: str) -> str:
    """A key that no segment or step bears: `s4`."""
    numbers = [int(one[len(prefix) :]) for one in taken if one.startswith(prefix) and one[len(prefix) :].isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1}"


def put_step(steps: Sequence[StrategyStep], step: StrategyStep) -> tuple[StrategyStep, ...]:
    """With a step added or changed. A step of the start stands where its day belongs, any other stays or goes last."""
    rest = [one for one in steps if one.key != step.key]
    at = next((place for place, one in enumerate(steps) if one.key == step.key), len(rest))
    if step.anchor is Anchor.START:
        later = (place for place, one in enumerate(rest) if one.anchor is Anchor.START and one.days > step.days)
        at = next(later, len(rest))
    return (*rest[:at], step, *rest[at:])


def moved(items: Sequence[Any], key: str, by: int) -> tuple[Any, ...]:
    """With one segment or step moved up (-1) or down (1)."""
    found = list(items)
    at = next((place for place, one in enumerate(found) if one.key == key), None)
    if at is not None and 0 <= at + by < len(found):
        found[at], found[at + by] = found[at + by], found[at]
    return tuple(found)


def with_segment(definition: Definition, segment: Segment) -> Definition:
    """With a segment changed, or added before the last."""
    if any(one.key == segment.key for one in definition.segments):
        return replace(
            definition, segments=tuple(segment if one.key == segment.key else one for one in definition.segments)
        )
    return replace(definition, segments=(*definition.segments[:-1], segment, definition.segments[-1]))


def _step_problems(steps: Sequence[StrategyStep]) -> list[str]:
    found = []
    if len(steps) > MOST_STEPS:
        found.append(f"at most {MOST_STEPS} steps.")
    days = [one.days for one in steps if one.anchor is Anchor.START]
    if days != sorted(days):
        found.append("steps from the first statement stand in the order of their days.")
    for one in steps:
        if not 0 <= one.days <= LONGEST_DAYS:
            found.append(f"{KIND_WORDS[one.kind]}: from 0 to {LONGEST_DAYS} days.")
        if one.kind is StepKind.LETTER and not one.detail:
            found.append("a letter names which.")
    return found


def _step_changes(before: Sequence[StrategyStep], after: Sequence[StrategyStep]) -> list[str]:
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    found = [f"No longer: {one.words}" for key, one in old.items() if key not in new]
    for key, one in new.items():
        if key not in old:
            found.append(f"New: {one.words}")
        elif old[key] != one:
            told = f"{one.words}, was: {old[key].words}"
            if old[key].conditions != one.conditions:
                told = f"{one.words}: only if {condition_words(one.conditions).replace('everybody else', 'ever')}"
            found.append(told)
    return found


def _segment(kept: Mapping[str, Any]) -> Segment:
    steps = tuple(
        StrategyStep(
            one["key"], StepKind(one["kind"]), one["days"], Anchor(one["anchor"]), _conditions(one["conditions"]),
            one.get("detail", ""),
        )
        for one in kept["steps"]
    )  # fmt: skip
    return Segment(kept["key"], kept["name"][:LONGEST_NAME], _conditions(kept["conditions"]), steps)


def _conditions(kept: Iterable[Sequence[str]]) -> tuple[Condition, ...]:
    return tuple(Condition(field, Op(op), value) for field, op, value in kept)


def _plain(conditions: Iterable[Condition]) -> list[list[str]]:
    return [[one.field, one.op.value, one.value] for one in conditions]


def read_conditions(rows: Iterable[tuple[str, str, str]]) -> tuple[Condition, ...]:
    """Those that somebody entered, empty rows left out. Raises `BadCondition`."""
    found = tuple(checked(*row) for row in rows if row[0])
    if len(found) > MOST_CONDITIONS:
        raise BadCondition(f"At most {MOST_CONDITIONS} conditions.")
    return found
