"""What happened to a batch stays, and a file that goes out is frozen: both refuse UPDATE and DELETE below the ORM, on
both engines. A file may still move from made to sent and answered, and its content go under the newest key."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
TABLES = ("batchevent", "outgoingfile")
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}" for table in TABLES for verb in ("update", "delete")
    ],
    "postgresql": [f"DROP FUNCTION collections_app_{table}_append_only CASCADE" for table in TABLES],
}


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (SQL / f"claim_batches_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def lift_triggers(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ('collections_app', '0052_claim_batches'),
    ]

    operations = [migrations.RunPython(set_triggers, lift_triggers)]
