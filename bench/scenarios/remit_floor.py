"""The floor of an import: PostgreSQL writing the very rows that the import left, and nothing else.

What the import wrote is taken from its database once it is done: every row that bears a transaction of its time. The
same rows are then written into a copy of the world from before, under the same constraints, keys, indexes and triggers:
COPY into a staging table, one INSERT of the rows that are new, one UPDATE of those that were there, one transaction.
Nobody reads a file, matches a claim, decides anything or looks at a balance.
"""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import child, world
from bench.context import Bench

FLOOR_DATABASE = "bench_floor"
_TABLES = """
SELECT c.relname,
  array_agg(quote_ident(a.attname) ORDER BY a.attnum),
  (SELECT array_agg(quote_ident(k.attname)) FROM pg_index i JOIN pg_attribute k
     ON k.attrelid = i.indrelid AND k.attnum = ANY(i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r'
GROUP BY c.oid, c.relname ORDER BY c.relname
"""


@dataclass(frozen=True)
class _Written:
    """The rows of one table that an import wrote, in a file of PostgreSQL's own binary form."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    path: Path


@dataclass(frozen=True)
class Floor:
    """Seconds of writing, and how many rows were new and how many were there."""

    seconds: float
    inserted: int
    updated: int


def prepare(bench: Bench) -> int:
    """Another copy of the world, as it is before the import; the transaction that the import's come after."""
    bench.cluster.copy(world.name_of(bench.claims), FLOOR_DATABASE)
    child.manage("migrate", "--verbosity", "0", env=replace(bench, database=FLOOR_DATABASE).environment())
    return int(bench.ask("SELECT pg_current_xact_id()::text")[0][0])


def run(bench: Bench, *, since: int) -> Floor:
    """Write what was written after transaction `since` once more, into the world as it was then."""
    try:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            return _write(bench, _rows_since(bench, since, Path(folder)))
    finally:
        bench.cluster.drop(FLOOR_DATABASE)


def _rows_since(bench: Bench, since: int, folder: Path) -> list[_Written]:
    found = []
    connection = bench.cluster.connect(bench.database)
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        for table, columns, key in cursor.fetchall():
            one = _Written(table, tuple(columns), tuple(key or ()), folder / table)
            with one.path.open("wb") as out:
                cursor.copy_expert(
                    f"COPY (SELECT {', '.join(columns)} FROM {table} WHERE xmin::text::bigint > {since})"
                    " TO STDOUT (FORMAT binary)",
                    out,
                )
            if cursor.rowcount:
                found.append(one)
    connection.close()
    return found


def _write(bench: Bench, written: list[_Written]) -> Floor:
    connection = bench.cluster.connect(FLOOR_DATABASE, autocommit=False)
    inserted = updated = 0
    with connection.cursor() as cursor:
        for one in written:
            cursor.execute(f"CREATE TEMPORARY TABLE stage_{one.table} (LIKE {one.table})")
        connection.commit()
        started = time.perf_counter()
        for one in written:
            new, known = _write_table(cursor, one)
            inserted, updated = inserted + new, updated + known
        connection.commit()
        seconds = time.perf_counter() - started
    connection.close()
    return Floor(seconds, inserted, updated)


def _write_table(cursor: Any, one: _Written) -> tuple[int, int]:
    """Rows inserted and updated."""
    names, stage = ", ".join(one.columns), f"stage_{one.table}"
    with one.path.open("rb") as rows:
        cursor.copy_expert(f"COPY {stage} ({names}) FROM STDIN (FORMAT binary)", rows)
    cursor.execute(f"ANALYZE {stage}")
    same = " AND ".join(f"t.{name} = s.{name}" for name in one.key) or "false"
    values = [name for name in one.columns if name not in one.key]
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {one.table} t JOIN {stage} s ON {same})")
    known = 0
    if cursor.fetchone()[0] and values:  # an UPDATE of nothing would still be refused where rows are only added
        new_values = ", ".join(f"{name} = s.{name}" for name in values)
        cursor.execute(f"UPDATE {one.table} t SET {new_values} FROM {stage} s WHERE {same}")
        known = cursor.rowcount
    cursor.execute(
        f"INSERT INTO {one.table} ({names}) SELECT {names} FROM {stage} s"
        f" WHERE NOT EXISTS (SELECT 1 FROM {one.table} t WHERE {same})"
    )
    return cursor.rowcount, known
