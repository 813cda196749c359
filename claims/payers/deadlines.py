"""Deadlines: how long a claim may still be filed, corrected or appealed, and why. Pure.

Every deadline is a rule (days and the event they run from) applied to the dates of a claim. It returns its
reasoning in words, because a collector who cannot see where a date comes from does not trust it.

Two days matter. `last_day` is the last lawful day, computed without leaning on kindnesses: a weekend or holiday
never extends it here. `internal_due` is the day to be done by: some days earlier, and rolled back to a business
day. The five days by which Medicare presumes a notice arrives late belong to the last lawful day only; the
internal date is counted from the notice itself, so the presumption is never used up (RULES 8.3, 9.1, 15.17).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from arwork.lib.dated_rules import read_seed
from arwork.lib.dates import Closures, add_years, is_business_day, long_day, previous_business_day
from claims.payers.rules import RULE_KINDS, SEEDS, RuleBook, RuleRow

__all__ = [
    "APPEALS",
    "RULE_KINDS",
    "AmountInControversy",
    "ClaimDates",
    "Deadline",
    "RuleScope",
    "amount_in_controversy",
    "deadline",
    "deadline_of",
    "deadlines_of",
    "earliest",
    "governing_state",
    "prompt_pay_binds",
]

#: A notice is presumed received this many days after its date (42 CFR 405.942(a)(1)).
PRESUMED_MAIL_DAYS = 5
#: How much earlier the internal date is; a sixth of the window where the window is short.
SAFETY_DAYS = {"filing": 14, "filing_secondary": 14}
#: Where a rule of a class says so: a Medicare Advantage plan presumes that its notice took five days (RULES 8.4).
SAFETY_DAYS_OF_CLASS = {("medicare_advantage", "appeal_1"): 5}
#: Whose appeals are filed on the day on which they are received (42 CFR 405.942(a)(2), 422.582(b), RULES 8.3).
FILED_WHEN_RECEIVED = ("medicare", "medicare_advantage")
#: How long a self-funded plan of an employer must allow for the first appeal, whatever its administrator's rule.
SELF_FUNDED_DAYS = 180
_SELF_FUNDED_LAW = "29 CFR 2560.503-1(h)(3)(i)"
DEFAULT_SAFETY_DAYS = 10
APPEALS = ("appeal_1", "appeal_2", "appeal_3", "appeal_4", "appeal_5")
_YEAR = 365


@dataclass(frozen=True, slots=True)
class ClaimDates:
    """The events that start clocks; None when they did not happen or are not known.

    `dos_on` is the first From date of the claim's lines, `through_on` the last day of any.
    `notice_on` is the date printed on the remittance or decision now being answered, `notice_received_on` the
    documented day it arrived (used only when earlier than the presumption).
    """

    dos_on: dt.date | None = None
    through_on: dt.date | None = None
    discharge_on: dt.date | None = None
    notice_on: dt.date | None = None
    notice_received_on: dt.date | None = None
    primary_eob_on: dt.date | None = None
    submitted_on: dt.date | None = None
    received_on: dt.date | None = None
    sent_on: dt.date | None = None
    is_institutional: bool = False


@dataclass(frozen=True, slots=True)
class RuleScope:
    """Whose rules apply: the payer, its class, the plan, the practice, and the state where the law asks for one.

    `closures` are the days on which the practice's office is closed: no day to be done by falls on one. `funding` is
    that of the plan; empty: not known.
    """

    payer_class: str | None = None
    payer_id: int | None = None
    plan_id: int | None = None
    practice_id: int | None = None
    state: str | None = None
    closures: frozenset[dt.date] = frozenset()
    funding: str = ""

    def least_days(self, kind: str) -> int:
        """How many days the law demands at least for a window, whatever the rule says; 0: it demands none. The claims
        procedure of ERISA binds self-funded plans of employers."""
        is_bound = self.funding == "self_funded" and self.payer_class in ("commercial", "bcbs")
        return SELF_FUNDED_DAYS if is_bound and kind == "appeal_1" else 0

    def pick(self, rules: RuleBook, kind: str, *, on: dt.date) -> RuleRow | None:
        """The rule of `kind` that applies here on a day."""
        return rules.pick(
            kind,
            on=on,
            payer_class=self.payer_class,
            payer_id=self.payer_id,
            plan_id=self.plan_id,
            practice_id=self.practice_id,
            state=self.state,
        )


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last lawful day, the earlier day to be done by, and how both came about."""

    kind: str
    last_day: dt.date
    internal_due: dt.date
    reasoning: tuple[str, ...]
    source: str = ""
    confidence: str = ""

    def passed(self, today: dt.date) -> bool:
        return today > self.last_day

    @property
    def label(self) -> str:
        return RULE_KINDS[self.kind].label

    @property
    def why(self) -> str:
        """The reasoning in one line."""
        return "; ".join(self.reasoning)


