"""Worked stories of RULES 15: what the next payer gets to owe."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.billing.models import Submission
from claims.denials.models import Denial
from claims.ledger.models import Posting
from claims.remits import era
from claims.remits.models import RemitException
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def test_a_crossover_moves_the_share_to_the_next_payer_without_a_bill() -> None:
    medicare = cast.make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")
    medigap = cast.make_payer(name="Gap", payer_id="GAP")
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[medicare, medigap])
    clp = Clp("H1", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])], status="19")

    take(Era([clp], payer="Medicare", payer_id="MCR"))

    assert buckets(claim) == {"PAYER2": "16.00"}
    assert Submission.objects.filter(claim=claim).count() == 1


def test_medicaid_as_the_last_payer_leaves_nothing_to_the_patient() -> None:
    medicare = cast.make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")
    medicaid = cast.make_payer(name="Medicaid", payer_class="medicaid", payer_id="MCD")
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[medicare, medicaid])
    primary = Clp("H1", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])])
    take(Era([primary], payer="Medicare", payer_id="MCR"))

    second = Clp("H1", [Svc("100.00", "0", [("OA-23", "84.00"), ("PR-2", "16.00")])], status="2", icn="S1")
    take(Era([second], payer="Medicaid", payer_id="MCD", trace="EFT2"))

    assert buckets(claim) == {}
    written = Posting.objects.get(claim=claim, debit="WO_STATUTORY")
    assert written.amount == money("16.00")


def test_a_secondary_payer_does_not_double_the_contractual() -> None:
    first, second = cast.make_payer(), cast.make_payer(name="Second", payer_id="SEC")
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[first, second])
    take(Era([Clp("H1", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])])]))

    clp = Clp("H1", [Svc("100.00", "6.00", [("OA-23", "64.00"), ("CO-45", "30.00")])], status="2", icn="S1")
    summary = take(Era([clp], payer="Second", payer_id="SEC", trace="EFT2"))

    assert (summary.status, buckets(claim)) == ("posted", {})
    written = Posting.objects.filter(claim=claim, debit="CONTRACTUAL").values_list("credit", "amount")
    assert sorted(written) == [("PAYER1", money("20.00")), ("PAYER2", money("10.00"))]


def test_a_denial_of_the_next_payer_that_comes_first_waits_for_the_first_payer_and_is_opened_then() -> None:
    """Files come in any order; posted at once, the denial would find nothing to deny and its window would pass."""
    first, second = cast.make_payer(), cast.make_payer(name="Second", payer_id="SEC")
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[first, second])
    denied = Clp("H1", [Svc("100.00", "0", [("OA-23", "84.00"), ("CO-50", "16.00")])], status="2", icn="S1")
    take(Era([denied], payer="Second", payer_id="SEC", trace="EFT2", paid_on=dt.date(2026, 11, 2)))
    assert (RemitException.objects.get().code, buckets(claim)) == ("over_credit", {"PAYER1": "100.00"})

    take(Era([Clp("H1", [Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])])]))

    assert buckets(claim) == {"PAYER2": "16.00"}
    denial = Denial.objects.get()
    assert (denial.bucket, denial.amount, denial.initial_on) == ("PAYER2", money("16.00"), dt.date(2026, 11, 2))
    assert RemitException.objects.get().resolution == "retry"


@pytest.mark.parametrize(
    ("status", "rarcs", "names_next_payer", "is_crossover"),
    [
        ("19", (), False, True),
        ("1", ("MA18",), False, True),
        ("1", ("MA01", "N89"), False, True),
        ("2", ("MA07",), False, True),
        ("1", (), True, True),
        ("1", ("MA19",), True, False),  # named, but the claim was not sent there
        ("1", ("MA08",), False, False),
        ("1", ("MA01",), False, False),
        ("22", ("MA18",), True, False),
    ],
)
def test_a_crossover_is_one_however_it_is_said(
    *, status: str, rarcs: tuple[str, ...], names_next_payer: bool, is_crossover: bool
) -> None:
    assert era.is_crossover(status, rarcs, names_next_payer=names_next_payer) is is_crossover
