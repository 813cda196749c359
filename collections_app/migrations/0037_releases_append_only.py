"""Requests for records, who asks, what was read off their forms, and what left (these refuse UPDATE and DELETE)."""
from pathlib import Path

import arwork.lib.encrypted_fields
import arwork.lib.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


HERE = Path(__file__).parent / "sql"


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"releases_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0038_card_payouts'),
        ('collections_app', '0036_disputes_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Requester',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('law_firm', 'Law firm'), ('insurer', 'Insurer'), ('government', 'Court or government'), ('copy_service', 'Copy service'), ('provider', 'Another provider'), ('patient', 'Patient or family'), ('other', 'Somebody else')], max_length=12)),
                ('name', models.CharField(max_length=120)),
                ('match_key', models.CharField(help_text='its name folded, and five digits of its ZIP', max_length=140)),
                ('address', models.CharField(blank=True, max_length=120)),
                ('city', models.CharField(blank=True, max_length=60)),
                ('state', models.CharField(blank=True, max_length=2)),
                ('zip', models.CharField(blank=True, max_length=10)),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('fax', models.CharField(blank=True, max_length=20)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('notes', models.CharField(blank=True, help_text='nothing about patients', max_length=300)),
                ('always_lacks', models.CharField(blank=True, help_text='what its forms lack again and again', max_length=200)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
        ),
        migrations.CreateModel(
            name='RecordRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('authorization', 'Patient’s authorization (164.508)'), ('subpoena', 'Subpoena or discovery request (164.512(e)(1)(ii))'), ('court_order', 'Order of a court (164.512(e)(1)(i))'), ('access', 'Patient’s own access (164.524)'), ('payment', 'Payment: insurer, lien of a provider (164.506(c))'), ('workers_comp', 'Workers’ compensation (164.512(l))')], max_length=13)),
                ('reference', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='the number of their file or case', max_length=60)),
                ('asked', models.JSONField(help_text='what is asked, as codes of `parts`')),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='as they wrote it, where the codes do not say it', max_length=600)),
                ('service_from', models.DateField(help_text='empty: from the first visit on', null=True)),
                ('service_to', models.DateField(help_text='empty: to the last visit', null=True)),
                ('received_on', models.DateField()),
                ('due_on', models.DateField()),
                ('extended_on', models.DateField(help_text='when the requester was told that it takes longer', null=True)),
                ('state', models.CharField(choices=[('received', 'To screen'), ('defective', 'Defective'), ('valid', 'To release'), ('invoiced', 'Fee invoiced'), ('released', 'Released'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='received', max_length=9)),
                ('next_action', models.CharField(blank=True, max_length=80)),
                ('next_on', models.DateField(null=True)),
                ('fee', arwork.lib.money.MoneyField(default=0)),
                ('fee_invoiced_on', models.DateField(null=True)),
                ('fee_paid_on', models.DateField(null=True)),
                ('closed_on', models.DateField(null=True)),
                ('closed_because', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
                ('entered_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='record_requests', to='claims.account')),
                ('document', models.ForeignKey(help_text='the form or subpoena as it came', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.document')),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hold', models.ForeignKey(help_text='the attorney whom the letter named', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='collections_app.hold')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.patient')),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('requester', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='collections_app.requester')),
            ],
        ),
        migrations.CreateModel(
            name='RequestPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('defects', 'What the form lacks'), ('invoice', 'Invoice'), ('refusal', 'Refusal')], max_length=8)),
                ('sha256', models.CharField(max_length=64)),
                ('made_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.document')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='collections_app.recordrequest')),
            ],
        ),
        migrations.CreateModel(
            name='Screening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(choices=[('authorization', 'Patient’s authorization (164.508)'), ('subpoena', 'Subpoena or discovery request (164.512(e)(1)(ii))'), ('court_order', 'Order of a court (164.512(e)(1)(i))'), ('access', 'Patient’s own access (164.524)'), ('payment', 'Payment: insurer, lien of a provider (164.506(c))'), ('workers_comp', 'Workers’ compensation (164.512(l))')], max_length=13)),
                ('facts', arwork.lib.encrypted_fields.EncryptedJSONField(help_text='what was answered, as `authorization.Form` holds it')),
                ('is_valid', models.BooleanField()),
                ('lacks', models.JSONField(help_text='codes of what is missing or wrong, in their order')),
                ('expires_on', models.DateField(null=True)),
                ('screened_on', models.DateField()),
                ('screened_at', models.DateTimeField()),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.document')),
                ('relies_on', models.ForeignKey(help_text='it stood already', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='relied_on_by', to='collections_app.screening')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='screenings', to='collections_app.recordrequest')),
                ('screened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RecordRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('pages', models.PositiveIntegerField()),
                ('parts', models.JSONField(help_text='codes of `parts`')),
                ('attached', models.JSONField(help_text='ids of the documents that went along')),
                ('service_from', models.DateField(null=True)),
                ('service_to', models.DateField(null=True)),
                ('visits', models.PositiveIntegerField()),
                ('because', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='why no less would do', max_length=300)),
                ('way', models.CharField(choices=[('mail', 'By mail'), ('certified', 'By certified mail'), ('fax', 'By fax'), ('email', 'By encrypted e-mail'), ('portal', 'Uploaded to their portal'), ('handed', 'Handed over')], max_length=9)),
                ('went_to', arwork.lib.encrypted_fields.EncryptedTextField(help_text='name and address, fax or e-mail', max_length=300)),
                ('proof', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='tracking number, fax confirmation, who took it', max_length=120)),
                ('fee', arwork.lib.money.MoneyField(default=0)),
                ('disclosure_id', models.BigIntegerField(help_text='the row of the accounting, where the law counts it', null=True)),
                ('released_on', models.DateField()),
                ('released_at', models.DateTimeField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.document')),
                ('released_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='collections_app.recordrequest')),
                ('screening', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='collections_app.screening')),
            ],
        ),
        migrations.CreateModel(
            name='AuthorizationRevocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revoked_on', models.DateField(help_text='as the revocation says')),
                ('how', arwork.lib.encrypted_fields.EncryptedTextField(max_length=300)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('screening', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='revocation', to='collections_app.screening')),
            ],
        ),
        migrations.AddConstraint(
            model_name='requester',
            constraint=models.UniqueConstraint(fields=('practice', 'match_key'), name='a_requester_is_known_once_per_practice'),
        ),
        migrations.AddIndex(
            model_name='recordrequest',
            index=models.Index(fields=['practice', 'state', 'due_on'], name='record_request_waiting'),
        ),
        migrations.AddConstraint(
            model_name='recordrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', False), ('state__in', ('released', 'refused', 'withdrawn'))), models.Q(models.Q(('state__in', ('released', 'refused', 'withdrawn')), _negated=True), ('closed_on', None)), _connector='OR'), name='a_record_request_is_closed_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='recordrequest',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on__isnull', False), models.Q(('next_on__isnull', False), ('owner__isnull', False), models.Q(('next_action', ''), _negated=True)), _connector='OR'), name='an_open_record_request_has_an_owner_and_a_next_step'),
        ),
        migrations.AddConstraint(
            model_name='recordrequest',
            constraint=models.CheckConstraint(condition=models.Q(('service_from', None), ('service_to', None), ('service_to__gte', models.F('service_from')), _connector='OR'), name='a_record_request_asks_for_services_in_order'),
        ),
        migrations.AddConstraint(
            model_name='recordrequest',
            constraint=models.CheckConstraint(condition=models.Q(('fee__gte', 0)), name='a_fee_for_records_is_no_credit'),
        ),
        migrations.AddIndex(
            model_name='screening',
            index=models.Index(fields=['request', 'screened_at'], name='screening_by_request'),
        ),
        migrations.AddIndex(
            model_name='recordrelease',
            index=models.Index(fields=['released_on'], name='record_release_by_day'),
        ),
        migrations.RunPython(set_triggers),
    ]
