"""The routes out of one denial side by side: each with its clock, its cost, how often it is won and what that brings;
the best first, the closed ones last and why. Pure (RULES 7, 8, 14.1).

The best is the open route that brings the most dollars, the one that the reason asks for before its equals. Where the
reason asks for a route that wins nothing by itself (a write-off that the law demands, or nothing), that comes first.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from arwork.lib.dates import add_business_days, is_business_day, long_day, previous_business_day, short_day
from arwork.lib.money import ZERO
from claims.payers.deadlines import Deadline, amount_in_controversy
from collections_app.routes.route_facts import PayerKind, RouteFacts, RouteResults
from collections_app.routes.route_rules import RouteCode, RouteGate, asked_route, gate_of, routes_seed

#: How many own cases weigh as much as the usual rate (as in the score).
PRIOR_CASES = 20
#: Winning after every window has closed is never likelier than this (RULES 8.9).
LATE_CHANCE = Decimal("0.05")
#: The internal day of the open negotiation lies so many business days before its last.
_NEGOTIATION_SAFETY = 5
_WITH_THRESHOLD = (PayerKind.MEDICARE_A, PayerKind.MEDICARE_B, PayerKind.MEDICARE_ADVANTAGE)
_OWN_RULE = re.compile(r"(RULES )?[0-9.]+|row [0-9]+")
_FINAL = (RouteCode.WRITE_OFF, RouteCode.NOTHING)


@dataclass(frozen=True, slots=True)
class RouteClock:
    """The days of a route: the last lawful one and the earlier one to be done by; by which rule, and how they came
    about."""

    label: str
    last_day: dt.date
    internal_day: dt.date
    source: str = ""
    confidence: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class RouteOption:
    """One route: whether it is open, why (not) and where that stands; its clock (None: it has none, or none is known);
    minutes of work; the usual chance of winning and the practice's own (`own_decided` of 0: no history); dollars that
    it is expected to bring; `next_action` of the desk and within how many business days once it is chosen."""

    code: RouteCode
    label: str
    is_open: bool
    why: str
    source: str
    clock: RouteClock | None
    minutes: int
    usual: Decimal
    usual_source: str
    own_won: int
    own_decided: int
    chance: Decimal
    expected: Decimal
    next_action: str
    days: int
    is_asked: bool = False

    @property
    def law(self) -> str:
        """Where it stands outside this product's own specification: what a page names as its source."""
        return ", ".join(one for one in self.source.split(", ") if not _OWN_RULE.fullmatch(one))

    @property
    def own_percent(self) -> int | None:
        """The own rate in percent; None without history."""
        return round(100 * self.own_won / self.own_decided) if self.own_decided else None

    @property
    def usual_percent(self) -> int:
        return round(self.usual * 100)

    @property
    def chance_percent(self) -> int:
        return round(self.chance * 100)

    def as_kept(self) -> dict[str, Any]:
        """As it is kept with a choice: what somebody saw when they chose."""
        told = asdict(self) | {"code": self.code.value}
        return {name: _plain(value) for name, value in told.items()}


def route_options(facts: RouteFacts, *, today: dt.date) -> tuple[RouteOption, ...]:
    """Every route out of a denial on a day, the best first."""
    asked = asked_route(facts)
    found = [_option(code, facts, asked, today) for code in RouteCode]
    found = _without_early_exception(found, facts)
    return tuple(sorted(found, key=_rank))


def best_of(options: Sequence[RouteOption]) -> RouteOption | None:
    """The first one that is open."""
    return next((one for one in options if one.is_open), None)


def day_to_begin(option: RouteOption, *, today: dt.date, closures: frozenset[dt.date]) -> dt.date:
    """When the work of a chosen route is due: within its days, before its internal day, never after its last day."""
    day = add_business_days(today, option.days, closures=closures)
    if option.clock is None or day <= option.clock.internal_day:
        return day
    return max(min(day, option.clock.internal_day), today)


def _rank(one: RouteOption) -> tuple[Any, ...]:
    is_demanded = one.is_asked and one.code in _FINAL
    order = list(RouteCode).index(one.code)
    return (not one.is_open, not is_demanded, -one.expected, one.code in _FINAL, not one.is_asked, one.minutes, order)


def _option(code: RouteCode, facts: RouteFacts, asked: RouteCode, today: dt.date) -> RouteOption:
    entry = routes_seed()["routes"][code.value]
    gate = gate_of(code, facts)
    clock = _clock(gate, facts)
    gate = _within_days(gate, clock, today)
    gate = _at_stake(gate, code, facts, today)
    usual, source = _usual(code, entry, facts, is_asked=code is asked)
    own = facts.by_route.get(code.value) or (facts.own if code is asked else RouteResults())
    chance = _chance(usual, own)
    if code is RouteCode.LATE:
        usual, chance = min(usual, LATE_CHANCE), min(chance, LATE_CHANCE)
    label = gate.label or str(entry["label"])
    if code is RouteCode.ARBITRATION and gate.is_open:
        source = f"{source}; fee ${_terms(facts.notice_on, today)['fee']} a party"
    return RouteOption(
        code=code,
        label=label,
        is_open=gate.is_open,
        why=gate.why,
        source=gate.source,
        clock=clock,
        minutes=round(facts.call_minutes) if code is RouteCode.CALL and facts.call_minutes else int(entry["minutes"]),
        usual=usual,
        usual_source=source,
        own_won=round(own.won),
        own_decided=round(own.decided),
        chance=chance,
        expected=(facts.worth * chance).quantize(Decimal("0.01")) if gate.is_open else ZERO,
        next_action=str(entry["next_action"]),
        days=int(entry["days"]),
        is_asked=code is asked,
    )


