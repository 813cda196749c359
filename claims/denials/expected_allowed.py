"""What a contract makes of a line: the expected allowed amount, and whether less is worth asking about. Pure.

RULES 1.6: underpayment = contract allowed - what the payer allowed. Below the payer's threshold (dollars, and share
of the expected amount in hundredths of a percent) it is noise.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.dated_rules import in_force
from arwork.lib.money import ZERO, round_money
from claims.payers.fee_files import FeeKey
from claims.payers.fee_places import PLACES, fee_places


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """A contract in force: fees per unit by (code, modifier, place), and a share of charge for codes without one."""

    contract_id: int
    plan_id: int | None
    valid_from: dt.date
    valid_to: dt.date | None
    percent_of_charge: Decimal | None
    fees: Mapping[FeeKey, Decimal]


@dataclass(frozen=True, slots=True)
class BilledService:
    """The billed line as a contract sees it; `place` is the claim's place of service, empty where it has none."""

    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    charge: Decimal
    on: dt.date
    place: str


def terms_for(terms: Sequence[ContractTerms], *, plan_id: int | None, on: dt.date) -> ContractTerms | None:
    """The contract of a day: the plan's own before the payer's general one, the newest of equals.

    Of a claim whose plan nobody knows (an 837 need not name it) the general contract speaks, else the only plan
    that has one. Contracts of several plans decide nothing: which of them was meant would be a guess.
    """
    agreed = [one for one in terms if in_force(one.valid_from, one.valid_to, on)]
    fitting = [one for one in agreed if one.plan_id in (None, plan_id)]
    if plan_id is None and not fitting and len({one.plan_id for one in agreed}) == 1:
        fitting = agreed
    return max(fitting, key=lambda one: (one.plan_id is not None, one.valid_from, one.contract_id), default=None)


def expected_allowed(service: BilledService, terms: ContractTerms) -> Decimal | None:
    """The contract's allowed amount for a line, never above the charge; None where the contract is silent.

    The fee of its modifier comes before the one without; of these, that of its place, of its rate, of anywhere. Where
    only the place decides and the claim names none, nobody can say.
    """
    for modifier in (*service.modifiers, ""):
        for place in fee_places(service.place):
            fee = terms.fees.get((service.code, modifier, place))
            if fee is not None:
                return min(round_money(fee * service.units), service.charge)
        if not service.place and any((service.code, modifier, place) in terms.fees for place in PLACES):
            return None
    if terms.percent_of_charge is None:
        return None
    return round_money(service.charge * terms.percent_of_charge / 100)


def shortfall(expected_amount: Decimal, allowed: Decimal, *, least: Decimal, least_bp: int) -> Decimal:
    """Expected less allowed when that is worth asking about, else 0. Both thresholds must be reached."""
    short = expected_amount - allowed
    if short <= ZERO or short < least or short * 10_000 < expected_amount * least_bp:
        return ZERO
    return short
