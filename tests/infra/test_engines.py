"""Which tests the second engine leaves out: those that neither ask for a database nor may start what could use one."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.engines import alone, says_something_of_a_database


@pytest.mark.django_db
def test_asks_by_its_mark(request: pytest.FixtureRequest) -> None:
    assert says_something_of_a_database(request.node)


def test_asks_by_a_fixture(db: None, request: pytest.FixtureRequest) -> None:
    assert says_something_of_a_database(request.node)


@pytest.mark.parametrize("name", ["connection", "own_database", "subprocess"])
def test_asks_by_what_its_module_names(name: str) -> None:
    item: Any = SimpleNamespace(get_closest_marker=lambda _: None, module=SimpleNamespace(**{name: None}))
    assert says_something_of_a_database(item)


def test_says_nothing_of_a_database() -> None:
    item: Any = SimpleNamespace(get_closest_marker=lambda _: None, module=SimpleNamespace(Decimal=None))
    assert not says_something_of_a_database(item)


def test_asks_by_a_fixture_of_ours_that_lifts_the_block() -> None:
    fixture = SimpleNamespace(func=says_something_of_a_database, argnames=("django_db_blocker",))
    known = SimpleNamespace(name2fixturedefs={"_loaded": [fixture]})
    item: Any = SimpleNamespace(get_closest_marker=lambda _: None, module=SimpleNamespace(), _fixtureinfo=known)
    assert says_something_of_a_database(item)


def test_what_runs_once_starts_no_process() -> None:
    with alone(), pytest.raises(AssertionError, match="says something of a database"):
        subprocess.run([sys.executable, "-c", ""], check=True)
