"""Handing out the next item to fifty collectors: pace, rate, doubles, over HTTP, beside a long snapshot."""

import tempfile
import time
from pathlib import Path

from bench import drive
from bench.context import DATABASE, Bench
from bench.report import Figure, ms
from bench.scenarios import lease_floor
from bench.scenarios.lease_work import Collector, overlaps, read_log

RATE = 100
POOL = 20_000
HELD_SECONDS = 60
MOST_SECONDS = 1_200
_LOG = """
CREATE TABLE IF NOT EXISTS bench_lease_log (item_id bigint, holder_id bigint, op char(1));
CREATE OR REPLACE FUNCTION bench_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN INSERT INTO bench_lease_log VALUES (NEW.item_id, NEW.holder_id, 'I');
  ELSE INSERT INTO bench_lease_log VALUES (OLD.item_id, OLD.holder_id, 'D'); END IF; RETURN NULL; END $$;
CREATE TRIGGER bench_log AFTER INSERT OR DELETE ON collections_app_lease FOR EACH ROW EXECUTE FUNCTION bench_log();
"""


def run(bench: Bench) -> None:
    """All of it, the quick figures first."""
    lease_floor.prepare(bench)
    floor = drive.paced(lease_floor.maker(bench), rate=RATE, seconds=bench.seconds).check()
    floor_top = drive.saturated(lease_floor.maker(bench), seconds=bench.seconds / 2).check()
    own = drive.paced(_collectors(bench), rate=RATE, seconds=bench.seconds).check()
    owners = _pool()
    pool = drive.paced(_collectors(bench), rate=RATE, seconds=bench.seconds).check()
    top = drive.saturated(_collectors(bench), seconds=bench.seconds / 2).check()
    bench.report.note(
        f"leases, service: the day gave every item an owner; 'one pool' means that the {len(owners):,} best belong to"
        " nobody and all 50 collectors reach for the same ones. A lease is taken and given back; the taking is timed."
    )
    for name, load in (("own lists", own), ("one pool", pool)):
        bench.report.add(_paced_figure(f"next item, service, {name}", load, floor))
    bench.report.add(_top_figure(top, floor_top))
    _doubles(bench)
    _http(bench, floor)
    _held_snapshot(bench)
    _unpool(owners)


def _collectors(bench: Bench, **options) -> drive.Maker:
    ids = bench.collectors
    return lambda number: Collector(ids[number % len(ids)], **options)


def _paced_figure(what: str, load: drive.Load, floor: drive.Load) -> Figure:
    ratio = load.ms(0.95) / floor.ms(0.95)
    return Figure(
        f"{what}, 50 collectors, {RATE}/s, p50 / p95",
        f"{ms(load.ms(0.5))} / {ms(load.ms(0.95))}",
        f"{ms(floor.ms(0.5))} / {ms(floor.ms(0.95))}",
        ratio,
        "p95 <= 3 x",
        ratio <= 3,
    )


def _top_figure(load: drive.Load, floor: drive.Load) -> Figure:
    return Figure(
        "next item, service, one pool, saturated, rate (p95)",
        f"{load.rate:,.0f}/s with giving back ({ms(load.ms(0.95))})",
        f"{floor.rate:,.0f}/s ({ms(floor.ms(0.95))})",
        floor.rate / load.rate,
    )


def _pool() -> dict[int, int]:
    """Take the owner from the best items and put them on the common shelves, as the product would; who owned them."""
    from arwork.lib import clock
    from collections_app.worklist import queue
    from collections_app.worklist.models import QueueEntry, WorkItem

    ids = list(QueueEntry.objects.order_by("place", "item").values_list("pk", flat=True)[:POOL])
    owners = dict(WorkItem.objects.filter(pk__in=ids).values_list("pk", "owner_id"))
    WorkItem.objects.filter(pk__in=ids).update(owner=None)
    queue.sync_queue(ids, today=clock.today())
    return owners


