"""What a scenario gets: the cluster, its copy of the world, the web servers, the report."""

import json
import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from arwork.runner.group import ProcessGroup
from bench import child, web
from bench.cluster import Cluster
from bench.env import environment
from bench.report import Report

SMALL = 10_000
DATABASE, SMALL_DATABASE = "bench_run", "bench_small"


@dataclass
class Bench:
    """One run in one database. `small` is the same product over the small world, where there is one."""

    cluster: Cluster
    group: ProcessGroup
    folder: Path
    redis_url: str
    claims: int
    seconds: float
    leases: int
    accounts: int
    database: str = DATABASE
    report: Report = field(default_factory=Report)

    def environment(self) -> dict[str, str]:
        """The environment of processes that work in this run's database."""
        cache = 0 if self.database == DATABASE else 1
        redis_url = f"{self.redis_url}?db={cache}"
        return environment(self.cluster, self.database, self.folder, redis_url=redis_url, production=True)

    @cached_property
    def small(self) -> "Bench | None":
        """The other world; None when this one is no larger."""
        if self.claims <= SMALL:
            return None
        return replace(self, claims=SMALL, database=SMALL_DATABASE)

    @cached_property
    def site(self) -> web.Site:
        """The product over this run's world."""
        return web.start(self.group, self.database, env=self.environment())

    @cached_property
    def collectors(self) -> list[int]:
        """Ids of the bench's collectors."""
        return self._people("bench-collector-")

    @cached_property
    def supervisors(self) -> list[int]:
        """Ids of its supervisors."""
        return self._people("bench-supervisor-")

    @cached_property
    def sessions(self) -> dict[int, str]:
        """Session keys by user id, made by the product in a process that works in this database."""
        ran = child.run([sys.executable, "-m", "bench.people"], env=self.environment())
        return {int(pk): key for pk, key in json.loads(ran.output.splitlines()[-1]).items()}

    def person(self, user_id: int) -> web.Person:
        """Somebody signed in."""
        return web.Person(self.site, self.sessions[user_id])

    def ask(self, sql: str, args: tuple = ()) -> list[tuple]:
        """Rows of a statement in this run's database."""
        return self.cluster.run(sql, database=self.database, args=args)

    def words_of(self, table: str, column: str, *others: str) -> list[Any]:
        """A hundred values from all over the table, decrypted; with `others`, tuples."""
        from django.apps import apps

        [model] = [one for one in apps.get_models() if one._meta.db_table == table]
        field = model._meta.get_field(column)
        rows = self.ask(
            f"SELECT {', '.join((column, *others))} FROM {table} WHERE length({column}) > 0"
            " ORDER BY md5(id::text) LIMIT 100"
        )
        legible = [(field.read(bytes(row[0])), *row[1:]) for row in rows]
        return legible if others else [row[0] for row in legible]

    def _people(self, prefix: str) -> list[int]:
        sql = "SELECT id FROM staff_user WHERE username LIKE %s ORDER BY id"
        return [row[0] for row in self.ask(sql, args=(f"{prefix}%",))]
