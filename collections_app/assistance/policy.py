"""What a practice gives to those who can't pay: who falls where, and what it takes off each visit. Pure.

A sliding scale over the poverty guideline: the lower the income, the more is taken off. Where section 501(r) binds,
nobody who gets assistance pays more for a visit than the percent of gross charges that is generally billed
(26 CFR 1.501(r)-5(b)), and what they paid beyond what is left to them goes back unless it is less than $5
(1.501(r)-6(c)(6)(i)(C)).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import DatedRule, pick, read_seed
from arwork.lib.money import ZERO
from collections_app.assistance.guidelines import Guideline
from collections_app.assistance.household import Household

SEED = Path(__file__).parent / "seeds" / "policies.yaml"
HUNDRED = Decimal(100)
_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")
#: Money back of less than this is kept (26 CFR 1.501(r)-6(c)(6)(i)(C)).
REFUND_FROM = Decimal("5.00")
#: Why somebody gets all of it without telling of their income.
PRESUMPTIVE = {
    "medicaid": "Medicaid is active",
    "snap": "SNAP or WIC is active",
    "homeless": "Has no home",
    "deceased": "Deceased, and left no estate",
    "incarcerated": "Incarcerated",
}
#: What a practice may ask for, as the form and the letter call it.
DOCUMENTS = {
    "income": "Proof of income: pay stubs of three months, a benefit letter, or last year's tax return",
    "household": "Proof of who lives in the household",
    "assets": "Statements of bank and savings accounts",
    "identity": "A document with photo",
    "residence": "Proof of where they live",
    "medicaid": "The answer of Medicaid",
}


@dataclass(frozen=True, slots=True)
class AssistancePolicy(DatedRule):
    """One policy. `bands` are (percent of the guideline up to which, percent taken off), the lowest first; dollars,
    percent and calendar days; `rule_id` is that of an admin's row, None for a shipped one.

    `assets_most` is where the asset test ends (None: no test); `indigent_percent` of yearly income is where a bill is
    more than somebody can bear (None: no such rule), `indigent_discount` what is taken off then. `earlier_days` is how
    long ago the first bill of a visit may be for the visit to be covered.
    """

    SCOPE: ClassVar[tuple[str, ...]] = ("practice_id",)
    bands: tuple[tuple[int, int], ...]
    is_501r: bool = False
    assets_most: Decimal | None = None
    indigent_percent: int | None = None
    indigent_discount: int = 0
    presumptive: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    agb_percent: Decimal = HUNDRED
    valid_days: int = 180
    earlier_days: int = 240
    reply_days: int = 30
    appeal_days: int = 60
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return "assistance"

    @property
    def top(self) -> int:
        """The percent of the guideline above which income alone gives nothing."""
        return max((up_to for up_to, _ in self.bands), default=0)

    def discount_at(self, percent: Decimal) -> int:
        """The percent taken off at so many percent of the guideline."""
        return next((off for up_to, off in self.bands if percent <= up_to), 0)


@cache
def shipped_policies() -> tuple[AssistancePolicy, ...]:
    """The policy that holds until an admin enters another."""
    return tuple(_row(entry) for entry in read_seed(SEED)["policies"])


def _row(entry: dict[str, Any]) -> AssistancePolicy:
    lists = {name: tuple(entry[name]) for name in ("presumptive", "documents")}
    bands = tuple((up_to, off) for up_to, off in entry["bands"])
    return AssistancePolicy(**{**entry, **lists, "bands": bands, "agb_percent": Decimal(entry["agb_percent"])})


def policy_for(rows: Iterable[AssistancePolicy], *, on: dt.date, practice_id: int) -> AssistancePolicy:
    """The policy of a practice on a day: its own, or the shared. Raises `LookupError` where none holds."""
    found = pick(rows, on=on, asked=(practice_id,))
    if found is None:
        raise LookupError(f"no assistance policy holds on {on}")
    return found


def percent_of_guideline(a_year: Decimal, line: Decimal) -> Decimal:
    """Yearly income as percent of the guideline, exactly; `shown` rounds it. $30,000 of $27,320 is 109.8 %."""
    return a_year * HUNDRED / line


def shown(percent: Decimal) -> str:
    """As people read it: one place, such as 109.8."""
    return f"{percent.quantize(_TENTH, ROUND_HALF_UP)}"


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """What the policy says of somebody: percent taken off (0: not eligible), by which rule, and why, in words.

    `percent` is that of the guideline where income was compared; `lacks` is what has to be told first.
    """

    discount: int = 0
    basis: str = ""
    why: str = ""
    percent: Decimal | None = None
    lacks: tuple[str, ...] = ()

    @property
    def is_eligible(self) -> bool:
        return self.discount > 0


def find(
    policy: AssistancePolicy, household: Household, line: Guideline, *, bill: Decimal, presumptive: str = ""
) -> PolicyFinding:
    """What somebody gets: all of it for a presumptive reason that the policy knows, else by income, else because the
    bill is more than they can bear. `bill` is what they are to pay for all visits that are covered."""
    if presumptive and presumptive in policy.presumptive:
        return PolicyFinding(100, "presumptive", f"{PRESUMPTIVE[presumptive]}: all of it is taken off.")
    lacks = _lacking(policy, household)
    if lacks or household.people is None or household.a_year is None:
        return PolicyFinding(lacks=lacks)
    guideline, a_year = line.of(household.people), household.a_year
    percent = percent_of_guideline(a_year, guideline)
    people = "1 person" if household.people == 1 else f"{household.people} people"
    told = f"${a_year:,.2f} a year is {shown(percent)} % of the {line.year} guideline for {people} (${guideline:,.0f})"
    if policy.assets_most is not None and household.assets is not None and household.assets > policy.assets_most:
        return PolicyFinding(
            0, "assets", f"{told}; assets of ${household.assets:,.2f} are above ${policy.assets_most:,.2f}.", percent
        )
    by_income = policy.discount_at(percent)
    if policy.indigent_percent is not None and policy.indigent_discount > by_income:
        bearable = a_year * policy.indigent_percent / HUNDRED
        if bill > bearable:
            return PolicyFinding(
                policy.indigent_discount,
                "indigent",
                f"{told}; the bill of ${bill:,.2f} is above {policy.indigent_percent} % of that income: "
                f"{policy.indigent_discount} % is taken off.",
                percent,
            )
    if not by_income:
        return PolicyFinding(0, "income", f"{told}, above the {policy.top} % of the policy.", percent)
    return PolicyFinding(by_income, "income", f"{told}: {by_income} % is taken off.", percent)


def _lacking(policy: AssistancePolicy, household: Household) -> tuple[str, ...]:
    found = []
    if household.people is None:
        found.append("how many people live in the household")
    if household.income is None:
        found.append("what comes in")
    if policy.assets_most is not None and household.assets is None:
        found.append("what assets there are")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CoveredVisit:
    """A visit as the books have it, dollars: what the patient owes now, what they paid, what was charged for it;
    `left_out` says why assistance does not cover it ("" where it does)."""

    claim_id: int
    owed: Decimal
    paid: Decimal
    gross: Decimal
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class VisitDecision:
    """What assistance does to a visit, dollars: `before` is what the patient is to pay without it, `due` with it;
    `written_off` comes off what is owed, `back` goes back of what was paid. `is_capped` where the AGB cap decided."""

    claim_id: int
    before: Decimal
    due: Decimal
    written_off: Decimal
    back: Decimal = ZERO
    is_capped: bool = False
    left_out: str = ""

    @property
    def covered(self) -> Decimal:
        """What assistance takes off in all."""
        return self.written_off + self.back


def decide_visits(policy: AssistancePolicy, discount: int, visits: Sequence[CoveredVisit]) -> list[VisitDecision]:
    """What `discount` percent does to each visit. Where 501(r) binds, what was paid counts as well: the percent is of
    the whole that the patient was to pay; else it is of what is owed now. The cent is the patient's."""
    found = [_decide(policy, discount, one) for one in visits]
    if sum((one.back for one in found), ZERO) < REFUND_FROM:
        found = [_without_money_back(one) for one in found]
    return found


def _decide(policy: AssistancePolicy, discount: int, one: CoveredVisit) -> VisitDecision:
    if one.left_out:
        return VisitDecision(one.claim_id, one.owed, one.owed, ZERO, left_out=one.left_out)
    owed = max(one.owed, ZERO)
    before = owed + (max(one.paid, ZERO) if policy.is_501r else ZERO)
    off = (before * discount / HUNDRED).quantize(_CENT, ROUND_CEILING)
    due, is_capped = before - off, False
    if policy.is_501r and discount:
        cap = (max(one.gross, ZERO) * policy.agb_percent / HUNDRED).quantize(_CENT, ROUND_FLOOR)
        due, is_capped = min(due, cap), due > cap
    covered = before - due
    written_off = min(covered, owed)
    return VisitDecision(one.claim_id, before, due, written_off, covered - written_off, is_capped)


def _without_money_back(one: VisitDecision) -> VisitDecision:
    """Less than $5 in all does not go back: the patient's part is what they paid."""
    if not one.back:
        return one
    return VisitDecision(one.claim_id, one.before, one.due + one.back, one.written_off, ZERO, one.is_capped)
