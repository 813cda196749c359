"""Every address, role and method, read from the URL conf: the answer agrees with the capability that is declared.

A new page or endpoint joins by being there. Ids are those of nothing, so whoever may use an address is told that there
is no such thing, and whoever may not is told nothing of the kind.
"""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from arwork.staff.access import CAPABILITIES, Capability
from tests.cast import make_practice, make_user
from tests.conventions.test_addresses import ADDRESSES, declared

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
NOBODYS = "987654321"
NOBODYS_KEY = "00000000-0000-4000-8000-000000000000"
#: Answered by who asks, not by role: a scraper shows its token here, a carrier of messages its signature.
BY_TOKEN = {"metrics", "text_report", "text_reply", "email_report"}
#: What whoever needs a second factor may open before there is one.
SETTING_UP = {"staff:factor_setup", "staff:factor_app", "staff:factor_passkey"}


def _address(pattern: str) -> str:
    filled = {"int": NOBODYS, "uuid": NOBODYS_KEY}
    return "/" + re.sub(r"<(\w+):\w+>", lambda found: filled.get(found[1], "x"), pattern)


CASES = [(_address(pattern), entry.name, declared(entry)) for pattern, entry in ADDRESSES]


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}


def test_every_role_is_asked() -> None:
    assert set(CAPABILITIES) == {"collector", "supervisor", "admin", "auditor", "owner"}
    assert len(CASES) > 130


@pytest.mark.parametrize("role", CAPABILITIES)
def test_a_role_reaches_what_it_may_and_nothing_else(client: Client, role: str, eager_tasks: None) -> None:
    user = make_user(role=role, practices=[make_practice()])
    wrong = []
    for address, name, capability in CASES:
        allowed = capability == Capability.PUBLIC or capability in CAPABILITIES[role]
        for method in METHODS:
            if "_auth_user_id" not in client.session:  # signing out is one of the addresses
                client.force_login(user, backend=BACKEND)
            answer = getattr(client, method)(address)
            # A page that only takes POST says so before it asks who is there.
            agrees = answer.status_code not in (401, 403, 500) if allowed else answer.status_code in (403, 405)
            if not agrees and name not in BY_TOKEN:
                wrong.append((method, address, capability, answer.status_code))
    assert not wrong


def test_who_is_not_signed_in_reaches_what_is_public_alone(client: Client) -> None:
    wrong = []
    for address, name, capability in CASES:
        if capability == Capability.PUBLIC:
            continue
        for method in METHODS:
            answer = getattr(client, method)(address)
            leads_to_login = answer.status_code == 302 and answer.headers["Location"].startswith("/login")
            if not leads_to_login and answer.status_code not in (401, 403, 405):
                wrong.append((method, address, name, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("lacks", ["a password of their own", "a second factor"])
def test_who_lacks_something_is_led_to_it_and_sees_nothing_before(client: Client, lacks: str, settings: Any) -> None:
    user = make_user(role="owner", practices=[make_practice()])
    user.must_change_password = lacks == "a password of their own"
    user.save()
    settings.SECOND_FACTOR_ROLES = ["all"]
    opened = set()
    for address, _, capability in CASES:
        if capability == Capability.PUBLIC:
            continue
        client.force_login(user, backend=BACKEND)
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            if answer.status_code not in (302, 403, 405):
                opened.add((resolve(address).view_name, answer.status_code))
    own = {"staff:password", "staff:extend"}
    assert {name for name, _ in opened} <= (own if user.must_change_password else own | SETTING_UP), opened
