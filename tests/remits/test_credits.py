"""Credits are real money: the patient is owed back what the patient paid, never what was written off (RULES 4.1)."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.money import ZERO, from_cents, money
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals
from claims.remits import exceptions
from claims.remits.models import RemitException
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

OCT12, OCT19 = dt.date(2026, 10, 12), dt.date(2026, 10, 19)
PAID = Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])
REVERSED = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")


def share(claim: Claim, kind: str, debit: str, amount: str, credit: str = "PATIENT") -> None:
    """Something becomes of the patient's share of the first line."""
    line = claim.lines.order_by("number")[0]
    ledger.post([cast.move(line, kind=kind, debit=debit, credit=credit, amount=amount, on=cast.TODAY)], now=cast.NOW)


def taken_back(*deeds: tuple[str, ...]) -> Claim:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([PAID]))
    for deed in deeds:
        share(claim, *deed)
    take(Era([REVERSED], trace="EFT2", paid_on=OCT12))
    return claim


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deeds", "credit"),
    [
        ([("write_off", "WO_BAD_DEBT", "30.00")], ""),
        ([("write_off", "WO_SMALL", "10.00"), ("write_off", "WO_CHARITY", "20.00")], ""),
        ([("patient_payment", "CASH", "30.00")], "-30.00"),
        ([("patient_payment", "CASH", "10.00"), ("write_off", "WO_SETTLEMENT", "20.00")], "-10.00"),
        ([("transfer", "AGENCY", "30.00")], ""),
        ([("transfer", "AGENCY", "30.00"), ("write_off", "WO_BAD_DEBT", "30.00", "AGENCY")], ""),
        ([("transfer", "AGENCY", "30.00"), ("patient_payment", "CASH", "10.00", "AGENCY"),
          ("write_off", "WO_BAD_DEBT", "5.00", "AGENCY")], "-10.00"),
    ],
    ids=["bad debt", "two classes", "paid", "paid and settled", "at the agency", "given up there", "part paid there"],
)  # fmt: skip
def test_a_share_taken_back_leaves_the_patient_a_credit_of_what_was_paid(
    deeds: list[tuple[str, ...]], credit: str
) -> None:
    claim = taken_back(*deeds)

    assert buckets(claim) == {"PAYER1": "240.00"} | ({"PATIENT": credit} if credit else {})
    totals = account_totals([claim.practice_id])
    assert not [name for name, amount in totals.items() if name.startswith("WO_") and amount]


@pytest.mark.django_db
def test_of_a_write_off_only_as_much_is_undone_as_was_taken_back() -> None:
    """25.00 of the share of 55.00 went back: the other 30.00 stay given up."""
    claim = cast.make_claim(number="H1", lines=["100.00"])
    take(Era([Clp("H1", [Svc("100.00", "45.00", [("PR-1", "25.00"), ("PR-2", "30.00")])])]))
    share(claim, "write_off", "WO_BAD_DEBT", "55.00")

    take(Era([Clp("H1", [Svc("0", "25.00", [("PR-1", "-25.00")], control="H1-1")])], trace="EFT2", paid_on=OCT12))

    assert buckets(claim) == {}
    assert account_totals([claim.practice_id])["WO_BAD_DEBT"] == money("30.00")


@pytest.mark.django_db
def test_a_correction_after_an_undone_write_off_asks_the_patient_for_the_new_share() -> None:
    claim = taken_back(("write_off", "WO_BAD_DEBT", "30.00"))

    take(
        Era(
            [Clp("H1", [Svc("240.00", "100.00", [("CO-45", "90.00"), ("PR-2", "50.00")])])], trace="EFT3", paid_on=OCT19
        )
    )

    assert buckets(claim) == {"PATIENT": "50.00"}


@pytest.mark.django_db
def test_a_share_below_zero_waits_and_is_accepted_only_knowingly() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00"])

    take(Era([Clp("H1", [Svc("100.00", "85.00", [("CO-45", "20.00"), ("PR-2", "-5.00")])])]))

    waiting = RemitException.objects.get()
    assert (waiting.code, waiting.amount, buckets(claim)) == ("over_credit", money("85.00"), {"PAYER1": "100.00"})
    assert "credit of 5.00" in waiting.detail
    exceptions.accept_exception(waiting.pk, actor=cast.make_ada(claim.practice), today=cast.TODAY, now=cast.NOW)
    assert buckets(claim) == {"PATIENT": "-5.00"}


