"""Keys of an installation that was given none are the same for whichever process comes first."""

from pathlib import Path

from tests.infra.databases import OwnDatabase, own_database

_KEYS = "from django.conf import settings as s; print(s.SECRET_KEY, s.MATCH_KEY_SECRET, s.INDEX_KEY, s.FIELD_KEYS)"
_PERSON = """
from datetime import date
from claims.parties.models import Person
from claims.practices.models import Practice
practice = Practice.objects.create(name="Harbor Clinic", npi="1245319599", tin="061234567", state="NY")
person = Person.objects.create(practice=practice, last="Guarino", first="Gus", birth_on=date(1961, 4, 12))
person.phones.create(number="+12125550123")
"""


def of(database: OwnDatabase) -> str:
    done = database.run("manage.py", "shell", "-v0", "-c", _KEYS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_a_command_wrote_before_the_first_run_is_found_by_it(tmp_path: Path) -> None:
    with own_database(tmp_path, migrated=True) as database:
        done = database.manage("shell", "-c", _PERSON)
        assert done.returncode == 0, done.stderr
        before = of(database)
        done = database.run("-m", "arwork.runner.prepare", REDIS_URL="memory://")
        assert "Set that one again" not in done.stdout + done.stderr
        assert of(database) == before
        done = database.manage("ready", "database", "schema")
        assert done.returncode == 0, done.stderr


def test_keys_are_made_once_by_chance_and_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    with own_database(first) as one, own_database(second) as other:
        assert of(one) == of(one) != of(other)
    assert {path.name for path in first.iterdir()} >= {"secret_key", "field_keys"}
    assert {path.stat().st_mode & 0o777 for path in first.glob("*_key*")} == {0o600}


def test_an_address_for_seals_without_a_way_out_for_e_mail_is_refused(tmp_path: Path) -> None:
    with own_database(tmp_path) as database:
        done = database.run("manage.py", "check", SEAL_EMAIL="security@example.com")
        assert done.returncode != 0
        assert "SEAL_EMAIL is given and EMAIL_URL is not" in done.stderr
