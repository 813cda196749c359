"""Receipts, unapplied cash applied, what is moved by hand; what a receipt posted refuses UPDATE and DELETE.

Money that was received before has a receipt from now on as well, so that it can be returned, moved or taken back.
"""

from itertools import groupby
from pathlib import Path

import arwork.lib.encrypted_fields
import arwork.lib.money
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent / "sql"
METHODS = {"Check ": "check", "Cash ": "cash", "Money order ": "money_order"}
BATCH = 2000


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"receiptposting_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def number_what_was_received(apps, schema_editor):
    """A receipt for each memo of patient money on an account, numbered by practice in the order of the postings."""
    Posting, Receipt = apps.get_model("claims", "Posting"), apps.get_model("claims", "Receipt")
    ReceiptPosting = apps.get_model("claims", "ReceiptPosting")
    rows = (
        Posting.objects.filter(
            kind__in=("patient_payment", "unapplied"), debit="CASH", account__isnull=False, reverses=None,
            memo__startswith="Receipt ",
        )
        .order_by("practice_id", "account_id", "memo", "effective_on", "created_at", "id")
        .only("practice_id", "account_id", "memo", "effective_on", "created_at", "posted_on", "created_by_id", "amount")
    )
    numbers, references, made = {}, set(), []

    def write():
        Receipt.objects.bulk_create([receipt for receipt, _ in made])
        ReceiptPosting.objects.bulk_create(
            ReceiptPosting(receipt=receipt, posting_id=pk) for receipt, ids in made for pk in ids
        )
        made.clear()

    of = lambda row: (row.practice_id, row.account_id, row.memo, row.effective_on, row.created_at)  # noqa: E731
    for (practice_id, account_id, memo, received_on, at), group in groupby(rows.iterator(chunk_size=BATCH), of):
        parts = list(group)
        reference = memo.removeprefix("Receipt ")
        said = next((words for words in METHODS if reference.startswith(words)), "")
        reference = reference.removeprefix(said)[:46]
        known = (account_id, METHODS.get(said, "check"), reference)
        reference = reference if known not in references else f"{reference}/{len(references) % 999}"
        references.add(known)
        numbers[practice_id] = numbers.get(practice_id, 0) + 1
        receipt = Receipt(
            practice_id=practice_id, account_id=account_id, number=numbers[practice_id], method=known[1],
            reference=reference, amount=sum(one.amount for one in parts), received_on=received_on,
            posted_on=parts[0].posted_on, recorded_at=at, recorded_by_id=parts[0].created_by_id,
        )
        made.append((receipt, [one.pk for one in parts]))
        if len(made) >= BATCH:
            write()
    write()


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0028_refunds_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='counted by practice')),
                ('method', models.CharField(choices=[('check', 'Check'), ('cash', 'Cash'), ('money_order', 'Money order')], max_length=11)),
                ('reference', models.CharField(help_text='of the check, or of the receipt handed out', max_length=50)),
                ('amount', arwork.lib.money.MoneyField()),
                ('received_on', models.DateField()),
                ('posted_on', models.DateField(help_text='accounting date')),
                ('recorded_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('recorded', 'Recorded'), ('returned', 'Returned by the bank'), ('moved', 'Moved to another account'), ('voided', 'Entered by mistake')], default='recorded', max_length=8)),
                ('ended_on', models.DateField(help_text='the day the bank returned it, or a person took it back', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('why', models.CharField(blank=True, choices=[('nsf', 'Not enough funds'), ('closed', 'Bank account closed'), ('stopped', 'Payment stopped'), ('refused', 'Refused by the bank for another reason'), ('amount', 'Wrong amount entered'), ('twice', 'Entered twice'), ('missing', 'Never received'), ('account', "It was another account's")], max_length=8)),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='what a person wrote about it', max_length=200)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='claims.account')),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('moved_from', models.ForeignKey(help_text='it came in as a part of that one', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved_to', to='claims.receipt')),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('recorded_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ReceiptPosting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posting', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='of_receipt', to='claims.posting')),
                ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='made', to='claims.receipt')),
            ],
        ),
        migrations.CreateModel(
            name='CashApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.UUIDField(db_index=True)),
                ('amount', arwork.lib.money.MoneyField()),
                ('parts', models.PositiveSmallIntegerField(help_text='how many postings it made')),
                ('applied_on', models.DateField(help_text='accounting date')),
                ('applied_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cash_applications', to='claims.account')),
                ('applied_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'account'), name='an_account_is_applied_once_per_run'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='something_is_applied')],
            },
        ),
        migrations.CreateModel(
            name='HandTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(help_text='the bucket that owed', max_length=8)),
                ('target', models.CharField(help_text='the bucket that owes since', max_length=8)),
                ('amount', arwork.lib.money.MoneyField()),
                ('reason', models.CharField(max_length=12)),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=200)),
                ('moved_on', models.DateField(help_text='accounting date')),
                ('moved_at', models.DateTimeField()),
                ('undone_on', models.DateField(null=True)),
                ('undone_because', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=200)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hand_transfers', to='claims.claim')),
                ('line', models.ForeignKey(db_index=False, help_text='empty: whole claim', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.claimline')),
                ('moved_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='a_hand_transfer_moves_something'), models.CheckConstraint(condition=models.Q(('origin__in', ('PAYER1', 'PAYER2', 'PAYER3', 'PATIENT', 'OTHER', 'AGENCY')), ('target__in', ('PAYER1', 'PAYER2', 'PAYER3', 'PATIENT', 'OTHER', 'AGENCY')), models.Q(('origin', models.F('target')), _negated=True)), name='a_hand_transfer_goes_to_another')],
            },
        ),
        migrations.CreateModel(
            name='PostingMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', arwork.lib.money.MoneyField(help_text='what went to the other line; the rest was posted anew where it stood')),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(max_length=200)),
                ('moved_on', models.DateField(help_text='accounting date')),
                ('moved_at', models.DateTimeField()),
                ('undone_on', models.DateField(null=True)),
                ('from_claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves_away', to='claims.claim')),
                ('moved_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('original', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='moved_as', to='claims.posting')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('to_claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves_here', to='claims.claim')),
                ('to_line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.claimline')),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='a_moved_posting_moves_something')],
            },
        ),
        migrations.CreateModel(
            name='RebillMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bucket', models.CharField(max_length=8)),
                ('reason', models.CharField(max_length=12)),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=200)),
                ('after_submission', models.BigIntegerField(help_text='the last submission of the claim when it was marked; 0 for none')),
                ('marked_on', models.DateField()),
                ('marked_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rebill_marks', to='claims.claim')),
                ('marked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('withdrawn_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('bucket__in', ('PAYER1', 'PAYER2', 'PAYER3'))), name='only_a_payer_is_billed_again')],
            },
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(fields=['practice', '-received_on', '-id'], name='receipt_by_day'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(fields=['practice', 'reference'], name='receipt_by_reference'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('practice', 'number'), name='a_receipt_number_is_used_once'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(condition=models.Q(('moved_from', None), ('state', 'recorded')), fields=('account', 'method', 'reference'), name='a_reference_stands_once_on_an_account'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='a_receipt_is_of_something'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_on', None), ('state', 'recorded')), models.Q(models.Q(('state', 'recorded'), _negated=True), ('ended_at__isnull', False), ('ended_on__isnull', False)), _connector='OR'), name='what_ended_a_receipt_is_dated'),
        ),
        migrations.RunPython(set_triggers, migrations.RunPython.noop),
        migrations.RunPython(number_what_was_received, migrations.RunPython.noop),
    ]
