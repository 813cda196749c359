"""The floor of what reads in sets: the same SELECTs with the same parameters, fetched and thrown away."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from bench.drive import percentile

RUNS = 5


def median(work: Callable[[], object]) -> float:
    """The median seconds of some runs; the first one, which warms what is kept in the process, is left out."""
    work()
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return percentile(seconds, 0.5)


def reads_of(work: Callable[[], object]) -> list[tuple[str, Any]]:
    """Every SELECT that `work` sends, with its parameters."""
    found: list[tuple[str, Any]] = []

    def listen(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:  # noqa: FBT001
        if sql.lstrip().upper().startswith("SELECT") and not many:
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        work()
    return found


def replay(reads: list[tuple[str, Any]]) -> None:
    """Send them again and fetch every row."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in reads:
            cursor.execute(sql, params)
            cursor.fetchall()
