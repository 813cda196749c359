"""Transfers by hand, moved postings and marks to bill again: who did what, why, and whether it stands.

PII: `words` are free text of staff; otherwise row ids.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.buckets import BUCKETS, PAYERS
from claims.billing.models import Claim, ClaimLine
from claims.ledger.models import Posting
from claims.practices.models import Practice


class HandTransfer(models.Model):
    """What one party owed of a claim, moved to another by a person."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="hand_transfers")
    line = models.ForeignKey(
        ClaimLine, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="empty: whole claim"
    )
    origin = models.CharField(max_length=8, help_text="the bucket that owed")
    target = models.CharField(max_length=8, help_text="the bucket that owes since")
    amount = MoneyField()
    reason = models.CharField(max_length=12)
    words = EncryptedTextField(max_length=200, blank=True)
    moved_on = models.DateField(help_text="accounting date")
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    undone_on = models.DateField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    undone_because = EncryptedTextField(max_length=200, blank=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(name="a_hand_transfer_moves_something", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_hand_transfer_goes_to_another",
                condition=models.Q(origin__in=BUCKETS, target__in=BUCKETS) & ~models.Q(origin=models.F("target")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.origin} to {self.target} {self.amount}"


class PostingMove(models.Model):
    """A payment that stood on the wrong line or claim, moved whole or in part to the right one."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    original = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="moved_as")
    amount = MoneyField(help_text="what went to the other line; the rest was posted anew where it stood")
    from_claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="moves_away")
    to_claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="moves_here")
    to_line = models.ForeignKey(ClaimLine, db_index=False, on_delete=models.PROTECT, related_name="+")
    words = EncryptedTextField(max_length=200)
    moved_on = models.DateField(help_text="accounting date")
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    undone_on = models.DateField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "claims"
        constraints = [models.CheckConstraint(name="a_moved_posting_moves_something", condition=models.Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.original_id}: {self.amount} to {self.to_line_id}"


class RebillMark(models.Model):
    """A claim to be billed again to a payer that owes; it is done when a later submission to that payer is read."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="rebill_marks")
    bucket = models.CharField(max_length=8)
    reason = models.CharField(max_length=12)
    words = EncryptedTextField(max_length=200, blank=True)
    after_submission = models.BigIntegerField(
        help_text="the last submission of the claim when it was marked; 0 for none"
    )
    marked_on = models.DateField()
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(name="only_a_payer_is_billed_again", condition=models.Q(bucket__in=PAYERS))
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.bucket}"
