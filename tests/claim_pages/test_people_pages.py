"""The pages by which people are corrected: what was typed stays, what is odd is said first, and who may do what."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from arwork.staff.models import User
from claims.amendments import contact_points, history
from claims.amendments.contact_points import AddressFacts
from claims.amendments.models import PersonChange
from claims.billing.models import Claim
from claims.parties.models import Coverage, FileSuggestion, PersonAddress, PersonEmail, PersonPhone
from tests.amendments.turns import turn
from tests.cast import make_ana, make_claim, make_payer, make_practice, make_sol

pytestmark = pytest.mark.django_db
OAK = {"line1": "9 Oak Street", "line2": "", "city": "Brooklyn", "state": "NY", "zip": "11201"}
WORD = {"source": "call", "said_by": "his wife", "reason": ""}


@pytest.fixture
def claim() -> Claim:
    """A claim of somebody whose address nobody knows."""
    made = make_claim(payers=())
    PersonAddress.objects.all().delete()
    return made


@pytest.fixture
def ana(claim: Claim, client: Client) -> User:
    user = make_ana(make_practice())
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.fixture
def sol(claim: Claim, client: Client) -> User:
    user = make_sol(make_practice())
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def url(name: str, claim: Claim, **more: int) -> str:
    return reverse(name, kwargs={"account_id": claim.account_id, "person_id": claim.patient.person_id, **more})


def people_of(claim: Claim) -> str:
    return reverse("account_people", args=[claim.account_id])


def test_a_collector_fixes_an_address_and_returns_to_the_item(client: Client, ana: User, claim: Claim) -> None:
    back = "?back=%2Fdesk%2F7"
    shown = client.get(people_of(claim) + back).content.decode()
    assert 'href="/desk/7"' in shown
    assert url("address_new", claim) + back in shown
    answer = client.post(url("address_new", claim) + back, OAK | WORD)
    assert answer["Location"] == people_of(claim) + back
    assert PersonAddress.objects.get(is_current=True).zip == "11201"
    assert "9 Oak Street, Brooklyn, NY 11201" in client.get(people_of(claim)).content.decode()


def test_nobody_is_led_away_by_an_address(client: Client, ana: User, claim: Claim) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        assert f'href="{elsewhere}"' not in client.get(people_of(claim), {"back": elsewhere}).content.decode()


def test_what_was_typed_stays_beside_what_is_wrong_with_it(client: Client, ana: User, claim: Claim) -> None:
    answer = client.post(url("address_new", claim), OAK | WORD | {"zip": "1"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "A ZIP code has five digits" in shown
    assert 'value="9 Oak Street"' in shown
    assert not PersonAddress.objects.exists()


def test_what_is_odd_is_said_once_and_saved_when_it_is_sent_again(client: Client, ana: User, claim: Claim) -> None:
    entered = OAK | WORD | {"state": "NJ"}
    shown = client.post(url("address_new", claim), entered)
    assert "lies in New York, not in New Jersey" in shown.content.decode()
    assert not PersonAddress.objects.exists()
    client.post(url("address_new", claim), entered | {"confirmed": shown.context["form"]["confirmed"].value()})
    assert PersonAddress.objects.get().state == "NJ"


def test_two_people_at_one_address(client: Client, ana: User, claim: Claim) -> None:
    contact_points.add_address(claim.patient.person_id, AddressFacts(**OAK), turn=turn(ana))
    row = PersonAddress.objects.get()
    opened = client.get(url("address_correct", claim, address_id=row.pk)).context["form"]["seen"].value()
    other = make_sol(make_practice())
    contact_points.correct_address(row.pk, AddressFacts(**OAK | {"line1": "8 Oak"}), turn=turn(other))
    entered = OAK | WORD | {"line1": "7 Oak", "seen": opened}
    answer = client.post(url("address_correct", claim, address_id=row.pk), entered)
    shown = answer.content.decode()
    assert (answer.status_code, "8 Oak" in shown, "7 Oak" in shown) == (409, True, True)
    client.post(
        url("address_correct", claim, address_id=row.pk), entered | {"seen": answer.context["form"]["seen"].value()}
    )
    assert PersonAddress.objects.get().line1 == "7 Oak"


def test_numbers_and_e_mail_addresses(client: Client, ana: User, claim: Claim) -> None:
    client.post(url("phone_new", claim), WORD | {"number": "212-555-0123", "kind": "mobile", "is_preferred": "on"})
    phone = PersonPhone.objects.get()
    client.post(url("phone_correct", claim, phone_id=phone.pk), WORD | {"kind": "mobile", "is_wrong": "on"})
    client.post(url("email_new", claim), WORD | {"address": "gus@example.com"})
    email = PersonEmail.objects.get()
    client.post(url("email_correct", claim, email_id=email.pk), WORD | {"address": "gus@example.org"})
    phone.refresh_from_db()
    email.refresh_from_db()
    assert (phone.number, phone.is_wrong, phone.is_preferred) == ("+12125550123", True, False)
    assert email.address == "gus@example.org"
    assert client.post(url("phone_new", claim), WORD | {"number": "12", "kind": "home"}).status_code == 422


def test_marks_of_an_address(client: Client, ana: User, claim: Claim) -> None:
    contact_points.add_address(claim.patient.person_id, AddressFacts(**OAK), turn=turn(ana))
    row = PersonAddress.objects.get()
    client.post(url("address_mark", claim, address_id=row.pk), {"as": "bad"})
    assert "mail came back" in client.get(people_of(claim)).content.decode()
    client.post(url("address_mark", claim, address_id=row.pk), {"as": "good"})
    assert not PersonAddress.objects.get().is_bad


def test_a_suggestion_stands_on_the_account_until_it_is_decided(client: Client, ana: User, claim: Claim) -> None:
    theirs = PersonAddress.objects.create(
        person=claim.account.guarantor, line1="12 Elm St", city="Albany", state="NY", zip="12207", is_current=False
    )
    row = FileSuggestion.objects.create(
        practice=claim.practice, person=claim.account.guarantor, address=theirs, told_on=dt.date(2026, 11, 3)
    )
    account = reverse("account", args=[claim.account_id])
    assert "12 Elm St" in client.get(account).content.decode()
    client.post(reverse("suggestion", args=[claim.account_id, row.pk]), {"take": "1"})
    assert PersonAddress.objects.get(is_current=True).line1 == "12 Elm St"
    assert "A file says otherwise" not in client.get(account).content.decode()


def test_collectors_are_not_offered_what_takes_a_supervisor(client: Client, ana: User, claim: Claim) -> None:
    shown = client.get(people_of(claim)).content.decode()
    assert url("person_correct", claim) not in shown
    assert client.get(url("person_correct", claim)).status_code == 403
    assert client.get(url("coverage_new", claim)).status_code == 403


def test_a_coverage_is_added_ended_and_taken_back(client: Client, sol: User, claim: Claim) -> None:
    entered = WORD | {
        "payer": make_payer().pk, "rank": 1, "member_id": "W12", "relationship": "18", "on_claims": "on",
        "valid_from": "2026-01-01",
    }  # fmt: skip
    told = client.post(url("coverage_new", claim), entered)
    shown = told.content.decode()
    assert (told.status_code, "$240.00 moves by postings" in " ".join(shown.split())) == (200, True)
    assert not Coverage.objects.exists()
    client.post(url("coverage_new", claim), entered | {"confirmed": "1"})
    claim.refresh_from_db()
    cover = Coverage.objects.get()
    assert claim.coverage1_id == cover.pk
    end = {"valid_to": "2026-06-30", "off_claims": "on", "confirmed": "1"}
    client.post(url("coverage_end", claim, coverage_id=cover.pk), WORD | end)
    claim.refresh_from_db()
    assert claim.coverage1_id is None
    change = PersonChange.objects.order_by("-pk")[0]
    undo = reverse("change_undo", args=[claim.account_id, change.pk])
    assert "Coverage ended" in client.get(undo).content.decode()
    client.post(undo, WORD)
    claim.refresh_from_db()
    assert (claim.coverage1_id, history.stands(PersonChange.objects.get(pk=change.pk))) == (cover.pk, False)
    assert "taken back" in client.get(people_of(claim)).content.decode()


def test_coverages_change_places(client: Client, sol: User) -> None:
    claim = make_claim(payers=[make_payer(), make_payer(name="Beta", payer_id="B")])
    one, two = claim.coverage1_id or 0, claim.coverage2_id or 0
    entered = WORD | {"place1": two, "place2": one, "confirmed": "1"}
    client.post(url("coverage_order", claim), entered)
    assert dict(Coverage.objects.values_list("pk", "rank")) == {one: 2, two: 1}
    doubled = client.post(url("coverage_order", claim), WORD | {"place1": two, "place2": two, "confirmed": "1"})
    assert doubled.status_code == 409


def test_somebody_else_answers(client: Client, sol: User, claim: Claim) -> None:
    address = reverse("account_guarantor", args=[claim.account_id])
    assert "The account goes over whole" in client.get(address).content.decode()
    entered = WORD | {"last": "Guarino", "first": "Greta", "birth_on": "2015-01-01", "from_on": "2026-11-20"}
    assert "of age" in client.post(address, entered).content.decode()
    client.post(address, entered | {"birth_on": "1975-01-01"})
    claim.account.refresh_from_db()
    assert str(claim.account.guarantor) == "Guarino, Greta"


def test_the_page_costs_the_same_queries_however_much_was_changed(
    client: Client, sol: User, claim: Claim, django_assert_max_num_queries
) -> None:
    for number in range(20):
        contact_points.add_phone(claim.patient.person_id, f"2125550{number + 100}", turn=turn(sol))
    with django_assert_max_num_queries(40):
        client.get(people_of(claim))
