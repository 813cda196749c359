"""Links to the patient's own page, tries and visits, what a patient did (refuses UPDATE and DELETE) and asked."""

from pathlib import Path

import arwork.lib.encrypted_fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


HERE = Path(__file__).parent / "sql"


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"portaldeed_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0037_told_by_the_patient"),
        ("collections_app", "0031_statements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PortalLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(help_text='SHA-256 of the token in the address', max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(help_text='when it was last opened with the right answers', null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='portal_links', to='claims.account')),
                ('made_by', models.ForeignKey(help_text='empty: the house', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PortalRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('dispute', 'Dispute'), ('assistance', 'Financial assistance'), ('plan', 'Payment plan'), ('contact', 'New phone or e-mail'), ('question', 'Question')], max_length=10)),
                ('state', models.CharField(choices=[('open', 'Open'), ('done', 'Done')], default='open', max_length=4)),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=1000)),
                ('facts', arwork.lib.encrypted_fields.EncryptedJSONField(default=dict, help_text='what was filled in beside the words')),
                ('asked_on', models.DateField()),
                ('asked_at', models.DateTimeField()),
                ('answer', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='what was done, shown to the patient', max_length=500)),
                ('answered_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='portal_requests', to='claims.account')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.claim')),
                ('hold', models.ForeignKey(help_text='what it stopped', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='collections_app.hold')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
        ),
        migrations.CreateModel(
            name='PortalTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(help_text='of the token, whether there is such a link or not', max_length=64)),
                ('origin', models.CharField(help_text='keyed digest of the network address', max_length=32)),
                ('at', models.DateTimeField()),
                ('is_right', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['digest', 'at'], name='portal_try_by_link'), models.Index(fields=['origin', 'at'], name='portal_try_by_origin')],
            },
        ),
        migrations.CreateModel(
            name='PortalVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(help_text='SHA-256 of the cookie', max_length=64, unique=True)),
                ('language', models.CharField(default='en', max_length=2)),
                ('begun_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='collections_app.portallink')),
                ('person', models.ForeignKey(help_text='who answered the questions', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='claims.person')),
            ],
        ),
        migrations.CreateModel(
            name='PortalDeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'Opened the page'), ('read', 'Read a document'), ('disputed', 'Says that a visit is billed wrongly'), ('assistance', 'Asked for financial assistance'), ('plan', 'Asked for a payment plan'), ('corrected', 'Told us a new phone or e-mail'), ('chose', 'Chose language or ways to be reached'), ('paid', 'Went to pay'), ('asked', 'Wrote to us')], max_length=10)),
                ('facts', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='in words, for the timeline', max_length=400)),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='portal_deeds', to='claims.account')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.claim')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.person')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'at'], name='portal_deed_by_account')],
            },
        ),
        migrations.AddConstraint(
            model_name='portallink',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('made_at'))), name='a_link_ends_after_it_is_made'),
        ),
        migrations.AddIndex(
            model_name='portalrequest',
            index=models.Index(fields=['practice', 'state', 'asked_on'], name='portal_request_waiting'),
        ),
        migrations.AddConstraint(
            model_name='portalrequest',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='a_request_that_is_done_was_answered'),
        ),
        migrations.RunPython(set_triggers),
    ]
