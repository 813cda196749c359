"""The floor of a lease: the least that SQL needs to hand out one of many to one of many, and to remember it."""

import time
from collections.abc import Callable

from bench.context import DATABASE, Bench
from bench.drive import Maker

LEAST_ROWS = 100_000  # so many are used up in a saturated run
_TAKE = "SELECT id FROM bench_queue WHERE holder IS NULL ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED"


def prepare(bench: Bench) -> None:
    """A narrow table of the same size as the worklist, with its priority index."""
    for sql in (
        "DROP TABLE IF EXISTS bench_queue, bench_event",
        "CREATE TABLE bench_queue (id bigint PRIMARY KEY, place bigint NOT NULL, holder bigint, until timestamptz)",
        "INSERT INTO bench_queue SELECT n, (n::bigint * 7919) % 1000003, NULL, NULL FROM"
        f" generate_series(1, {max(bench.claims, LEAST_ROWS)}) n",
        "CREATE INDEX ON bench_queue (place) WHERE holder IS NULL",
        "CREATE TABLE bench_event (id bigserial PRIMARY KEY, item bigint NOT NULL, holder bigint NOT NULL,"
        " at timestamptz NOT NULL)",
        "VACUUM ANALYZE bench_queue",
    ):
        bench.ask(sql)


def maker(bench: Bench) -> Maker:
    """BEGIN, SELECT ... FOR UPDATE SKIP LOCKED LIMIT 1, UPDATE, INSERT of an event, COMMIT."""

    def make(number: int) -> Callable[[], float]:
        connection = bench.cluster.connect(DATABASE, autocommit=False)
        cursor = connection.cursor()

        def work() -> float:
            cursor.execute(_TAKE)
            (item,) = cursor.fetchone()
            cursor.execute(
                "UPDATE bench_queue SET holder = %s, until = now() + interval '15 min' WHERE id = %s", (number, item)
            )
            cursor.execute("INSERT INTO bench_event (item, holder, at) VALUES (%s, %s, now())", (item, number))
            connection.commit()
            return time.perf_counter()

        return work

    return make
