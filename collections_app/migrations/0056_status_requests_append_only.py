"""What payers said of claims and of coverage stays said: both tables refuse UPDATE and DELETE below the ORM, on both
engines."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
TABLES = ("statusanswer", "coveragereply")
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}" for table in TABLES for verb in ("update", "delete")
    ],
    "postgresql": [
        "DROP FUNCTION collections_app_payer_answer_append_only CASCADE",
    ],
}


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (SQL / f"payer_answer_append_only.{vendor}.sql").read_text()
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
        ('collections_app', '0055_status_requests'),
    ]

    operations = [migrations.RunPython(set_triggers, lift_triggers)]
