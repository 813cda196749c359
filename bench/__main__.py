"""`python -m bench`: measure the product on PostgreSQL against floors of the same run.

    python -m bench                                   everything, over 1,000,000 open claims
    python -m bench --claims 100000 --only leases     one row of the table, over a smaller world
    python -m bench --keep DIR                        keep the cluster and its worlds in DIR for the next run

Nothing is left running, and without --keep nothing is left at all.
"""

import argparse
import datetime as dt
import os
import shutil
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import django

from arwork.runner.group import ProcessGroup
from bench import child, world
from bench.cluster import Cluster
from bench.context import DATABASE, SMALL, SMALL_DATABASE, Bench
from bench.report import Figure
from tests.servers import start_broker

SCENARIOS = ("leases", "pages", "seldom", "aging", "remits", "letters", "outgoing", "day", "statements", "appeals",
             "plans", "verdicts", "gates")  # fmt: skip
TITLE = "Benchmarks"


def main() -> int:
    """Run what was asked for; 1 when a target was missed and `--strict` was given."""
    asked = _arguments().parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="arwork-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    try:
        with ProcessGroup() as group:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
            return _bench(asked, group, folder.resolve())
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--claims", type=int, default=1_000_000, help="open claims of the world (default: a million)")
    parser.add_argument("--only", action="append", choices=SCENARIOS, help="may be given several times")
    parser.add_argument("--seconds", type=float, default=30, help="length of each paced run")
    parser.add_argument("--leases", type=int, default=100_000, help="leases of the check for doubles")
    parser.add_argument("--accounts", type=int, default=10_000, help="of statements, plans and verdicts at once")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the cluster stays for the next run")
    parser.add_argument("--build-only", action="store_true", help="build the worlds and measure nothing")
    parser.add_argument("--no-verify", action="store_true", help="don't prove the books of a world that is built")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    return parser


def _bench(asked: argparse.Namespace, group: ProcessGroup, folder: Path) -> int:
    cluster = Cluster(group, folder)
    try:
        return _measure(asked, group, folder, cluster)
    finally:
        cluster.stop()


def _measure(asked: argparse.Namespace, group: ProcessGroup, folder: Path, cluster: Cluster) -> int:
    redis_url = start_broker(group, folder)
    only = asked.only or SCENARIOS
    facts = _worlds(asked, cluster, folder, redis_url, with_small="pages" in only)
    if asked.build_only:
        return 0
    started = time.monotonic()
    bench = Bench(cluster, group, folder, redis_url, asked.claims, asked.seconds, asked.leases, asked.accounts)
    _prepare(bench)
    _tell_world(bench, facts)
    for name in only:
        print(f"{name}", flush=True)
        import_module(f"bench.scenarios.{name}").run(bench)
        group.check()
    bench.report.note(f"measured in {(time.monotonic() - started) / 60:.0f} minutes on {dt.date.today()}")
    if asked.markdown:
        bench.report.write(asked.markdown, TITLE)
    missed = bench.report.missed()
    print(f"\n{missed} of {sum(one.met is not None for one in bench.report.figures)} targets missed.")
    _drop_copies(cluster)
    return int(bool(missed and asked.strict))


def _worlds(asked: argparse.Namespace, cluster: Cluster, folder: Path, redis_url: str, *, with_small: bool) -> dict:
    options = {"redis_url": redis_url, "verify": not asked.no_verify, "tell": lambda line: print(line, flush=True)}
    if with_small and asked.claims > SMALL:
        world.ensure(cluster, folder, claims=SMALL, **options)
    return world.ensure(cluster, folder, claims=asked.claims, **options)


def _prepare(bench: Bench) -> None:
    """Copies of the worlds, brought to the present schema, and this process set up to work in one."""
    _drop_copies(bench.cluster)
    for one in (bench, bench.small):
        if one is None or not bench.cluster.exists(world.name_of(one.claims)):
            continue
        bench.cluster.copy(world.name_of(one.claims), one.database)
        child.manage("migrate", "--verbosity", "0", env=one.environment())
        bench.cluster.run("ANALYZE", database=one.database)
    child.manage("collectstatic", "--noinput", "--verbosity", "0", env=bench.environment())
    bench.cluster.run("CHECKPOINT")
    os.environ.update(bench.environment())
    django.setup()


def _tell_world(bench: Bench, facts: dict) -> None:
    bench.report.note(
        f"world: {facts['claims']:,} open claims, {facts['items']:,} open items, {facts['gigabytes']} GB; the first day"
        f" opened over it in {facts['first_day_seconds']:,} s with {facts['first_day_mb']} MB"
    )
    bench.report.add(
        Figure(
            f"the first opening ever: {facts['items']:,} items appear (while the world was built)",
            f"{facts['first_day_seconds']:,} s, {facts['first_day_mb']} MB",
        )
    )


def _drop_copies(cluster: Cluster) -> None:
    for database in (DATABASE, SMALL_DATABASE):
        cluster.drop(database)


if __name__ == "__main__":
    sys.exit(main())
