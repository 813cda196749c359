"""Credits reviewed by people, refunds, the runs they go out in. The history of a credit is append-only."""

import arwork.lib.encrypted_fields
import arwork.lib.money
import claims.refunds.states
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent / "sql"
UNDO = {
    "sqlite": "DROP TRIGGER claims_creditchange_append_only_update; DROP TRIGGER claims_creditchange_append_only_delete;",
    "postgresql": "DROP FUNCTION claims_creditchange_append_only CASCADE;",
}


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"creditchange_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in text.split("END;"):
            if statement.strip():
                schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def backwards(apps, schema_editor):
    for statement in filter(str.strip, UNDO[schema_editor.connection.vendor].split(";")):
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0027_closing_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CreditReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bucket', models.CharField(blank=True, max_length=8)),
                ('began_id', models.BigIntegerField(help_text='the posting with which the credit began')),
                ('cause', models.CharField(blank=True, choices=[('', 'As the rules say'), ('recoupment', 'Takeback pending'), ('duplicate', 'Paid twice'), ('unposted_charge', 'Paid without a charge'), ('both_primary', 'Two payers paid as primary'), ('misposted', 'Posted to the wrong place'), ('contractual', 'Adjusted too much'), ('patient_overpaid', 'Patient paid too much'), ('unknown', 'Not known yet')], max_length=20)),
                ('identified_on', models.DateField(help_text='somebody knowingly received or retained it', null=True)),
                ('investigation_started_on', models.DateField(null=True)),
                ('investigation_ended_on', models.DateField(null=True)),
                ('reported_on', models.DateField(null=True)),
                ('report_method', models.CharField(blank=True, help_text='refund form, claim adjustment, CMS-838, ...', max_length=60)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_reviews', to='claims.account')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_reviews', to='claims.claim')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('remittance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_reviews', to='claims.remittance')),
            ],
        ),
        migrations.CreateModel(
            name='CreditChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('what', models.CharField(help_text='in words', max_length=200)),
                ('reason', models.CharField(max_length=300)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='claims.creditreview')),
            ],
        ),
        migrations.CreateModel(
            name='PayingAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bank', models.CharField(max_length=40)),
                ('routing', arwork.lib.encrypted_fields.EncryptedTextField(max_length=9)),
                ('account', arwork.lib.encrypted_fields.EncryptedTextField(max_length=17)),
                ('company', models.CharField(help_text='as payees read it on their statement', max_length=23)),
                ('company_id', arwork.lib.encrypted_fields.EncryptedTextField(help_text="the bank's number of the company: often 1 and the TIN", max_length=10)),
                ('next_check', models.PositiveBigIntegerField(help_text='the number of the next check', null=True)),
                ('updated_at', models.DateTimeField()),
                ('practice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='paying_account', to='claims.practice')),
                ('updated_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RefundRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(choices=[('check', 'Check'), ('ach', 'ACH')], max_length=5)),
                ('made_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
                ('amount', arwork.lib.money.MoneyField()),
                ('file_name', models.CharField(max_length=60)),
                ('content', arwork.lib.encrypted_fields.EncryptedTextField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_runs', to='claims.practice')),
            ],
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bucket', models.CharField(blank=True, max_length=8)),
                ('amount', arwork.lib.money.MoneyField()),
                ('cause', models.CharField(choices=[('recoupment', 'Takeback pending'), ('duplicate', 'Paid twice'), ('unposted_charge', 'Paid without a charge'), ('both_primary', 'Two payers paid as primary'), ('misposted', 'Posted to the wrong place'), ('contractual', 'Adjusted too much'), ('patient_overpaid', 'Patient paid too much'), ('unknown', 'Not known yet')], max_length=20)),
                ('reason', models.CharField(max_length=300)),
                ('due_on', models.DateField(null=True)),
                ('offset', models.CharField(blank=True, choices=[('agreed', 'Agreed: what is owed is kept back'), ('declined', 'Declined: everything goes back')], help_text='what the patient, who owes elsewhere, said to an offset', max_length=8)),
                ('offset_on', models.DateField(help_text='the day the patient said so', null=True)),
                ('payee', arwork.lib.encrypted_fields.EncryptedTextField(max_length=80)),
                ('line1', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=80)),
                ('line2', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=80)),
                ('city', models.CharField(blank=True, max_length=60)),
                ('state_code', models.CharField(blank=True, help_text='where the payee lives: whose clock runs', max_length=2)),
                ('zip', models.CharField(blank=True, max_length=10)),
                ('method', models.CharField(choices=[('check', 'Check'), ('ach', 'ACH')], default='check', max_length=5)),
                ('payee_routing', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=9)),
                ('payee_account', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=17)),
                ('payee_account_kind', models.CharField(blank=True, choices=[('checking', 'Checking'), ('savings', 'Savings')], max_length=8)),
                ('state', models.CharField(choices=[('asked', 'Waits for approval'), ('approved', 'Approved, not issued'), ('issued', 'Issued'), ('cleared', 'Cleared'), ('voided', 'Voided'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('canceled', 'Canceled'), ('reported', 'Reported to the state'), ('paid_to_state', 'Paid to the state')], default=claims.refunds.states.RefundState['ASKED'], max_length=13)),
                ('asked_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('number', models.CharField(blank=True, help_text='the number of the check, or the trace of the ACH', max_length=20)),
                ('issued_on', models.DateField(null=True)),
                ('cleared_on', models.DateField(null=True)),
                ('reported_on', models.DateField(help_text='to the state, as unclaimed', null=True)),
                ('paid_to_state_on', models.DateField(null=True)),
                ('ended_on', models.DateField(null=True)),
                ('ended_because', models.CharField(blank=True, max_length=300)),
                ('doubled_on', models.DateField(help_text='the payer took it back too, after it had gone out', null=True)),
                ('doubled_settled_on', models.DateField(help_text='somebody has asked one of the two back', null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='claims.account')),
                ('approved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='claims.claim')),
                ('payer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.payer')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='claims.practice')),
                ('remittance', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='claims.remittance')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='claims.refundrun')),
            ],
        ),
        migrations.AddConstraint(
            model_name='creditreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', None), ('claim__isnull', False), ('remittance', None), models.Q(('bucket', ''), _negated=True)), models.Q(('account__isnull', False), ('bucket', ''), ('claim', None), ('remittance', None)), models.Q(('account', None), ('bucket', ''), ('claim', None), ('remittance__isnull', False)), _connector='OR'), name='a_credit_lies_in_one_place'),
        ),
        migrations.AddConstraint(
            model_name='creditreview',
            constraint=models.UniqueConstraint(condition=models.Q(('claim__isnull', False)), fields=('claim', 'bucket', 'began_id'), name='a_credit_of_a_claim_is_reviewed_once'),
        ),
        migrations.AddConstraint(
            model_name='creditreview',
            constraint=models.UniqueConstraint(condition=models.Q(('account__isnull', False)), fields=('account', 'began_id'), name='a_credit_of_an_account_is_reviewed_once'),
        ),
        migrations.AddConstraint(
            model_name='creditreview',
            constraint=models.UniqueConstraint(condition=models.Q(('remittance__isnull', False)), fields=('remittance', 'began_id'), name='a_credit_of_a_deposit_is_reviewed_once'),
        ),
        migrations.AddConstraint(
            model_name='creditreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('investigation_ended_on', None), ('investigation_started_on', None)), models.Q(('investigation_ended_on', None), ('investigation_started_on__gte', models.F('identified_on'))), models.Q(('investigation_ended_on__gte', models.F('investigation_started_on')), ('investigation_started_on__gte', models.F('identified_on'))), _connector='OR'), name='an_investigation_follows_the_finding'),
        ),
        migrations.AddConstraint(
            model_name='creditreview',
            constraint=models.CheckConstraint(condition=models.Q(('reported_on', None), models.Q(('report_method', ''), _negated=True), _connector='OR'), name='what_is_reported_says_how'),
        ),
        migrations.AddConstraint(
            model_name='creditchange',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_change_of_a_credit_says_why'),
        ),
        migrations.AddConstraint(
            model_name='refundrun',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('count__gt', 0)), name='a_run_pays_something'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['practice', 'state'], name='refund_by_state'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='a_refund_returns_something'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', None), ('claim__isnull', False), ('remittance', None), models.Q(('bucket', ''), _negated=True)), models.Q(('account__isnull', False), ('bucket', ''), ('claim', None), ('remittance', None)), models.Q(('account', None), ('bucket', ''), ('claim', None), ('remittance__isnull', False)), _connector='OR'), name='a_refund_comes_from_one_place'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['issued', 'cleared', 'reported', 'paid_to_state']), _negated=True), models.Q(('issued_on__isnull', False), models.Q(('number', ''), _negated=True)), _connector='OR'), name='what_went_out_has_its_number_and_day'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'issued', 'cleared', 'reported', 'paid_to_state']), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='what_is_approved_says_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('offset', ''), ('offset_on', None)), models.Q(models.Q(('offset', ''), _negated=True), ('offset_on__isnull', False)), _connector='OR'), name='an_offset_was_said_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('practice', 'method', 'number'), name='a_check_number_is_used_once'),
        ),
        migrations.RunPython(forwards, backwards),
    ]
