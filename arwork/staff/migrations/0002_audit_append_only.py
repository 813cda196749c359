"""The audit trail refuses UPDATE and DELETE below the ORM, on both engines."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent / "sql"
UNDO = {
    "sqlite": "DROP TRIGGER staff_auditevent_append_only_update; DROP TRIGGER staff_auditevent_append_only_delete;",
    "postgresql": "DROP FUNCTION staff_auditevent_append_only CASCADE;",
}


def _run(schema_editor, text):
    if schema_editor.connection.vendor == "sqlite":
        for statement in text.split("END;"):
            if statement.strip():
                schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    _run(schema_editor, (HERE / f"auditevent_append_only.{vendor}.sql").read_text())


def lay_out_strands(apps, schema_editor):
    strand = apps.get_model("staff", "AuditStrand")
    strand.objects.bulk_create([strand(number=number) for number in range(64)], ignore_conflicts=True)


def backwards(apps, schema_editor):
    for statement in filter(str.strip, UNDO[schema_editor.connection.vendor].split(";")):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_people_and_audit")]
    operations = [
        migrations.RunPython(lay_out_strands, migrations.RunPython.noop),
        migrations.RunPython(forwards, backwards),
    ]
