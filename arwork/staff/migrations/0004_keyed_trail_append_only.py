"""Audit events name the key that signed them and where they came from; rows find the events that showed somebody.

SQLite makes a table anew to add a column, and its triggers go with the old one: they are set again.
"""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

HERE = Path(__file__).parent / "sql"


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        for name in ("auditevent", "seenrecord"):
            for statement in (HERE / f"{name}_append_only.sqlite.sql").read_text().split("END;"):
                if statement.strip():
                    schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute((HERE / f"seenrecord_append_only.{vendor}.sql").read_text())


class Migration(migrations.Migration):

    dependencies = [
        ('staff', '0003_api_tokens'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditevent',
            name='address',
            field=models.CharField(default='', max_length=45),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='key_id',
            field=models.CharField(default='', max_length=8),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='request_id',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='session',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.CreateModel(
            name='SeenRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=40)),
                ('subject_id', models.BigIntegerField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seen', to='staff.auditevent')),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'subject_id'], name='staff_seenr_subject_69a2a9_idx')],
            },
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
