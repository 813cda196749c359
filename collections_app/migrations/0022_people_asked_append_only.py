"""What stood of consent at phones and e-mail addresses becomes the first word of each history, holds of people name the
person, and what people said and were asked refuses UPDATE and DELETE below the ORM, on both engines."""

import datetime as dt
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
TABLES = ("consentevent", "identitycheck", "scripttext")
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}" for table in TABLES for verb in ("update", "delete")
    ],
    "postgresql": ["DROP FUNCTION collections_people_asked_append_only CASCADE"],
}
OF_PERSONS = ("bankruptcy", "cease", "attorney", "deceased")
BATCH = 1_000


def fold_consent(apps, schema_editor):
    """One moment of consent at a phone spoke of automated calls and texts; a withdrawal, of every channel."""
    events = apps.get_model("collections_app", "ConsentEvent")
    for name, model, given in (("phone", "PersonPhone", ("auto", "text")), ("email", "PersonEmail", ("email",))):
        rows = apps.get_model("claims", model).objects.exclude(consent_at=None, revoked_at=None).order_by("pk")
        found = []
        columns = ("pk", "person_id", "person__practice_id", "consent_at", "revoked_at")
        for pk, person, practice, consent_at, revoked_at in rows.values_list(*columns).iterator(BATCH):
            about = {f"{name}_id": pk, "person_id": person, "practice_id": practice, "source": "before"}
            if consent_at:
                found += [
                    events(**about, channel=channel, is_given=True, said_on=_day(consent_at), at=consent_at)
                    for channel in given
                ]
            if revoked_at:
                found.append(events(**about, channel="", is_given=False, said_on=_day(revoked_at), at=revoked_at))
        events.objects.bulk_create(found, batch_size=BATCH)


def name_people(apps, schema_editor):
    """Holds that are a person's bind the guarantor, and with them all their accounts."""
    holds = apps.get_model("collections_app", "Hold")
    rows = holds.objects.filter(reason__in=OF_PERSONS, claim=None, person=None).select_related("account")
    changed = []
    for hold in rows:
        hold.person_id = hold.account.guarantor_id
        changed.append(hold)
    holds.objects.bulk_update(changed, ["person"], batch_size=BATCH)


def _day(moment: dt.datetime) -> dt.date:
    return moment.date()


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (SQL / f"people_asked_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a trigger is not set while rows wait for their checks
        schema_editor.execute(text)


def lift_triggers(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0032_fee_places_and_closures"),
        ("collections_app", "0021_people_reached"),
    ]

    operations = [
        migrations.RunPython(fold_consent, migrations.RunPython.noop),
        migrations.RunPython(name_people, migrations.RunPython.noop),
        migrations.RunPython(set_triggers, lift_triggers),
    ]
