"""Worked stories of RULES 15: what a payer sends, and where every dollar stands afterwards."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial, Underpayment
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def contractual(claim: Claim) -> bool:
    return Posting.objects.filter(claim=claim, debit="CONTRACTUAL").exists()


def test_a_full_denial_writes_nothing_off_and_opens_a_denial() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "0", [("CO-50", "240.00")])])]))

    assert (summary.status, summary.posted, summary.exceptions) == ("posted", 1, 0)
    assert buckets(claim) == {"PAYER1": "240.00"}
    assert not contractual(claim)
    denial = Denial.objects.get(claim=claim)
    assert (denial.carc, denial.amount, denial.state, denial.category) == (
        "50",
        money("240.00"),
        "open",
        "medical_necessity",
    )


def test_a_deductible_for_the_whole_allowed_amount_is_the_patients_and_no_denial() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-45", "90.00"), ("PR-1", "150.00")])])]))

    assert buckets(claim) == {"PATIENT": "150.00"}
    assert claim.responsible == "PATIENT"
    assert not Denial.objects.exists()


def test_a_clean_payment_marks_the_sending_and_keeps_the_payers_number() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])], icn="P77")]))

    assert buckets(claim) == {"PATIENT": "30.00"}
    assert claim.icn == "P77"
    sent = Submission.objects.get(claim=claim)
    assert (sent.state, sent.icn) == ("adjudicated", "P77")


def test_a_reversal_after_the_patient_paid_leaves_the_patient_a_credit_and_the_claim_waiting() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    line = claim.lines.get()
    from claims.ledger import services as ledger

    ledger.post(
        [cast.move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="30.00", on=cast.TODAY)],
        now=cast.NOW,
    )

    take(
        Era(
            [
                Clp(
                    "H1",
                    [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])],
                    status="22",
                ),
            ],
            trace="EFT2",
            paid_on=dt.date(2026, 10, 12),
        )
    )

    assert buckets(claim) == {"PAYER1": "240.00", "PATIENT": "-30.00"}
    assert claim.awaiting_correction_since == cast.TODAY


def test_the_correction_may_come_in_another_file_a_week_later() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    take(
        Era(
            [Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])],
            trace="EFT3",
            paid_on=dt.date(2026, 10, 19),
        )
    )

    assert buckets(claim) == {}
    assert claim.awaiting_correction_since is None
    assert [tie_out(row.pk).is_tied for row in Remittance.objects.all()] == [True] * 3


def test_a_correction_that_comes_before_its_reversal_waits_and_then_posts_by_itself() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    correction = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")

    first = take(Era([correction], trace="EFT3", paid_on=dt.date(2026, 10, 19)))
    assert (first.status, RemitException.objects.get().code) == ("partly", "over_credit")
    assert buckets(claim) == {"PATIENT": "30.00"}
    take(Era([reversal], trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert buckets(claim) == {}
    assert claim.awaiting_correction_since is None
    assert RemitException.objects.get().resolution == "retry"
    assert {row.state for row in Remittance.objects.all()} == {"posted"}
    assert [tie_out(row.pk).unapplied for row in Remittance.objects.all()] == [money(0)] * 3


@pytest.mark.parametrize("first", ["reversal", "correction"])
def test_reversal_and_correction_in_one_file_end_the_same_in_either_order(first: str) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    reversal = Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")
    correction = Clp("H1", [Svc("240.00", "100.00", [("CO-45", "90.00"), ("PR-1", "50.00")])])

    both = [reversal, correction] if first == "reversal" else [correction, reversal]
    summary = take(Era(both, trace="EFT2", paid_on=dt.date(2026, 10, 12)))

    assert (summary.status, buckets(claim)) == ("posted", {"PATIENT": "50.00"})
    assert claim.awaiting_correction_since is None


def test_money_taken_back_in_advance_and_recovered_later_balances_to_zero() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    other = cast.make_claim(number="H2", lines=["500.00"])
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])]))

    reversal = Clp("H1", [Svc("-240.00", "-150.00", [("CO-45", "-90.00")])], status="22")
    take(Era([reversal], plb=[("WO:H1", "-150.00")], trace="EFT2", paid_on=dt.date(2026, 10, 12)))
    assert account_totals([claim.practice_id])["RECOUPMENT"] == money("-150.00")
    paid = Clp("H2", [Svc("500.00", "400.00", [("CO-45", "100.00")])], icn="I2")
    take(Era([paid], plb=[("WO:H1", "150.00")], trace="EFT3", paid_on=dt.date(2026, 10, 19)))

    totals = account_totals([claim.practice_id])
    assert (totals["RECOUPMENT"], totals["CASH"]) == (money(0), money("400.00"))
    assert (buckets(claim), buckets(other)) == ({"PAYER1": "240.00"}, {})


def test_the_same_payment_in_another_file_posts_nothing() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    era = Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])])
    take(era)
    before = Posting.objects.count()

    again = take(era.text() + "\n")

    assert (again.status, again.posted, Posting.objects.count()) == ("duplicate", 0, before)
    assert again.figures["paid"] == "150.00"
    assert buckets(claim) == {}


def test_two_equal_payments_on_a_day_are_two_payments() -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    cast.make_claim(number="H2", lines=["240.00"])
    line = Svc("240.00", "150.00", [("CO-45", "90.00")])

    states = [take(Era([Clp(number, [line], icn=number)], trace=number)).status for number in ("H1", "H2")]

    assert states == ["posted", "posted"]
    assert Claim.objects.filter(balance=0).count() == 2


def test_a_claim_level_adjustment_beside_paid_lines_asks_which_line() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "300.00"])
    clp = Clp(
        "H1", [Svc("100.00", "100.00"), Svc("300.00", "300.00", code="85025")], cas=[("CO-45", "80.00")], paid="320"
    )

    summary = take(Era([clp]))

    exception = RemitException.objects.get()
    assert (summary.status, exception.code, exception.amount) == ("partly", "allocate", money("320.00"))
    assert buckets(claim) == {"PAYER1": "400.00"}
    assert tie_out(summary.remittance_id or 0).unapplied == money("320.00")
    assert tie_out(summary.remittance_id or 0).is_tied


def test_a_missing_modifier_does_not_hide_the_line() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    claim.lines.update(modifiers="25", control="")

    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])]))

    assert buckets(claim) == {}


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


def test_a_second_payment_for_the_same_claim_is_a_question_and_its_cash_is_kept() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    line = Svc("240.00", "150.00", [("CO-45", "90.00")])
    take(Era([Clp("H1", [line])]))

    summary = take(Era([Clp("H1", [line])], trace="EFT2"))

    assert (summary.status, RemitException.objects.get().code) == ("partly", "over_credit")
    assert buckets(claim) == {}
    assert account_totals([claim.practice_id])["UNAPPLIED"] == money("-150.00")


def test_a_predetermination_posts_nothing() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "0", [("CO-45", "90.00"), ("OA-101", "150.00")])], status="25")]))

    assert (summary.status, buckets(claim)) == ("posted", {"PAYER1": "240.00"})
    assert not Posting.objects.exclude(kind="charge").exists()


def test_an_unknown_claim_waits_and_its_neighbour_posts() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    good = Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    bad = Clp("NOBODY", [Svc("90.00", "70.00", [("CO-45", "20.00")])], icn="X", last="ELSE", member="Z9")

    summary = take(Era([bad, good]))

    assert (summary.status, summary.posted, summary.exceptions) == ("partly", 1, 1)
    assert buckets(claim) == {}
    tie = tie_out(summary.remittance_id or 0)
    assert (tie.posted, tie.unapplied, tie.is_tied) == (money("150.00"), money("70.00"), True)


def test_a_number_that_means_another_claim_is_never_merged() -> None:
    claim = cast.make_claim(number="H1", lines=["150.00"])

    take(Era([Clp("H1", [Svc("500.00", "400.00", [("CO-45", "100.00")], on=dt.date(2025, 1, 3))])]))

    assert RemitException.objects.get().code == "mismatch"
    assert buckets(claim) == {"PAYER1": "150.00"}


def test_a_deposit_that_does_not_tie_out_posts_nothing_and_says_why() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], bpr="155.00"))

    exception = RemitException.objects.get()
    assert (summary.status, exception.code) == ("staged", "not_tied_out")
    assert "150.00" in exception.detail
    assert "155.00" in exception.detail
    assert buckets(claim) == {"PAYER1": "240.00"}
    assert tie_out(summary.remittance_id or 0).waiting == money("155.00")


def test_an_unmapped_provider_adjustment_holds_the_whole_remittance() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], plb=[("CS:X", "10.00")]))

    assert (summary.status, RemitException.objects.get().code) == ("staged", "unmapped_plb")
    assert buckets(claim) == {"PAYER1": "240.00"}


def test_interest_is_income_and_never_a_claim_payment() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], plb=[("L6:H1", "-3.21")]))

    tie = tie_out(summary.remittance_id or 0)
    assert (tie.deposit, tie.posted, tie.suspense) == (money("153.21"), money("150.00"), money("3.21"))
    assert account_totals([claim.practice_id])["INTEREST"] == money("-3.21")


def test_a_claim_without_lines_is_spread_to_the_cent() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "100.00", "100.00"])

    take(Era([Clp("H1", charge="300.00", paid="100.00", cas=[("CO-45", "100.00"), ("PR-1", "100.00")])]))

    assert buckets(claim) == {"PATIENT": "100.00"}
    assert sorted(claim.lines.values_list("patient", flat=True)) == [money("33.33"), money("33.33"), money("33.34")]


def test_a_denied_line_is_recovered_by_a_later_payment() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-197", "240.00")])])]))

    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], trace="EFT2", paid_on=dt.date(2026, 11, 2)))

    denial = Denial.objects.get()
    assert (denial.state, denial.recovered, denial.closed_on) == ("recovered", money("150.00"), dt.date(2026, 11, 2))
    assert buckets(claim) == {}


def test_a_repeated_denial_stays_one_and_keeps_its_first_day() -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    clp = Clp("H1", [Svc("240.00", "0", [("CO-197", "240.00")])])
    take(Era([clp]))
    take(Era([clp], trace="EFT2", paid_on=dt.date(2026, 11, 2), bpr="0"))

    assert Denial.objects.get().initial_on == dt.date(2026, 10, 5)


def test_a_line_below_contract_is_an_underpayment() -> None:
    from claims.payers.models import Contract, FeeItem

    claim = cast.make_claim(number="H1", lines=["240.00"])
    terms = Contract.objects.create(
        practice=claim.practice, payer=claim.payer, name="2026", valid_from=dt.date(2026, 1, 1)
    )
    FeeItem.objects.create(contract=terms, code="99214", allowed=money("180.00"))

    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))

    found = Underpayment.objects.get()
    assert (found.expected, found.allowed, found.amount) == (money("180.00"), money("150.00"), money("30.00"))


def test_a_reduction_by_the_payer_alone_is_disputed_and_stays_owed() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "150.00", [("PI-45", "90.00")])])]))

    assert buckets(claim) == {"PAYER1": "90.00"}
    assert Underpayment.objects.get().amount == money("90.00")


def test_onboarding_opens_claims_from_what_pays_them() -> None:
    clp = Clp("N1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")], control="1")], last="ROE")

    summary = take(Era([clp]), create_missing=True)

    claim = Claim.objects.get(number="N1")
    assert (summary.status, claim.origin, buckets(claim)) == ("posted", "835", {"PATIENT": "30.00"})
    assert claim.patient.person.last == "ROE"
    assert RemitClaim.objects.get().claim_id == claim.pk
