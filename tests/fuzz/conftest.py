"""Books, work and people to fuzz against: the demo, as small as it comes with every kind of row."""

import datetime as dt
from typing import Any

import pytest

from arwork.staff.models import User
from arwork.web.utf8 import Utf8Request
from arwork.wsgi import application
from claims.practices.models import Practice
from collections_app.demo import seed as demo
from tests.cast import make_ada

UNTIL = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _requests_are_those_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test client makes Django's own; `arwork.wsgi` serves ours."""
    assert application.request_class is Utf8Request
    monkeypatch.setattr("django.test.client.WSGIRequest", Utf8Request)


@pytest.fixture
def ada(db: Any) -> User:
    """An administrator of practices that hold claims, remittances, exceptions and open work."""
    demo.load(claims=12, seed=3, today=UNTIL, now=dt.datetime(2026, 11, 20, 17, tzinfo=dt.UTC), work=True)
    return make_ada(*Practice.objects.all())
