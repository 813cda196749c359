"""Birth dates, phones, streets, e-mail addresses and member ids are encrypted from here on, those kept already too.

Each column is set aside under another name, a new one is filled from it in batches, and the old one goes. Nothing is
lost half way: it is one transaction. PostgreSQL keeps the old rows on disk until they are vacuumed, and SQLite on its
free pages: docs/operations.md, Encryption and keys, says how to be rid of them.
"""

from django.db import migrations, models

import arwork.lib.encrypted_fields
from arwork.lib import bulk

BATCH = 5_000
COLUMNS = {
    "person": ("birth_on",),
    "personphone": ("number",),
    "personaddress": ("line1", "line2"),
    "personemail": ("address",),
    "coverage": ("member_id",),
    "remitclaim": ("member_id",),
    "payermerge": ("steps",),  # rows that gave way, with their member ids
}


def forwards(apps, schema_editor):
    for name, columns in COLUMNS.items():
        model = apps.get_model("claims", name)
        last = 0
        while rows := list(_after(model, last, schema_editor, [f"plain_{column}" for column in columns])):
            bulk.write(model, columns, {pk: values for pk, *values in rows})
            last = rows[-1][0]


def _after(model, last, schema_editor, columns):
    rows = model.objects.using(schema_editor.connection.alias).filter(pk__gt=last).order_by("pk")
    return rows.values_list("pk", *columns)[:BATCH]


def _text(**options):
    return arwork.lib.encrypted_fields.EncryptedTextField(**options)


def _json(**options):
    return arwork.lib.encrypted_fields.EncryptedJSONField(
        help_text="what was done, in order; see payer_merge.Step", **options
    )


def _part(column, start, length):
    return arwork.lib.encrypted_fields.IndexPart(column, start, length)


def _set_aside(model, old, new):
    """The old column under another name, and the new one."""
    for column, field in old.items():
        yield migrations.AlterField(model, column, field)  # its index goes
        yield migrations.RenameField(model, column, f"plain_{column}")
    for column, field in new.items():
        yield migrations.AddField(model, column, field)


MEMBER_ID_PREFIXES = (4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16)


class Migration(migrations.Migration):
    dependencies = [("claims", "0008_second_person")]

    operations = [
        migrations.RemoveIndex("person", "person_by_birth"),
        migrations.RemoveConstraint("personphone", "a_person_has_a_number_once"),
        migrations.RemoveConstraint("coverage", "a_coverage_is_recorded_once"),
        *_set_aside(
            "person",
            {"birth_on": models.DateField(null=True)},
            {"birth_on": arwork.lib.encrypted_fields.EncryptedDateField(null=True, prefixes=(4, 8))},
        ),
        *_set_aside(
            "personphone",
            {"number": models.CharField(max_length=16, null=True)},
            {"number": _text(default="", exact=True, help_text="E.164", max_length=16)},
        ),
        *_set_aside(
            "personaddress",
            {"line1": models.CharField(max_length=80, null=True), "line2": models.CharField(max_length=80, null=True)},
            {"line1": _text(default="", max_length=80), "line2": _text(default="", blank=True, max_length=80)},
        ),
        *_set_aside(
            "personemail",
            {"address": models.CharField(max_length=254, null=True)},
            {"address": _text(default="", max_length=254)},
        ),
        *_set_aside(
            "coverage",
            {"member_id": models.CharField(max_length=80, null=True)},
            {"member_id": _text(default="", blank=True, exact=True, prefixes=MEMBER_ID_PREFIXES, max_length=80)},
        ),
        *_set_aside(
            "remitclaim",
            {"member_id": models.CharField(max_length=80, null=True)},
            {"member_id": _text(default="", blank=True, max_length=80)},
        ),
        migrations.RenameField("payermerge", "steps", "plain_steps"),
        migrations.AddField("payermerge", "steps", _json(null=True)),
        migrations.RunPython(forwards),
        *(migrations.RemoveField(model, f"plain_{column}") for model, columns in COLUMNS.items() for column in columns),
        migrations.AlterField("personphone", "number", _text(exact=True, help_text="E.164", max_length=16)),
        migrations.AlterField("personaddress", "line1", _text(max_length=80)),
        migrations.AlterField("personaddress", "line2", _text(blank=True, max_length=80)),
        migrations.AlterField("personemail", "address", _text(max_length=254)),
        migrations.AlterField(
            "coverage", "member_id", _text(blank=True, exact=True, max_length=80, prefixes=MEMBER_ID_PREFIXES)
        ),
        migrations.AlterField("remitclaim", "member_id", _text(blank=True, max_length=80)),
        migrations.AlterField("payermerge", "steps", _json()),
        migrations.AddIndex("person", models.Index(models.F("practice"), _part("birth_on", 1, 8), name="person_by_birth")),
        migrations.AddIndex("personphone", models.Index(_part("number", 1, 16), name="phone_by_number")),
        migrations.AddConstraint(
            "personphone",
            models.UniqueConstraint(models.F("person"), _part("number", 1, 16), name="a_person_has_a_number_once"),
        ),
        migrations.AddIndex("coverage", models.Index(_part("member_id", 1, 16), name="coverage_by_member")),
        migrations.AddIndex("coverage", models.Index(_part("member_id", 17, 44), name="coverage_by_member_prefix")),
        migrations.AddConstraint(
            "coverage",
            models.UniqueConstraint(
                models.F("patient"),
                models.F("payer"),
                _part("member_id", 1, 16),
                models.F("rank"),
                name="a_coverage_is_recorded_once",
            ),
        ),
    ]
