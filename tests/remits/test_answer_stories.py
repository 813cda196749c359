"""Worked stories of RULES 15: what one payer answers, and where every dollar stands afterwards."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial, Underpayment
from claims.ledger.models import Posting, Receivable
from claims.ledger.selectors import account_totals
from claims.payers.models import Contract, FeeItem
from claims.remits.models import RemitClaim, RemitException
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import PAID_ON, Clp, Era, Svc, buckets, take

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


def test_a_denial_that_moves_no_money_still_brings_the_payers_number() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-50", "240.00")])], status="4", icn="P78")]))

    assert (buckets(claim), claim.icn) == ({"PAYER1": "240.00"}, "P78")


def test_a_deductible_for_the_whole_allowed_amount_is_the_patients_and_no_denial() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-45", "90.00"), ("PR-1", "150.00")])])]))

    assert buckets(claim) == {"PATIENT": "150.00"}
    assert claim.responsible == "PATIENT"
    assert not Denial.objects.exists()


def test_a_clean_payment_marks_the_submission_and_keeps_the_payers_number() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])], icn="P77")]))

    assert buckets(claim) == {"PATIENT": "30.00"}
    assert claim.icn == "P77"
    sent = Submission.objects.get(claim=claim)
    assert (sent.state, sent.icn) == ("adjudicated", "P77")


def test_a_payment_answers_the_last_submission_also_where_that_had_been_rejected() -> None:
    """It was put right at the payer's portal: the payer has adjudicated it, and nothing is left to fix and send."""
    claim = cast.make_claim(number="H1", lines=["240.00"])
    Submission.objects.filter(claim=claim).update(state="rejected", state_on=dt.date(2026, 9, 20))

    take(Era([Clp("H1", [Svc("240.00", "100.00", [("PI-45", "140.00")])])]))

    assert Submission.objects.get(claim=claim).state == "adjudicated"


def test_a_missing_modifier_does_not_hide_the_line() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    claim.lines.update(modifiers="25", control="")

    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])]))

    assert buckets(claim) == {}


def test_a_predetermination_posts_nothing() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    summary = take(Era([Clp("H1", [Svc("240.00", "0", [("CO-45", "90.00"), ("OA-101", "150.00")])], status="25")]))

    assert (summary.status, buckets(claim)) == ("posted", {"PAYER1": "240.00"})
    assert not Posting.objects.exclude(kind="charge").exists()


def test_a_claim_level_payment_is_allocated_to_the_cent() -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "100.00", "100.00"])

    take(Era([Clp("H1", charge="300.00", paid="100.00", cas=[("CO-45", "100.00"), ("PR-1", "100.00")])]))

    assert buckets(claim) == {"PATIENT": "100.00"}
    assert sorted(claim.lines.values_list("patient", flat=True)) == [money("33.33"), money("33.33"), money("33.34")]


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


def test_a_second_bill_denied_as_a_duplicate_leaves_the_first_denial_and_its_window() -> None:
    """The line was denied on Oct 5; the duplicate of Nov 16 must not start the appeal anew."""
    cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-50", "240.00")])])]))

    again = Clp("H1", [Svc("240.00", "0", [("CO-18", "240.00")])], icn="ICN2")
    take(Era([again], trace="EFT2", paid_on=dt.date(2026, 11, 16)))

    denial = Denial.objects.get()
    assert (denial.carc, denial.state, denial.initial_on) == ("50", "open", dt.date(2026, 10, 5))
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])], icn="ICN3")], trace="EFT3"))
    denial.refresh_from_db()
    assert (denial.state, denial.recovered) == ("recovered", money("150.00"))


@pytest.mark.parametrize("carc", ["50", "16"])
def test_an_older_answer_that_is_read_later_changes_neither_the_denial_nor_the_control_number(carc: str) -> None:
    """For the same reason it tells when the line was first denied; for another it is history."""
    claim = cast.make_claim(number="H1", lines=["240.00"])
    newer = Clp("H1", [Svc("240.00", "0", [("CO-50", "240.00")])], icn="NEW")
    take(Era([newer], trace="EFT2", paid_on=dt.date(2026, 11, 16)))

    take(Era([Clp("H1", [Svc("240.00", "0", [(f"CO-{carc}", "240.00")])], icn="OLD")], paid_on=dt.date(2026, 10, 5)))

    claim.refresh_from_db()
    denial = Denial.objects.get()
    first = dt.date(2026, 10, 5) if carc == "50" else dt.date(2026, 11, 16)
    assert (claim.icn, denial.carc, denial.state, denial.initial_on) == ("NEW", "50", "open", first)