@pytest.mark.django_db
def test_a_share_below_zero_on_one_line_may_meet_what_another_one_leaves() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "50.00"])
    lines = [Svc("100.00", "85.00", [("CO-45", "20.00"), ("PR-2", "-5.00")], control="H1-1"),
             Svc("50.00", "20.00", [("PR-1", "30.00")], control="H1-2")]  # fmt: skip

    take(Era([Clp("H1", lines)]))

    assert (buckets(claim), RemitException.objects.count()) == ({"PATIENT": "25.00"}, 0)


@pytest.mark.django_db
def test_a_contract_never_takes_off_less_than_nothing() -> None:
    """A payment above the charge with CO-45 below zero waits; beside what was taken off before, it posts."""
    claim = cast.make_claim(number="H1", lines=["100.00"])
    above = Clp("H1", [Svc("100.00", "110.00", [("CO-45", "-10.00")])])
    take(Era([above]))
    assert RemitException.objects.get().code == "over_credit"

    other = cast.make_claim(number="H2", lines=["100.00"])
    take(Era([Clp("H2", [Svc("100.00", "80.00", [("CO-45", "20.00")])])], trace="EFT2"))
    take(Era([Clp("H2", [Svc("0", "5.00", [("CO-45", "-5.00")], control="H2-1")])], trace="EFT3", paid_on=OCT12))
    assert (buckets(claim), buckets(other)) == ({"PAYER1": "100.00"}, {})
    assert contractual_of(other) == money("15.00")


def contractual_of(claim: Claim) -> Decimal:
    rows = Posting.objects.filter(claim=claim).values_list("debit", "credit", "amount")
    signs = ((amount, (debit == "CONTRACTUAL") - (credit == "CONTRACTUAL")) for debit, credit, amount in rows)
    return sum((amount * sign for amount, sign in signs), ZERO)


CENTS = st.integers(0, 12_000)
#: Shrinking a story of the database takes minutes and tells no more.
NO_SHRINKING = (Phase.explicit, Phase.generate)
DEEDS = [
    ("patient_payment", "CASH", "PATIENT"),
    ("write_off", "WO_BAD_DEBT", "PATIENT"),
    ("write_off", "WO_SMALL", "PATIENT"),
    ("transfer", "AGENCY", "PATIENT"),
]


class TestNoCreditWithoutAPayment(TestCase):
    """Whatever became of the shares of two lines, and however a payer answers again: the oracle is a sum of what the
    patient handed over."""

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=NO_SHRINKING)
    @given(st.data())
    def test_the_patient_has_no_more_credit_than_was_paid(self, data):
        claim = cast.make_claim(number="H1", lines=["200.00", "80.00"])
        lines = list(claim.lines.order_by("number"))
        shares, sent = [], []
        for number, charge in enumerate((20_000, 8_000), 1):
            off = data.draw(st.integers(0, charge))
            owed = data.draw(st.integers(0, charge - off))
            shares.append(owed)
            cas = [("CO-45", str(from_cents(off))), ("PR-2", str(from_cents(owed)))]
            sent.append((from_cents(charge), from_cents(charge - off - owed), cas, f"H1-{number}"))
        take(Era([Clp("H1", [Svc(str(c), str(p), cas, control=n) for c, p, cas, n in sent])]))
        handed_over = 0
        for line, left in zip(lines, shares, strict=True):
            for kind, debit, credit in data.draw(st.lists(st.sampled_from(DEEDS), max_size=3, unique=True)):
                cents = data.draw(st.integers(0, left))
                if not cents or credit == "AGENCY":
                    continue
                left -= cents
                handed_over += cents * (kind == "patient_payment")
                entry = cast.move(line, kind=kind, debit=debit, credit=credit, amount=from_cents(cents), on=cast.TODAY)
                ledger.post([entry], now=cast.NOW)
        if data.draw(st.booleans()):
            back = [
                Svc(str(-c), str(-p), [(code, str(-money(a))) for code, a in cas], control=n) for c, p, cas, n in sent
            ]
            take(Era([Clp("H1", back, status="22")], trace="EFT2", paid_on=OCT12))
        else:
            less = data.draw(CENTS)
            figures = str(from_cents(less))
            answer = [Svc("0", figures, [("PR-2", f"-{figures}")], control="H1-1"), Svc("0", "0", [], control="H1-2")]
            take(Era([Clp("H1", answer)], trace="EFT2", paid_on=OCT12))

        owed = buckets(claim)
        assert -money(owed.get("PATIENT", "0")) <= from_cents(handed_over)
        assert money(owed.get("AGENCY", "0")) >= 0
        assert contractual_of(claim) >= 0
        totals = account_totals([claim.practice_id])
        assert min(amount for name, amount in totals.items() if name.startswith("WO_")) >= 0
