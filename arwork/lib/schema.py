"""Whether the database is the one that this version was written for: asked before anything starts, and by `/readyz`.

It may not be in three ways. *Behind*: migrations wait. *Ahead*: migrations were applied that this version does not
know. *Different*: all of them are applied, and yet a table or a column is not there, because migrations were changed
after they had run; since ADR 8 none is.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.core.management import CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from arwork.lib.key_check import wrong_keys

OF_APPEND_ONLY = "append_only"  # how the name of a migration ends that sets triggers
# One query for all tables: Django's own introspection asks table by table and takes up to a second.
_COLUMNS = {
    "sqlite": """
        SELECT held.name, col.name, col."notnull" AND col.dflt_value IS NULL AND NOT col.pk
        FROM sqlite_master AS held, pragma_table_xinfo(held.name) AS col WHERE held.type = 'table'
    """,
    "postgresql": """
        SELECT held.relname, col.attname, col.attnotnull AND NOT col.atthasdef AND col.attidentity = ''
        FROM pg_attribute AS col JOIN pg_class AS held ON held.oid = col.attrelid
        WHERE held.relkind IN ('r', 'p') AND pg_table_is_visible(held.oid) AND col.attnum > 0 AND NOT col.attisdropped
    """,
}
_fits: set[str] = set()


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why the database does not fit: one plain word for a probe, sentences for whoever can help."""

    word: str
    sentence: str


AWAY = Misfit("failing", "The database does not answer.")


def misfit() -> Misfit | None:
    """The first reason why the database does not fit; None when it does.

    A process that found it fitting does not ask again: it serves on while a newer version migrates and takes over.
    """
    if DEFAULT_DB_ALIAS in _fits:
        return None
    database = connections[DEFAULT_DB_ALIAS]
    try:
        found = _ahead_or_behind(database) or _different(database)
    except DatabaseError:
        return AWAY
    if found is None:
        _fits.add(DEFAULT_DB_ALIAS)
    return found


def refusal() -> str:
    """Why nothing may start to work on this database; empty when it may.

    A database that is away is waited for: it comes back by itself, which the other misfits never do.
    """
    found = misfit()
    if found is AWAY:
        return ""
    reason = found.sentence if found else wrong_keys()
    return f"arwork does not start on this database. {reason}" if reason else ""


def refuse_wrong_migrating(*, using: str, plan: Iterable[tuple[Migration, bool]], **_: object) -> None:
    """Before any `migrate` (signal `pre_migrate`): never back past append-only tables, never under a newer version.

    Raises `CommandError` before anything is undone; a migration that can't be reversed would stop half way.
    """
    for migration, backwards in plan:
        if backwards and migration.name.endswith(OF_APPEND_ONLY):
            raise CommandError(
                f"{migration} is not reversed: it keeps what was recorded from being changed or deleted. "
                "Nothing was migrated. To go back, restore the backup made before the upgrade."
            )
    found = _ahead_or_behind(connections[using])
    if found and found.word == "ahead":
        raise CommandError(f"Nothing was migrated. {found.sentence}")


def _ahead_or_behind(database: BaseDatabaseWrapper) -> Misfit | None:
    loader = MigrationLoader(database)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    known = loader.disk_migrations.keys() | replaced
    strange = [key for key in loader.applied_migrations if key not in known and key[0] in loader.migrated_apps]
    if strange:
        return Misfit(
            "ahead",
            f"It was migrated by a newer or another version; not known here: {_named(strange)}. "
            "Start that version, or restore the backup made before it.",
        )
    waiting = [key for key in loader.graph.nodes if key not in loader.applied_migrations]
    if waiting:
        return Misfit("behind", f"Migrations wait: {_named(waiting)}. Back up, then run `manage.py migrate`.")
    return None


def _named(keys: list[tuple[str, str]]) -> str:
    first = ".".join(min(keys))
    return first if len(keys) == 1 else f"{first} (and {len(keys) - 1} more)"


def _different(database: BaseDatabaseWrapper) -> Misfit | None:
    tables = _columns(database)
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if not model._meta.can_migrate(database):
            continue
        if table not in tables:
            return _unlike(f"the table {table} is missing")
        wanted = {field.column for field in model._meta.local_concrete_fields if field.column}
        if missing := wanted - tables[table].keys():
            return _unlike(f"in the table {table} the column {min(missing)} is missing")
        # A column more does no harm, unless it has to be filled by whoever does not know of it.
        if strange := {name for name, must_be_filled in tables[table].items() if must_be_filled} - wanted:
            return _unlike(f"in the table {table} the column {min(strange)} has to be filled, which is not known here")
    return None


def _columns(database: BaseDatabaseWrapper) -> dict[str, dict[str, bool]]:
    """Table -> column -> whether every insert has to name it."""
    tables: dict[str, dict[str, bool]] = defaultdict(dict)
    with database.cursor() as cursor:
        cursor.execute(_COLUMNS[database.vendor])
        for table, column, must_be_filled in cursor.fetchall():
            tables[table][column] = bool(must_be_filled)
    return tables


def _unlike(what: str) -> Misfit:
    return Misfit(
        "different",
        f"All its migrations are applied, but {what}: it was made by a version whose migrations were changed later, or "
        "changed by hand. No migration mends that. Keep it, and start with a backup of a released version, or with an "
        "empty database (another DATA_DIR or DATABASE_URL).",
    )
