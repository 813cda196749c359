"""What people change about people is kept: who, when, on whose word, and what stood there before.

Other names and member ids under which files know somebody, what a file says otherwise than a person confirmed, and
marks of phones, addresses and e-mail addresses. Changes refuse UPDATE and DELETE below the ORM, on both engines.
"""

from pathlib import Path

import arwork.lib.encrypted_fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parent / "sql"
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}"
        for table in ("personchange", "changedfield")
        for verb in ("update", "delete")
    ],
    "postgresql": ["DROP FUNCTION claims_person_change_append_only CASCADE"],
}


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (SQL / f"person_change_append_only.{vendor}.sql").read_text()
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
        ("claims", "0029_receipts_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='guarantor_from',
            field=models.DateField(help_text='since when, where a person changed who answers', null=True),
        ),
        migrations.AddField(
            model_name='personaddress',
            name='is_bad',
            field=models.BooleanField(db_default=False, default=False, help_text='mail came back from it'),
        ),
        migrations.AddField(
            model_name='personemail',
            name='is_wrong',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='personemail',
            name='source',
            field=models.CharField(db_default='staff', default='staff', max_length=20),
        ),
        migrations.AddField(
            model_name='personphone',
            name='is_preferred',
            field=models.BooleanField(db_default=False, default=False, help_text='asked to be called here'),
        ),
        migrations.AlterField(
            model_name='coverage',
            name='source',
            field=models.CharField(choices=[('claim', 'from the claim'), ('remittance', 'learned from a remittance'), ('person', 'entered by hand')], db_default='claim', default='claim', help_text='who says so', max_length=10),
        ),
        migrations.CreateModel(
            name='PersonChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=30)),
                ('source', models.CharField(choices=[('call', 'Somebody who called'), ('document', 'A document'), ('file', 'A file'), ('payer', 'The payer'), ('mail', 'Mail that came back'), ('slip', 'A slip of our own')], max_length=8)),
                ('said_by', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='who called, which document', max_length=120)),
                ('reason', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
                ('steps', arwork.lib.encrypted_fields.EncryptedJSONField(help_text='the rows that changed, with before and after; see amendments.subjects')),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.account')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.person')),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('undoes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='claims.personchange')),
            ],
        ),
        migrations.CreateModel(
            name='CoverageAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField()),
                ('member_id', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, exact=True, max_length=80)),
                ('coverage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='claims.coverage')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('coverage'), models.F('rank'), arwork.lib.encrypted_fields.IndexPart('member_id', 1, 16), name='an_alias_of_a_coverage_is_kept_once')],
            },
        ),
        migrations.CreateModel(
            name='FileSuggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_source', models.CharField(help_text='the bill that says so; see Submission.source', max_length=80)),
                ('told_on', models.DateField(help_text='the day of the bill')),
                ('state', models.CharField(choices=[('open', 'Offered'), ('taken', 'Taken'), ('left', 'Ours kept')], default='open', max_length=5)),
                ('decided_at', models.DateTimeField(null=True)),
                ('address', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='claims.personaddress')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='claims.person')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('address',), name='an_address_is_suggested_once')],
            },
        ),
        migrations.CreateModel(
            name='PersonAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('match_key', models.CharField(max_length=32)),
                ('search_name', models.CharField(help_text='LAST FIRST, upper case', max_length=100)),
                ('turned_name', models.CharField(help_text='FIRST LAST, upper case', max_length=100)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='claims.person')),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
            options={
                'indexes': [models.Index(fields=['search_name'], name='alias_by_last_name', opclasses=['varchar_pattern_ops']), models.Index(fields=['turned_name'], name='alias_by_first_name', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.UniqueConstraint(fields=('practice', 'match_key'), name='an_alias_is_of_one_person_per_practice')],
            },
        ),
        migrations.CreateModel(
            name='ChangedField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='which table: person, address, phone, email, coverage, ...', max_length=10)),
                ('row_id', models.BigIntegerField()),
                ('field', models.CharField(max_length=20)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fields', to='claims.personchange')),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'row_id', 'field'], name='change_by_field')],
                'constraints': [models.UniqueConstraint(fields=('change', 'kind', 'row_id', 'field'), name='a_change_names_a_field_once')],
            },
        ),
        migrations.RunPython(set_triggers, lift_triggers),
    ]
