"""Plans to offer: what fits their means first, then a shorter and a longer one within policy and law. Pure."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO, from_cents, to_cents
from collections_app.plans.affordability import Affordable
from collections_app.plans.policy import Breach, PolicyRow, StateLaw, breaches, months_at_least
from collections_app.plans.schedule import (
    MONTHLY,
    BadPlan,
    Installment,
    PlanTerms,
    a_month,
    installments,
    months_of,
    per_installment,
    regular,
)

_DOLLAR = 100


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A schedule to offer, and why. `breaches` is what of policy or law it leaves."""

    label: str
    because: str
    terms: PlanTerms
    rows: Sequence[Installment]
    breaches: Sequence[Breach] = ()

    @property
    def each(self) -> Decimal:
        """The regular installment, in dollars."""
        return regular(self.rows)[0].amount

    @property
    def count(self) -> int:
        """Installments, the down payment not counted."""
        return len(regular(self.rows))

    @property
    def months(self) -> int:
        return months_of(regular(self.rows))

    @property
    def monthly(self) -> Decimal:
        return a_month(self.each, self.terms.frequency)

    @property
    def last_on(self) -> dt.date:
        return self.rows[-1].due_on


def offers(
    balance: Decimal,
    *,
    able: Affordable | None,
    policy: PolicyRow,
    law: StateLaw,
    income: Decimal | None,
    first_due_on: dt.date,
    frequency: str = MONTHLY,
    payday: int | None = None,
    second_payday: int | None = None,
) -> list[PlanOffer]:
    """Up to three: what they can pay, one that is done sooner, one with the smallest installments of the policy.

    What they can pay comes first even where it leaves the policy, for it is what they said: then it says what it
    leaves. Two that come to the same are one.
    """
    down = policy.down_of(balance) if policy.down_percent else ZERO
    rest = balance - down
    found: list[PlanOffer] = []
    for label, because, monthly in _amounts(rest, able, policy, law):
        each = per_installment(monthly, frequency)
        if each <= ZERO or rest <= ZERO:
            continue
        terms = PlanTerms(
            balance, frequency, first_due_on, each=min(each, rest), down_payment=down,
            payday=payday, second_payday=second_payday,
        )  # fmt: skip
        try:
            rows = installments(terms)
        except BadPlan:
            continue
        left = breaches(terms, rows, policy, law, income=income)
        offer = PlanOffer(label, because, terms, rows, left)
        if all(offer.count != one.count for one in found) and (not left or not found):
            found.append(offer)
    return found


def _amounts(
    rest: Decimal, able: Affordable | None, policy: PolicyRow, law: StateLaw
) -> Iterator[tuple[str, str, Decimal]]:
    """Amounts a month to try, with what to call them and why."""
    longest = min(policy.longest_months, law.longest_months or policy.longest_months)
    smallest = max(policy.minimum, _even(rest, longest))
    if able is not None and able.monthly > ZERO:
        yield "What they can pay", able.because, able.monthly
        months = months_at_least(rest, able.monthly)
        if months > 2:
            yield "Done sooner", "fewer installments, each larger", _even(rest, -(-months // 2))
    else:
        yield "Three months", "short, and exempt from a disclosure", _even(rest, 3)
        yield "Half of the longest", "in between", _even(rest, max(longest // 2, 1))
    yield "Smallest installment", f"the longest that the policy allows: {longest} months at most", smallest


def _even(rest: Decimal, months: int) -> Decimal:
    """What pays a balance in so many months, in whole dollars, rounded up."""
    cents = -(-to_cents(rest) // months)
    return from_cents(-(-cents // _DOLLAR) * _DOLLAR)
