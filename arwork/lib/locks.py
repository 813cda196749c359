"""A lock on a thing that is no row: shared by those who use it, held alone by who changes what they rely on.

On PostgreSQL an advisory lock to the end of the transaction; on SQLite nothing is to be done, for there whoever writes
is alone anyway.
"""

from collections.abc import Iterable

from django.db import connection


def share(thing: int, ids: Iterable[int]) -> None:
    """Use the `thing` of each id: nobody holds one alone before this transaction ends. One query."""
    _lock(_SHARED, thing, ids)


def hold(thing: int, id_: int) -> None:
    """Wait until nobody uses the `thing` of that id, and keep others waiting until this transaction ends."""
    _lock(_ALONE, thing, [id_])


_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, one) FROM unnest(%s::int[]) AS one"
_ALONE = "SELECT pg_advisory_xact_lock(%s, one) FROM unnest(%s::int[]) AS one"


def _lock(statement: str, thing: int, ids: Iterable[int]) -> None:
    wanted = sorted(set(ids))
    if connection.vendor == "postgresql" and wanted:
        with connection.cursor() as cursor:
            cursor.execute(statement, [thing, wanted])
