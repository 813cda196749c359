"""What matters most asks again who one is, ten minutes after the sign-in."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from arwork.staff import second_factor
from arwork.staff.models import AuditEvent, User
from tests.cast import NOW, PASSWORD, make_ada, make_practice, make_user
from tests.conventions.source import ROOT
from tests.conventions.test_addresses import ADDRESSES
from tests.staff.second_factors import code_of, with_app

pytestmark = pytest.mark.django_db
FACTS = {"first_name": "Ana", "last_name": "Test", "username": "ana", "email": "", "role": "supervisor"}


@pytest.fixture(autouse=True)
def time() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def ana() -> User:
    return make_user(practices=[make_practice()])


@pytest.fixture
def ada(ana: User, time: Any) -> Client:
    """Ada's browser, eleven minutes after she signed in."""
    make_ada(make_practice())
    client = Client()
    client.post("/login", {"username": "ada", "password": PASSWORD})
    time.shift(dt.timedelta(minutes=11))
    return client


def test_a_form_that_was_filled_in_is_kept_and_sent_on_once_proved(ada: Client, ana: User) -> None:
    practice = make_practice()
    response = ada.post(f"/people/{ana.pk}", {**FACTS, "practices": [practice.pk]})
    page = response.content.decode()
    assert response.status_code == 403
    assert '<input type="hidden" name="role" value="supervisor">' in page
    assert f'<input type="hidden" name="practices" value="{practice.pk}">' in page
    assert page.count('name="csrfmiddlewaretoken"') == page.count("<form")
    ana.refresh_from_db()
    assert ana.role == "collector"
    ada.post(f"/people/{ana.pk}", {**FACTS, "practices": [practice.pk], "proof": PASSWORD})
    ana.refresh_from_db()
    assert ana.role == "supervisor"


@pytest.mark.parametrize(
    "address",
    ["people/{}/password", "people/{}/active", "people/{}/second", "people/new", "tokens/new", "services/new"],
)
def test_managing_people_asks(ada: Client, ana: User, address: str) -> None:
    assert "Is it you?" in ada.post(f"/{address.format(ana.pk)}").content.decode()


@pytest.mark.parametrize("address", ["app", "passkey", "codes", "7/remove"])
def test_changing_ones_second_factor_asks(ada: Client, address: str) -> None:
    assert "Is it you?" in ada.post(f"/security/second/{address}").content.decode()


def test_looking_asks_nothing(ada: Client, ana: User) -> None:
    assert ada.get(f"/people/{ana.pk}").status_code == 200
    assert ada.get("/people").status_code == 200


def test_a_proof_stands_for_ten_minutes(ada: Client, ana: User, time: Any) -> None:
    address = f"/people/{ana.pk}/active"
    assert ada.post(address, {"active": "0", "proof": PASSWORD}).status_code == 302
    time.shift(dt.timedelta(minutes=9))
    assert ada.post(address, {"active": "1"}).status_code == 302
    time.shift(dt.timedelta(minutes=2))
    assert ada.post(address, {"active": "0"}).status_code == 403


def test_a_code_of_the_app_is_a_proof_too(ada: Client, ana: User) -> None:
    now = NOW + dt.timedelta(minutes=11)
    secret, _ = with_app(User.objects.get(username="ada"), at=now)
    ada.post("/login", {"username": "ada", "password": PASSWORD})  # the first factor signed her out
    ada.post("/login/second", {"code": code_of(secret, now)})
    assert second_factor.has_any(User.objects.get(username="ada"))
    with time_machine.travel(now + dt.timedelta(minutes=12), tick=False):
        later = now + dt.timedelta(minutes=12)
        address = f"/people/{ana.pk}/active"
        assert ada.post(address, {"active": "0"}).status_code == 403
        assert ada.post(address, {"active": "0", "proof": code_of(secret, later)}).status_code == 302


def test_a_wrong_proof_does_nothing_and_five_lock_the_name(ada: Client, ana: User) -> None:
    address = f"/people/{ana.pk}/active"
    answers = [ada.post(address, {"active": "0", "proof": "wrong"}).content.decode() for _ in range(5)]
    assert "neither your password nor a code" in answers[0]
    assert "locked for now" in answers[-1]
    assert "locked for now" in ada.post(address, {"active": "0", "proof": PASSWORD}).content.decode()
    ana.refresh_from_db()
    assert ana.is_active
    assert AuditEvent.objects.filter(action="proof_refused").count() >= 4


def test_the_list_of_what_asks_is_that_of_the_document() -> None:
    asks = {
        re.sub(r"<int:\w+>", "N", f"/{address}")
        for address, pattern in ADDRESSES
        if getattr(pattern.callback, "asks_for_proof", False)
    }
    section = (ROOT / "docs" / "sign-in.md").read_text().partition("## Proof before")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(/[^`]+)`", section)) == asks
