"""Oona the owner, signed in, on the day of the cast."""

import pytest
from django.test import Client

from arwork.staff.models import User
from tests.cast import NOW, TODAY, make_oona, make_practice


@pytest.fixture
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


@pytest.fixture
def oona(client: Client, _today: None) -> User:
    user = make_oona(make_practice())
    client.force_login(user)
    return user
