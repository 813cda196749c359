"""The aging: exact from the books against one GROUP BY, the page against a page of the summary table."""

import threading
import time
from collections.abc import Callable
from decimal import Decimal

from bench.context import Bench
from bench.drive import percentile
from bench.env import DAY
from bench.report import Figure, ms
from bench.scenarios.pages import measure

RUNS = 7
VIEWERS = 8
PAGE = "/reports/aging"


def run(bench: Bench) -> None:
    """The report, its equality with the ledger, and its page."""
    _report(bench)
    _page(bench)


def _report(bench: Bench) -> None:
    from claims.practices.selectors import all_practice_ids
    from collections_app.aging import selectors
    from collections_app.aging.buckets import Basis
    from collections_app.aging.table_columns import AgingBy

    bench.ask("DROP TABLE IF EXISTS bench_aging")
    bench.ask("CREATE TABLE bench_aging AS SELECT payer_id, service_on, amount FROM claims_receivable")
    bench.ask("VACUUM ANALYZE bench_aging")
    practices = all_practice_ids()
    floor_seconds, floor_rows = _median(lambda: bench.ask(_floor_sql(), args=_edges()))

    def ours():
        return selectors.aging(practice_ids=practices, basis=Basis.DOS, as_of=DAY, today=DAY, by=AgingBy.PAYER)

    seconds, table = _median(ours)
    tie = selectors.tie_out(practice_ids=practices, as_of=DAY, today=DAY)
    cents = sum(row[2] for row in floor_rows)
    shown = table.totals.net.amount
    equal = tie.is_tied and shown == tie.debits + tie.credits == Decimal(int(cents)) / 100
    bench.report.add(
        Figure(
            f"aging by payer, exact, {_count(bench):,} receivables",
            f"{seconds * 1000:,.0f} ms",
            f"one GROUP BY, narrow copy: {floor_seconds * 1000:,.0f} ms",
            seconds / floor_seconds,
            "<= 2 x",
            seconds <= 2 * floor_seconds,
        ),
        Figure(
            "the aging and the ledger",
            f"{shown:,.2f}, {'equal to the cent' if equal else 'DIFFERENT'}",
            f"{tie.control:,.2f} control total, {tie.unapplied:,.2f} unapplied",
            target="equal",
            met=equal,
        ),
    )


def _page(bench: Bench) -> None:
    viewers = [bench.person(pk) for pk in bench.supervisors[:VIEWERS]]
    floor = measure(lambda turn: viewers[0].get("/bench/summary"))
    floor_p95 = percentile(floor, 0.95) * 1000
    one = measure(lambda turn: viewers[0].get(PAGE))
    many = _together(bench)
    for who, found, most in (("one viewer", one, 30), (f"{VIEWERS} viewers, each without a pause", many, 50)):
        p95 = percentile(found, 0.95) * 1000
        bench.report.add(
            Figure(
                f"aging page, {who}, p50 / p95",
                f"{ms(percentile(found, 0.5) * 1000)} / {ms(p95)}",
                f"summary table: {ms(percentile(floor, 0.5) * 1000)} / {ms(floor_p95)}",
                p95 / floor_p95,
                f"p95 <= {most} ms",
                p95 <= most,
            )
        )
    thinking = _together(bench, pause=0.5)
    p95 = percentile(thinking, 0.95) * 1000
    bench.report.add(
        Figure(
            f"aging page, {VIEWERS} viewers, each asking twice a second, p50 / p95",
            f"{ms(percentile(thinking, 0.5) * 1000)} / {ms(p95)}",
            f"summary table: {ms(percentile(floor, 0.5) * 1000)} / {ms(floor_p95)}",
            p95 / floor_p95,
            "p95 <= 50 ms",
            p95 <= 50,
        )
    )


def _together(bench: Bench, *, pause: float = 0.0) -> list[float]:
    """Every viewer at once; with `pause` a new question every so many seconds."""
    found: list[float] = []
    errors: list[Exception] = []

    def view(user_id: int, delay: float) -> None:
        person = bench.person(user_id)
        time.sleep(delay)

        try:
            if not pause:
                found.extend(measure(lambda turn: person.get(PAGE), rounds=40))
                return
            for _ in range(40):
                started = time.perf_counter()
                found.extend(_once(person))
                time.sleep(max(0.0, pause - (time.perf_counter() - started)))
        except Exception as error:
            errors.append(error)

    _ = bench.sessions
    threads = [
        threading.Thread(target=view, args=(pk, number * pause / VIEWERS))
        for number, pk in enumerate(bench.supervisors[:VIEWERS])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return found


def _once(person) -> list[float]:
    started = time.perf_counter()
    answer = person.get(PAGE)
    if answer.status != 200:
        raise LookupError(f"{PAGE} answered {answer.status}")
    return [time.perf_counter() - started]


def _median(work: Callable[[], object]):
    """The median seconds of some runs, and the last result."""
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return percentile(seconds, 0.5), result


def _floor_sql() -> str:
    cases = " ".join("WHEN service_on >= %s::date - %s THEN %s" for _ in _AGES)
    return (
        f"SELECT payer_id, CASE WHEN amount < 0 THEN -1 {cases} ELSE 9 END AS age, sum(amount), count(*)"
        " FROM bench_aging GROUP BY 1, 2"
    )


_AGES = (-1, 30, 60, 90, 120, 180, 365)


def _edges() -> tuple:
    return tuple(value for number, age in enumerate(_AGES) for value in (DAY, age, number))


def _count(bench: Bench) -> int:
    return bench.ask("SELECT count(*) FROM bench_aging")[0][0]
