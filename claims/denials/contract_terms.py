"""The contract terms and thresholds that a batch of lines is compared with: a few queries a batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import from_cents
from claims.denials.expected_allowed import ContractTerms
from claims.payers.fee_files import FeeKey
from claims.payers.models import Contract, FeeItem, Payer, Plan
from claims.payers.rule_book import rule_book

_KINDS = ("underpayment_threshold_usd", "underpayment_threshold_pct")


@dataclass(frozen=True, slots=True)
class UnderpaymentThreshold:
    """The smallest shortfall worth asking about: dollars, and hundredths of a percent of the expected amount."""

    least: Decimal
    least_bp: int


def terms_of(practice_id: int, payer_id: int | None, codes: Iterable[str]) -> list[ContractTerms]:
    """Contracts of a practice with a payer, with the fees of `codes`."""
    contracts = list(Contract.objects.filter(practice=practice_id, payer=payer_id)) if payer_id else []
    return terms_of_contracts(contracts, codes)


def terms_of_contracts(contracts: Sequence[Contract], codes: Iterable[str]) -> list[ContractTerms]:
    """These contracts with their fees of `codes`. One query, none without contracts."""
    if not contracts:
        return []
    fees: dict[int, dict[FeeKey, Decimal]] = defaultdict(dict)
    rows = FeeItem.objects.filter(contract__in=contracts, code__in=set(codes))
    columns = ("contract_id", "code", "modifier", "place", "allowed")
    for contract_id, code, modifier, place, allowed in rows.values_list(*columns):
        fees[contract_id][code, modifier, place] = allowed
    return [
        ContractTerms(
            contract_id=one.pk,
            plan_id=one.plan_id,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            percent_of_charge=one.percent_of_charge,
            fees=fees[one.pk],
        )
        for one in contracts
    ]


def only_plan_of(payer_id: int | None) -> int | None:
    """The plan of a payer that has just one: an 837 names no plan, and then there is no doubt which it means."""
    return only_plans([payer_id]).get(payer_id) if payer_id else None


def only_plans(payer_ids: Collection[int]) -> dict[int, int]:
    """The same of several payers: the plan of each that has just one. One query."""
    plans: dict[int, list[int]] = defaultdict(list)
    rows = Plan.objects.filter(payer__in=payer_ids, is_active=True)
    for payer_id, plan_id in rows.values_list("payer_id", "pk"):
        plans[payer_id].append(plan_id)
    return {payer_id: ids[0] for payer_id, ids in plans.items() if len(ids) == 1}


def threshold_of(payer_id: int | None, *, on: dt.date) -> UnderpaymentThreshold:
    """The thresholds of a payer on a day: its own rule, its class's, the shipped default."""
    payer_class = Payer.objects.filter(id=payer_id or 0).values_list("payer_class", flat=True).first()
    book = rule_book()
    cents, bp = (book.value(kind, default=0, on=on, payer_class=payer_class, payer_id=payer_id) for kind in _KINDS)
    return UnderpaymentThreshold(from_cents(cents), bp)
