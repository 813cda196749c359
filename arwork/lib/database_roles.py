"""Two roles on PostgreSQL: the owner migrates, the application works and cannot touch what is append-only.

`DATABASE_OWNER_URL` names the owner, `DATABASE_URL` the application. `migrate` runs as the owner and afterwards grants
the application what it needs: rows of every table; of those that an append-only trigger guards only to read and to add.
It owns no table, so it can neither switch a trigger off nor change or empty what was recorded. On SQLite there is one
file and no roles.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connections, transaction

log = logging.getLogger(__name__)
_LOGIN = ("USER", "PASSWORD", "HOST", "PORT", "NAME")
#: A trigger with a condition guards some rows, not the table: drafts of it still change.
_GUARDED = """
    SELECT DISTINCT rel.relname FROM pg_trigger AS trig JOIN pg_class AS rel ON rel.oid = trig.tgrelid
    WHERE NOT trig.tgisinternal AND trig.tgqual IS NULL AND trig.tgname LIKE %s
    AND rel.relnamespace = current_schema()::regnamespace
"""
_RIGHTS = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname = %s"


@contextmanager
def as_owner() -> Iterator[None]:
    """What this process asks of the database within the block, it asks as the owner, where one is named."""
    database = connections[DEFAULT_DB_ALIAS]
    owner: dict[str, Any] = settings.DATABASE_OWNER
    if not owner:
        yield
        return
    own = {name: database.settings_dict[name] for name in _LOGIN}
    database.close()
    database.settings_dict.update({name: owner[name] for name in _LOGIN})
    try:
        yield
    finally:
        database.close()
        database.settings_dict.update(own)


def grant(role: str, password: str = "") -> list[str]:
    """As the owner: give `role` what the application needs and nothing else; the tables it may only add to.

    Safe to run again. The role is made where it is not there yet, and gets the password that is given now. Raises
    `ImproperlyConfigured` for one that could help itself to more: a superuser, or the owner.
    """
    database = connections[DEFAULT_DB_ALIAS]
    name = database.ops.quote_name
    with database.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema(), current_database()")
        owner, schema, base = cursor.fetchone()
        cursor.execute(_RIGHTS, [role])
        known = cursor.fetchone()
        if role == owner or (known and known[0]):
            raise ImproperlyConfigured(
                f"The application's role {role} is the owner or could make itself one. Name another in DATABASE_URL."
            )
        if known is None:
            cursor.execute(f"CREATE ROLE {name(role)} LOGIN PASSWORD %s", [password])
        elif password:
            _set_password(role, password)
        cursor.execute(_GUARDED, ["%\\_append\\_only%"])
        guarded = sorted(table for (table,) in cursor.fetchall())
        app, space = name(role), name(schema)
        grants = [
            f"GRANT CONNECT, TEMPORARY ON DATABASE {name(base)} TO {app}",
            f"GRANT USAGE ON SCHEMA {space} TO {app}",
            f"REVOKE CREATE ON SCHEMA {space} FROM {app}, PUBLIC",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {space} FROM {app}, PUBLIC",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {space} TO {app}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {space} TO {app}",
            *(f"REVOKE UPDATE, DELETE ON {name(table)} FROM {app}" for table in guarded),
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app}",
        ]
        cursor.execute("; ".join(grants))
    return guarded


def _set_password(role: str, password: str) -> None:
    """Each time: nobody but a superuser can read whether it is another one."""
    database = connections[DEFAULT_DB_ALIAS]
    try:
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {database.ops.quote_name(role)} PASSWORD %s", [password])
    except ProgrammingError:  # somebody else made the role
        log.warning("the owner may not set the password of %s: if it was changed, whoever made it has to", role)
