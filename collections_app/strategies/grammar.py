"""Conditions over what is known of an account: a small closed grammar that forms can offer whole. Pure.

A condition is a field, a comparison and a value; there is no code in it, so whatever a form can say can be checked,
explained and counted. Nothing here looks at who somebody is: age, sex, race, religion and where exactly they live are
no fields (RULES 14.8); a state is one because its law differs, a language because it decides how people are written to.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from arwork.lib.money import ZERO

#: Who paid within so many days has paid of late.
OF_LATE = 365


class Behavior(StrEnum):
    """What somebody's payments tell."""

    OF_LATE = "of_late"
    ONCE = "once"
    NEVER = "never"


class Propensity(StrEnum):
    """How likely somebody pays, from their own payments and promises alone."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing is asked of an account: a code of `stops`, and words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class StrategyFacts:
    """What decides about an account on `day`. `owed` is what may be asked for, in dollars; `since_on` the first
    statement of its oldest visit, or since when the balance is the patient's; `paid_visits` those that were paid on
    within a year; `ways` the channels by which somebody may be reached (mail, text, email, phone)."""

    account_id: int
    practice_id: int
    day: dt.date
    owed: Decimal = ZERO
    since_on: dt.date | None = None
    state: str = ""
    insurance: str = "none"
    paid_visits: int = 0
    last_paid_on: dt.date | None = None
    broken: int = 0
    broken_on: dt.date | None = None
    language: str = "en"
    is_minor: bool = False
    ways: frozenset[str] = frozenset()
    stops: tuple[Stop, ...] = ()

    @property
    def age(self) -> int:
        """Days since the first bill."""
        return (self.day - self.since_on).days if self.since_on else 0

    @property
    def behavior(self) -> Behavior:
        if self.last_paid_on is None:
            return Behavior.NEVER
        return Behavior.OF_LATE if (self.day - self.last_paid_on).days <= OF_LATE else Behavior.ONCE

    @property
    def propensity(self) -> Propensity:
        """Paid of late and broke nothing: high; broke something or never paid: low; else between (RULES 14.8)."""
        if self.behavior is Behavior.OF_LATE and not self.broken:
            return Propensity.HIGH
        return Propensity.LOW if self.broken or self.behavior is Behavior.NEVER else Propensity.MEDIUM

    def on(self, day: dt.date) -> "StrategyFacts":
        """The same account on another day, where nothing but time passes."""
        return replace(self, day=day)


class Op(StrEnum):
    """How a field is compared."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    UNDER = "under"


OP_WORDS = {Op.IS: "is", Op.IS_NOT: "is not", Op.AT_LEAST: "is at least", Op.UNDER: "is under"}
_CHOICE, _NUMBER = (Op.IS, Op.IS_NOT), (Op.AT_LEAST, Op.UNDER)
INSURANCES = {
    "none": "no insurance", "commercial": "commercial insurance", "medicare": "Medicare", "medicaid": "Medicaid",
    "other": "other insurance",
}  # fmt: skip
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR"
    " PA RI SC SD TN TX UT VT VA WA WV WI WY PR"
)
STATES = tuple(_STATES.split(" "))


@dataclass(frozen=True, slots=True)
class Field:
    """What a condition may ask about. `choices` by code in words; `unit` of a number: `dollars` or `days`."""

    code: str
    label: str
    ops: tuple[Op, ...]
    value: Callable[[StrategyFacts], str | int | Decimal | frozenset[str]]
    choices: dict[str, str] | None = None
    unit: str = ""


