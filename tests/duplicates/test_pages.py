"""The pages of duplicates: what they show, who may decide, what is exported."""

import pytest
from django.test import Client

from claims.billing.models import Claim, PossibleDuplicate
from claims.duplicates import person_pairs
from claims.duplicates.models import PersonPair
from claims.parties.models import Account, Person
from claims.practices.models import Practice
from tests import cast
from tests.edi_intake.conftest import TODAY, TakeIn
from tests.edi_intake.writing import Sent, write_837

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
GUS = Sent(number="A-1", charge="200.00", lines=(("99213", "150.00"), ("85025", "50.00")))


@pytest.fixture
def sol(client: Client, practice: Practice, take_in: TakeIn) -> Client:
    take_in(write_837([GUS, GUS.but(number="B-7"), GUS.but(number="C-1", last="GUARRINO", served="20261007")]))
    person_pairs.find_everywhere(today=TODAY)
    client.force_login(cast.make_sol(practice), backend=BACKEND)
    return client


def test_a_claim_is_merged_and_taken_apart(sol: Client) -> None:
    pair = PossibleDuplicate.objects.get()
    kept, gone = Claim.objects.get(number="A-1"), Claim.objects.get(number="B-7")
    assert "As much as <strong>$200.00</strong> may be counted twice" in sol.get("/claims/duplicates").content.decode()
    assert "Possible duplicate of claim A-1" in sol.get(f"/claims/{gone.pk}").content.decode()
    shown = sol.get(f"/claims/duplicates/{pair.pk}").content.decode()
    assert "$200.00 of charge is reversed" in shown
    assert "1 submission" in shown
    answer = sol.post(f"/claims/duplicates/{pair.pk}/settle", {"choice": "same", "keep": kept.pk}, follow=True)
    assert "Claims A-1 and B-7 are one now" in answer.content.decode()
    emptied = sol.get(f"/claims/{gone.pk}").content.decode()
    assert "Part of another claim" in emptied
    assert "was merged into it" in sol.get(f"/claims/{kept.pk}").content.decode()
    assert "A-1" in sol.get("/claims/duplicates?state=merged").content.decode()
    answer = sol.post(f"/claims/duplicates/{pair.pk}/undo", follow=True)
    assert "Both claims stand as they did" in answer.content.decode()
    assert "200.00" in sol.get("/claims/duplicates?export=csv").getvalue().decode()


def test_nothing_is_merged_without_saying_which_stays(sol: Client) -> None:
    pair = PossibleDuplicate.objects.get()
    answer = sol.post(f"/claims/duplicates/{pair.pk}/settle", {"choice": "same", "keep": "0"})
    assert answer.status_code == 422
    assert "Say which of the two claims stays" in answer.content.decode()


def test_another_number_is_named_by_hand(sol: Client) -> None:
    first, third = Claim.objects.get(number="A-1"), Claim.objects.get(number="C-1")
    wrong = sol.post(f"/claims/{first.pk}/duplicate", {"number": "NOPE"})
    assert wrong.status_code == 422
    assert "There is no claim with this number" in wrong.content.decode()
    assert "NOPE" in wrong.content.decode()
    shown = sol.post(f"/claims/{third.pk}/duplicate", {"number": "A-1"}, follow=True).content.decode()
    assert "two patients" in shown


def test_a_person_is_merged_and_taken_apart(sol: Client) -> None:
    pair = PersonPair.objects.get()
    one, other = Person.objects.order_by("pk")
    assert "likely" in sol.get("/accounts/people").content.decode()
    shown = sol.get(f"/accounts/people/{pair.pk}").content.decode()
    assert "2 claims" in shown
    asked = {"choice": "same", "keep": one.pk, "take-last": other.pk}
    answer = sol.post(f"/accounts/people/{pair.pk}/settle", asked, follow=True)
    assert "Files that name either find the one person now" in answer.content.decode()
    one.refresh_from_db()
    assert one.last == "GUARRINO"
    kept, gone = Account.objects.get(merged_into=None), Account.objects.exclude(merged_into=None).get()
    assert "Part of another account" in sol.get(f"/accounts/{gone.pk}").content.decode()
    assert "was merged into this one" in sol.get(f"/accounts/{kept.pk}").content.decode()
    assert gone.number not in sol.get("/accounts").content.decode()
    assert gone.number in sol.get(f"/search?q={gone.number}", follow=True).content.decode()
    answer = sol.post(f"/accounts/people/{pair.pk}/undo", follow=True)
    assert "stand as they did" in answer.content.decode()
    assert "likely" in sol.get("/accounts/people?export=csv").getvalue().decode()


def test_two_people_are_told_apart_and_everybody_is_compared_again(sol: Client) -> None:
    pair = PersonPair.objects.get()
    sol.post(f"/accounts/people/{pair.pk}/settle", {"choice": "apart"})
    assert "no new pairs" in sol.post("/accounts/people/look", follow=True).content.decode()
    assert "No pair waits" in sol.get("/accounts/people").content.decode()


def test_a_collector_compares_and_tells_apart_but_merges_nothing(sol: Client, practice: Practice) -> None:
    ana = Client()
    ana.force_login(cast.make_ana(practice), backend=BACKEND)
    pair, people = PossibleDuplicate.objects.get(), PersonPair.objects.get()
    kept = Claim.objects.get(number="A-1")
    assert "A supervisor merges them" in ana.get(f"/claims/duplicates/{pair.pk}").content.decode()
    assert "A supervisor merges them" in ana.get(f"/accounts/people/{people.pk}").content.decode()
    answer = ana.post(f"/claims/duplicates/{pair.pk}/settle", {"choice": "same", "keep": kept.pk})
    assert answer.status_code == 403
    ana.post(f"/claims/duplicates/{pair.pk}/settle", {"choice": "apart"})
    pair.refresh_from_db()
    assert pair.state == "apart"


def test_the_pages_cost_a_fixed_number_of_queries(
    sol: Client, take_in: TakeIn, django_assert_max_num_queries: object
) -> None:
    take_in(write_837([GUS.but(number=f"D-{n}") for n in range(8)], control=2))
    assert PossibleDuplicate.objects.count() == 9
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        sol.get("/claims/duplicates")
