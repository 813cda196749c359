"""Closing: batches, slips, days and bank files; periods opened again, frozen reports, the general ledger; openings.

What is frozen and what was exported refuses UPDATE and DELETE below the ORM, on both engines.
"""

from pathlib import Path

import arwork.lib.encrypted_fields
import arwork.lib.money
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent / "sql"


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"closing_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0026_opening_over_short_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AcceptedPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ends_on', models.DateField()),
                ('code', models.CharField(max_length=30)),
                ('count', models.PositiveIntegerField()),
                ('amount', arwork.lib.money.MoneyField(default=0)),
                ('why', models.CharField(max_length=300)),
                ('accepted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='BankFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('form', models.CharField(help_text='csv or bai2', max_length=4)),
                ('sha256', models.CharField(max_length=64)),
                ('line_count', models.PositiveIntegerField(default=0)),
                ('known_count', models.PositiveIntegerField(default=0, help_text='lines that an earlier file had brought')),
                ('taken_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='BankLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date_column', models.CharField(max_length=60)),
                ('amount_column', models.CharField(max_length=60)),
                ('description_column', models.CharField(blank=True, max_length=60)),
                ('reference_column', models.CharField(blank=True, max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='line of the file')),
                ('on', models.DateField()),
                ('amount', arwork.lib.money.MoneyField()),
                ('description', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('key', models.CharField(help_text='digest of what the bank says and which of equals it is', max_length=64)),
                ('set_aside_why', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='BankMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(help_text='trace, amount, or hand', max_length=10)),
                ('matched_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='BatchItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=10)),
                ('source_id', models.BigIntegerField()),
                ('method', models.CharField(max_length=12)),
                ('reference', models.CharField(blank=True, max_length=50)),
                ('amount', arwork.lib.money.MoneyField()),
            ],
        ),
        migrations.CreateModel(
            name='CashBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text='the accounting date of its members')),
                ('kind', models.CharField(choices=[('patient', 'Patient receipts'), ('checks', 'Payer checks'), ('electronic', 'Electronic payments of payers')], max_length=10)),
                ('state', models.CharField(choices=[('open', 'Open'), ('balanced', 'Balanced'), ('closed', 'Closed')], default='open', max_length=8)),
                ('expected_count', models.PositiveIntegerField(help_text='as typed from the tape', null=True)),
                ('expected_amount', arwork.lib.money.MoneyField(help_text='as typed from the tape', null=True)),
                ('counted_count', models.PositiveIntegerField(default=0, help_text='as the books say')),
                ('counted_amount', arwork.lib.money.MoneyField(default=0, help_text='as the books say')),
                ('over_short_amount', arwork.lib.money.MoneyField(default=0, help_text='the tape less the books: positive is over')),
                ('over_short_why', models.CharField(blank=True, max_length=300)),
                ('closings', models.PositiveSmallIntegerField(default=0, help_text='how often it was closed')),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='DayClose',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('closed_at', models.DateTimeField()),
                ('note', models.CharField(blank=True, help_text='why it was closed before all was at the bank', max_length=300)),
                ('reopened_at', models.DateTimeField(null=True)),
                ('reopened_why', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='DepositSlip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('made_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('bank_account', models.CharField(blank=True, help_text='name and last four digits', max_length=40)),
                ('cash_amount', arwork.lib.money.MoneyField()),
                ('check_amount', arwork.lib.money.MoneyField()),
                ('state', models.CharField(choices=[('made', 'Made, not yet at the bank'), ('deposited', 'Deposited'), ('void', 'Void')], default='made', max_length=9)),
                ('deposited_on', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='FrozenReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30)),
                ('title', models.CharField(max_length=80)),
                ('body', models.TextField(help_text='canonical JSON')),
                ('csv', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='GlAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(help_text="of the ledger's chart", max_length=20)),
                ('number', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='GlExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ends_on', models.DateField()),
                ('lines', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('sha256', models.CharField(max_length=64)),
                ('total', arwork.lib.money.MoneyField()),
                ('exported_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='OpenedLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('charge', arwork.lib.money.MoneyField()),
            ],
        ),
        migrations.CreateModel(
            name='OpeningSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cut_over_on', models.DateField(help_text='the accounting date of its postings')),
                ('source', models.CharField(max_length=80)),
                ('posted_at', models.DateTimeField()),
                ('reversed_at', models.DateTimeField(null=True)),
                ('reversed_why', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='period',
            name='a_period_is_closed_once',
        ),
        migrations.AddField(
            model_name='period',
            name='reopened_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='period',
            name='reopened_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='period',
            name='reopened_why',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddIndex(
            model_name='period',
            index=models.Index(fields=['practice', 'ends_on'], name='period_by_practice'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True)), fields=('practice', 'ends_on'), name='a_period_is_closed_once'),
        ),
        migrations.AddField(
            model_name='acceptedpoint',
            name='accepted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='acceptedpoint',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='bankfile',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='bankfile',
            name='taken_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='banklayout',
            name='practice',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='claims.bankfile'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='set_aside_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankmatch',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='claims.bankline'),
        ),
        migrations.AddField(
            model_name='bankmatch',
            name='matched_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankmatch',
            name='remittance',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_match', to='claims.remittance'),
        ),
        migrations.AddField(
            model_name='cashbatch',
            name='closed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cashbatch',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cashbatch',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='cashbatch',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='batchitem',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='claims.cashbatch'),
        ),
        migrations.AddField(
            model_name='dayclose',
            name='closed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dayclose',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='dayclose',
            name='reopened_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='depositslip',
            name='deposited_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='depositslip',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='depositslip',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='cashbatch',
            name='slip',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='claims.depositslip'),
        ),
        migrations.AddField(
            model_name='bankmatch',
            name='slip',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_match', to='claims.depositslip'),
        ),
        migrations.AddField(
            model_name='frozenreport',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='claims.period'),
        ),
        migrations.AddField(
            model_name='glaccount',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='glexport',
            name='exported_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='glexport',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='openedline',
            name='line',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='opened', to='claims.claimline'),
        ),
        migrations.AddField(
            model_name='openingset',
            name='posted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='openingset',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='openingset',
            name='reversed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='openedline',
            name='opening',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='claims.openingset'),
        ),
        migrations.AddConstraint(
            model_name='acceptedpoint',
            constraint=models.UniqueConstraint(fields=('practice', 'ends_on', 'code'), name='a_point_of_a_month_is_accepted_once'),
        ),
        migrations.AddConstraint(
            model_name='acceptedpoint',
            constraint=models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='whoever_accepts_a_point_says_why'),
        ),
        migrations.AddConstraint(
            model_name='bankfile',
            constraint=models.UniqueConstraint(fields=('practice', 'sha256'), name='a_bank_file_is_taken_in_once'),
        ),
        migrations.AddIndex(
            model_name='bankline',
            index=models.Index(fields=['practice', 'on'], name='bank_line_by_day'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.UniqueConstraint(fields=('practice', 'key'), name='a_bank_line_is_taken_in_once'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('set_aside_by__isnull', True), ('set_aside_why', '')), models.Q(models.Q(('set_aside_why', ''), _negated=True), ('set_aside_by__isnull', False)), _connector='OR'), name='whoever_sets_a_bank_line_aside_says_why'),
        ),
        migrations.AddConstraint(
            model_name='batchitem',
            constraint=models.UniqueConstraint(fields=('source', 'source_id'), name='cash_is_in_one_batch'),
        ),
        migrations.AddConstraint(
            model_name='dayclose',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True)), fields=('practice', 'day'), name='a_day_is_closed_once'),
        ),
        migrations.AddConstraint(
            model_name='depositslip',
            constraint=models.UniqueConstraint(fields=('practice', 'number'), name='a_slip_number_is_given_once'),
        ),
        migrations.AddConstraint(
            model_name='depositslip',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deposited_on__isnull', False), ('state', 'deposited')), models.Q(models.Q(('state', 'deposited'), _negated=True), ('deposited_on__isnull', True)), _connector='OR'), name='a_deposited_slip_has_a_day'),
        ),
        migrations.AddIndex(
            model_name='cashbatch',
            index=models.Index(fields=['practice', 'day'], name='batch_by_day'),
        ),
        migrations.AddConstraint(
            model_name='cashbatch',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('owner__isnull', False)), fields=('practice', 'day', 'kind', 'owner'), name='a_person_has_one_open_batch_of_a_kind_and_day'),
        ),
        migrations.AddConstraint(
            model_name='cashbatch',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('owner__isnull', True)), fields=('practice', 'day', 'kind'), name='what_came_by_itself_has_one_open_batch'),
        ),
        migrations.AddConstraint(
            model_name='cashbatch',
            constraint=models.CheckConstraint(condition=models.Q(('over_short_amount', 0), models.Q(('over_short_why', ''), _negated=True), _connector='OR'), name='a_difference_of_a_batch_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='cashbatch',
            constraint=models.CheckConstraint(condition=models.Q(('slip__isnull', True), ('state', 'closed'), _connector='OR'), name='only_a_closed_batch_goes_to_the_bank'),
        ),
        migrations.AddConstraint(
            model_name='bankmatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('remittance__isnull', False), ('slip__isnull', True)), models.Q(('remittance__isnull', True), ('slip__isnull', False)), _connector='OR'), name='a_bank_match_names_one_deposit'),
        ),
        migrations.AddConstraint(
            model_name='frozenreport',
            constraint=models.UniqueConstraint(fields=('period', 'name'), name='a_report_of_a_period_is_frozen_once'),
        ),
        migrations.AddConstraint(
            model_name='glaccount',
            constraint=models.UniqueConstraint(fields=('practice', 'account', 'valid_from'), name='a_ledger_account_is_mapped_once_from_a_day'),
        ),
        migrations.AddIndex(
            model_name='glexport',
            index=models.Index(fields=['practice', 'ends_on'], name='gl_export_by_month'),
        ),
        migrations.AddConstraint(
            model_name='openingset',
            constraint=models.UniqueConstraint(condition=models.Q(('reversed_at__isnull', True)), fields=('practice', 'source'), name='a_source_opens_balances_once'),
        ),
        migrations.RunPython(set_triggers, migrations.RunPython.noop),
    ]
