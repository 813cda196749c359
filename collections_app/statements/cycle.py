"""Which account gets a statement on a day, of what kind and level, or why none. Pure.

The figures are the practice's (`collections_app.limits`): so many days from a statement to the next, so many
statements before a person decides, no statement below an amount, and one fewer reminder for small balances. What stops
a statement is said in words: nobody wonders why none went out. The order of the reasons is that of their weight: what
the law forbids comes before what is merely not due (RULES 11.9).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from arwork.lib.money import ZERO

#: Somebody is of age on this birthday.
OF_AGE = 18


class Reason(StrEnum):
    """Why an account gets no statement on a day."""

    BANKRUPTCY = "bankruptcy"
    CEASE = "cease"
    ATTORNEY = "attorney"
    DECEASED = "deceased"
    GATE = "gate"
    MINOR = "minor"
    NO_ADDRESS = "no_address"
    RETURNED = "returned"
    SET_ASIDE = "set_aside"
    ON_ACCOUNT = "on_account"
    BELOW_MINIMUM = "below_minimum"
    SMALL_DONE = "small_done"
    LEVELS_DONE = "levels_done"
    NOT_DUE = "not_due"
    BY_STRATEGY = "by_strategy"


#: In words, for pages.
REASON_WORDS: dict[Reason, str] = {
    Reason.BANKRUPTCY: "Bankruptcy: the court's stay forbids it",
    Reason.CEASE: "Asked us to stop",
    Reason.ATTORNEY: "Represented by an attorney",
    Reason.DECEASED: "Deceased: the estate is to be found first",
    Reason.GATE: "A contact rule forbids it",
    Reason.MINOR: "The guarantor is a minor: somebody of age has to answer first",
    Reason.NO_ADDRESS: "No address on file",
    Reason.RETURNED: "Mail came back: find the address first",
    Reason.SET_ASIDE: "Nothing to ask for: all of it is set apart",
    Reason.ON_ACCOUNT: "Money on the account covers it: assign it to visits",
    Reason.BELOW_MINIMUM: "Below the least that a statement is sent for",
    Reason.SMALL_DONE: "A small balance that got its statements",
    Reason.LEVELS_DONE: "Got its last statement: somebody decides what follows",
    Reason.NOT_DUE: "Not due yet",
    Reason.BY_STRATEGY: "Its strategy asks for no statement yet",
}
#: Holds of a whole account that stop its statements; those of money (dispute, assistance) set visits apart instead.
_STOPS = {
    "bankruptcy": Reason.BANKRUPTCY,
    "cease": Reason.CEASE,
    "attorney": Reason.ATTORNEY,
    "deceased": Reason.DECEASED,
}
#: The same by name, for whoever knows of a hold elsewhere.
STOPPING = frozenset(_STOPS)


class SetApart(StrEnum):
    """Why a visit is shown and not asked for."""

    DISPUTE = "dispute"
    NSA = "nsa"
    ASSISTANCE = "assistance"
    APPEAL = "appeal"
    CORRECTION = "correction"
    MEDICAID = "medicaid"
    QMB = "qmb"
    PLAN = "plan"
    SETTLED = "settled"
    CREDIT = "credit"


#: Holds that set a visit apart, the strongest first.
APART_BY_HOLD = (SetApart.NSA, SetApart.DISPUTE, SetApart.ASSISTANCE, SetApart.APPEAL, SetApart.CORRECTION)


def set_apart(
    *, owes: Decimal, holds: Iterable[str], is_medicaid: bool, is_qmb: bool, is_settled: bool = False
) -> SetApart | None:
    """Why a visit is not asked for, or None. Medicaid's payment is payment in full and a Qualified Medicare
    Beneficiary is never asked (RULES 11.3); what is disputed, appealed, under the No Surprises Act or up for assistance
    waits (11.4, 11.9); a credit is no bill; what was settled is paid, whatever a payer takes back later."""
    if owes < 0:
        return SetApart.CREDIT
    if is_medicaid:
        return SetApart.MEDICAID
    if is_qmb:
        return SetApart.QMB
    if is_settled:
        return SetApart.SETTLED
    held = set(holds)
    return next((one for one in APART_BY_HOLD if one.value in held), None)


@dataclass(frozen=True, slots=True)
class CycleFigures:
    """A practice's figures on a day: days and counts, amounts in dollars."""

    days_between: int
    levels: int
    minimum: Decimal
    small_below: Decimal
    small_levels: int
    due_days: int


