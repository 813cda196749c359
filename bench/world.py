"""Worlds: a seeded demo, its open claims multiplied to the number asked for, and a day opened over them.

A world is a database that is never worked in; each run works in a copy. What building it showed (the first opening
of the day over everything) is kept as a remark with it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import child
from bench.cluster import Cluster
from bench.env import DAY, environment

SEEDED_CLAIMS, SEED = 3000, 1
COLLECTORS, SUPERVISORS = 50, 8
Tell = Callable[[str], None]


def name_of(claims: int) -> str:
    """The database of the world with so many open claims."""
    return f"world_{claims}"


def ensure(cluster: Cluster, folder: Path, *, claims: int, redis_url: str, verify: bool, tell: Tell) -> dict:
    """The facts of a world, which is built when it isn't there."""
    if not cluster.exists(name_of(claims)):
        _seed(cluster, folder, redis_url=redis_url, tell=tell)
        _build(cluster, folder, claims=claims, redis_url=redis_url, verify=verify, tell=tell)
    return json.loads(cluster.remark(name_of(claims)))


def _seed(cluster: Cluster, folder: Path, *, redis_url: str, tell: Tell) -> None:
    if cluster.exists("seeded"):
        return
    cluster.drop("seeding")
    cluster.run('CREATE DATABASE "seeding"')
    env = environment(cluster, "seeding", folder, redis_url=redis_url, production=False)
    child.manage("migrate", "--verbosity", "0", env=env)
    words = ["--claims", str(SEEDED_CLAIMS), "--seed", str(SEED), "--until", str(DAY.replace(day=DAY.day - 1))]
    ran = child.manage("seed_demo", *words, "--no-work", env=env)
    child.run([sys.executable, "-m", "bench.people", str(COLLECTORS), str(SUPERVISORS)], env=env)
    cluster.rename("seeding", "seeded")
    tell(f"seeded {SEEDED_CLAIMS:,} claims through the ordinary door in {ran.seconds:.0f} s")


def _build(cluster: Cluster, folder: Path, *, claims: int, redis_url: str, verify: bool, tell: Tell) -> None:
    """Books first, then the day over them: whoever is interrupted in the second has the first."""
    books = f"books_{claims}"
    env = environment(cluster, "building", folder, redis_url=redis_url, production=False)
    if not cluster.exists(books):
        cluster.copy("seeded", "building")
        started = time.monotonic()
        child.manage("migrate", "--verbosity", "0", env=env)
        command = [sys.executable, "-m", "bench.build", str(claims)]
        if subprocess.run(command, env=env, cwd=child.ROOT, check=False).returncode:
            raise SystemExit("The world could not be built.")
        cluster.run("VACUUM ANALYZE", database="building")
        tell(f"copied in {time.monotonic() - started:.0f} s")
        if verify:
            _verify(cluster, env, claims=claims, tell=tell)
        cluster.rename("building", books)
    cluster.copy(books, "building")
    child.manage("migrate", "--verbosity", "0", env=env)
    cluster.run("ANALYZE", database="building")
    opened = child.manage("run_day", "--date", str(DAY), env=env)
    tell(opened.output.strip())
    cluster.run("VACUUM ANALYZE", database="building")
    facts = _facts(cluster, opened)
    cluster.remark("building", json.dumps(facts))
    cluster.rename("building", name_of(claims))
    cluster.drop(books)
    tell(f"built {name_of(claims)}: {facts}")


def _facts(cluster: Cluster, opened: child.Ran) -> dict:
    def count(table: str, condition: str) -> int:
        return cluster.run(f"SELECT count(*) FROM {table} WHERE {condition}", database="building")[0][0]

    return {
        "claims": count("claims_claim", "balance <> 0"),
        "items": count("collections_app_workitem", "state = 'open'"),
        "first_day_seconds": round(opened.seconds, 1),
        "first_day_mb": round(opened.peak_mb),
        "gigabytes": round(cluster.run("SELECT pg_database_size('building')")[0][0] / 1e9, 1),
    }


def _verify(cluster: Cluster, env: dict[str, str], *, claims: int, tell: Tell) -> None:
    """Prove the books of the copies; of a large world those of one practice."""
    npi = [] if claims <= 100_000 else ["--practice", _smallest_practice(cluster)]
    ran = child.manage("verify_books", *npi, env=env)
    tell(f"{ran.output.strip()} ({ran.seconds:.0f} s)")


def _smallest_practice(cluster: Cluster) -> str:
    sql = (
        "SELECT p.npi FROM claims_practice p JOIN claims_claim c ON c.practice_id = p.id"
        " GROUP BY p.npi ORDER BY count(*) LIMIT 1"
    )
    return cluster.run(sql, database="building")[0][0]
