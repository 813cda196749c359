"""Which tests say something of a database, and so run on both engines; the others run once, on SQLite.

pytest-django lets no test touch a database that does not ask for one, by its mark or by a fixture. What is left asks in
other ways: a case of Django's; a module that names a connection, a database of its own, a house or other processes;
marks of an engine or a broker; a fixture of ours that lifts the block. All these run on both engines. The remaining
tests may start no process where they run (`alone`), so that none reaches a database behind everybody's back.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import SimpleTestCase

_MARKS = ("django_db", "postgres", "redis", "browser")
_FIXTURES = {"db", "transactional_db", "live_server", "redis_url"}
_LIFTS = {"django_db_blocker", "django_db_setup"}
_NAMES = {"connection", "connections", "own_database", "subprocess", "call_command", "ProcessGroup", "House"}


def says_something_of_a_database(item: pytest.Item) -> bool:
    """Whether the test has to run on each engine."""
    return (
        any(item.get_closest_marker(mark) for mark in _MARKS)
        or bool(_FIXTURES & set(getattr(item, "fixturenames", ())))
        or any(_is_ours_and_lifts(one) for one in _fixtures_of(item))
        or issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
        or bool(_NAMES & set(vars(getattr(item, "module", item))))
    )


def _fixtures_of(item: pytest.Item) -> list[Any]:
    known = getattr(item, "_fixtureinfo", None)
    return [one for found in known.name2fixturedefs.values() for one in found] if known else []


def _is_ours_and_lifts(fixture: Any) -> bool:
    return fixture.func.__module__.startswith("tests.") and bool(_LIFTS & set(fixture.argnames))


@contextmanager
def alone() -> Iterator[None]:
    """No process is started within: what it did to a database would not be seen."""

    def refused(process: Any, *words: object, **_: object) -> None:
        process.args, process.returncode = words, None  # what a report of the failure shows
        raise AssertionError(f"starts {words}, so it says something of a database: see tests/engines.py")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", refused)
        yield
