"""A payer is found after the patient was asked: what was put to the patient goes back, whatever became of it."""

import datetime as dt

import pytest

from arwork.lib.money import money
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.payers.models import Payer
from claims.remits.models import RemitException
from tests import cast
from tests.balances import balance_of
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def answered_by_medicare(*, rarcs: tuple[str, ...] = ()) -> Claim:
    """Medicare paid 200.00 of 400.00 and left 80.00 to the patient."""
    claim = cast.make_claim(number="H1", lines=["400.00"], payers=[medicare()])
    left = Svc("400.00", "200.00", [("CO-45", "120.00"), ("PR-2", "80.00")], rarcs=rarcs)
    take(Era([Clp("H1", [left])], payer="Medicare", payer_id="MCR"))
    return claim


def medicare() -> Payer:
    return cast.make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")


def second_answers(paid: str, *cas: tuple[str, str], payer: tuple[str, str] = ("Second", "SEC"), on: int = 26) -> None:
    answer = Clp("H1", [Svc("400.00", paid, [("OA-23", "320.00"), *cas])], status="2", icn="S1")
    take(Era([answer], payer=payer[0], payer_id=payer[1], trace=f"T{on}", paid_on=dt.date(2026, 10, on)))


def net(account: str) -> str:
    """What stands on an account."""
    rows = Posting.objects.values_list("debit", "credit", "amount")
    return str(sum((amount * ((debit == account) - (credit == account)) for debit, credit, amount in rows), money("0")))


def patient_share(claim: Claim, *, kind: str, debit: str, amount: str) -> None:
    entry = cast.move(claim.lines.get(), kind=kind, debit=debit, credit="PATIENT", amount=amount, on=cast.TODAY)
    ledger.post([entry], now=cast.NOW)


def test_what_it_pays_writes_off_and_leaves_is_the_patients_no_more_or_again() -> None:
    claim = answered_by_medicare()
    assert buckets(claim) == {"PATIENT": "80.00"}
    second_answers("50.00", ("CO-45", "20.00"), ("PR-3", "10.00"))
    assert buckets(claim) == {"PATIENT": "10.00"}
    assert (net("CASH"), net("CONTRACTUAL")) == ("250.00", "140.00")


def test_what_it_denies_stays_with_it_as_work() -> None:
    claim = answered_by_medicare()
    second_answers("0", ("CO-16", "80.00"))
    assert buckets(claim) == {"PAYER2": "80.00"}
    denial = Denial.objects.get()
    assert (denial.bucket, denial.amount) == ("PAYER2", money("80.00"))


def test_what_the_patient_paid_becomes_the_patients_credit() -> None:
    claim = answered_by_medicare()
    patient_share(claim, kind="patient_payment", debit="CASH", amount="30.00")
    second_answers("80.00")
    assert buckets(claim) == {"PATIENT": "-30.00"}


def test_what_was_written_off_of_the_patients_share_is_written_off_no_more() -> None:
    claim = answered_by_medicare()
    patient_share(claim, kind="write_off", debit="WO_BAD_DEBT", amount="50.00")
    patient_share(claim, kind="patient_payment", debit="CASH", amount="30.00")
    second_answers("80.00")
    assert buckets(claim) == {"PATIENT": "-30.00"}
    assert net("WO_BAD_DEBT") == "0.00"


def test_what_stands_with_an_agency_is_called_back() -> None:
    claim = answered_by_medicare()
    patient_share(claim, kind="transfer", debit="AGENCY", amount="80.00")
    second_answers("80.00")
    assert buckets(claim) == {}


@pytest.mark.parametrize("paid", ["0", "30.00"])
def test_medicaid_that_no_file_gave_a_class_leaves_the_patient_nothing(paid: str) -> None:
    """CLP06 says MC; the 20.00 that it calls the patient's are nobody's."""
    claim = answered_by_medicare()
    rest = money("60.00") - money(paid)
    lines = [Svc("400.00", paid, [("OA-23", "320.00"), ("CO-45", str(rest)), ("PR-3", "20.00")])]
    text = Era([Clp("H1", lines, status="2", icn="S1")], payer="State Medicaid", payer_id="SMCD", trace="T2").text()
    take(text.replace(f"*{money('20.00')}*12*S1", f"*{money('20.00')}*MC*S1"))
    assert (buckets(claim), net("WO_STATUTORY")) == ({}, "20.00")


