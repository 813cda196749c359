"""Claims that are to be sent again, corrected, void or to the next payer: what is sent, where it stands, its history.

One row is one claim on its way to one payer; what happened to it is append-only by trigger.

PII: OutgoingClaim.content and sent_before are a claim with its patient, diagnoses and services, reason is free text of
staff; OutgoingEvent.words repeats parts of them. All of them are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial
from claims.parties.models import Coverage
from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.outgoing_claims.states import CHECKED, OPEN, SENT

PERSON = settings.AUTH_USER_MODEL


class OutgoingClaim(models.Model):
    """A claim as it is to leave for a payer (837 CLM), drafted from what was sent before or from the books."""

    class Purpose(models.TextChoices):
        CORRECTED = "corrected", "Corrected claim"
        VOID = "void", "Void the claim"
        NEW = "new", "New claim"
        NEXT_PAYER = "next_payer", "Bill the next payer"
        AGAIN = "again", "Send again as it was"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        READY = "ready", "Ready to send"
        BATCHED = "batched", "In a batch"
        SENT = "sent", "Sent"
        CANCELED = "canceled", "Canceled"

    class Base(models.TextChoices):
        ORIGINAL = "original", "from what was sent"
        BOOKS = "books", "from the books"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.PROTECT, related_name="outgoing_claims")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    coverage = models.ForeignKey(Coverage, null=True, on_delete=models.PROTECT, related_name="+")
    denials = models.ManyToManyField(Denial, related_name="outgoing_claims", help_text="what it answers")
    sequence = models.CharField(max_length=1, help_text="P, S or T (SBR01)")
    frequency = models.CharField(max_length=1, help_text="1 new, 7 replacement, 8 void (CLM05-3)")
    purpose = models.CharField(max_length=10, choices=Purpose)
    icn = models.CharField(max_length=50, blank=True, help_text="the payer's number of what it corrects, REF*F8")
    base = models.CharField(max_length=8, choices=Base)
    content = EncryptedJSONField(help_text="the claim as segments (`claims.edi.x12.claim_text.ClaimText`)")
    sent_before = EncryptedJSONField(null=True, help_text="the same of the submission that it was drafted from")
    edition = models.PositiveIntegerField(default=1, help_text="goes up with each change: two people don't overwrite")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    owner = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=120, blank=True)
    next_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True)
    ready_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    warnings = models.JSONField(default=list, help_text="codes of the warnings that were confirmed")
    reason = EncryptedTextField(max_length=300, blank=True, help_text="why it goes out in spite of them")
    submission = models.OneToOneField(
        Submission, null=True, on_delete=models.PROTECT, related_name="outgoing_claim", help_text="once it was sent"
    )
    sent_on = models.DateField(null=True)
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "next_on"], name="outgoing_claim_by_state"),
            models.Index(fields=["claim", "state"], name="outgoing_claim_by_claim"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "payer", "sequence"],
                condition=models.Q(state__in=OPEN),
                name="a_claim_goes_to_a_payer_once_at_a_time",
            ),
            models.CheckConstraint(
                name="a_ready_claim_says_when_and_by_whom",
                condition=~models.Q(state__in=CHECKED) | models.Q(ready_at__isnull=False, ready_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_sent_claim_is_a_submission",
                condition=models.Q(state=SENT, submission__isnull=False, sent_on__isnull=False)
                | (~models.Q(state=SENT) & models.Q(submission=None, sent_on=None)),
            ),
            models.CheckConstraint(
                name="a_correction_names_what_it_corrects",
                condition=~models.Q(state__in=CHECKED, frequency__in=("7", "8")) | ~models.Q(icn=""),
            ),
        ]

    def __str__(self) -> str:
        return f"outgoing claim {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it has not left yet, and is still to leave."""
        return self.state in OPEN


class OutgoingEvent(models.Model):
    """What happened to an outgoing claim. Append-only by trigger."""

    class Kind(models.TextChoices):
        DRAFTED = "drafted", "Drafted"
        CHANGED = "changed", "Changed"
        TAKEN = "taken", "Taken over"
        PLANNED = "planned", "Next step"
        READY = "ready", "Made ready"
        UNREADY = "unready", "Taken back to edit"
        BATCHED = "batched", "Put in a batch"
        UNBATCHED = "unbatched", "Left out of its batch"
        SENT = "sent", "Sent"
        CANCELED = "canceled", "Canceled"

    outgoing_claim = models.ForeignKey(OutgoingClaim, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind)
    words = EncryptedTextField(max_length=2000, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
