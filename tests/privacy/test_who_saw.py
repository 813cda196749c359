"""Who saw a person: across the account, claims, lists, searches and files, by days, and of one's own practices only."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from arwork.lib import clock
from arwork.staff.models import User
from claims.billing.models import Claim
from tests.cast import make_abe, make_account, make_ada, make_claim, make_patient, make_practice, make_sol

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def claim() -> Claim:
    account = make_account(practice=make_practice())
    return make_claim(number="H-1", patient=make_patient(account=account))


@pytest.fixture
def ada(claim: Claim) -> User:
    return make_ada(claim.practice)


def look(user: User, *addresses: str, post: dict[str, str] | None = None) -> None:
    client = Client()
    client.force_login(user, backend=BACKEND)
    for address in addresses:
        answer: Any = client.post(address, post, follow=True) if post else client.get(address)
        assert answer.status_code == 200, address
        b"".join(answer) if answer.streaming else answer.content


def sentences(client: Client, claim: Claim, **days: str) -> list[tuple[str, str]]:
    answer = client.get(f"/accounts/{claim.account_id}/seen", days)
    assert answer.status_code == 200
    return [(str(one.event.actor), words) for one, words, _, _ in answer.context["rows"]]


def test_it_tells_every_way_of_seeing_somebody(client: Client, claim: Claim, ada: User) -> None:
    sol = make_sol(claim.practice)
    other = make_claim(number="X-9", patient=make_patient(account=make_account(practice=claim.practice, last="Oakes")))
    look(sol, f"/claims/{claim.pk}", f"/accounts/{claim.account_id}/bill", "/claims", "/api/v1/accounts")
    look(sol, "/claims?export=csv")
    look(sol, "/search", post={"q": "Guarino"})
    look(sol, f"/claims/{other.pk}", "/claims?text=X-9")  # somebody else
    client.force_login(ada, backend=BACKEND)
    told = sentences(client, claim)
    assert told[0][1] == "Opened"  # this very page
    page = client.get(f"/accounts/{claim.account_id}/seen").content.decode()
    assert "claim H-1" in page
    assert f"account {claim.account.number}" in page
    assert sorted(words for who, words in told if who == str(sol)) == [
        "Found it by a search", "Had it on a list", "Had it on a list", "Opened", "Opened", "Took it out in a file",
    ]  # fmt: skip


def test_it_is_narrowed_by_days(client: Client, claim: Claim, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sol = make_sol(claim.practice)
    today = clock.today()
    with monkeypatch.context() as earlier:
        before = clock.now() - dt.timedelta(days=10)
        earlier.setattr(clock, "now", lambda: before)
        look(sol, "/claims")
    client.force_login(ada, backend=BACKEND)
    ten = (today - dt.timedelta(days=10)).isoformat()
    assert sentences(client, claim, since=ten, until=ten) == [(str(sol), "Had it on a list")]
    assert (str(sol), "Had it on a list") not in sentences(client, claim, since=today.isoformat())
    assert client.get(f"/accounts/{claim.account_id}/seen?since=0001-01-01&until=x").status_code == 200


def test_it_is_for_administrators_and_auditors_of_the_practice(client: Client, claim: Claim, ada: User) -> None:
    address = f"/accounts/{claim.account_id}/seen"
    elsewhere = make_practice(name="Cedar", npi="1003000126", tin="069999999")
    for user, status in (
        (ada, 200), (make_abe(claim.practice), 200), (make_sol(claim.practice), 403),
    ):  # fmt: skip
        client.force_login(user, backend=BACKEND)
        assert client.get(address).status_code == status
        page = client.get(f"/accounts/{claim.account_id}").content.decode()
        assert ("Who saw this person" in page) == (status == 200)
    ada.practices.set([elsewhere])
    client.force_login(ada, backend=BACKEND)
    assert client.get(address).status_code == 404


def test_its_queries_do_not_grow_with_the_looks(
    client: Client, claim: Claim, ada: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(ada, backend=BACKEND)
    for _ in range(6):
        client.get("/claims")
    with django_assert_max_num_queries(20):
        assert len(sentences(client, claim)) == 7
