"""Letters on pages: chosen by what fits, seen before they are made, found again, taken back."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from arwork.lib import clock
from arwork.staff.models import AuditEvent, User
from claims.parties.models import Account
from collections_app.letters import services
from collections_app.letters.models import Letter
from tests import cast
from tests.cast import NOW, TODAY
from tests.letters.papers import reachable_account

pytestmark = pytest.mark.django_db
FACTS = {"language": "en", "topic": "Your call", "words": "We looked into it."}


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def account() -> Account:
    return reachable_account()


@pytest.fixture
def ana(account: Account, client: Client) -> User:
    ana = cast.make_ana(account.practice)
    client.force_login(ana)
    return ana


def made(account: Account, ana: User) -> Letter:
    facts = {name: value for name, value in FACTS.items() if name != "language"}
    return services.make_letter(
        kind="plain", account_id=account.pk, facts=facts, language="en", actor=ana, today=TODAY, now=NOW
    )


def test_what_does_not_fit_says_why(account: Account, ana: User, client: Client) -> None:
    words = client.get(f"/accounts/{account.pk}/letters/new").content.decode()
    assert "No dispute is recorded on the account." in words
    assert f"/accounts/{account.pk}/letters/new/plain?language=en" in words
    assert f"/accounts/{account.pk}/letters/new/dispute_received" not in words


def test_the_language_is_that_of_the_person(account: Account, ana: User, client: Client) -> None:
    account.guarantor.language = "es"
    account.guarantor.save()
    assert "letters/new/plain?language=es" in client.get(f"/accounts/{account.pk}/letters/new").content.decode()


def test_a_letter_is_seen_before_it_is_made(account: Account, ana: User, client: Client) -> None:
    address = f"/accounts/{account.pk}/letters/new/plain"
    seen = client.post(address, {**FACTS, "step": "preview"})
    assert seen.status_code == 200
    assert "data:image/png;base64," in seen.content.decode()
    assert not Letter.objects.exists()
    answer = client.post(address, {**FACTS, "step": "save"})
    letter = Letter.objects.get()
    assert answer["Location"] == f"/letters/{letter.pk}"
    page = client.get(f"/letters/{letter.pk}").content.decode()
    assert "unchanged since it was made" in page
    assert letter.sha256 in page
    assert "We looked into it." in page


def test_a_letter_that_does_not_fit_is_not_made(account: Account, ana: User, client: Client) -> None:
    facts = {"language": "en", "received_on": "2026-11-12", "step": "save"}
    answer = client.post(f"/accounts/{account.pk}/letters/new/cease_acknowledged", facts)
    assert answer.status_code == 422
    assert "No request to stop" in answer.content.decode()
    assert not Letter.objects.exists()


def test_the_known_facts_of_a_settlement_are_filled_in(ana: User, account: Account, client: Client) -> None:
    patient = cast.make_patient(account=account)
    cast.make_claim(patient=patient, payers=(), lines=("240.00",))
    page = client.get(f"/accounts/{account.pk}/letters/new/settlement_offer").content.decode()
    assert 'value="240.00"' in page
    answer = client.post(
        f"/accounts/{account.pk}/letters/new/settlement_offer",
        {"language": "en", "owed": "240.00", "offer": "300.00", "expires_on": "2026-12-30", "step": "preview"},
    )
    assert answer.status_code == 422
    assert "below what is owed" in answer.content.decode()


def test_one_in_the_place_of_another_takes_that_one_back(account: Account, ana: User, client: Client) -> None:
    first = made(account, ana)
    address = f"/accounts/{account.pk}/letters/new/plain?replaces={first.pk}"
    assert "We looked into it." in client.get(address).content.decode()
    client.post(address, {**FACTS, "words": "We looked into it twice.", "reason": "One more", "step": "save"})
    second = Letter.objects.exclude(pk=first.pk).get()
    assert (first.void.replaced_by, first.void.reason) == (second, "One more")
    page = client.get(f"/letters/{first.pk}").content.decode()
    assert "Taken back" in page
    assert f"/letters/{second.pk}" in page


def test_the_list_is_narrowed_and_taken_out(account: Account, ana: User, client: Client) -> None:
    letter = made(account, ana)
    assert account.number in client.get(f"/letters/list?text={account.number[:3]}").content.decode()
    assert "No letter passes" in client.get("/letters/list?standing=taken_back").content.decode()
    file = b"".join(client.get("/letters/list?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert letter.sha256 in file
    assert AuditEvent.objects.filter(action="exported", subject="letters").exists()


def test_the_list_asks_as_often_for_many_letters_as_for_one(
    account: Account, ana: User, client: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    made(account, ana)
    client.get("/letters/list")
    with django_assert_max_num_queries(40) as one:
        client.get("/letters/list")
    for number in range(3):
        services.make_letter(
            kind="plain", account_id=account.pk, facts={"topic": "x", "words": f"No. {number}"}, language="es",
            actor=ana, today=TODAY, now=NOW,
        )  # fmt: skip
    with django_assert_num_queries(len(one)):
        client.get("/letters/list")


def test_whoever_looks_at_a_letter_leaves_a_trace(account: Account, ana: User, client: Client) -> None:
    letter = made(account, ana)
    client.get(f"/letters/{letter.pk}")
    assert AuditEvent.objects.filter(action="read", subject="letter", subject_id=letter.pk).count() == 1


def test_the_timeline_of_the_account_leads_to_it(account: Account, ana: User, client: Client) -> None:
    letter = made(account, ana)
    assert f"/letters/{letter.pk}" in client.get(f"/accounts/{account.pk}/work").content.decode()


def test_another_practice_sees_none_of_it(account: Account, client: Client, ana: User) -> None:
    letter = made(account, ana)
    client.force_login(cast.make_user(username="carla", practices=[cast.make_practice(name="Cedar", npi="1881018299")]))
    for address in (f"/letters/{letter.pk}", f"/accounts/{account.pk}/letters/new/plain"):
        assert client.get(address).status_code == 404
    assert account.number not in client.get("/letters/list").content.decode()
