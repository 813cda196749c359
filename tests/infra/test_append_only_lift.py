"""The one helper that lifts append-only triggers, and the flush that relies on it."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.support import lift_append_only

SQLITE = """CREATE TRIGGER lift_probe_append_only_delete BEFORE DELETE ON lift_probe
    BEGIN SELECT RAISE(ABORT, 'append only'); END"""
POSTGRES = """
    CREATE FUNCTION lift_probe_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
    CREATE TRIGGER lift_probe_append_only_delete BEFORE DELETE ON lift_probe
        FOR EACH ROW EXECUTE FUNCTION lift_probe_refuse()"""


@pytest.fixture
def _guarded_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE lift_probe (id integer)")
        cursor.execute("INSERT INTO lift_probe VALUES (1), (2)")
        cursor.execute(POSTGRES if connection.vendor == "postgresql" else SQLITE)


def _delete(row: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM lift_probe WHERE id = %s", [row])


@pytest.mark.usefixtures("_guarded_table")
def test_rows_can_be_deleted_only_while_the_triggers_are_lifted() -> None:
    with pytest.raises(DatabaseError, match="append only"):
        _delete(1)
    with lift_append_only():
        _delete(1)
    with pytest.raises(DatabaseError, match="append only"):
        _delete(2)


@pytest.mark.usefixtures("_guarded_table")
def test_the_triggers_come_back_even_when_the_block_fails() -> None:
    with pytest.raises(ZeroDivisionError), lift_append_only():
        raise ZeroDivisionError
    with pytest.raises(DatabaseError, match="append only"):
        _delete(1)
