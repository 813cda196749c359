"""Adjustments that people proposed, from the proposal to the reversal.

The money is in the ledger: postings whose keys follow from the adjustment and its parts. Here stands who proposed it,
why, who posted it by whose approval, and what it decided.
PII: `reason` and `reversal_reason` are free text of staff about patients' bills, encrypted.
"""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.approvals.models import REASON, ApprovalRequest
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.parties.models import Account
from claims.practices.models import Practice


class WriteOff(models.Model):
    """One amount taken off what a bucket owes: of a line, of a claim, or (without a claim) of all that an account's
    patient owes."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for approval"
        POSTED = "posted", "Posted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        REVERSED = "reversed", "Reversed"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="adjustments")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="adjustments")
    line = models.ForeignKey(ClaimLine, null=True, on_delete=models.PROTECT, related_name="+")
    bucket = models.CharField(max_length=8)
    books_to = models.CharField(max_length=20, help_text="the ledger account: the class (RULES 1.4)")
    amount = MoneyField()
    reason = EncryptedTextField(max_length=REASON)
    state = models.CharField(max_length=10, choices=State)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approval = models.ForeignKey(ApprovalRequest, null=True, on_delete=models.PROTECT, related_name="+")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(null=True)
    parts = models.JSONField(default=list, encoder=DjangoJSONEncoder, help_text="[claim, line, amount] of each posting")
    decided = models.JSONField(
        default=list,
        encoder=DjangoJSONEncoder,
        help_text="[denial, id, amount, is closed], [underpayment, id, state before, true]",
    )
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = EncryptedTextField(max_length=REASON, blank=True)

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["claim", "state"], name="adjustment_by_claim")]
        constraints = [
            models.CheckConstraint(name="an_adjustment_takes_something", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="an_adjustment_of_an_account_is_the_patients",
                condition=models.Q(claim__isnull=False) | models.Q(bucket="PATIENT", line__isnull=True),
            ),
            models.CheckConstraint(name="an_adjustment_is_of_a_bucket", condition=models.Q(bucket__in=BUCKETS)),
            models.CheckConstraint(
                name="an_adjustment_is_posted_or_not",
                condition=models.Q(state__in=["posted", "reversed"], posted_at__isnull=False)
                | models.Q(state__in=["waiting", "refused", "withdrawn"], posted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_reversed_adjustment_says_when",
                condition=models.Q(state="reversed", reversed_at__isnull=False)
                | (~models.Q(state="reversed") & models.Q(reversed_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.books_to} {self.amount}: {self.state}"
