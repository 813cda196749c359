"""How hard to guess a password must be, and for how long one that another chose opens anything."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from arwork.staff import people
from arwork.staff.models import User
from tests.cast import NOW, PASSWORD, make_ada, make_practice, make_user

pytestmark = pytest.mark.django_db
OWN = "quiet-harbor-lamp-9"


@pytest.mark.parametrize(
    "guessed",
    [
        "aaaaaaaaaaaa",
        "123456789012",
        "passwordpassword",
        "Summer2026!!!",
        "!!2026-Winter-2026!!",
        "arworkarwork1",
    ],
)
def test_what_a_guesser_tries_first_is_refused_in_words(guessed: str) -> None:
    with pytest.raises(ValidationError, match="too easy to guess"):
        validate_password(guessed, make_user())


@pytest.mark.parametrize("names", ["Quillfeather 2026", "Oak Street Surgery", "q.quillfeather26"])
def test_names_of_the_person_and_of_their_practices_are_known_to_the_guesser(names: str) -> None:
    oak = make_practice(name="Oak Street Surgery", npi="1003000126")
    ana = make_user(username="q.quillfeather", practices=[oak])
    ana.last_name = "Quillfeather"
    with pytest.raises(ValidationError, match="too easy to guess"):
        validate_password(names, ana)


@pytest.mark.parametrize("good", [OWN, "correct horse battery staple", "v7#kQ!zT0pR&", OWN * 8])
def test_what_is_hard_to_guess_is_taken_whatever_it_is_made_of(good: str) -> None:
    validate_password(good, make_user(practices=[make_practice()]))


def test_the_page_says_why(client: Client) -> None:
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/password", {"old": PASSWORD, "new": "passwordpassword", "again": "passwordpassword"})
    assert response.status_code == 422
    assert "Avoid repeated words and characters" in response.content.decode()


def _sign_in(client: Client, password: str) -> str:
    response = client.post("/login", {"username": "ana", "password": password})
    return response.content.decode() or response.headers["Location"]


def test_a_password_that_another_chose_opens_for_three_days(client: Client) -> None:
    ana = make_user(practices=[make_practice()])
    _, password = people.reset_password(ana.pk, actor=make_ada(make_practice()), now=NOW)
    with time_machine.travel(NOW + dt.timedelta(hours=72, minutes=1), tick=False):
        assert "good for 72 hours" in _sign_in(client, password)
        assert client.get("/password").status_code == 302, "nobody is signed in"
    with time_machine.travel(NOW + dt.timedelta(hours=71), tick=False):
        assert _sign_in(client, password) == "/password"


def test_whether_the_days_are_over_is_told_only_to_who_knows_the_password(client: Client) -> None:
    ana = make_user(practices=[make_practice()])
    people.reset_password(ana.pk, actor=make_ada(make_practice()), now=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=9), tick=False):
        assert "hours, and they are over" not in _sign_in(client, "wrong")


def test_ones_own_password_does_not_end_by_itself(client: Client) -> None:
    ana = make_user(practices=[make_practice()])
    _, password = people.reset_password(ana.pk, actor=make_ada(make_practice()), now=NOW)
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        _sign_in(client, password)
        client.post("/password", {"old": password, "new": OWN, "again": OWN})
    assert User.objects.get(pk=ana.pk).password_expires_at is None
    with time_machine.travel(NOW + dt.timedelta(days=300), tick=False):
        assert _sign_in(Client(), OWN) == "/"
