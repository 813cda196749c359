"""The closing line of `make test`: what ran, and everything that no stage could run, with its reason."""

from pathlib import Path

import pytest

from tests import run
from tests.run import Outcome

REPORT = """<testsuites><testsuite>
  <testcase classname="a" name="passes"/>
  <testcase classname="a" name="locks"><skipped message="needs PostgreSQL"/></testcase>
  <testcase classname="a" name="fails"><failure message="no"/></testcase>
</testsuite></testsuites>"""


def test_a_report_tells_what_ran_and_what_did_not(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    outcome = run._read(report)
    assert outcome.ran == {"a::passes", "a::fails"}
    assert outcome.skipped == {"a::locks": "needs PostgreSQL"}


def test_a_stage_that_died_before_its_report_ran_nothing(tmp_path: Path) -> None:
    assert run._read(tmp_path / "none.xml") == Outcome()


def test_a_test_that_one_stage_ran_is_not_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    sqlite = Outcome(ran={"a", "b"}, skipped={"c": "needs PostgreSQL"}, line="sqlite 2 tests in 1 s")
    postgres = Outcome(ran={"a", "b", "c"}, line="postgres 3 tests in 1 s")
    assert run._report({"sqlite": sqlite, "postgres": postgres}, []) == 0
    line = capsys.readouterr().out.strip()
    assert line == "Ran: sqlite 2 tests in 1 s, postgres 3 tests in 1 s. Skipped: nothing."


def test_what_says_nothing_of_a_database_is_counted_as_run_once(capsys: pytest.CaptureFixture[str]) -> None:
    sqlite = Outcome(ran={"a", "b", "c"}, line="sqlite 3 tests in 1 s")
    postgres = Outcome(ran={"a"}, skipped={"b": "SQLite only"}, line="postgres 1 tests in 1 s")
    run._report({"sqlite": sqlite, "postgres": postgres}, [])
    assert "postgres 1 tests in 1 s; 1 tests that say nothing of a database ran once." in capsys.readouterr().out


def test_what_nobody_ran_is_named_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    sqlite = Outcome(
        ran={"a"}, skipped={"c": "needs PostgreSQL", "d": "needs PostgreSQL"}, line="sqlite 1 tests in 1 s"
    )
    run._report({"sqlite": sqlite}, ["postgres (no PostgreSQL binaries)"])
    line = capsys.readouterr().out.strip()
    assert line.endswith("Skipped: postgres (no PostgreSQL binaries); 2 tests (needs PostgreSQL).")


def test_one_failed_stage_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert run._report({"sqlite": Outcome(), "postgres": Outcome(code=1)}, []) == 1
    assert capsys.readouterr().out.strip().startswith("Ran:")


@pytest.mark.parametrize(("stage", "reason"), [("postgres", "PostgreSQL binaries"), ("browser", "Chromium")])
def test_a_stage_is_left_out_only_where_its_program_is_missing(
    stage: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(run, "postgres_binaries", lambda: None)
    monkeypatch.setattr(run, "CHROMIUM", None)
    assert reason in run._impossible(stage)
    assert not run._impossible("sqlite")
    monkeypatch.setattr(run, "postgres_binaries", lambda: Path("/somewhere"))
    monkeypatch.setattr(run, "CHROMIUM", "/usr/bin/chromium")
    assert not run._impossible(stage)
