"""Which contract speaks for a line: the plan's, the payer's general one, and what to make of a claim without a plan."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from arwork.lib.money import money
from claims.billing.models import Claim
from claims.denials.expected_allowed import ContractTerms, shortfall, terms_for
from claims.denials.models import Underpayment
from claims.payers.models import Contract, FeeItem, Plan
from tests import cast
from tests.remits.era import Clp, Era, Svc, take

ON = dt.date(2026, 9, 14)
DAY = dt.timedelta(days=1)


def terms(number: int, plan_id: int | None, since: dt.date = dt.date(2026, 1, 1)) -> ContractTerms:
    return ContractTerms(number, plan_id, since, None, Decimal(50), {})


def chosen(*offered: ContractTerms, plan_id: int | None) -> int | None:
    found = terms_for(offered, plan_id=plan_id, on=ON)
    return found.contract_id if found else None


def test_the_plan_s_own_contract_comes_before_the_general_one() -> None:
    assert chosen(terms(1, None), terms(2, 7), plan_id=7) == 2
    assert chosen(terms(1, None), terms(2, 7), plan_id=8) == 1


def test_the_contract_of_another_plan_does_not_apply() -> None:
    assert chosen(terms(2, 7), plan_id=8) is None


def test_a_claim_without_a_plan_falls_under_the_only_plan_that_has_a_contract() -> None:
    assert chosen(terms(2, 7), plan_id=None) == 2
    assert chosen(terms(2, 7), terms(3, 7, dt.date(2026, 6, 1)), plan_id=None) == 3


def test_a_claim_without_a_plan_falls_under_the_general_contract_where_there_is_one() -> None:
    assert chosen(terms(1, None), terms(2, 7), plan_id=None) == 1


def test_contracts_of_two_plans_decide_nothing_for_a_claim_without_one() -> None:
    assert chosen(terms(2, 7), terms(3, 8), plan_id=None) is None


@pytest.mark.parametrize(
    ("since", "until", "speaks"),
    [(ON, ON, True), (ON + DAY, None, False), (ON - DAY, ON - DAY, False), (ON - DAY, ON, True), (ON, None, True)],
)
def test_a_contract_speaks_from_its_first_day_to_its_last(since: dt.date, until: dt.date | None, speaks: bool) -> None:
    assert (chosen(replace(terms(1, None, since), valid_to=until), plan_id=7) == 1) is speaks


@pytest.mark.parametrize(
    ("allowed", "short"), [("95.01", "0.00"), ("95.00", "5.00"), ("94.99", "5.01"), ("100.00", "0.00"), ("101.00", "0")]
)
def test_a_shortfall_of_exactly_the_threshold_is_worth_asking_about(allowed: str, short: str) -> None:
    in_dollars = shortfall(money("100.00"), money(allowed), least=money("5.00"), least_bp=0)
    in_shares = shortfall(money("100.00"), money(allowed), least=money("0.00"), least_bp=500)
    assert in_dollars == in_shares == money(short)


def paid_short() -> Claim:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    Claim.objects.filter(pk=claim.pk).update(plan=None)  # an 837 names no plan
    contract = Contract.objects.create(
        practice=claim.practice,
        payer=claim.payer,
        plan=Plan.objects.get(),
        name="PPO",
        valid_from=dt.date(2026, 1, 1),
    )
    FeeItem.objects.create(contract=contract, code="99214", allowed=money("150.00"))
    return claim


@pytest.mark.django_db
def test_an_imported_claim_without_a_plan_is_compared_with_the_contract_of_the_payer_s_only_plan() -> None:
    paid_short()
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "120.00")])])]))
    found = Underpayment.objects.get()
    assert (found.expected, found.allowed, found.amount) == (money("150.00"), money("120.00"), money("30.00"))


@pytest.mark.django_db
def test_the_only_plan_s_contract_comes_before_a_general_one() -> None:
    claim = paid_short()
    general = Contract.objects.create(
        practice=claim.practice, payer=claim.payer, name="All plans", valid_from=dt.date(2026, 1, 1)
    )
    FeeItem.objects.create(contract=general, code="99214", allowed=money("125.00"))
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "120.00")])])]))
    assert Underpayment.objects.get().expected == money("150.00")