@dataclass(frozen=True, slots=True)
class SentBefore:
    """A statement that left: its day, its level, and the visits that it asked for."""

    on: dt.date
    level: int
    claim_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """What decides about one account on a day. `asked` is what its statement would ask for, in dollars, of `claim_ids`,
    of which `unbilled` were on no statement yet; `on_account` is money that no visit has got yet; `holds` are those of
    the whole account. Under a strategy (`is_timed`) the next statement about the same debt waits until one was asked
    for (`asked_for_on`) after the last."""

    asked: Decimal
    claim_ids: frozenset[int] = frozenset()
    unbilled: frozenset[int] = frozenset()
    set_apart: Decimal = ZERO
    on_account: Decimal = ZERO
    last: SentBefore | None = None
    holds: frozenset[str] = frozenset()
    has_address: bool = True
    is_returned: bool = False
    born_on: dt.date | None = None
    has_plan: bool = False
    by_email: bool = False
    forbidden: str = ""
    is_timed: bool = False
    asked_for_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A statement of a level, or the reason for none; `next_on` is when the next one is due, where that is known."""

    level: int = 0
    is_plan: bool = False
    reason: Reason | None = None
    words: str = ""
    next_on: dt.date | None = None

    @property
    def sends(self) -> bool:
        return self.reason is None


def decide(facts: CycleFacts, figures: CycleFigures, *, today: dt.date) -> Decision:
    """What an account gets on `today`.

    The level rises from statement to statement about the same debt. When everything that is asked for is new it begins
    again at 1; so it does where the last level was sent and a visit was never billed: nobody hears of a visit by a
    final notice, or not at all. A plan that is kept gets its plan statement at the same interval and no level.
    """
    if stopped := _stopped(facts, today):
        return _none(stopped, facts)
    if facts.has_plan:
        return _unless_early(Decision(level=1, is_plan=True), facts, figures, today)
    due = facts.asked - facts.on_account
    if facts.asked <= 0:
        return _none(Reason.SET_ASIDE, facts)
    if due <= 0:
        return _none(Reason.ON_ACCOUNT, facts)
    if due < figures.minimum:
        return _none(Reason.BELOW_MINIMUM, facts)
    level = next_level(facts.last, facts.claim_ids)
    is_small = due < figures.small_below
    most = min(figures.levels, figures.small_levels) if is_small else figures.levels
    if level > most:
        if not facts.unbilled:
            return _none(Reason.SMALL_DONE if is_small else Reason.LEVELS_DONE, facts)
        level = 1
    return _unless_early(Decision(level=level), facts, figures, today)


def next_level(last: SentBefore | None, claim_ids: frozenset[int]) -> int:
    """The level after the last statement: one more where it asked for any of these visits, else 1."""
    if last is None or not last.claim_ids & claim_ids:
        return 1
    return last.level + 1


def next_statement_on(last_on: dt.date, figures: CycleFigures) -> dt.date:
    """The first day of the next statement after one of `last_on`."""
    return last_on + dt.timedelta(days=figures.days_between)


def is_minor(born_on: dt.date | None, *, today: dt.date) -> bool:
    """Whether somebody is not of age yet; one of whom no birth date is known is taken for of age."""
    return born_on is not None and (today.year - OF_AGE, today.month, today.day) < (
        born_on.year,
        born_on.month,
        born_on.day,
    )


def _stopped(facts: CycleFacts, today: dt.date) -> Reason | None:
    for hold, reason in _STOPS.items():
        if hold in facts.holds:
            return reason
    if facts.forbidden:
        return Reason.GATE
    if is_minor(facts.born_on, today=today):
        return Reason.MINOR
    if facts.by_email:
        return None
    if not facts.has_address:
        return Reason.NO_ADDRESS
    return Reason.RETURNED if facts.is_returned else None


def _unless_early(found: Decision, facts: CycleFacts, figures: CycleFigures, today: dt.date) -> Decision:
    if facts.last is None:
        return found
    if facts.is_timed and not facts.unbilled and not found.is_plan:
        is_asked = facts.asked_for_on is not None and facts.asked_for_on > facts.last.on
        return found if is_asked else _none(Reason.BY_STRATEGY, facts)
    if (day := next_statement_on(facts.last.on, figures)) > today:
        return Decision(reason=Reason.NOT_DUE, words=REASON_WORDS[Reason.NOT_DUE], next_on=day)
    return found


def _none(reason: Reason, facts: CycleFacts) -> Decision:
    words = facts.forbidden if reason == Reason.GATE else REASON_WORDS[reason]
    return Decision(reason=reason, words=words)
