"""Signing in and out, lockout, one's own password, and the idle limit."""

import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client

from arwork.lib import clock
from arwork.staff import people
from arwork.staff.models import AuditEvent, User
from tests.cast import PASSWORD, make_ada, make_practice, make_user

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)


def _sign_in(client: Client, *, password: str = PASSWORD, next_: str = "") -> object:
    return client.post("/login", {"username": "ana", "password": password, "next": next_})


def _actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_signing_in_leads_to_the_page_asked_for(client: Client) -> None:
    make_user(role="admin")
    assert _sign_in(client, next_="/people").headers["Location"] == "/people"
    assert _actions() == ["signed_in"]


@pytest.mark.parametrize("next_", ["no-path", "staff:people", "javascript:alert(1)"])
def test_signing_in_leads_only_to_paths(client: Client, next_: str) -> None:
    make_user()
    assert _sign_in(client, next_=next_).headers["Location"] == "/"


def test_signing_in_leads_to_no_other_site(client: Client) -> None:
    make_user()
    assert _sign_in(client, next_="https://evil.example/").headers["Location"] == "/"


def test_a_wrong_password_is_refused_in_words_and_recorded(client: Client) -> None:
    ana = make_user()
    response = _sign_in(client, password="wrong")
    assert response.status_code == 422
    assert "don’t go together" in response.content.decode()
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.subject_id) == ("sign_in_refused", None, ana.pk)


def test_the_account_is_named_in_the_trail_however_its_name_was_spelled(client: Client) -> None:
    ana = make_user()
    client.post("/login", {"username": "\uff41na", "password": "wrong"})  # a wide a, which signs in as ana
    client.post("/login", {"username": "ana\x00", "password": "wrong"})
    assert list(AuditEvent.objects.order_by("id").values_list("subject_id", flat=True)) == [ana.pk, None]


def test_what_was_typed_instead_of_a_name_is_not_kept(client: Client) -> None:
    client.post("/login", {"username": "my-secret-password", "password": "x"})
    event = AuditEvent.objects.get()
    assert event.subject_id is None
    assert "secret" not in str(event.__dict__)
    assert "secret" not in str(AccessAttempt.objects.values_list())


def test_five_wrong_passwords_lock_the_name_and_an_administrator_unlocks_it(client: Client) -> None:
    ana = make_user(practices=[make_practice()])
    for _ in range(5):
        response = _sign_in(client, password="wrong")
    assert "locked for now" in response.content.decode()
    assert response.status_code in (403, 429)
    assert "locked for now" in _sign_in(client).content.decode()
    _, password = people.reset_password(ana.pk, actor=make_ada(make_practice()), now=clock.now())
    assert _sign_in(client, password=password).status_code == 302


def test_who_keeps_knocking_keeps_nobody_out_for_longer(client: Client) -> None:
    make_user(practices=[make_practice()])
    for minute in (0, 0, 0, 0, 0, 5, 10, 14):
        with time_machine.travel(START + dt.timedelta(minutes=minute), tick=False):
            response = _sign_in(Client(), password="wrong")
    assert "locked for now" in response.content.decode()
    with time_machine.travel(START + dt.timedelta(minutes=16), tick=False):
        assert _sign_in(client).status_code == 302


def test_a_password_that_another_chose_must_be_replaced_first(client: Client) -> None:
    ana = make_user(role="admin")
    User.objects.update(must_change_password=True)
    assert _sign_in(client, next_="/people").headers["Location"] == "/password"
    assert client.get("/people").headers["Location"] == "/password"
    assert "Cancel" not in client.get("/password").content.decode()  # there is no way around it
    new = "quiet-harbor-lamp-9"
    response = client.post("/password", {"old": PASSWORD, "new": new, "again": new})
    assert response.status_code == 302
    assert client.get("/people").status_code == 200
    ana.refresh_from_db()
    assert ana.check_password(new)


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", "quiet-harbor-lamp-9", "quiet-harbor-lamp-9", "not your present password"),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "quiet-harbor-lamp-9", "quiet-harbor-lamp-8", "differ"),
        (PASSWORD, PASSWORD, PASSWORD, "another one"),
    ],
)
def test_a_poor_password_is_refused_in_words(client: Client, old: str, new: str, again: str, words: str) -> None:
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/password", {"old": old, "new": new, "again": again})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_new_password_ends_the_other_sessions() -> None:
    make_user(role="admin")
    here, there = Client(), Client()
    for client in (here, there):
        _sign_in(client)
    here.post("/password", {"old": PASSWORD, "new": "quiet-harbor-lamp-9", "again": "quiet-harbor-lamp-9"})
    assert here.get("/people").status_code == 200
    assert there.get("/people").status_code == 302


def test_a_closed_account_is_out_at_once(client: Client) -> None:
    ana = make_user(practices=[make_practice()])
    _sign_in(client)
    people.set_active(ana.pk, active=False, actor=make_ada(make_practice()), now=START)
    assert client.get("/password").headers["Location"].startswith("/login")


def test_signing_out_is_a_post_and_is_recorded(client: Client) -> None:
    make_user()
    _sign_in(client)
    assert client.get("/logout").status_code == 405
    client.post("/logout")
    assert client.get("/password").status_code == 302
    assert _actions() == ["signed_in", "signed_out"]


def test_an_idle_session_ends_and_leads_back(client: Client) -> None:
    make_user(role="admin")
    with time_machine.travel(START, tick=False) as time:
        _sign_in(client)
        client.get("/people")
        time.shift(dt.timedelta(minutes=29))
        assert client.get("/people").status_code == 200
        time.shift(dt.timedelta(minutes=29))
        assert client.get("/people").status_code == 200
        time.shift(dt.timedelta(minutes=31))
        assert client.get("/people").headers["Location"] == "/login?next=/people"
    assert _actions()[-1] == "signed_out_idle"


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(client: Client) -> None:
    make_user(role="admin")
    with time_machine.travel(START, tick=False) as time:
        _sign_in(client)
        client.get("/people")
        for _ in range(31):
            time.shift(dt.timedelta(minutes=1))
            response = client.get("/people", headers={"X-Background": "1"})
        assert response.headers["Location"].startswith("/login")


def test_extending_counts_as_work(client: Client) -> None:
    make_user(role="admin")
    with time_machine.travel(START, tick=False) as time:
        _sign_in(client)
        for _ in range(3):
            time.shift(dt.timedelta(minutes=25))
            assert client.post("/session/extend").status_code == 204


def test_a_busy_session_is_not_written_by_every_request(client: Client, django_assert_num_queries: object) -> None:
    make_user(role="admin", practices=[make_practice()])
    with time_machine.travel(START, tick=False):
        _sign_in(client)
        client.get("/password")
        with django_assert_num_queries(2):  # the user, their practices  # type: ignore[operator]
            client.get("/password")
