"""What was done about a demand for interest stays as it was recorded: its history refuses UPDATE and DELETE below the ORM,
on both engines."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
TABLES = ("interestdemandevent",)
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}" for table in TABLES for verb in ("update", "delete")
    ],
    "postgresql": ["DROP FUNCTION collections_app_interestdemandevent_append_only CASCADE"],
}


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (SQL / f"interest_demands_append_only.{vendor}.sql").read_text()
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
        ('collections_app', '0060_late_payments'),
    ]

    operations = [migrations.RunPython(set_triggers, lift_triggers)]
