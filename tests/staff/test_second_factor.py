"""The second factor at the sign-in: whose role needs one, setting up an app, giving its code, guessing it."""

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from arwork.staff import people, second_factor
from arwork.staff.models import AuditEvent, User
from tests.cast import NOW, make_practice, make_user
from tests.staff.second_factors import code_of, give_code, give_password, secret_on, with_app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def time() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def _needed(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["all"]


def _actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_the_password_alone_opens_nothing_of_who_has_a_second_factor(client: Client) -> None:
    secret, _ = with_app(make_user(role="admin"), at=NOW)
    assert give_password(client).headers["Location"] == "/login/second"
    assert client.get("/people").headers["Location"].startswith("/login")
    assert client.get("/api/v1/me").status_code == 401
    assert "_auth_user_id" not in client.session
    assert give_code(client, code_of(secret, NOW)).headers["Location"] == "/people"
    assert client.get("/people").status_code == 200
    event = AuditEvent.objects.get(action="signed_in")
    assert event.after == {"second_factor": "totp"}


def test_a_code_is_good_once(client: Client) -> None:
    secret, _ = with_app(make_user(), at=NOW)
    code = code_of(secret, NOW)
    give_password(client)
    assert give_code(client, code).status_code == 302
    other = Client()
    give_password(other)
    assert give_code(other, code).status_code == 422


def test_an_earlier_code_is_void_once_a_later_one_was_used(client: Client) -> None:
    secret, _ = with_app(make_user(), at=NOW)
    give_password(client)
    assert give_code(client, code_of(secret, NOW)).status_code == 302
    other = Client()
    give_password(other)
    assert give_code(other, code_of(secret, NOW - dt.timedelta(seconds=30))).status_code == 422


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 302), (30, 302), (60, 422)])
def test_the_clock_of_a_telephone_may_be_half_a_minute_wrong(client: Client, seconds: int, status: int) -> None:
    secret, _ = with_app(make_user(), at=NOW)
    give_password(client)
    assert give_code(client, code_of(secret, NOW + dt.timedelta(seconds=seconds))).status_code == status


def test_a_code_may_be_typed_as_it_is_shown(client: Client) -> None:
    secret, codes = with_app(make_user(), at=NOW)
    code = code_of(secret, NOW)
    give_password(client)
    assert give_code(client, f" {code[:3]} {code[3:]} ").status_code == 302
    other = Client()
    give_password(other)
    assert give_code(other, codes[0].replace(" ", "-")).status_code == 302


def test_a_recovery_code_opens_once(client: Client) -> None:
    ana = make_user()
    _, codes = with_app(ana, at=NOW)
    assert len(set(codes)) == 10
    give_password(client)
    assert give_code(client, codes[3]).status_code == 302
    assert second_factor.factors(ana).codes_left == 9
    other = Client()
    give_password(other)
    assert give_code(other, codes[3]).status_code == 422
    assert AuditEvent.objects.get(action="signed_in").after == {"second_factor": "recovery_codes"}


def test_guessing_codes_locks_the_name_and_is_recorded(client: Client) -> None:
    secret, _ = with_app(make_user(), at=NOW)
    give_password(client)
    answers = [give_code(client, f"00000{number}") for number in range(5)]
    assert answers[0].status_code == 422
    assert "locked for now" in answers[-1].content.decode()
    assert "locked for now" in give_code(client, code_of(secret, NOW)).content.decode()
    assert _actions().count("second_factor_refused") == 5
    assert "000001" not in str(AccessAttempt.objects.values_list())


def test_the_right_password_does_not_forgive_wrong_codes(client: Client) -> None:
    with_app(make_user(), at=NOW)
    for number in range(5):
        give_password(client)
        response = give_code(client, f"00000{number}")
    assert "locked for now" in response.content.decode()


def test_between_password_and_code_there_are_ten_minutes(client: Client, time: Any) -> None:
    secret, _ = with_app(make_user(), at=NOW)
    give_password(client)
    time.shift(dt.timedelta(minutes=11))
    assert give_code(client, code_of(secret, NOW + dt.timedelta(minutes=11))).headers["Location"] == "/login"


def test_a_password_that_changes_meanwhile_ends_the_half_way(client: Client) -> None:
    ana = make_user()
    secret, _ = with_app(ana, at=NOW)
    give_password(client)
    people.change_own_password(ana, "quiet-harbor-lamp-9", here=None, now=NOW)
    assert give_code(client, code_of(secret, NOW)).headers["Location"] == "/login"


def test_the_session_gets_a_new_key_at_each_step(client: Client) -> None:
    secret, _ = with_app(make_user(), at=NOW)
    client.get("/login")
    give_password(client)
    first = client.session.session_key
    give_code(client, code_of(secret, NOW))
    assert client.session.session_key != first


