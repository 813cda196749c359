"""Lift the triggers that keep what was recorded from being changed, for as long as a block takes.

Two may: key rotation, which writes the same words under another key, and tests, which flush tables and corrupt rows to
see it caught. Foreign keys and check constraints stay on. On PostgreSQL only the owner of the tables can.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_PATTERN = "%\\_append\\_only%"


@contextmanager
def lifted(table: str = "") -> Iterator[None]:
    """Without the triggers of `table`, or of every table. Inside a transaction, what fails sets them again too."""
    lift = _on_postgres if connection.vendor == "postgresql" else _on_sqlite
    with lift(table):
        yield


def _triggers(cursor: Any, table: str) -> list[tuple[str, str, str]]:
    """Table, name and (on SQLite) text of the triggers of `table`, or of all."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, '' FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname LIKE %s AND %s IN ('', tgrelid::regclass::text)",
            [_PATTERN, table],
        )
    else:
        cursor.execute(
            "SELECT tbl_name, name, sql FROM sqlite_master"
            " WHERE type = 'trigger' AND name LIKE %s ESCAPE '\\' AND %s IN ('', tbl_name)",
            [_PATTERN, table],
        )
    return list(cursor.fetchall())


@contextmanager
def _on_sqlite(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        triggers = _triggers(cursor, table)
        for _, name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _, _, text in triggers:
                cursor.execute(text)


@contextmanager
def _on_postgres(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        # Deferred foreign keys hold events of changed rows; a table can't be altered before they ran.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        triggers = _triggers(cursor, table)
        for guarded, name, _ in triggers:
            cursor.execute(f"ALTER TABLE {guarded} DISABLE TRIGGER {connection.ops.quote_name(name)}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for guarded, name, _ in triggers:
                cursor.execute(f"ALTER TABLE {guarded} ENABLE TRIGGER {connection.ops.quote_name(name)}")
