"""SQLite makes a table anew to change it and forgets its triggers: put those of work actions and contacts back."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent / "sql"


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    for table in ("workaction", "contact"):
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}")
    text = (HERE / "log_append_only.sqlite.sql").read_text()
    for statement in filter(str.strip, text.split("END;")):
        schema_editor.execute(statement + "END;")


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0006_list_order")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
