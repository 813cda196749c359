"""A database that this version was not written for is found out, named in words, and not worked on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from arwork.lib import schema
from tests.infra.databases import OwnDatabase, own_database

GUNICORN = ("-m", "gunicorn", "-c", "python:arwork.runner.gunicorn_conf", "arwork.wsgi")
WORKER = ("-m", "celery", "-A", "arwork", "--quiet", "worker", "--concurrency", "1")
PERIOD = (
    "id integer PRIMARY KEY, practice_id integer, ends_on date, closed_at date, closed_by_id integer, "
    "reopened_at date, reopened_by_id integer, reopened_why text"
)
each_change = pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (["ALTER TABLE collections_app_promise RENAME TO before"], "the table collections_app_promise is missing"),
        (["ALTER TABLE claims_account DROP COLUMN unapplied"], "table claims_account the column unapplied is missing"),
        (["ALTER TABLE claims_period RENAME COLUMN ends_on TO until"], "the column ends_on is missing"),
        (
            ["ALTER TABLE claims_period RENAME TO before", f"CREATE TABLE claims_period ({PERIOD}, fee int NOT NULL)"],
            "in the table claims_period the column fee has to be filled",
        ),
    ],
)


@pytest.fixture(autouse=True)
def _nothing_is_known_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_fits", set())


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnDatabase]:
    with own_database(tmp_path) as database:
        yield database


def record(app: str, name: str) -> None:
    MigrationRecorder.Migration.objects.create(app=app, name=name)


def forget(app: str, name: str) -> None:
    assert MigrationRecorder.Migration.objects.filter(app=app, name=name).delete()[0] == 1


def told(client: Client) -> tuple[int, str]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["schema"]


@pytest.mark.django_db
def test_a_migrated_database_fits_and_is_asked_once(django_assert_num_queries: object) -> None:
    assert schema.misfit() is None
    assert schema.refusal() == ""
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert schema.misfit() is None


@pytest.mark.django_db
def test_a_database_behind_is_named_with_what_waits(client: Client, capsys: pytest.CaptureFixture) -> None:
    forget("collections_app", "0002_log_append_only")
    forget("claims", "0002_posting_append_only")
    assert told(client) == (503, "behind")
    with pytest.raises(CommandError, match="failing: schema"):
        call_command("ready", "schema")
    said = capsys.readouterr().err
    assert "claims.0002_posting_append_only (and 1 more)" in said
    assert "manage.py migrate" in said


@pytest.mark.django_db
def test_a_database_ahead_is_named_and_not_migrated(client: Client) -> None:
    record("claims", "9999_of_tomorrow")
    assert told(client) == (503, "ahead")
    assert "claims.9999_of_tomorrow" in schema.refusal()
    with pytest.raises(CommandError, match=r"Nothing was migrated.*claims\.9999_of_tomorrow"):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db
def test_what_an_app_left_behind_that_is_no_longer_installed_does_not_count() -> None:
    record("an_app_of_before", "0001_initial")
    assert schema.misfit() is None


@pytest.mark.django_db
@each_change
def test_tables_changed_under_applied_migrations_are_named(client: Client, changes: list[str], complaint: str) -> None:
    with connection.cursor() as cursor:
        for change in changes:
            cursor.execute(change)
    assert told(client) == (503, "different")
    assert complaint in schema.refusal()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["integer NULL", "integer NOT NULL DEFAULT 0"])
def test_a_column_more_that_fills_itself_does_no_harm(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE claims_claim ADD COLUMN fee {kind}")
    assert schema.misfit() is None


def test_a_database_that_is_away_is_failing_but_worth_waiting_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)
    assert schema.misfit() == schema.AWAY
    assert schema.refusal() == ""


@pytest.mark.parametrize("program", [GUNICORN, WORKER], ids=["web", "worker"])
def test_no_process_starts_on_a_database_that_waits_for_migrations(own: OwnDatabase, program: tuple[str, ...]) -> None:
    done = own.run(*program)
    assert done.returncode == 1
    assert "does not start on this database. Migrations wait: " in done.stderr
    assert "Traceback" not in done.stderr


def test_make_run_starts_nothing_on_tables_that_were_changed(tmp_path: Path) -> None:
    with own_database(tmp_path, migrated=True) as changed:
        changed.load("ALTER TABLE claims_account DROP COLUMN unapplied")
        done = changed.run("-m", "arwork.runner.prepare", DJANGO_SETTINGS_MODULE="arwork.settings")
    assert done.returncode == 1
    assert "the column unapplied is missing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["zero", "0001"])
@pytest.mark.parametrize("app", ["staff", "claims", "collections_app"])
def test_append_only_tables_are_never_migrated_back(app: str, target: str) -> None:
    with pytest.raises(CommandError, match=r"append_only is not reversed.*restore the backup"):
        call_command("migrate", app, target, verbosity=0)
