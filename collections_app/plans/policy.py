"""What a practice agrees to by what is owed, and what a state asks for: which rows hold, and what breaks them. Pure.

Policies are dated rows in bands (`seeds/policies.yaml`, or an admin's). What leaves a policy is asked of a second
person; what a law forbids nobody may agree to (RULES 11.6).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import DatedRule, in_force, pick, read_seed
from arwork.lib.money import ZERO, from_cents, money, to_cents
from collections_app.plans.affordability import law_cap
from collections_app.plans.lending import POSITIONS
from collections_app.plans.schedule import Installment, PlanTerms, a_month, months_of, regular

SEED = Path(__file__).parent / "seeds" / "policies.yaml"
#: What a broken plan leads to.
CONSEQUENCES = {
    "call": "A call, first in the queue",
    "statement": "Statements go on, no call",
    "review": "A supervisor looks at it",
}
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class PolicyRow(DatedRule):
    """One band. Dollars; `rule_id` is that of an admin's row, None for a shipped one."""

    SCOPE: ClassVar[tuple[str, ...]] = ("practice_id",)
    balance_from: Decimal
    minimum: Decimal
    longest_months: int
    grace_days: int
    consequence: str
    position: str
    down_percent: int = 0
    broken_after: int = 1
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return str(self.balance_from)

    def down_of(self, balance: Decimal) -> Decimal:
        """The down payment that is asked for, to the cent, rounded up."""
        return from_cents(-(-to_cents(balance) * self.down_percent // _PERCENT))


@dataclass(frozen=True, slots=True)
class StateLaw:
    """What the state of the patient asks of plans; None where it asks for nothing. Days are calendar days."""

    state: str = ""
    income_percent: int | None = None
    longest_months: int | None = None
    confirm_days: int | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """What terms break, in words; what a law forbids is no matter of asking."""

    words: str
    is_law: bool = False
    field: str = "each"


@cache
def shipped_policies() -> tuple[PolicyRow, ...]:
    """The bands that hold until an admin enters others. Raises `ValueError` for a row that nothing could follow."""
    return tuple(_row(entry) for entry in read_seed(SEED)["policies"])


def _row(entry: dict[str, Any]) -> PolicyRow:
    row = PolicyRow(**{**entry, "balance_from": money(entry["balance_from"]), "minimum": money(entry["minimum"])})
    if row.consequence not in CONSEQUENCES or row.position not in POSITIONS:
        raise ValueError(f"a plan policy that nothing follows: {entry}")
    return row


def bands(rows: Iterable[PolicyRow], *, on: dt.date, practice_id: int) -> list[PolicyRow]:
    """The bands that hold for a practice on a day, the lowest first: of each the practice's own row, or the shared."""
    by_band: dict[str, list[PolicyRow]] = {}
    for row in rows:
        if in_force(row.valid_from, row.valid_to, on):
            by_band.setdefault(row.about, []).append(row)
    found = [pick(band, on=on, asked=(practice_id,)) for band in by_band.values()]
    return sorted((row for row in found if row is not None), key=lambda row: row.balance_from)


def policy_for(rows: Iterable[PolicyRow], balance: Decimal, *, on: dt.date, practice_id: int) -> PolicyRow:
    """The band of a balance. Raises `LookupError` where none holds: no policy is invented."""
    fitting = [row for row in bands(rows, on=on, practice_id=practice_id) if row.balance_from <= balance]
    if not fitting:
        raise LookupError(f"no plan policy holds on {on} for ${balance}")
    return fitting[-1]


def breaches(
    terms: PlanTerms, rows: Sequence[Installment], policy: PolicyRow, law: StateLaw, *, income: Decimal | None
) -> list[Breach]:
    """What a schedule breaks: the law of the state first, then the policy of the practice."""
    parts = regular(rows)
    monthly, months = a_month(parts[0].amount, terms.frequency), months_of(parts)
    found = _against_law(monthly, months, law, income=income)
    smallest = min(policy.minimum, terms.total)
    if monthly < smallest and len(parts) > 1:
        found.append(Breach(f"${monthly:,.2f} a month is less than the smallest installment, ${policy.minimum:,.2f}."))
    if months > policy.longest_months:
        found.append(Breach(f"{months} months are longer than the {policy.longest_months} of the policy."))
    asked = policy.down_of(terms.total)
    if terms.down_payment < asked:
        found.append(Breach(f"The policy asks for a down payment of ${asked:,.2f}.", field="down"))
    return found


def _against_law(monthly: Decimal, months: int, law: StateLaw, *, income: Decimal | None) -> list[Breach]:
    found = []
    if law.income_percent is not None and income is not None:
        cap = law_cap(income, law.income_percent)
        if monthly > cap:
            words = f"{law.state} caps a plan at {law.income_percent} % of income: ${cap:,.2f} a month."
            found.append(Breach(words, is_law=True))
    if law.longest_months is not None and months > law.longest_months:
        words = f"{law.state} ends a plan after {law.longest_months} months; {months} would be longer."
        found.append(Breach(words, is_law=True))
    return found


def unknown_income(law: StateLaw, income: Decimal | None) -> str:
    """What to ask before a plan is agreed in a state that caps it by income; "" where there is nothing to ask."""
    if law.income_percent is None or income is not None:
        return ""
    return f"{law.state} caps a plan at {law.income_percent} % of income a month: ask for it."


def months_at_least(balance: Decimal, monthly: Decimal) -> int:
    """How many months a balance takes at an amount a month."""
    return -(-to_cents(balance) // to_cents(monthly)) if monthly > ZERO else 0