def test_a_line_below_contract_is_an_underpayment() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    agree(claim, "180.00")

    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))

    found = Underpayment.objects.get()
    assert (found.expected, found.allowed, found.amount) == (money("180.00"), money("150.00"), money("30.00"))


def test_a_reduction_by_the_payer_alone_is_disputed_and_stays_owed() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "150.00", [("PI-45", "90.00")])])]))

    assert buckets(claim) == {"PAYER1": "90.00"}
    assert Underpayment.objects.get().amount == money("90.00")


def test_onboarding_opens_no_claim_from_an_estimate() -> None:
    clp = Clp("N1", [Svc("240.00", "0", [("CO-45", "90.00"), ("OA-101", "150.00")], control="1")], status="25")

    summary = take(Era([clp]), create_missing=True)

    assert (summary.status, summary.exceptions) == ("partly", 1)
    assert not Claim.objects.exists()
    assert not Posting.objects.exists()


def test_onboarding_opens_claims_from_what_pays_them() -> None:
    clp = Clp("N1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")], control="1")], last="ROE")

    summary = take(Era([clp]), create_missing=True)

    claim = Claim.objects.get(number="N1")
    assert (summary.status, claim.origin, buckets(claim)) == ("posted", "835", {"PATIENT": "30.00"})
    assert claim.patient.person.last == "ROE"
    assert RemitClaim.objects.get().claim_id == claim.pk


@pytest.mark.parametrize("carc", ["CO-18", "CO-50"])
def test_an_underpayment_is_not_recovered_by_a_denial(carc: str) -> None:
    """A second bill is denied as a duplicate; or the payment is reversed and the line denied."""
    claim = cast.make_claim(number="H1", lines=["240.00"])
    agree(claim, "180.00")
    paid = [("CO-45", "90.00"), ("PR-2", "30.00")]
    take(Era([Clp("H1", [Svc("240.00", "120.00", paid)])]))

    denied = [Clp("H1", [Svc("240.00", "0", [(carc, "240.00")])], icn="ICN2")]
    if carc == "CO-50":
        back = Svc("-240.00", "-120.00", [(code, f"-{amount}") for code, amount in paid])
        denied.insert(0, Clp("H1", [back], status="22"))
    take(Era(denied, trace="EFT2", paid_on=dt.date(2026, 11, 16)))

    assert Underpayment.objects.get().state == "open"
    if carc == "CO-50":
        corrected = [Clp("H1", [Svc("240.00", "150.00", [("CO-45", "60.00"), ("PR-2", "30.00")])], icn="ICN3")]
        take(Era(corrected, trace="EFT3", paid_on=dt.date(2026, 11, 18)))
        assert Underpayment.objects.get().state == "recovered"


def agree(claim: Claim, fee: str) -> None:
    terms = Contract.objects.create(
        practice=claim.practice, payer=claim.payer, name="2026", valid_from=dt.date(2026, 1, 1)
    )
    FeeItem.objects.create(contract=terms, code="99214", allowed=money(fee))


@pytest.mark.parametrize("step", [1, -1])
def test_an_incentive_raises_the_payment_wherever_it_stands_among_the_reductions(step: int) -> None:
    """Medicare pays a quality bonus as CO-144 below zero, behind the CO-45 of the same line."""
    claim = cast.make_claim(number="H1", lines=["100.00"])
    shares = [("CO-45", "20.00"), ("CO-253", "1.60"), ("PR-2", "16.00"), ("CO-144", "-5.00")]

    summary = take(Era([Clp("H1", [Svc("100.00", "67.40", shares[::step])])]))

    assert (summary.status, buckets(claim)) == ("posted", {"PATIENT": "16.00"})
    totals = account_totals([claim.practice_id])
    assert (totals["CASH"], totals["CONTRACTUAL"]) == (money("67.40"), money("15.00"))


def test_the_patient_owes_since_the_payer_decided_not_since_the_remittance_was_read() -> None:
    """RULES 1.7: a file that lay about for six weeks must not make the patient's share look new."""
    claim = cast.make_claim(number="H1", lines=["240.00"])

    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])], paid_on=PAID_ON))

    left = Posting.objects.get(claim=claim, debit="PATIENT")
    assert (left.posted_on, left.effective_on) == (cast.TODAY, PAID_ON)
    assert Receivable.objects.get(claim=claim).since_on == PAID_ON
