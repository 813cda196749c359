"""Dated rules: rows that hold from a day to a day, and which of them applies. Pure; knows no domain.

What comes from a law, a payer or a practice changes on a day, so it is a row with its validity and its source, never
a constant. A row is shipped (read from a literate YAML file beside its slice) or somebody's own (stored, with an id).
Of the rows in force on a day that fit a question the greatest `precedence` applies: the most specific, then somebody's
own before a shipped one whenever either began, then the latest to begin, then the one entered last. So a shipped row is
corrected by adding one, and speaks again where that one ends; history is never edited.
"""

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import yaml

from arwork.lib.dates import EARLIEST
from arwork.lib.errors import DomainError

DAY = dt.timedelta(days=1)
LATEST = dt.date(2199, 12, 31)
#: Orders a row that is only planned after every stored one.
DRAFTED = 2**62


class BadDates(DomainError):
    """A validity that no calendar holds, or an end that would rewrite what was in force."""

    code = "bad_dates"


class DatedRule:
    """What every row has. A subclass is a frozen dataclass with these three fields and its own.

    `SCOPE` names the fields that say for whom a row speaks, the most telling first; None or an empty text leaves one
    open. `rule_id` is that of a stored row, None for a shipped one. `valid_from` None means since ever.
    """

    __slots__ = ()
    SCOPE: ClassVar[tuple[str, ...]] = ()
    valid_from: dt.date | None
    valid_to: dt.date | None
    rule_id: int | None

    @property
    def about(self) -> str:
        """What the row decides; rows about different things never meet."""
        return ""

    @property
    def tie(self) -> int:
        """Between rows that nothing else tells apart the greater applies."""
        return 0

    @property
    def begins(self) -> dt.date:
        return self.valid_from or dt.date.min

    @property
    def specificity(self) -> tuple[bool, ...]:
        """Which parts of the scope are named, the most telling first."""
        return tuple(not _is_open(getattr(self, name)) for name in self.SCOPE)

    def fits(self, asked: Sequence[object]) -> bool:
        """Whether the row speaks for what is asked, in the order of `SCOPE`; a frozenset asks for any of its values."""
        for name, value in zip(self.SCOPE, asked, strict=True):
            own = getattr(self, name)
            if not (_is_open(own) or own == value or (isinstance(value, frozenset) and own in value)):
                return False
        return True

    def speaks_as(self, other: "DatedRule") -> bool:
        """Whether both are about the same thing and speak for the same."""
        return self.about == other.about and all(
            (getattr(self, name) or None) == (getattr(other, name) or None) for name in self.SCOPE
        )


R = TypeVar("R", bound=DatedRule)


def in_force(valid_from: dt.date | None, valid_to: dt.date | None, on: dt.date) -> bool:
    """True when `on` lies within the validity, both ends included; an open end is None."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


def standing(valid_from: dt.date | None, valid_to: dt.date | None, on: dt.date) -> str:
    """Where a validity stands in time: `planned`, `in force` or `ended`."""
    if in_force(valid_from, valid_to, on):
        return "in force"
    return "planned" if valid_from is not None and valid_from > on else "ended"


def precedence(rule: DatedRule) -> tuple[Any, ...]:
    """Of rules that fit, the greatest applies."""
    return (rule.specificity, rule.rule_id is not None, rule.begins, rule.rule_id or 0, rule.tie)


def pick(rules: Iterable[R], *, on: dt.date, asked: Sequence[object]) -> R | None:
    """The rule that applies on a day to what is asked (in the order of `SCOPE`); None when none does."""
    fitting = [rule for rule in rules if in_force(rule.valid_from, rule.valid_to, on) and rule.fits(asked)]
    return max(fitting, key=precedence, default=None)


@dataclass(frozen=True)
class Book(Generic[R]):
    """Rules sorted by what they are about, remembering each answer: a night asks the same question a million times."""

    rules: Sequence[R]
    _by_subject: dict[str, list[R]] = field(init=False, repr=False, compare=False)
    _answers: dict[tuple[Hashable, ...], R | None] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_subject: dict[str, list[R]] = {}
        for rule in self.rules:
            by_subject.setdefault(rule.about, []).append(rule)
        object.__setattr__(self, "_by_subject", by_subject)

    def look_up(self, about: str, *, on: dt.date, asked: tuple[Hashable, ...]) -> R | None:
        """As `pick`, among the rules about one thing."""
        question = (about, on, asked)
        if question not in self._answers:
            self._answers[question] = pick(self._by_subject.get(about, ()), on=on, asked=asked)
        return self._answers[question]

    def about(self, about: str) -> Sequence[R]:
        """Every rule about one thing, in force or not."""
        return self._by_subject.get(about, ())


def succeed(rules: Iterable[R], new: R) -> tuple[R, dict[int, dt.date]]:
    """What adding `new` makes of stored rules that speak for the same: `new` itself, and the last day of each it ends.

    One that runs into it ends the day before; one that began on the same day keeps that day and is outranked. One that
    begins later still takes over on its day, so `new` ends before it.
    """
    rivals = [rule for rule in rules if rule.rule_id is not None and rule.speaks_as(new)]
    ended = {
        rule.rule_id: max(rule.begins, new.begins - DAY)
        for rule in rivals
        if rule.rule_id is not None
        and rule.begins <= new.begins
        and (rule.valid_to is None or rule.valid_to >= new.begins)
    }
    later = min((rule.begins for rule in rivals if rule.begins > new.begins), default=None)
    if later is not None and (new.valid_to is None or new.valid_to >= later):
        new = replace(new, valid_to=later - DAY)  # type: ignore[type-var]  # every subclass is a dataclass
    return new, ended


def ending(
    valid_from: dt.date | None, valid_to: dt.date | None, *, wanted: dt.date | None, today: dt.date
) -> dt.date | None:
    """The last day of a rule that is to end on `wanted`, or as soon as may be (None); None: it has not begun yet and
    is withdrawn. Raises `BadDates`: what was in force stays on record, and an end is never put off.
    """
    begins = valid_from or dt.date.min
    if begins > today:
        return None
    if valid_to is not None and valid_to < today:
        raise BadDates("This has ended already; its history stays as it is.")
    earliest = max(begins, today - DAY)
    if wanted is not None and wanted < earliest:
        raise BadDates("It ends yesterday at the earliest: what was in force stays on record.")
    if wanted is not None and valid_to is not None and wanted > valid_to:
        raise BadDates(f"It ends on {valid_to} already. To let it hold longer, enter it anew.")
    return wanted or earliest


def check_dates(valid_from: dt.date, valid_to: dt.date | None) -> None:
    """Raises `BadDates` for years that are a slip of the hand, and for an end before the beginning."""
    if not all(EARLIEST <= day <= LATEST for day in (valid_from, valid_to or LATEST)):
        raise BadDates(f"It holds between {EARLIEST.year} and {LATEST.year}. Look at the years again.")
    if valid_to is not None and valid_to < valid_from:
        raise BadDates("The last day lies before the first.", field="valid_to")


def read_seed(path: Path) -> Any:
    """A literate YAML file beside its slice."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def _is_open(value: object) -> bool:
    return value is None or value == ""
