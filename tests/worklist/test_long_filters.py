"""A filter that nobody typed costs no more than one that somebody did, on the page as in the API."""

import time
from contextlib import suppress

import pytest
from django.test import Client

from arwork.staff.models import User
from collections_app.worklist import list_filters
from collections_app.worklist.models import SavedFilter
from tests.cast import make_ana, make_practice

LONG = {
    "one long word": "a" * 40_000,
    "many names without a colon": "kind " * 8_000,
    "many colons": "a:" * 20_000,
    "open quotes": 'kind:"' * 7_000,
    "many numbers": "1 " * 20_000,
    "digits": "9" * 40_000,
}


@pytest.fixture
def ana(client: Client, db: None) -> User:
    user = make_ana(make_practice())
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_reading_it_takes_time_in_proportion_to_its_length(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Also without the bound that keeps such a text out: who raises it one day shall not open the door again."""
    monkeypatch.setattr(list_filters, "LONGEST_FILTER", 10**6)
    start = time.process_time()
    with suppress(list_filters.BadFilter):
        list_filters.parse(text)
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_the_page_and_the_api_say_the_bound(client: Client, ana: User, text: str) -> None:
    page = client.get("/list", {"q": text})
    assert page.status_code == 422
    assert "A filter has 500 characters at most" in page.content.decode()
    assert client.get("/api/v1/items", {"q": text}).status_code == 400
    kept = client.post("/list/keep", {"q": text, "name": "long"})
    assert (kept.status_code, SavedFilter.objects.filter(user=ana).count()) == (422, 0)


def test_twenty_bare_words_are_a_filter_and_one_more_is_none(client: Client, ana: User) -> None:
    assert client.get("/list", {"q": "1 " * list_filters.MOST_WORDS}).status_code == 200
    more = client.get("/list", {"q": "1 " * (list_filters.MOST_WORDS + 1)})
    assert more.status_code == 422
    assert "20 bare words at most; this one has 21" in more.content.decode()
    assert client.get("/api/v1/items", {"q": "1 " * 21}).status_code == 422


def test_the_longest_filter_is_still_read(client: Client, ana: User) -> None:
    assert len(list_filters.parse("payer:" + "m" * 494).payer) == 494
    with pytest.raises(list_filters.BadFilter, match="this one has 501"):
        list_filters.parse("payer:" + "m" * 495)