def _unpool(owners: dict[int, int]) -> None:
    """Give everybody back what was theirs, or the next day would have to."""
    from arwork.lib import bulk, clock
    from collections_app.worklist import queue
    from collections_app.worklist.models import WorkItem

    for batch in bulk.chunks(sorted(owners), queue.BATCH):
        bulk.write(WorkItem, ("owner",), {pk: (owners[pk],) for pk in batch})
        queue.sync_queue(batch, today=clock.today())


def _doubles(bench: Bench) -> None:
    """As many leases as asked for, everybody at the same shelves; then three accounts of it are compared."""
    bench.ask(_LOG)
    with tempfile.TemporaryDirectory() as folder:
        make = _collectors(bench, log=Path(folder))
        load = drive.saturated(make, seconds=MOST_SECONDS, count=bench.leases).check()
        held = read_log(Path(folder))
    bench.ask("DROP TRIGGER bench_log ON collections_app_lease")
    written = bench.ask("SELECT item_id, holder_id FROM bench_lease_log WHERE op = 'I' ORDER BY 1, 2")
    ended = bench.ask("SELECT count(*) FROM bench_lease_log WHERE op = 'D'")[0][0]
    were_real = written == sorted((item, holder) for item, _, holder, _, _ in held) and ended == len(written)
    doubles = overlaps(held)
    bench.report.add(
        Figure(
            f"doubles in {len(load.latencies):,} leases of {len({row[0] for row in held}):,} items, one pool",
            f"{doubles}; rows really leased: {'yes' if were_real else 'NO'}",
            target="0 doubles, every lease a row",
            met=doubles == 0 and were_real,
        )
    )


def _http(bench: Bench, floor: drive.Load) -> None:
    bench.person(bench.collectors[0])  # starts the server, signs everybody in
    for rate in (RATE, RATE / 4):
        load = drive.paced(_at_browsers(bench), rate=rate, seconds=bench.seconds).check()
        bench.report.add(
            Figure(
                f"next item over HTTP (POST /desk/take; given back by POST), 50 sessions, {rate:.0f}/s, p50 / p95",
                f"{ms(load.ms(0.5))} / {ms(load.ms(0.95))}",
                f"{ms(floor.ms(0.5))} / {ms(floor.ms(0.95))}",
                load.ms(0.95) / floor.ms(0.95),
                "p95 <= 25 ms",
                load.ms(0.95) <= 25,
            )
        )


def _at_browsers(bench: Bench) -> drive.Maker:
    def make(number: int):
        person = bench.person(bench.collectors[number])

        def work() -> float:
            answer = person.post("/desk/take")
            taken = time.perf_counter()
            if answer.status != 302 or not answer.location.startswith("/desk/"):
                raise LookupError(f"/desk/take answered {answer.status}, {answer.location or answer.body[:300]!r}")
            given = person.post(f"{answer.location}/release")
            if given.status != 302:
                raise LookupError(f"release answered {given.status}")
            return taken

        return work

    return make


def _held_snapshot(bench: Bench) -> None:
    """The same load before, and at the end of a minute during which another connection holds its snapshot."""
    make = _collectors(bench, is_working=True)
    measured = min(20.0, bench.seconds)
    before = drive.paced(make, rate=RATE / 2, seconds=measured).check()
    holder = bench.cluster.connect(DATABASE, autocommit=False)
    holder.set_session(isolation_level="REPEATABLE READ")
    with holder.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM collections_app_shelf")
        drive.paced(make, rate=RATE / 2, seconds=HELD_SECONDS - measured)
        after = drive.paced(make, rate=RATE / 2, seconds=measured).check()
    holder.close()
    ratio = after.ms(0.95) / before.ms(0.95)
    bench.report.add(
        Figure(
            f"next item, service, {RATE // 2}/s, a tenth finished, a snapshot held {HELD_SECONDS} s, p95",
            ms(after.ms(0.95)),
            f"{ms(before.ms(0.95))} without",
            ratio,
            "< 2 x",
            ratio < 2,
        )
    )
