"""A small demo, loaded once for all tests of a module: each test's own transaction lies within it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from collections_app.demo import seed

UNTIL = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 17, tzinfo=dt.UTC)


def load_once(*, claims: int) -> Any:
    """The fixture of a module, to be bound to a name in it."""

    @pytest.fixture(scope="module", autouse=True)
    def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic():
            seed.load(claims=claims, seed=3, today=UNTIL, now=NOW)
            yield
            transaction.set_rollback(True)

    return _loaded
