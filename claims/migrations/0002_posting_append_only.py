"""Postings refuse UPDATE and DELETE below the ORM, on both engines."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent / "sql"
UNDO = {
    "sqlite": "DROP TRIGGER claims_posting_append_only_update; DROP TRIGGER claims_posting_append_only_delete;",
    "postgresql": "DROP FUNCTION claims_posting_append_only CASCADE;",
}


def _run(schema_editor, text):
    if schema_editor.connection.vendor == "sqlite":
        for statement in text.split("END;"):
            if statement.strip():
                schema_editor.execute(statement + ("END;" if "BEGIN" in statement else ""))
    else:
        schema_editor.execute(text)


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    _run(schema_editor, (HERE / f"posting_append_only.{vendor}.sql").read_text())


def backwards(apps, schema_editor):
    text = UNDO[schema_editor.connection.vendor]
    for statement in filter(str.strip, text.split(";")):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