def _usual(code: RouteCode, entry: dict[str, Any], facts: RouteFacts, *, is_asked: bool) -> tuple[Decimal, str]:
    """The usual chance of a route and who says so: its own figure, that of the category where the reason asks for it,
    else a share of that."""
    if "rate" in entry:
        return Decimal(str(entry["rate"])), str(entry["source"])
    if code in _FINAL:
        return ZERO, "it brings nothing in"
    if is_asked:
        return facts.usual_win, facts.win_source
    share = Decimal(str(entry["share"]))
    told = f"{share * 100:.0f} % of the category's usual rate, professional default ({facts.win_source})"
    return (_chance(facts.usual_win, facts.own) * share).quantize(Decimal("0.001")), told


def _chance(usual: Decimal, own: RouteResults) -> Decimal:
    """The usual rate, moved to the own as that has more cases."""
    decided = Decimal(str(own.decided))
    return ((Decimal(str(own.won)) + usual * PRIOR_CASES) / (decided + PRIOR_CASES)).quantize(Decimal("0.0001"))


def _clock(gate: RouteGate, facts: RouteFacts) -> RouteClock | None:
    if not gate.is_open or not gate.window:
        return None
    if gate.window == "negotiation":
        return _negotiation(facts)
    known = facts.next_window if gate.window == "next" else facts.windows.get(gate.window)
    return _as_clock(known) if known else None


def _as_clock(known: Deadline) -> RouteClock:
    return RouteClock(
        known.label, known.last_day, min(known.internal_due, known.last_day), known.source, known.confidence, known.why
    )


def _negotiation(facts: RouteFacts) -> RouteClock:
    """Open negotiation begins within 30 business days that begin with the day of the notice; counted from its printed
    day, never from a later receipt (45 CFR 149.510(b)(1))."""
    terms = _terms(facts.notice_on, facts.notice_on)
    first = facts.notice_on if is_business_day(facts.notice_on) else add_business_days(facts.notice_on, 1)
    last = add_business_days(first, int(terms["negotiate_days"]) - 1)
    internal = last
    for _ in range(_NEGOTIATION_SAFETY):
        internal = previous_business_day(internal - dt.timedelta(days=1), closures=facts.closures)
    why = (
        f"open negotiation: {terms['negotiate_days']} business days from {long_day(first)}, that day counted; "
        f"last day {long_day(last)}; be done by {long_day(internal)}"
    )
    return RouteClock("open negotiation", last, max(internal, facts.notice_on), str(terms["source"]), "medium", why)


def _terms(notice_on: dt.date, on: dt.date) -> dict[str, Any]:
    """The terms of arbitration on a day; those of the first one before it."""
    rows = routes_seed()["arbitration"]["terms"]
    day = max(notice_on, on)
    known = [row for row in rows if row["valid_from"] <= day]
    return dict(known[-1] if known else rows[0])


def _within_days(gate: RouteGate, clock: RouteClock | None, today: dt.date) -> RouteGate:
    if clock is None or today <= clock.last_day:
        return gate
    why = f"the window closed on {short_day(clock.last_day)}, {clock.last_day.year}: {clock.label}"
    return replace(gate, is_open=False, why=why, source=clock.source)


def _at_stake(gate: RouteGate, code: RouteCode, facts: RouteFacts, today: dt.date) -> RouteGate:
    """Hearing and court ask for an amount in controversy (42 CFR 405.1006): below it the claim alone is not heard."""
    if code is not RouteCode.APPEAL or not gate.is_open or facts.kind not in _WITH_THRESHOLD:
        return gate
    least = amount_in_controversy(level=facts.level, filed_on=today)
    if least is None or facts.amount >= least.amount:
        return gate
    why = (
        f"at least ${least.amount:,.2f} must be at stake in {least.year}, here ${facts.amount:,.2f}: "
        "only together with other claims"
    )
    return replace(gate, is_open=False, why=why, source=f"42 CFR 405.1006; {least.source}")


def _without_early_exception(options: list[RouteOption], facts: RouteFacts) -> list[RouteOption]:
    """An exception is asked for once nothing that has a window is left, or for what was filed late."""
    if facts.way.category == "timely_filing":
        return options
    left = [one for one in options if one.is_open and one.clock is not None]
    closed = [one for one in options if not one.is_open and one.clock is not None]
    if closed and not left:
        return options
    why = f"a window is still open: {left[0].clock.label}" if left and left[0].clock else "no window has closed"
    return [
        replace(one, is_open=False, why=why, expected=ZERO) if one.code is RouteCode.LATE and one.is_open else one
        for one in options
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value if value is None or isinstance(value, str | int | bool) else str(value)
