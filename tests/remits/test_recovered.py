"""What becomes of a denial that the payer reverses: recovered by what the correction pays beyond the payment."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.denials.models import Denial
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_one_file", [True, False])
def test_a_denial_that_is_reversed_and_paid_in_the_correction_is_recovered(is_one_file: bool) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0.00", [("CO-197", "240.00")])])]))
    back = Clp("H1", [Svc("-240.00", "0.00", [("CO-197", "-240.00")])], status="22")
    paid = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    later = dt.date(2026, 10, 12)
    for number, claims in enumerate([[back, paid]] if is_one_file else [[back], [paid]]):
        take(Era(claims, trace=f"EFT{number}", paid_on=later))

    denial = Denial.objects.get()
    assert (denial.state, denial.closed_on, denial.recovered) == ("recovered", later, money("150.00"))
    assert buckets(claim) == {}


@pytest.mark.parametrize(
    ("paid", "reasons", "recovered"),
    [("110.00", [("CO-45", "130.00")], "10.00"), ("100.00", [("CO-45", "140.00")], "0.00")],
)
def test_a_correction_recovers_what_it_pays_beyond_the_payment_that_it_corrects(
    paid: str, reasons: list[tuple[str, str]], recovered: str
) -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "100.00", [("CO-45", "110.00"), ("CO-197", "30.00")])])]))
    back = Clp("H1", [Svc("-240.00", "-100.00", [("CO-45", "-110.00"), ("CO-197", "-30.00")])], status="22")
    take(Era([back, Clp("H1", [Svc("240.00", paid, reasons)])], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    denial = Denial.objects.get()
    assert denial.recovered == money(recovered)
    assert denial.state == ("recovered" if denial.recovered else "reversed")


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_the_money_of_another_payer_recovers_no_refusal_of_the_first(is_taken_back: bool) -> None:
    first, second = cast.make_payer(), cast.make_payer(name="Second", payer_id="SEC")
    claim = cast.make_claim(number="H1", lines=["100.00"], payers=[first, second])
    reasons = [("CO-197", "20.00"), ("PR-1", "80.00")]
    take(Era([Clp("H1", [Svc("100.00", "0", reasons)])]))
    if is_taken_back:
        undone = [(code, f"-{amount}") for code, amount in reasons]
        left = [("CO-45", "20.00"), ("PR-1", "80.00")]
        back = Clp("H1", [Svc("-100.00", "0", undone)], status="22")
        take(Era([back, Clp("H1", [Svc("100.00", "0", left)])], trace="EFT2"))
    before = Denial.objects.values("state", "closed_on", "recovered").get()

    paid = Clp("H1", [Svc("100.00", "80.00", [("OA-23", "20.00")])], status="2", icn="S1")
    summary = take(Era([paid], trace="EFT3", payer="Second", payer_id="SEC", paid_on=dt.date(2026, 10, 20)))

    assert (summary.posted, buckets(claim)) == (1, {} if is_taken_back else {"PAYER1": "20.00"})
    assert Denial.objects.values("state", "closed_on", "recovered").get() == before
    assert before["state"] == ("reversed" if is_taken_back else "open")


def test_a_second_reason_that_is_given_on_the_same_day_is_a_refusal_of_its_own() -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    first, both = [("CO-197", "240.00")], [("CO-197", "140.00"), ("CO-50", "100.00")]
    for number, reasons in enumerate((first, both)):
        take(Era([Clp("H1", [Svc("240.00", "0", reasons)])], trace=f"EFT{number}"))

    open_now = Denial.objects.filter(state="open").values_list("carc", "amount")
    assert sorted(open_now) == [("197", money("140.00")), ("50", money("100.00"))]


@pytest.mark.parametrize(("paid_on", "state"), [(4, "open"), (5, "recovered"), (6, "recovered")])
def test_money_of_the_day_of_the_refusal_recovers_it_and_older_money_does_not(paid_on: int, state: str) -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-197", "240.00")])])], paid_on=dt.date(2026, 10, 5)))
    paid = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    take(Era([paid], trace="EFT2", paid_on=dt.date(2026, 10, paid_on)))

    assert Denial.objects.get().state == state
