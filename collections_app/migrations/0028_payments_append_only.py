"""The story of a payment refuses UPDATE and DELETE below the ORM, on both engines."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent / "sql"
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}" for table in ("paymentstep",) for verb in ("update", "delete")
    ],
    "postgresql": ["DROP FUNCTION collections_app_payment_append_only CASCADE"],
}


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"payment_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def backwards(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("collections_app", "0027_payments"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
