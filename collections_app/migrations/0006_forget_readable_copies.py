"""What was encrypted leaves readable copies behind: SQLite on free pages of its file, PostgreSQL in rows whose column was
dropped and in those that were replaced. The tables are written anew, which takes as much free disk as they have."""

from django.db import migrations

TABLES = (
    "claims_person", "claims_personphone", "claims_personaddress", "claims_personemail", "claims_coverage",
    "claims_remitclaim", "claims_payermerge", "collections_app_workaction", "collections_app_contact", "collections_app_hold",
    "collections_app_workdraft",
)


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("VACUUM")
        schema_editor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        for table in TABLES:
            schema_editor.execute(f"VACUUM (FULL, ANALYZE) {table}")


class Migration(migrations.Migration):
    atomic = False  # neither engine does it inside a transaction
    dependencies = [
        ("claims", "0009_encrypt_people"),
        ("collections_app", "0005_encrypt_notes_append_only"),
    ]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, atomic=False)]
