"""Who is kept out by wrong passwords, and who is not: strangers lock strangers out, never the owner of a name."""

import datetime as dt
import string

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core import signing
from django.test import Client, RequestFactory

from arwork.staff import lockout
from arwork.staff.models import AuditEvent
from tests.cast import PASSWORD, make_ada, make_practice, make_user

pytestmark = pytest.mark.django_db


def sign_in(client: Client, name: str = "ana", password: str = PASSWORD, **more: str) -> str:
    """What became of it, in a word."""
    response = client.post("/login", {"username": name, "password": password}, **more)
    if response.status_code == 302:
        client.post("/logout")
        return "in"
    text = response.content.decode()
    return "locked" if "This name is locked" in text else "sprayed" if "from this network" in text else "wrong"


def guess(name: str = "ana", *, times: int = 1, **more: str) -> str:
    return [sign_in(Client(), name, "wrong", **more) for _ in range(times)][-1]


def test_a_stranger_who_locks_a_name_does_not_keep_its_owner_out() -> None:
    make_user()
    desk, elsewhere = Client(), Client()
    assert sign_in(desk) == "in"
    assert guess(times=5) == "locked"
    assert sign_in(elsewhere) == "locked"  # the right password, from a browser that nobody knows
    assert sign_in(desk) == "in"


def test_a_known_browser_bears_five_wrong_passwords_like_any_other() -> None:
    make_user()
    desk = Client()
    sign_in(desk)
    assert [sign_in(desk, password="wrong") for _ in range(5)][-1] == "locked"
    assert sign_in(desk) == "locked"
    assert sign_in(Client()) == "in"  # and locks nobody out elsewhere


def test_a_browser_that_one_name_knows_is_a_stranger_to_the_others() -> None:
    make_user()
    make_user(username="bob")
    workstation = Client()
    sign_in(workstation, "bob")
    assert guess("ana", times=5) == "locked"
    assert sign_in(workstation, "ana") == "locked"
    assert sign_in(workstation, "bob") == "in"


def test_a_workstation_knows_everybody_who_works_at_it() -> None:
    for name in ("ana", "bob"):
        make_user(username=name)
    workstation = Client()
    assert [sign_in(workstation, name) for name in ("ana", "bob")] == ["in", "in"]
    for name in ("ana", "bob"):
        assert guess(name, times=5) == "locked"
        assert sign_in(workstation, name) == "in"


@pytest.mark.parametrize("forged", ["", "x", "{}", "eyJhIjoiYiJ9:1tXyzZ:abc"])
def test_a_forged_cookie_makes_no_browser_known(forged: str) -> None:
    make_user()
    assert guess(times=5) == "locked"
    client = Client()
    client.cookies[lockout.cookie_name()] = forged
    assert sign_in(client) == "locked"


def test_trying_many_names_from_one_address_is_ended_for_strangers_alone() -> None:
    make_user()
    make_user(username="bob")
    desk = Client()
    sign_in(desk)
    seen = [guess(f"name{number}", REMOTE_ADDR="192.0.2.7") for number in range(lockout.FROM_AN_ADDRESS + 1)]
    assert seen[-2:] == ["sprayed", "sprayed"]
    assert set(seen[:-2]) == {"wrong"}
    assert sign_in(Client(), "bob", REMOTE_ADDR="192.0.2.7") == "sprayed"
    assert sign_in(Client(), "bob", REMOTE_ADDR="192.0.2.8") == "in"
    assert sign_in(desk, REMOTE_ADDR="192.0.2.7") == "in"


def test_an_address_is_free_again_after_fifteen_minutes() -> None:
    make_user()
    start = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        assert [guess(f"name{number}") for number in range(lockout.FROM_AN_ADDRESS)][-1] == "sprayed"
        clock.shift(dt.timedelta(minutes=16))
        assert sign_in(Client()) == "in"


@pytest.mark.parametrize(
    ("hops", "forwarded", "found"),
    [
        (0, "203.0.113.9", "198.51.100.1"),  # nobody stands in front: what a client says of itself counts for nothing
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),  # the last is what our proxy saw
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.1"),
        (1, "nonsense", "198.51.100.1"),
        (1, "", "198.51.100.1"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
    ],
)
def test_the_address_is_the_one_that_the_proxy_saw(settings: object, hops: int, forwarded: str, found: str) -> None:
    settings.PROXY_HOPS = hops  # type: ignore[attr-defined]
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert lockout.address(request) == found


def test_an_administrator_sees_who_is_locked_and_unlocks_the_name_without_a_new_password(client: Client) -> None:
    ana = make_user(practices=[make_practice()])
    client.force_login(make_ada(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    page = f"/people/{ana.pk}"
    assert "Unlock the name" not in client.get(page).content.decode()
    guess(times=5)
    assert "locked for now" in client.get("/people").content.decode()
    assert "Unlock the name" in client.get(page).content.decode()
    assert "present password" in client.post(f"{page}/unlock", follow=True).content.decode()
    assert sign_in(Client()) == "in"
    assert AuditEvent.objects.filter(action="name_unlocked", subject_id=ana.pk).count() == 1


def test_unlocking_frees_the_name_in_known_browsers_too() -> None:
    make_user()
    make_user(username="ana2")
    desk = Client()
    sign_in(desk)
    [sign_in(desk, password="wrong") for _ in range(5)]
    guess("ana2", times=5)
    now = dt.datetime.now(dt.UTC)
    assert lockout.locked_names(["ana", "ana2", "bob"], now=now) == {"ana", "ana2"}
    lockout.unlock("ana")
    assert sign_in(desk) == "in"
    assert lockout.locked_names(["ana", "ana2"], now=now) == {"ana2"}


def test_the_cookie_names_nobody(client: Client) -> None:
    make_user()
    client.post("/login", {"username": "ana", "password": PASSWORD})
    cookie = client.cookies[lockout.cookie_name()]
    assert cookie["httponly"]
    ((name, mark),) = signing.loads(cookie.value, salt="known-browser").items()
    assert set(name + mark) <= set(string.hexdigits)
    assert not AccessAttempt.objects.exists()
