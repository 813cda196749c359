"""Pages for what nobody asked for: in words, in the frame, without details."""

import re

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, server_error

from tests.cast import make_ada, make_practice, make_user
from tests.conventions.test_addresses import ADDRESSES

pytestmark = pytest.mark.django_db


def _request() -> HttpRequest:
    return RequestFactory().get("/")


def test_a_lost_address_is_answered_in_words(client: Client) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert "leads to nothing" in response.content.decode()


def test_a_number_that_no_row_can_have_leads_to_nothing(client: Client) -> None:
    """On either engine, wherever an address takes a number."""
    practice = make_practice()
    client.force_login(make_ada(practice), backend="django.contrib.auth.backends.ModelBackend")
    addresses = [address for address, _ in ADDRESSES if "<int:" in address]
    assert len(addresses) > 40
    for address in addresses:
        url = "/" + re.sub(r"<int:\w+>", "9" * 23, address)
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code < 500, url


FROM_OURS = {"HTTP_REFERER": "http://testserver/desk/7"}
NOTE = {"note": "Rosa in appeals will call back on Monday <b>"}
SHOWN = "Rosa in appeals will call back on Monday &lt;b&gt;"


def test_words_that_arrive_after_the_session_ended_are_shown_again(client: Client) -> None:
    answer = client.post("/desk/7", NOTE, **FROM_OURS)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You were signed out before this was sent" in page
    assert SHOWN in page
    assert "/login?next=/desk/7" in page
    assert "no-store" in answer["Cache-Control"]


def test_words_of_a_page_that_grew_old_are_shown_again() -> None:
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(make_user(username="ana"), backend="django.contrib.auth.backends.ModelBackend")
    page = guarded.post("/desk/7", NOTE, **FROM_OURS).content.decode()
    assert "This page had grown old" in page
    assert SHOWN in page


def test_no_other_site_puts_words_into_our_pages() -> None:
    guarded = Client(enforce_csrf_checks=True)
    for referer in ({}, {"HTTP_REFERER": "https://evil.example/desk/7"}):
        answer = guarded.post("/desk/7", NOTE, **referer)
        assert answer.status_code == 403
        assert "Rosa" not in answer.content.decode()


def test_a_defect_is_answered_without_details() -> None:
    for answer in (server_error(_request()), bad_request(_request(), ValueError("secret"))):
        text = answer.content.decode()
        assert "<h1>" in text
        assert "secret" not in text