@pytest.mark.usefixtures("_needed")
def test_whose_role_needs_one_sees_nothing_before_it_is_set_up(client: Client) -> None:
    make_user(role="admin")
    give_password(client)
    assert client.get("/people").headers["Location"] == "/security/second"
    assert client.get("/security").headers["Location"] == "/security/second"
    assert client.get("/api/v1/me").status_code == 403
    assert "Your role needs one" in client.get("/security/second").content.decode()
    response = client.post("/security/second/app", {"code": code_of(secret_on(client), NOW)})
    assert "Shown once" in response.content.decode()
    assert client.get("/people").status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    assert _actions() == ["signed_in", "second_factor_added"]


def test_a_role_that_is_none_is_refused_at_the_start(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["admn"]
    with pytest.raises(ImproperlyConfigured, match="admn"):
        apps.get_app_config("staff").ready()


def test_production_needs_one_of_every_role_and_the_demo_of_none() -> None:
    code = "from django.conf import settings; print(settings.SECOND_FACTOR_ROLES)"
    production = {
        "ARWORK_ENV": "production",
        "SECRET_KEY": "x-of-a-secret-" * 4,
        "MATCH_KEY_SECRET": "y-of-a-secret-" * 4,
        "FIELD_KEYS": "k1:" + "Q" * 43 + "=",
        "AUDIT_KEY": "z-of-a-secret-" * 4,
        "ALLOWED_HOSTS": "ar.example.com",
        "DATABASE_URL": "postgres://user@localhost/none",
        "REDIS_URL": "redis://localhost:1/0",
    }
    for more, roles in (({}, "[]"), (production, "['all']")):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "arwork.settings", **more}
        command = [sys.executable, "-c", code]
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert found.stdout.strip() == roles


@pytest.mark.usefixtures("_needed")
def test_the_own_password_comes_before_the_second_factor(client: Client) -> None:
    make_user(role="admin")
    User.objects.update(must_change_password=True)
    give_password(client)
    assert client.get("/security/second").headers["Location"] == "/password"


def test_a_role_may_need_one_and_another_not(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["supervisor"]
    make_user(role="admin")
    give_password(client)
    assert client.get("/people").status_code == 200
    assert second_factor.is_required(make_user(username="sol", role="supervisor"))


def test_the_square_needs_no_other_host_and_says_what_the_page_says(client: Client) -> None:
    make_user()
    give_password(client)
    secret = secret_on(client)
    page = client.get("/security/second/app").content.decode()
    assert secret_on(client) == secret, "the page loaded again is the same square"
    assert re.search(r'<path class="qr-ink" d="M4 4h1v1h-1z', page)
    width, path = second_factor.qr_path(User.objects.get(), secret)
    assert path in page
    assert f'viewBox="0 0 {width} {width}"' in page


def test_a_wrong_code_sets_up_nothing(client: Client) -> None:
    ana = make_user()
    give_password(client)
    secret_on(client)
    response = client.post("/security/second/app", {"code": "000000"})
    assert response.status_code == 422
    assert "not the code the app shows now" in response.content.decode()
    assert not second_factor.has_any(ana)


def test_the_first_factor_ends_the_sessions_that_were_begun_without() -> None:
    make_user()
    here, there = Client(), Client()
    for client in (here, there):
        give_password(client)
    here.post("/security/second/app", {"code": code_of(secret_on(here), NOW)})
    assert here.get("/security").status_code == 200
    assert there.get("/security").status_code == 302


def test_a_trial_goes_without_and_says_so(client: Client, settings: Any) -> None:
    assert "the password alone is enough here" in client.get("/login").content.decode()
    settings.SECOND_FACTOR_ROLES = ["all"]
    assert "the password alone is enough here" not in client.get("/login").content.decode()


def test_what_a_page_costs_is_the_same_with_a_second_factor(
    client: Client, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = ["all"]
    secret, _ = with_app(make_user(practices=[make_practice()]), at=NOW)
    give_password(client)
    give_code(client, code_of(secret, NOW))
    client.get("/password")
    with django_assert_num_queries(2):  # the user, their practices
        client.get("/password")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        '{"id": 1}',
        '{"response": {"clientDataJSON": "e30"}}',
        "[" * 9999,
        '{"id": "\\u0000"}',
        "x" * 30_000,
    ],
)
def test_what_is_no_passkey_is_refused(client: Client, answer: str) -> None:
    with_app(make_user(), at=NOW)
    give_password(client)
    assert client.post("/login/second", {"passkey": answer}).status_code == 422
    secret = Client()
    make_user(username="ben")
    give_password(secret, "ben")
    secret.get("/security/second/passkey")
    assert secret.post("/security/second/passkey", {"passkey": answer, "name": "x"}).status_code == 422


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "9" * 5000, "\u0661\u0662\u0663\u0664\u0665\u0666", ""])
def test_odd_input_is_refused_and_breaks_nothing(client: Client, odd: str) -> None:
    ana = make_user()
    give_password(client)
    secret_on(client)
    typed = odd.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert client.post("/security/second/app", {"code": typed}).status_code == 422
    assert client.post(f"/security/second/{'9' * 5000}/remove").status_code == 404
    assert client.post("/security/sessions", {"session": typed or "x"}).status_code == 404
    with_app(ana, at=NOW)
    half = Client()
    give_password(half)
    assert give_code(half, typed).status_code == 422