def test_medicaid_takes_a_share_over_that_was_written_off_because_the_patient_is_a_qmb() -> None:
    claim = answered_by_medicare(rarcs=("N782",))
    assert (buckets(claim), net("WO_STATUTORY")) == ({}, "80.00")
    medicaid = ("Medicaid", "MCD")
    cast.make_payer(name="Medicaid", payer_class="medicaid", payer_id="MCD")
    second_answers("50.00", ("CO-45", "30.00"), payer=medicaid)
    assert (buckets(claim), net("WO_STATUTORY"), net("CONTRACTUAL")) == ({}, "0.00", "150.00")


def test_whatever_pays_last_for_a_qmb_leaves_the_patient_nothing() -> None:
    claim = cast.make_claim(
        number="H1", lines=["400.00"], payers=[medicare(), cast.make_payer(name="Gap", payer_id="GAP")]
    )
    left = Svc("400.00", "200.00", [("CO-45", "120.00"), ("PR-2", "80.00")], rarcs=("N782",))
    take(Era([Clp("H1", [left])], payer="Medicare", payer_id="MCR"))
    second_answers("70.00", ("PR-3", "10.00"), payer=("Gap", "GAP"))
    assert (buckets(claim), net("WO_STATUTORY")) == ({}, "10.00")


def test_a_reversal_of_the_late_payer_gives_the_patients_share_back_until_it_answers_anew() -> None:
    claim = answered_by_medicare()
    second_answers("50.00", ("CO-45", "20.00"), ("PR-3", "10.00"))
    back = Svc("-400.00", "-50.00", [("OA-23", "-320.00"), ("CO-45", "-20.00"), ("PR-3", "-10.00")])
    take(
        Era(
            [Clp("H1", [back], status="22", icn="S1")],
            payer="Second",
            payer_id="SEC",
            trace="T27",
            paid_on=dt.date(2026, 10, 27),
        )
    )
    assert buckets(claim) == {"PATIENT": "80.00"}
    claim.refresh_from_db()
    assert claim.awaiting_correction_since  # nobody calls the patient meanwhile
    second_answers("80.00", on=28)
    assert buckets(claim) == {}


def test_the_second_payers_answer_waits_for_the_firsts_and_says_so() -> None:
    first, second = cast.make_payer(), cast.make_payer(name="Second", payer_id="SEC")
    claim = cast.make_claim(number="H1", lines=["400.00"], payers=[first, second])
    second_answers("80.00")
    assert balance_of(claim.pk)["PAYER1"] == money("400.00")
    waiting = RemitException.objects.get()
    assert (waiting.code, waiting.amount) == ("over_credit", money("80.00"))
    assert "a payer before it has not answered" in waiting.detail
    assert net("UNAPPLIED") == "-80.00"


def test_an_answer_that_repeats_a_prior_payer_is_no_first_payers_whatever_it_calls_itself() -> None:
    claim = answered_by_medicare()
    answer = Clp("H1", [Svc("400.00", "80.00", [("OA-23", "320.00")])], status="1", icn="S1")
    take(Era([answer], payer="Second", payer_id="SEC", trace="T2"))
    assert buckets(claim) == {}


@pytest.mark.parametrize("is_first_read_first", [True, False])
def test_onboarding_from_remittances_alone_ends_alike_whichever_payer_is_read_first(
    *, is_first_read_first: bool
) -> None:
    """A claim opened by the second payer's answer was charged to both; the first one's answer finds its own."""
    left = Svc("400.00", "200.00", [("CO-45", "120.00"), ("PR-2", "80.00")])
    first = Era([Clp("H1", [left])], payer="Medicare", payer_id="MCR")
    rest = Svc("400.00", "50.00", [("OA-23", "320.00"), ("CO-45", "20.00"), ("PR-3", "10.00")])
    second = Era([Clp("H1", [rest], status="2", icn="S1")], payer="Second", payer_id="SEC", trace="T2")
    for era in (first, second) if is_first_read_first else (second, first):
        take(era.text().replace("*1512345678", f"*1{era.payer_id}"), create_missing=True)  # each with its own TRN03
    assert buckets(Claim.objects.get()) == {"PATIENT": "10.00"}
    assert not RemitException.objects.filter(state="open").exists()