_FIELDS = (
    Field("balance", "the balance", _NUMBER, lambda one: one.owed, unit="dollars"),
    Field("age", "days since the first bill", _NUMBER, lambda one: one.age, unit="days"),
    Field("paid_visits", "visits paid on in 12 months", _NUMBER, lambda one: one.paid_visits, unit="visits"),
    Field("behavior", "who they are as payers", _CHOICE, lambda one: one.behavior.value,
          {"of_late": "paid in 12 months", "once": "paid longer ago", "never": "never paid"}),
    Field("propensity", "how likely they pay", _CHOICE, lambda one: one.propensity.value,
          {"high": "likely", "medium": "in between", "low": "unlikely"}),
    Field("insurance", "the insurance", _CHOICE, lambda one: one.insurance, INSURANCES),
    Field("state", "the state", _CHOICE, lambda one: one.state, {one: one for one in STATES}),
    Field("ways", "a way to reach them", _CHOICE, lambda one: one.ways,
          {"mail": "mail", "text": "text", "email": "e-mail", "phone": "phone"}),
    Field("language", "the language", _CHOICE, lambda one: one.language if one.language in ("en", "es") else "other",
          {"en": "English", "es": "Spanish", "other": "another one"}),
    Field("minor", "the guarantor", _CHOICE, lambda one: "minor" if one.is_minor else "adult",
          {"minor": "a minor", "adult": "of age"}),
)  # fmt: skip
FIELDS = {one.code: one for one in _FIELDS}
_MOST = {"dollars": Decimal(10_000_000), "days": Decimal(36_500), "visits": Decimal(1_000)}


class BadCondition(ValueError):
    """A condition that the grammar does not know, in words."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` `op` `value`: `balance under 200`."""

    field: str
    op: Op
    value: str

    def holds(self, facts: StrategyFacts) -> bool:
        """Whether it is so of an account on the day of its facts."""
        seen = FIELDS[self.field].value(facts)
        if self.op in _NUMBER:
            is_least = Decimal(str(seen)) >= Decimal(self.value)
            return is_least if self.op is Op.AT_LEAST else not is_least
        matches = self.value in seen if isinstance(seen, frozenset) else str(seen) == self.value
        return matches if self.op is Op.IS else not matches

    @property
    def words(self) -> str:
        """`the balance is under $200.00`."""
        field = FIELDS[self.field]
        if field.choices is None:
            return f"{field.label} {_plural(field)}{OP_WORDS[self.op].removeprefix('is ')} {_number(field, self.value)}"
        return f"{field.label} {OP_WORDS[self.op]} {field.choices[self.value]}"

    def because(self, facts: StrategyFacts) -> str:
        """Why it holds of these facts: `balance $84.20 < $200.00`."""
        field = FIELDS[self.field]
        if field.choices is not None:
            return self.words
        sign = "≥" if self.op is Op.AT_LEAST else "<"
        seen = _number(field, str(field.value(facts)))
        return f"{field.label.removeprefix('the ')} {seen} {sign} {_number(field, self.value)}"


def checked(field: str, op: str, value: str) -> Condition:
    """A condition of what somebody entered. Raises `BadCondition` saying what to change."""
    known = FIELDS.get(field)
    if known is None:
        raise BadCondition("Choose what the condition is about.")
    if op not in known.ops:
        raise BadCondition(f"Choose how {known.label} is compared: {' or '.join(OP_WORDS[one] for one in known.ops)}.")
    value = value.strip()
    if known.choices is not None:
        if value not in known.choices:
            raise BadCondition(f"Choose one for {known.label}.")
        return Condition(field, Op(op), value)
    try:
        number = Decimal(value.replace("$", "").replace(",", ""))
    except InvalidOperation:
        raise BadCondition(f"Enter a number of {known.unit}.") from None
    places = 2 if known.unit == "dollars" else 0
    if not number.is_finite() or not 0 <= number <= _MOST[known.unit] or number != round(number, places):
        raise BadCondition(f"Enter a number of {known.unit} from 0 to {_MOST[known.unit]:,}.")
    return Condition(field, Op(op), f"{number:.{places}f}")


def all_hold(conditions: Iterable[Condition], facts: StrategyFacts) -> bool:
    """Whether every one of them holds; true where there is none."""
    return all(one.holds(facts) for one in conditions)


def first_unmet(conditions: Iterable[Condition], facts: StrategyFacts) -> Condition | None:
    """The first that does not hold."""
    return next((one for one in conditions if not one.holds(facts)), None)


def _plural(field: Field) -> str:
    return "are " if field.unit in ("days", "visits") else "is "


def _number(field: Field, value: str) -> str:
    return f"${Decimal(value):,.2f}" if field.unit == "dollars" else f"{Decimal(value):,.0f}"
