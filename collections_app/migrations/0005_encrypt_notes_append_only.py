"""Notes, and what was entered with an outcome, are encrypted from here on, those kept already too.

Actions and contacts can't be changed by ordinary means. Their triggers are lifted here, while nothing else can write to
these tables, and set again at the end of the same transaction; each note is read back and compared before its readable
copy goes. On SQLite, where a table that is rebuilt loses its triggers, they are made anew.
"""

from pathlib import Path

from django.db import migrations

import arwork.lib.encrypted_fields
from arwork.lib import bulk

BATCH = 5_000
HERE = Path(__file__).parent / "sql"
GUARDED = ("workaction", "contact")
COLUMNS = {
    "workaction": ("note", "entered"),
    "contact": ("note",),
    "hold": ("note",),
    "workdraft": ("entered",),
}


def _triggers(schema_editor, words):
    for name in GUARDED:
        for verb in ("update", "delete"):
            schema_editor.execute(words.format(table=f"collections_app_{name}", trigger=f"{name}_append_only_{verb}"))


def lift(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        _triggers(schema_editor, "DROP TRIGGER IF EXISTS {trigger}")
    else:
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _triggers(schema_editor, "ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def set_again(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        _triggers(schema_editor, "DROP TRIGGER IF EXISTS {trigger}")
        for statement in filter(str.strip, (HERE / "log_append_only.sqlite.sql").read_text().split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        _triggers(schema_editor, "ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def encrypt(apps, schema_editor):
    for name, columns in COLUMNS.items():
        model = apps.get_model("collections_app", name)
        rows_after = model.objects.using(schema_editor.connection.alias).order_by("pk")
        last = 0
        while rows := list(
            rows_after.filter(pk__gt=last).values_list("pk", *(f"plain_{column}" for column in columns))[:BATCH]
        ):
            last = rows[-1][0]
            plain = {pk: tuple(values) for pk, *values in rows}
            bulk.write(model, columns, plain)
            kept = {pk: tuple(values) for pk, *values in rows_after.filter(pk__in=plain).values_list("pk", *columns)}
            if kept != plain:
                raise ValueError(f"What was encrypted in {model._meta.db_table} does not read as before.")


def _text(**options):
    return arwork.lib.encrypted_fields.EncryptedTextField(**options)


def _json(**options):
    return arwork.lib.encrypted_fields.EncryptedJSONField(**options)


FIELDS = {
    ("workaction", "note"): lambda **more: _text(blank=True, max_length=2000, **more),
    ("workaction", "entered"): lambda **more: _json(
        help_text="what else was entered: trace, amount, reason, document, days", **more
    ),
    ("contact", "note"): lambda **more: _text(blank=True, max_length=2000, **more),
    ("hold", "note"): lambda **more: _text(blank=True, max_length=300, **more),
    ("workdraft", "entered"): lambda **more: _json(help_text="the fields of the form as typed", **more),
}


class Migration(migrations.Migration):
    dependencies = [("collections_app", "0004_runs_ahead_of_their_day")]

    operations = [
        migrations.RunPython(lift),
        *(migrations.RenameField(model, column, f"plain_{column}") for model, column in FIELDS),
        *(migrations.AddField(model, column, field(null=True)) for (model, column), field in FIELDS.items()),
        migrations.RunPython(encrypt),
        *(migrations.RemoveField(model, f"plain_{column}") for model, column in FIELDS),
        *(
            migrations.AlterField(model, column, field(**({"default": dict} if model == "workaction" and column == "entered" else {})))
            for (model, column), field in FIELDS.items()
        ),
        migrations.RunPython(set_again),
    ]
