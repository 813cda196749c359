"""The same bill under another number is asked about as it comes in; what is no duplicate is not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.billing.models import Claim, PossibleDuplicate
from claims.billing.possible_duplicates import flag_repeated
from tests.duplicates.conftest import ensure_books_hold
from tests.edi_intake.conftest import TODAY, TakeIn
from tests.edi_intake.writing import Sent, many, write_837

pytestmark = pytest.mark.django_db
GUS = Sent(number="A-1", charge="200.00", lines=(("99213", "150.00"), ("85025", "50.00")))
TURNED = (("85025", "50.00"), ("99213", "150.00"))


def pairs() -> list[tuple[str, str]]:
    return list(PossibleDuplicate.objects.order_by("pk").values_list("claim__number", "other__number"))


def test_the_same_bill_under_another_number_is_asked_about(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    result = take_in(write_837([GUS.but(number="B-7", lines=TURNED)], control=2))
    (problem,) = result.results[0]["problems"]
    assert problem["code"] == "possible_duplicate"
    assert "claim A-1" in problem["message"]
    assert result.status == "posted"
    assert pairs() == [("B-7", "A-1")]
    ensure_books_hold()


def test_two_of_one_file_are_asked_about_once(take_in: TakeIn) -> None:
    take_in(write_837([GUS, GUS.but(number="B-7")]))
    take_in(write_837([GUS, GUS.but(number="B-7")], control=2))
    assert pairs() == [("B-7", "A-1")]


@pytest.mark.parametrize(
    "other",
    [
        GUS.but(number="B-1", served="20261006"),
        GUS.but(number="B-2", charge="201.00", lines=(("99213", "151.00"), ("85025", "50.00"))),
        GUS.but(number="B-3", lines=(("99214", "150.00"), ("85025", "50.00"))),
        GUS.but(number="B-4", born="19610413"),
        GUS.but(number="B-5", sequence="S", prior=("OTHER HEALTH", "OTH01", "80.00")),
        GUS.but(number="B-6", frequency="7"),
        GUS.but(number="B-8", frequency="2"),
    ],
    ids=["another day", "another charge", "another service", "another patient", "a later payer", "a correction",
         "a part of a stay"],
)  # fmt: skip
def test_what_is_no_duplicate_is_not_asked_about(take_in: TakeIn, other: Sent) -> None:
    take_in(write_837([GUS]))
    take_in(write_837([other], control=2))
    assert pairs() == []


def test_a_void_claim_is_repeated_by_nobody(take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    take_in(write_837([GUS.but(frequency="8")], control=2, sent_on="20261012"))
    take_in(write_837([GUS.but(number="B-9")], control=3, sent_on="20261013"))
    assert pairs() == []


def test_a_batch_costs_one_query_and_three_more_where_something_is_found(take_in: TakeIn) -> None:
    take_in(write_837(many(40)))
    take_in(write_837([one.but(number=f"X{one.number}") for one in many(40)], control=2))
    assert PossibleDuplicate.objects.count() == 40
    places = {pk: (patient, day) for pk, patient, day in Claim.objects.filter(number__startswith="X").values_list(
        "pk", "patient_id", "service_from")}  # fmt: skip
    with CaptureQueriesContext(
        connection,
    ) as met:
        assert len(flag_repeated(places, today=TODAY)) == 40
    assert len(met) <= 6, [query["sql"][:80] for query in met]  # a savepoint around the insert
    Claim.objects.filter(number__startswith="X").update(charge=1)
    with CaptureQueriesContext(connection) as met:
        assert flag_repeated(places, today=TODAY) == []
    assert len(met) == 1
