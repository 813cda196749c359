"""A database of an earlier version goes on: migrated forward, its books hold, and nothing in it was lost.

Each folder of `kept_databases` is one, as it was dumped by its version on both engines.
"""

import ast
import gzip
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection

from tests.infra.databases import OwnDatabase, own_database

KEPT = sorted(path for path in (Path(__file__).parent / "kept_databases").iterdir() if path.is_dir())
#: What was legible in earlier versions and is encrypted now.
ENCRYPTED = {
    "claims_person": ("birth_on",),
    "claims_personphone": ("number",),
    "claims_personaddress": ("line1", "line2"),
    "claims_personemail": ("address",),
    "claims_coverage": ("member_id",),
    "claims_remitclaim": ("member_id",),
    "collections_app_contact": ("note",),
    "collections_app_workaction": ("note", "entered"),
    "collections_app_hold": ("note",),
    "collections_app_workdraft": ("entered",),
}
_LEGIBLE: dict[str, dict[str, list[list[str]]]] = {}
READ_ALL = """
import json, sys, django
django.setup()
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
models = {model._meta.db_table: model for model in apps.get_models()}
found = {
    table: list(models[table].objects.order_by("pk").values_list("pk", *columns))
    for table, columns in json.loads(sys.argv[1]).items()
}
print(json.dumps(found, cls=DjangoJSONEncoder))
"""
APPEND_ONLY = ("claims_posting", "staff_auditevent", "collections_app_contact", "collections_app_workaction")


@pytest.fixture(scope="module", params=KEPT, ids=lambda path: path.name)
def kept(request: pytest.FixtureRequest) -> Path:
    """The folder of the earlier version."""
    return request.param


@pytest.fixture(scope="module")
def upgraded(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDatabase]:
    """Its dump, loaded and migrated by this version."""
    with own_database(tmp_path_factory.mktemp("upgraded")) as database:
        database.load(gzip.decompress((kept / f"{connection.vendor}.sql.gz").read_bytes()).decode())
        noted = promised(kept)
        assert figures(database, noted["rows"]) == noted, "the dump itself"
        _LEGIBLE[database.place] = legible(database)
        migrated = database.manage("migrate", "--noinput")
        assert migrated.returncode == 0, migrated.stderr
        yield database


def figures(database: OwnDatabase, tables: Iterable[str]) -> dict[str, Any]:
    """What no migration may change: the rows of `tables`, and what every account of the books holds, in cents."""
    sides = database.rows(
        "SELECT practice_id, debit, SUM(amount) FROM claims_posting GROUP BY 1, 2"
        " UNION ALL SELECT practice_id, credit, -SUM(amount) FROM claims_posting GROUP BY 1, 2"
    )
    accounts: Counter[str] = Counter()
    for practice, account, cents in sides:
        accounts[f"practice {practice}: {account}"] += int(cents)
    rows = {table: database.rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables}
    return {"rows": rows, "accounts": dict(accounts)}


def legible(database: OwnDatabase) -> dict[str, list[list[str]]]:
    """The columns that are encrypted now, as text; JSON as the engine gives it."""
    return {
        table: [
            [str(one) for one in row]
            for row in database.rows(f"SELECT id, {', '.join(columns)} FROM {table} ORDER BY id")
        ]
        for table, columns in ENCRYPTED.items()
    }


def promised(kept: Path) -> dict[str, Any]:
    """The figures that were noted when the dump was made."""
    return json.loads((kept / "figures.json").read_text())[connection.vendor]


def test_it_is_migrated_to_the_end_and_fits(upgraded: OwnDatabase) -> None:
    for words in (("migrate", "--check"), ("ready", "database", "schema")):
        done = upgraded.manage(*words)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("proof", ["verify_books", "verify_audit", "verify_aging"])
def test_its_books_and_its_trail_hold(upgraded: OwnDatabase, proof: str) -> None:
    done = upgraded.manage(proof)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_in_it_was_lost(upgraded: OwnDatabase, kept: Path) -> None:
    noted = promised(kept)
    assert figures(upgraded, noted["rows"]) == noted


def test_what_is_encrypted_now_reads_as_it_did(upgraded: OwnDatabase) -> None:
    done = upgraded.run("-c", READ_ALL, json.dumps(ENCRYPTED), DJANGO_SETTINGS_MODULE="arwork.settings")
    assert done.returncode == 0, done.stderr
    before = _LEGIBLE[upgraded.place]
    assert [table for table in ENCRYPTED if before[table]] >= ["claims_person", "claims_personaddress"]
    for table, rows in json.loads(done.stdout).items():
        told = [[json.loads(one) if one[:1] == "{" else one for one in map(_json_of, row)] for row in before[table]]
        assert [[str(one) if not isinstance(one, dict) else one for one in row] for row in rows] == told, table


#: What the search asks for, of what an earlier version wrote without it.
FOUND_BY = """
import django
django.setup()
from claims.billing.claim_numbers import tail_of
from claims.models import Claim, NameGram, Person, PersonPhone
claims, people, phones = Claim.objects.all(), Person.objects.all(), PersonPhone.objects.all()
assert claims and people and phones
assert all(one.tail == tail_of(one.number) for one in claims)
assert all(one.turned_name == f"{one.first} {one.last}".strip().upper() for one in people)
assert all(PersonPhone.objects.filter(pk=one.pk, ending=one.number[-4:]).exists() for one in phones)
words = set(NameGram.objects.filter(gram="").values_list("word", flat=True))
assert {word for one in people for word in one.last.upper().split() if word.isalpha() and len(word) > 1} <= words
"""


def test_what_is_in_it_is_found_as_what_comes_now(upgraded: OwnDatabase) -> None:
    done = upgraded.run("-c", FOUND_BY, DJANGO_SETTINGS_MODULE="arwork.settings")
    assert done.returncode == 0, done.stderr


def _json_of(text: str) -> str:
    """A dict as PostgreSQL's driver gives it, as JSON again."""
    return json.dumps(ast.literal_eval(text)) if text.startswith("{'") else text


def test_no_readable_copy_of_it_stays_on_the_pages_of_the_database(upgraded: OwnDatabase) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the files are the server's; VACUUM FULL writes the tables anew")
    held = Path(upgraded.place).read_bytes()
    words = {
        one.encode()
        for table in ("claims_personphone", "claims_personaddress", "claims_coverage")
        for _, *values in _LEGIBLE[upgraded.place][table]
        for one in values
        if len(one) > 7
    }
    assert len(words) > 20
    assert not [word for word in words if word in held]


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_what_was_recorded_still_cannot_be_changed(upgraded: OwnDatabase, table: str, change: str) -> None:
    """On SQLite a table that a migration rebuilt has lost its triggers, unless the migration sets them again."""
    with pytest.raises((sqlite3.Error, psycopg2.Error), match="append-only"):
        upgraded.load(change.format(table))


def test_the_way_back_past_the_append_only_tables_is_refused(upgraded: OwnDatabase) -> None:
    before = upgraded.rows("SELECT app, name FROM django_migrations ORDER BY id")
    done = upgraded.manage("migrate", "claims", "0001")
    assert done.returncode == 1
    assert "append_only is not reversed" in done.stderr
    assert "restore the backup" in done.stderr
    assert upgraded.rows("SELECT app, name FROM django_migrations ORDER BY id") == before
