"""What several tests need and no other place should have."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

PATTERN = "%\\_append\\_only%"


@contextmanager
def lift_append_only() -> Iterator[None]:
    """Switch the append-only triggers off for the block: to flush, or to corrupt a row and see it caught.

    The only way around them in the whole project. Foreign keys and check constraints stay on.
    """
    lift = _lift_on_postgres if connection.vendor == "postgresql" else _lift_on_sqlite
    with lift():
        yield


@contextmanager
def _lift_on_sqlite() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s ESCAPE '\\'",
            [PATTERN],
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)


@contextmanager
def _lift_on_postgres() -> Iterator[None]:
    with connection.cursor() as cursor:
        # Deferred foreign keys hold events of changed rows; a table can't be altered before they ran.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s",
            [PATTERN],
        )
        triggers = cursor.fetchall()
        for table, name in triggers:
            cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, name in triggers:
                cursor.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{name}"')


def let_transactional_tests_flush() -> None:
    """Make Django's flush after a transactional test lift the triggers. Called once, by conftest."""
    flush = TransactionTestCase._fixture_teardown

    def flush_lifted(case: Any) -> None:
        with lift_append_only():
            flush(case)

    TransactionTestCase._fixture_teardown = flush_lifted
