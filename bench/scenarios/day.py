"""Opening the next day over everything, while people go on working."""

import datetime as dt
import time

from bench import child, drive
from bench.context import DATABASE, Bench
from bench.env import DAY
from bench.report import Figure, ms
from bench.scenarios.lease_work import Collector

RATE = 50
MOST_SECONDS = 3_600


def run(bench: Bench) -> None:
    """The floors, then the day after the one that the world stands on."""
    all_rows, changed_rows = _floors(bench)
    before = drive.paced(_collectors(bench), rate=RATE, seconds=min(bench.seconds, 20)).check()
    tomorrow = DAY + dt.timedelta(days=1)
    with drive.Meanwhile(_collectors(bench), rate=RATE, most_seconds=MOST_SECONDS) as load:
        ran = child.manage("run_day", "--date", str(tomorrow), env=bench.environment())
    meanwhile = load.result.check()
    counts = _counts(bench, tomorrow)
    bench.report.note(f"day {tomorrow}: " + "; ".join(f"{step}: {found}" for step, found in counts.items()))
    bench.report.add(
        Figure(
            "opening the next day over everything, leases going on",
            f"{ran.seconds:.1f} s",
            f"one UPDATE of {bench.claims:,} scores: {all_rows:.1f} s (of 5 %: {changed_rows:.1f} s)",
            ran.seconds / all_rows,
            "<= 5 x",
            ran.seconds <= 5 * all_rows,
        ),
        Figure("its memory", f"{ran.peak_mb:.0f} MB", target="< 300 MB", met=ran.peak_mb < 300),
        Figure(
            f"next item meanwhile, service, {RATE}/s, p95",
            ms(meanwhile.ms(0.95)),
            f"{ms(before.ms(0.95))} before",
            meanwhile.ms(0.95) / before.ms(0.95),
            "< 50 ms",
            meanwhile.ms(0.95) < 50,
        ),
    )


def _collectors(bench: Bench) -> drive.Maker:
    ids = bench.collectors
    return lambda number: Collector(ids[number % len(ids)])


def _floors(bench: Bench) -> tuple[float, float]:
    """Seconds of writing every score, and of writing one in twenty, in a table like that of the items."""
    connection = bench.cluster.connect(DATABASE)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_scores")
        cursor.execute(
            "CREATE TABLE bench_scores AS SELECT n AS id, n % 3 AS practice_id, n % 4 + 1 AS lane,"
            " (n::bigint * 7919) % 1000003 AS rank, DATE '2026-11-17' + n % 30 AS next_on, repeat('x', 200) AS rest"
            f" FROM generate_series(1, {bench.claims}) n"
        )
        cursor.execute("ALTER TABLE bench_scores ADD PRIMARY KEY (id)")
        cursor.execute("CREATE INDEX ON bench_scores (practice_id, lane, rank DESC, id)")
        cursor.execute("VACUUM ANALYZE bench_scores")
        cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        cursor.execute("UPDATE bench_scores SET rank = rank + 17")
        every = time.perf_counter() - started
        cursor.execute("VACUUM bench_scores")
        cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        cursor.execute("UPDATE bench_scores SET rank = rank + 17 WHERE id % 20 = 0")
        some = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_scores")
        cursor.execute("CHECKPOINT")  # what the floor has left to write is not the product's
    connection.close()
    return every, some


def _counts(bench: Bench, day: dt.date) -> dict:
    return bench.ask("SELECT counts FROM collections_app_dayrun WHERE day = %s", args=(day,))[0][0]