def deadline(
    rule: RuleRow,
    dates: ClaimDates,
    *,
    safety_days: int | None = None,
    closures: Closures = (),
    least_days: int = 0,
) -> Deadline | None:
    """What `rule` means for a claim; None while the event that starts its clock is not known.

    `safety_days` overrides how much earlier than the last day the internal date falls. An office that is closed moves
    what is ours, the internal date and the day to mail by; the last day is the payer's. Where the law allows more
    (`least_days`) than the rule, only the last day is later: the payer may insist on its own.
    """
    start = _start(rule.basis or _usual_basis(rule.kind), dates)
    if start is None:
        return None
    began, event, notice = start
    own_last = _after(rule, began)
    window = (own_last - began).days
    last = max(own_last, began + dt.timedelta(days=least_days))
    usual = SAFETY_DAYS_OF_CLASS.get((rule.payer_class or "", rule.kind))
    if usual is None:
        usual = min(SAFETY_DAYS.get(rule.kind, DEFAULT_SAFETY_DAYS), max(window // 6, 0))
    safety = min(usual, window)
    safety = safety if safety_days is None else safety_days
    # Counted from the printed date, not the presumed receipt: the presumption is not ours to spend.
    internal = previous_business_day(_after(rule, notice) - dt.timedelta(days=safety), closures=closures)
    internal = max(internal, notice)
    is_by_law = last > own_last
    earlier = f"before the payer's own last day, {long_day(own_last)}," if is_by_law else "earlier"
    reasoning = [
        f"{RULE_KINDS[rule.kind].label}: {_length(rule)} from {event}",
        *([f"a self-funded plan must allow {least_days} days ({_SELF_FUNDED_LAW})"] if is_by_law else []),
        f"last day {long_day(last)}",
        f"be done by {long_day(internal)}, {safety} days {earlier} and on a business day",
        rule.words + (f", confidence {rule.confidence}" if rule.confidence else ""),
    ]
    if rule.kind in APPEALS and rule.payer_class in FILED_WHEN_RECEIVED:
        mailed = previous_business_day(last - dt.timedelta(days=PRESUMED_MAIL_DAYS), closures=closures)
        words = f"filed when it is received: by mail until {long_day(mailed)}, after that by fax or portal"
        reasoning.insert(2 + is_by_law, words)
    if needed := _in_controversy(rule, last):
        reasoning.append(needed)
    if not is_business_day(last):
        reasoning.insert(2 + is_by_law, "a weekend or holiday: do not count on the next business day")
    source = "; ".join(one for one in (_SELF_FUNDED_LAW if is_by_law else "", rule.source) if one)
    return Deadline(rule.kind, last, internal, tuple(reasoning), source, rule.confidence)


def deadline_of(
    kind: str,
    dates: ClaimDates,
    *,
    scope: RuleScope,
    rules: Sequence[RuleRow] | RuleBook,
    on: dt.date,
    safety_days: int | None = None,
) -> Deadline | None:
    """The deadline of one kind under the rule in force on `on` (for filing and prompt pay the service date, for
    answers to a notice the notice date). None when no rule or no starting event is known."""
    book = rules if isinstance(rules, RuleBook) else RuleBook(rules)
    rule = scope.pick(book, kind, on=on)
    if rule is None:
        return None
    least = scope.least_days(kind)
    return deadline(rule, dates, safety_days=safety_days, closures=scope.closures, least_days=least)


def deadlines_of(
    kinds: Iterable[str],
    dates: ClaimDates,
    *,
    scope: RuleScope,
    rules: Sequence[RuleRow] | RuleBook,
    on: dt.date,
) -> tuple[Deadline, ...]:
    """All that are known of `kinds`, the nearest internal date first."""
    book = rules if isinstance(rules, RuleBook) else RuleBook(rules)
    found = (deadline_of(kind, dates, scope=scope, rules=book, on=on) for kind in kinds)
    return tuple(sorted((one for one in found if one), key=lambda one: (one.internal_due, one.kind)))


def earliest(deadlines: Iterable[Deadline], *, today: dt.date) -> Deadline | None:
    """The one to plan by (RULES 7.3): the nearest still open, or the latest missed when all have passed."""
    known = list(deadlines)
    still = [one for one in known if not one.passed(today)]
    if still:
        return min(still, key=lambda one: (one.internal_due, one.last_day, one.kind))
    return max(known, key=lambda one: one.last_day, default=None)


@dataclass(frozen=True, slots=True)
class AmountInControversy:
    """The least that must be at stake for a Medicare appeal level in a calendar year."""

    level: int
    year: int
    amount: Decimal
    source: str
    verified: bool


def amount_in_controversy(*, level: int, filed_on: dt.date) -> AmountInControversy | None:
    """The threshold for a request filed on a day; None for levels that have none (1, 2 and 4).

    A year beyond the published ones answers with the latest and `verified` false. RULES 8.3.
    """
    table = _aic_table().get(level)
    if not table:
        return None
    known = [year for year in table if year <= filed_on.year] or [min(table)]
    year = max(known)
    amount, source = table[year]
    return AmountInControversy(level, year, amount, source, year == filed_on.year)


def governing_state(*, payer: str, practice: str) -> str | None:
    """Whose state law binds: that of a payer of one state (its Medicaid, its Blue plan), else that of the practice."""
    return payer or practice or None


def prompt_pay_binds(*, payer_class: str, funding: str) -> bool:
    """Whether a prompt-payment rule can bind this payer: state law does not reach self-funded plans, and Medicare
    has its own federal rule (RULES 9.4). A plan whose funding is not known counts as not bound.
    """
    if payer_class == "medicare":
        return True
    return payer_class in {"commercial", "bcbs"} and funding == "insured"


def _in_controversy(rule: RuleRow, filed_on: dt.date) -> str:
    """What must be at stake for this level, in words; "" for levels and payers that ask for nothing."""
    level = APPEALS.index(rule.kind) + 1 if rule.kind in APPEALS else 0
    found = amount_in_controversy(level=level, filed_on=filed_on)
    if found is None or rule.payer_class not in ("medicare", "medicare_advantage"):
        return ""
    sure = "" if found.verified else f", the figure of {found.year}: look up that of {filed_on.year}"
    return f"at least ${found.amount:,.2f} must be at stake, claims may be added together{sure}"


@cache
def _aic_table() -> dict[int, dict[int, tuple[Decimal, str]]]:
    table: dict[int, dict[int, tuple[Decimal, str]]] = {}
    for row in read_seed(SEEDS / "medicare_aic.yaml")["thresholds"]:
        table.setdefault(row["level"], {})[row["year"]] = (Decimal(row["amount"]), row["source"])
    return table


def _usual_basis(kind: str) -> str:
    if kind == "filing":
        return "dos"
    return "primary_eob" if kind == "filing_secondary" else "notice"


def _start(basis: str, dates: ClaimDates) -> tuple[dt.date, str, dt.date] | None:
    """The day the clock starts, the event in words, and the day that is certain (the printed date)."""
    if basis == "notice_receipt":
        return _receipt(dates)
    through = dates.through_on or dates.dos_on
    found = {
        "dos": (dates.dos_on or through, "the date of service"),
        "dos_year": (dates.dos_on or through, "the date of service"),
        "through": (through, "the last date of service"),
        "through_year": (through, "the last date of service"),
        "span_year": (through, "the last date of service, of an institutional claim")
        if dates.is_institutional
        else (dates.dos_on or through, "the From date of the first line, each line for itself"),
        "discharge": (dates.discharge_on or through, "discharge"),
        "year_end": (through, "the date of service"),
        "notice": (dates.notice_on, "the notice"),
        "primary_eob": (dates.primary_eob_on, "the primary payer's explanation of benefits"),
        "submitted": (dates.submitted_on, "the day the claim was sent"),
        "received": (dates.received_on or dates.submitted_on, "receipt by the payer"),
        "sent": (dates.sent_on, "the day it was sent"),
    }.get(basis, (None, ""))
    day, event = found
    return None if day is None else (day, f"{event}, {long_day(day)}", day)


def _receipt(dates: ClaimDates) -> tuple[dt.date, str, dt.date] | None:
    if dates.notice_on is None:
        return None
    presumed = dates.notice_on + dt.timedelta(days=PRESUMED_MAIL_DAYS)
    if dates.notice_received_on and dates.notice_on <= dates.notice_received_on < presumed:
        day = dates.notice_received_on
        return day, f"receipt of the notice on {long_day(day)}", dates.notice_on
    event = f"receipt of the notice of {long_day(dates.notice_on)}, presumed {long_day(presumed)}"
    return presumed, event, dates.notice_on


def _after(rule: RuleRow, began: dt.date) -> dt.date:
    if rule.basis == "year_end":
        return dt.date(began.year + 1, 12, 31)
    if rule.basis.endswith("_year"):
        return add_years(began, max(rule.value // _YEAR, 1))
    return began + dt.timedelta(days=rule.value)


def _length(rule: RuleRow) -> str:
    if rule.basis == "year_end":
        return "until the end of the following year"
    if rule.basis.endswith("_year"):
        years = max(rule.value // _YEAR, 1)
        return f"{years} calendar year{'s' if years > 1 else ''}"
    return f"{rule.value} days"
