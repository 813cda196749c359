"""Pages for what nobody asked for: in words, in the frame, without details."""

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.views.csrf import csrf_failure
from django.views.defaults import bad_request, server_error

pytestmark = pytest.mark.django_db


def _request() -> HttpRequest:
    return RequestFactory().get("/")


def test_a_lost_address_is_answered_in_words(client: Client) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert "leads to nothing" in response.content.decode()


def test_an_old_page_is_answered_in_words() -> None:
    assert "had grown old" in csrf_failure(_request()).content.decode()
    guarded = Client(enforce_csrf_checks=True)
    assert guarded.post("/login", {"username": "ana"}).status_code == 403


def test_a_defect_is_answered_without_details() -> None:
    for answer in (server_error(_request()), bad_request(_request(), ValueError("secret"))):
        text = answer.content.decode()
        assert "<h1>" in text
        assert "secret" not in text
