"""Batches: claims that leave in one file, each claim's place in it, and what became of the batch.

PII: none of its own; a batch names outgoing claims and claims by id. Complaints and words are ours and hold no values.
"""

from django.conf import settings
from django.db import models

from arwork.lib.money import MoneyField
from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.claim_batches.states import BatchClaimState, BatchEventKind, ClaimBatchState
from collections_app.clearinghouses.models import ClearinghouseConnection, OutgoingFile
from collections_app.outgoing_claims.models import OutgoingClaim

STAFF = settings.AUTH_USER_MODEL
_WITH_FILE = ("checked", "sent", "received", "answered", "refused")


class ClaimBatch(models.Model):
    """Claims of one practice that leave together through one connection."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(ClearinghouseConnection, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(max_length=10, choices=ClaimBatchState, default=ClaimBatchState.MADE)
    count = models.PositiveIntegerField(help_text="claims that were put in")
    amount = MoneyField(default=0, help_text="what they charge")
    checked = models.PositiveIntegerField(default=0, help_text="claims that the gate has read so far")
    beat_at = models.DateTimeField(null=True, help_text="when whoever checks it last said so")
    problem = models.CharField(max_length=300, blank=True, help_text="why nothing could be sent, or was not")
    file = models.OneToOneField(OutgoingFile, null=True, on_delete=models.PROTECT, related_name="batch")
    anew_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="made_anew")
    tries = models.PositiveSmallIntegerField(default=0, help_text="how often SFTP failed")
    next_try_at = models.DateTimeField(null=True, help_text="when it is dropped again by itself")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(STAFF, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(null=True)
    is_recorded = models.BooleanField(default=False, help_text="whether its claims are submissions in the books")
    answer_due_at = models.DateTimeField(null=True, help_text="without any answer after that: attention")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_checked_batch_has_a_file",
                condition=models.Q(state__in=_WITH_FILE, file__isnull=False) | ~models.Q(state__in=_WITH_FILE),
            ),
        ]
        indexes = [models.Index(fields=["practice", "state"], name="claim_batch_by_state")]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class BatchClaim(models.Model):
    """One outgoing claim in a batch: its place in the file, or why it is in none."""

    batch = models.ForeignKey(ClaimBatch, db_index=False, on_delete=models.PROTECT, related_name="claims")
    outgoing_claim = models.ForeignKey(OutgoingClaim, on_delete=models.PROTECT, related_name="batch_claims")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(help_text="in the batch, from 1")
    form = models.CharField(max_length=1, help_text="P, I or D")
    charge = MoneyField()
    state = models.CharField(max_length=10, choices=BatchClaimState, default=BatchClaimState.WAITING)
    gs_control = models.PositiveIntegerField(null=True, help_text="GS06 of its group")
    st_control = models.CharField(max_length=9, blank=True, help_text="ST02 of its transaction")
    place = models.CharField(max_length=16, blank=True, help_text="transaction and claim within the file, from 1")
    complaint = models.CharField(max_length=400, blank=True, help_text="what the gate said, without any value")
    drafted_again = models.ForeignKey(
        OutgoingClaim, null=True, on_delete=models.PROTECT, related_name="+", help_text="after it was rejected"
    )

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["batch", "outgoing_claim"], name="a_claim_stands_once_in_a_batch"),
            models.UniqueConstraint(
                fields=["outgoing_claim"],
                condition=models.Q(state__in=("waiting", "in_file")),
                name="a_claim_leaves_in_one_batch",
            ),
            models.CheckConstraint(
                name="a_claim_in_a_file_has_its_place",
                condition=~models.Q(state="in_file") | ~models.Q(st_control="") & models.Q(gs_control__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"


class BatchEvent(models.Model):
    """What happened to a batch. Append-only by trigger."""

    batch = models.ForeignKey(ClaimBatch, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=8, choices=BatchEventKind)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(STAFF, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.kind} {self.batch_id}"

    @property
    def title(self) -> str:
        """The step in words."""
        return BatchEventKind(self.kind).label
