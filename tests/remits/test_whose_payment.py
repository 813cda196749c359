"""Whose payment it is: a number does not make a person, and two claims that fit are a question (RULES 2.3)."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.lib.money import money
from claims.billing.models import Claim
from claims.ledger.selectors import account_totals
from claims.remits import exceptions
from claims.remits.exception_view import suggested_claims
from claims.remits.match_rules import SoughtClaim
from claims.remits.matching import match_claims
from claims.remits.models import RemitException
from claims.remits.posting import post_found_payments
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
WHEN = {"today": cast.TODAY, "now": cast.NOW}
DAY = dt.date(2026, 9, 14)
PAID = [Svc("240.00", "150.00", [("CO-45", "90.00")])]


def waiting() -> RemitException:
    return RemitException.objects.get(state="open")


@pytest.fixture
def gus() -> Claim:
    return cast.make_claim(number="H1")


def sibling(gus: Claim, *, number: str = "H2", first: str = "Lena") -> Claim:
    """A claim of the same day and charge for another of the family, under the same member id."""
    patient = cast.make_patient(account=gus.account, first=first)
    return cast.make_claim(patient=patient, number=number)


@pytest.mark.parametrize(
    "who",
    [
        {"last": "ROE", "first": "MAX", "member": "ZZZ999"},
        {"last": "ROE", "first": "MAX"},
        {"first": "MAX", "member": "M222"},
        {"last": "ROE", "member": ""},
    ],
)
@pytest.mark.parametrize("is_onboarding", [True, False])
def test_another_person_under_a_known_number_is_billed_nothing(
    gus: Claim, who: dict[str, str], *, is_onboarding: bool
) -> None:
    take(Era([Clp("H1", PAID, **who)]), create_missing=is_onboarding)
    assert buckets(gus) == {"PAYER1": "240.00"}
    assert waiting().code == "mismatch"
    assert waiting().remit_claim.claim is None
    assert account_totals([gus.practice_id])["UNAPPLIED"] == money("-150.00")
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    "who",
    [
        {"last": "Guarino Jr", "first": "G"},
        {"last": "SMITH"},  # married since, under the same member id
        {"first": "AUGUSTUS"},
        {"first": "BOB"},  # a nickname, under the same member id
        {"member": "W55512345"},  # a new card
        {"last": "GUS", "first": "GUARINO"},
        {"first": "", "member": ""},
    ],
)
def test_what_differs_harmlessly_posts(gus: Claim, who: dict[str, str]) -> None:
    take(Era([Clp("H1", PAID, **who)]))
    assert buckets(gus) == {}
    assert not RemitException.objects.exists()


def test_the_claim_that_fits_every_fact_is_proposed_first(gus: Claim) -> None:
    lena = sibling(gus)
    take(Era([Clp("H1", PAID, first="LENA")]))
    assert buckets(gus) == buckets(lena) == {"PAYER1": "240.00"}
    assert "Claim H2 fits every fact." in waiting().detail
    ana = cast.make_ana(gus.practice)
    assert suggested_claims(waiting(), actor=ana)[0].claim == lena
    exceptions.match_exception(waiting().pk, claim_id=lena.pk, actor=ana, **WHEN)
    assert (buckets(gus), buckets(lena)) == ({"PAYER1": "240.00"}, {})


@pytest.mark.parametrize("is_onboarding", [True, False])
def test_two_claims_that_fit_open_no_third_one(gus: Claim, *, is_onboarding: bool) -> None:
    cast.make_claim(patient=gus.patient, number="H2")
    take(Era([Clp("999", PAID)]), create_missing=is_onboarding)
    assert Claim.objects.count() == 2
    assert waiting().code == "ambiguous"
    assert "Claims H1 and H2 fit it equally" in waiting().detail


def test_of_two_that_fit_the_one_whose_number_is_read_later_is_paid(gus: Claim) -> None:
    cast.make_claim(patient=gus.patient, number="H2")
    take(Era([Clp("999", PAID)]))
    third = cast.make_claim(patient=gus.patient, number="999")
    post_found_payments(**WHEN)
    assert buckets(third) == {}
    assert not RemitException.objects.filter(state="open").exists()


def test_a_sibling_s_payment_under_an_unknown_number_is_nobody_else_s(gus: Claim) -> None:
    take(Era([Clp("999", PAID, first="LENA")]))
    assert buckets(gus) == {"PAYER1": "240.00"}
    assert waiting().code == "unmatched"


def test_a_payment_that_names_no_patient_says_so_and_posts_once_a_person_has_said_who_it_is(gus: Claim) -> None:
    summary = take(Era([Clp("H1", PAID, last="", first="")]))
    assert buckets(gus) == {"PAYER1": "240.00"}
    assert (waiting().code, waiting().remit_claim.claim) == ("no_patient", gus)
    assert [(one["where"], one["code"]) for one in summary.problems] == [("segment 14, NM103", "no_patient")]
    exceptions.match_exception(waiting().pk, claim_id=gus.pk, actor=cast.make_ana(gus.practice), **WHEN)
    assert buckets(gus) == {}


def test_a_payment_without_a_patient_segment_names_the_segment_where_it_is_missed(gus: Claim) -> None:
    text = Era([Clp("H1", PAID)]).text().replace("NM1*QC*1*GUARINO*GUS****MI*M100~", "")
    summary = take(text)
    assert waiting().code == "no_patient"
    assert [one["where"] for one in summary.problems][:1] == ["segment 13, NM103"]


def test_a_status_that_nobody_knows_is_named_by_segment_and_element(gus: Claim) -> None:
    summary = take(Era([Clp("H1", PAID, status="ZZ")]))
    assert waiting().code == "status"
    assert [(one["where"], one["code"]) for one in summary.problems] == [("segment 13, CLP02", "unknown_status")]
    exceptions.accept_exception(waiting().pk, actor=cast.make_ana(gus.practice), **WHEN)
    assert buckets(gus) == {}


def test_a_batch_costs_eight_queries_whatever_its_size(gus: Claim) -> None:
    practice_id = gus.practice_id
    for number in range(2, 30):
        cast.make_claim(patient=gus.patient, number=f"H{number}", lines=[f"{200 + number}.00"])

    def sought(number: int) -> SoughtClaim:
        name = f"H{number}" if number % 3 else f"X{number}"
        first = "GUS" if number % 2 else "LENA"
        return SoughtClaim(name, f"I{number}", "M100", "GUARINO", first, money(f"{200 + number}.00"), DAY, DAY)

    for size in (3, 28):
        with CaptureQueriesContext(connection) as queries:
            match_claims(practice_id, [sought(number) for number in range(2, 2 + size)])
        assert len(queries) <= 8
    with CaptureQueriesContext(connection) as queries:
        match_claims(practice_id, [sought(number) for number in (5, 7, 11)])
    assert len(queries) == 1, "nothing speaks against these: their numbers are enough"
