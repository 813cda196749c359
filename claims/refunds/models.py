"""Refunds, the runs in which they go out, and the account they are paid from.

PII: Refund names the payee and where they live, and (encrypted) their bank account; `reason` is free text of staff,
refused where it looks like patient data. RefundRun keeps the file that went to the bank, encrypted: it names payees.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.credits.causes import CAUSES
from claims.parties.models import Account
from claims.payers.models import Payer
from claims.practices.models import Practice
from claims.refunds.states import ACCOUNT_KINDS, CHECK, METHODS, OFFSETS, OUT, STATES, RefundState
from claims.remits.models import Remittance


class PayingAccount(models.Model):
    """The bank account from which a practice pays refunds, and into which bank debits are paid."""

    practice = models.OneToOneField(Practice, on_delete=models.PROTECT, related_name="paying_account")
    bank = models.CharField(max_length=40)
    routing = EncryptedTextField(max_length=9)
    account = EncryptedTextField(max_length=17)
    company = models.CharField(max_length=23, help_text="as payees read it on their statement")
    company_id = EncryptedTextField(max_length=10, help_text="the bank's number of the company: often 1 and the TIN")
    next_check = models.PositiveBigIntegerField(null=True, help_text="the number of the next check")
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"paying account of {self.practice_id}"


class RefundRun(models.Model):
    """Refunds that went out together: a file, kept as it went to the bank, with its hash."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="refund_runs")
    method = models.CharField(max_length=5, choices=METHODS)
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()
    amount = MoneyField()
    file_name = models.CharField(max_length=60)
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(name="a_run_pays_something", condition=models.Q(count__gt=0, amount__gt=0)),
        ]

    def __str__(self) -> str:
        return self.file_name


class Refund(models.Model):
    """Money to be returned: from a credit of a claim, a guarantor's unapplied cash, or a payer's.

    `due_on` is the last day of the credit's clock as it stood when it was asked; `doubled_on` the day on which the
    payer took back what had gone out already.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="refunds")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="refunds")
    bucket = models.CharField(max_length=8, blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="refunds")
    remittance = models.ForeignKey(Remittance, null=True, on_delete=models.PROTECT, related_name="refunds")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    cause = models.CharField(max_length=20, choices=CAUSES)
    reason = models.CharField(max_length=300)
    due_on = models.DateField(null=True)
    offset = models.CharField(
        max_length=8, choices=OFFSETS, blank=True, help_text="what the patient, who owes elsewhere, said to an offset"
    )
    offset_on = models.DateField(null=True, help_text="the day the patient said so")
    payee = EncryptedTextField(max_length=80)
    line1 = EncryptedTextField(max_length=80, blank=True)
    line2 = EncryptedTextField(max_length=80, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state_code = models.CharField(max_length=2, blank=True, help_text="where the payee lives: whose clock runs")
    zip = models.CharField(max_length=10, blank=True)
    method = models.CharField(max_length=5, choices=METHODS, default=CHECK)
    payee_routing = EncryptedTextField(max_length=9, blank=True)
    payee_account = EncryptedTextField(max_length=17, blank=True)
    payee_account_kind = models.CharField(max_length=8, choices=ACCOUNT_KINDS, blank=True)
    state = models.CharField(max_length=13, choices=STATES, default=RefundState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    run = models.ForeignKey(RefundRun, null=True, on_delete=models.PROTECT, related_name="refunds")
    number = models.CharField(max_length=20, blank=True, help_text="the number of the check, or the trace of the ACH")
    issued_on = models.DateField(null=True)
    cleared_on = models.DateField(null=True)
    reported_on = models.DateField(null=True, help_text="to the state, as unclaimed")
    paid_to_state_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_because = models.CharField(max_length=300, blank=True)
    doubled_on = models.DateField(null=True, help_text="the payer took it back too, after it had gone out")
    doubled_settled_on = models.DateField(null=True, help_text="somebody has asked one of the two back")

    class Meta:
        app_label = "claims"
        indexes = [
            models.Index(fields=["practice", "state"], name="refund_by_state"),
        ]
        constraints = [
            models.CheckConstraint(name="a_refund_returns_something", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_refund_comes_from_one_place",
                condition=models.Q(claim__isnull=False, account=None, remittance=None) & ~models.Q(bucket="")
                | models.Q(claim=None, account__isnull=False, remittance=None, bucket="")
                | models.Q(claim=None, account=None, remittance__isnull=False, bucket=""),
            ),
            models.CheckConstraint(
                name="what_went_out_has_its_number_and_day",
                condition=~models.Q(state__in=[one.value for one in OUT])
                | models.Q(issued_on__isnull=False) & ~models.Q(number=""),
            ),
            models.CheckConstraint(
                name="what_is_approved_says_by_whom",
                condition=~models.Q(state__in=["approved", *(one.value for one in OUT)])
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="an_offset_was_said_on_a_day",
                condition=models.Q(offset="", offset_on=None)
                | ~models.Q(offset="") & models.Q(offset_on__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["practice", "method", "number"],
                condition=~models.Q(number=""),
                name="a_check_number_is_used_once",
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"
