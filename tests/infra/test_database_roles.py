"""On PostgreSQL the application works as a role that cannot change what was recorded, however it is attacked."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.infra.databases import OwnDatabase, own_database
from tests.infra.test_upgrade import APPEND_ONLY

pytestmark = pytest.mark.postgres

GUARDED = (*APPEND_ONLY, "staff_seenrecord")


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnDatabase, OwnDatabase]]:
    """A migrated database with a small demo in it, as its owner sees it and as the application does."""
    role = f"arwork_app_{secrets.token_hex(4)}"
    with own_database(tmp_path_factory.mktemp("roles")) as owner:
        application = _as(owner, role)
        env = {"DATABASE_OWNER_URL": owner.url}
        for words in (("migrate", "--noinput"), ("migrate", "--noinput"), ("seed_demo", "--claims", "60")):
            done = application.run("manage.py", *words, **env)
            assert done.returncode == 0, done.stderr
        yield owner, application
    with closing(psycopg2.connect(owner.place.replace(_name(owner), "postgres"))) as admin:
        admin.autocommit = True
        admin.cursor().execute(f'DROP ROLE "{role}"')


def _name(database: OwnDatabase) -> str:
    return urlsplit(database.url).path[1:]


def _as(database: OwnDatabase, role: str) -> OwnDatabase:
    place = psycopg2.extensions.make_dsn(database.place, user=role, password="of-the-application")
    before, after = database.url.split("@")
    assert before
    return replace(database, url=f"postgres://{role}:of-the-application@{after}", place=place)


def test_the_application_works(roles: tuple[OwnDatabase, OwnDatabase]) -> None:
    """The demo was made by it: files read, money posted, a day opened, work logged."""
    _, application = roles
    assert application.rows("SELECT COUNT(*) FROM claims_posting")[0][0] > 100
    for proof in ("verify_books", "verify_audit", "verify_aging"):
        done = application.manage(proof)
        assert done.returncode == 0, done.stdout + done.stderr
    done = application.manage("ready", "database", "schema", "trail")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "DROP TABLE {} CASCADE",
        "CREATE OR REPLACE FUNCTION staff_auditevent_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NULL; END $$ /* {} */",
        "SET session_replication_role = replica; DELETE FROM {}",
    ],
)
def test_it_cannot_change_what_was_recorded(roles: tuple[OwnDatabase, OwnDatabase], table: str, attack: str) -> None:
    _, application = roles
    before = application.rows(f"SELECT COUNT(*) FROM {table}")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        application.load(attack.format(table))
    assert application.rows(f"SELECT COUNT(*) FROM {table}") == before


def test_it_is_no_superuser_and_owns_nothing(roles: tuple[OwnDatabase, OwnDatabase]) -> None:
    _, application = roles
    rights = "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert application.rows(rights) == [(False, False, False, False)]
    assert application.rows("SELECT COUNT(*) FROM pg_class WHERE relowner = current_user::regrole") == [(0,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        application.load("DELETE FROM django_migrations")


def test_the_owner_is_refused_as_the_application(roles: tuple[OwnDatabase, OwnDatabase]) -> None:
    owner, _ = roles
    done = owner.run("manage.py", "migrate", "--noinput", DATABASE_OWNER_URL=owner.url)
    assert done.returncode != 0
    assert "Name another in DATABASE_URL" in done.stderr


def test_a_new_password_in_the_settings_is_applied(roles: tuple[OwnDatabase, OwnDatabase]) -> None:
    owner, application = roles
    kept = f"SELECT rolpassword FROM pg_authid WHERE rolname = '{urlsplit(application.url).username}'"
    before = owner.rows(kept)
    other = replace(application, url=application.url.replace("of-the-application", "another-one"))
    assert other.run("manage.py", "migrate", "--noinput", DATABASE_OWNER_URL=owner.url).returncode == 0
    assert owner.rows(kept) != before
