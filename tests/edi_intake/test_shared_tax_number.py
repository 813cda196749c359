"""Two practices under one tax number, and payers who name nothing else: no third one is opened, nothing is doubled."""

import pytest

from claims.billing.models import Claim
from claims.edi import file_actions
from claims.edi.models import EdiTransaction
from claims.practices.models import Practice
from claims.remits.models import RemitException
from tests.balances import balance_of
from tests.cast import make_practice, make_user
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import NPI, TIN, Sent, write_837
from tests.remits.era import Clp, Era, Svc

EAST = "1003000126"
WEST_BILL = Sent(number="W-1", charge="100.00", member="M1")
EAST_BILL = Sent(number="E-1", charge="100.00", member="M2", last="ROE", first="MAX")
WEST_PAID = Clp("W-1", [Svc("100.00", "80.00", [("PR-2", "20.00")], code="99213", on=None)], member="M1")
EAST_PAID = Clp(
    "E-1", [Svc("100.00", "70.00", [("PR-2", "30.00")], code="99213", on=None)], icn="ICN2", member="M2", last="ROE",
    first="MAX",
)  # fmt: skip


@pytest.fixture
def east(practice: Practice) -> Practice:
    return make_practice(name="Harbor East", npi=EAST, tin=TIN)


@pytest.fixture
def billed(practice: Practice, east: Practice, take_in: TakeIn) -> None:
    take_in(write_837([WEST_BILL]))
    take_in(write_837([EAST_BILL], npi=EAST, control=2))


def paid(*claims: Clp, to: str = f"N1*PE*HARBOR*FI*{TIN}~") -> bytes:
    return Era(claims).text().replace(f"N1*PE*HARBOR CLINIC*XX*{NPI}~", to).encode()


def owed() -> dict[str, dict[str, str]]:
    return {
        claim.number: {bucket: str(amount) for bucket, amount in balance_of(claim.pk).items() if amount}
        for claim in Claim.objects.all()
    }


UNPAID = {"W-1": {"PAYER1": "100.00"}, "E-1": {"PAYER1": "100.00"}}


@pytest.mark.parametrize("is_onboarding", [True, False])
@pytest.mark.usefixtures("billed")
def test_claims_of_both_are_asked_about_and_nothing_is_opened(take_in: TakeIn, *, is_onboarding: bool) -> None:
    result = take_in(paid(WEST_PAID, EAST_PAID), create_missing=is_onboarding)
    assert (result.status, owed(), Practice.objects.count()) == ("rejected", UNPAID, 2)
    [problem] = result.results[0]["problems"]
    assert problem["code"] == "which_practice"
    assert f"Harbor Clinic (NPI {NPI}) and Harbor East (NPI {EAST})" in problem["message"]


@pytest.mark.usefixtures("billed")
@pytest.mark.parametrize("to", [f"N1*PE*HARBOR*FI*{TIN}~", f"N1*PE*HARBOR~REF*TJ*{TIN}~"])
def test_claims_of_one_of_them_say_whose_it_is(take_in: TakeIn, to: str) -> None:
    take_in(paid(EAST_PAID, to=to))
    assert owed() == UNPAID | {"E-1": {"PATIENT": "30.00"}}


@pytest.mark.usefixtures("billed")
def test_claims_of_neither_are_asked_about(take_in: TakeIn) -> None:
    unknown = Clp("X-9", WEST_PAID.lines, member="M9", last="ELSE")
    assert take_in(paid(unknown), create_missing=True).status == "rejected"
    assert Practice.objects.count() == 2


@pytest.mark.usefixtures("billed")
def test_claims_of_the_same_numbers_but_of_others_say_nothing(take_in: TakeIn) -> None:
    somebody = Clp("W-1", WEST_PAID.lines, member="M9", last="ELSE", first="ANN")
    assert take_in(paid(somebody)).status == "rejected"
    take_in(paid(somebody, EAST_PAID))
    assert owed() == UNPAID | {"E-1": {"PATIENT": "30.00"}}


@pytest.mark.usefixtures("billed")
def test_an_npi_that_nobody_has_doubles_no_claim_of_its_sisters(take_in: TakeIn) -> None:
    take_in(paid(EAST_PAID, to=f"N1*PE*HARBOR*XX*1992999999~REF*TJ*{TIN}~"), create_missing=True)
    assert (owed(), Claim.objects.count()) == (UNPAID, 2)


@pytest.mark.usefixtures("billed")
def test_who_sees_one_of_them_is_told_of_no_other(practice: Practice, take_in: TakeIn) -> None:
    sol = make_user(username="sol", role="supervisor", practices=[practice])
    [told] = take_in(paid(WEST_PAID, EAST_PAID), actor=sol, via="upload").results
    assert "Harbor Clinic" in str(told["problems"])
    assert "East" not in str(told["problems"])


@pytest.mark.parametrize("is_onboarding", [True, False])
@pytest.mark.usefixtures("billed")
def test_a_person_says_whose_it_is_and_the_sister_s_claim_waits(
    practice: Practice, east: Practice, take_in: TakeIn, *, is_onboarding: bool
) -> None:
    file_id = take_in(paid(WEST_PAID, EAST_PAID)).file_id
    both = make_user(username="bo", role="owner", practices=[practice, east])
    file_actions.retry_file(file_id, practice_id=practice.pk, actor=both, now=NOW)
    take_in(paid(WEST_PAID, EAST_PAID), create_missing=is_onboarding, actor=both, practice_id=practice.pk)
    assert owed() == {"W-1": {"PATIENT": "20.00"}, "E-1": {"PAYER1": "100.00"}}
    assert Claim.objects.count() == 2
    waits = RemitException.objects.get(state="open")
    assert (waits.code, waits.practice, str(waits.amount)) == ("unmatched", practice, "70.00")
    assert "another practice under the same tax number" in waits.detail
    assert "East" not in waits.detail


def test_a_bill_by_tax_number_alone_is_asked_about_too(practice: Practice, east: Practice, take_in: TakeIn) -> None:
    text = write_837([WEST_BILL]).replace(f"*****XX*{NPI}".encode(), b"")
    assert take_in(text, create_missing=True).status == "rejected"
    assert not Claim.objects.exists()
    assert EdiTransaction.objects.get().problems[-1]["code"] == "which_practice"
    assert Practice.objects.count() == 2


def test_one_practice_of_the_number_needs_no_question(practice: Practice, take_in: TakeIn) -> None:
    take_in(write_837([WEST_BILL]))
    take_in(paid(WEST_PAID, to=f"N1*PE*HARBOR*XX*{NPI}~"), today=TODAY)
    assert owed() == {"W-1": {"PATIENT": "20.00"}}
