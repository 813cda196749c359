"""EOBs that people enter: the check, its document, what was typed so far and who is at it.

PII: the entry names claims by id and may hold remarks; it is encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField
from arwork.lib.money import MoneyField
from claims.documents.models import Document
from claims.payers.models import Payer
from claims.practices.models import Practice
from claims.remits.models import Remittance


class Eob(models.Model):
    """One payer check (or EFT, or a notice without money) that a person enters from its EOB."""

    class State(models.TextChoices):
        DRAFT = "draft", "Being entered"
        POSTED = "posted", "Posted"
        TAKEN_BACK = "taken_back", "Taken back"
        DISCARDED = "discarded", "Discarded"

    class Method(models.TextChoices):
        CHECK = "CHK", "Check"
        EFT = "ACH", "EFT"
        WIRE = "FWT", "Wire"
        NONE = "NON", "No payment"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="eobs")
    trace = models.CharField(max_length=50, blank=True, help_text="check or EFT number")
    method = models.CharField(max_length=3, choices=Method)
    amount = MoneyField()
    paid_on = models.DateField(help_text="date of the check")
    received_on = models.DateField()
    entry = EncryptedJSONField(default=dict, help_text="what was typed: see entry_rules.TypedEntry")
    version = models.PositiveIntegerField(default=1, help_text="grows with each save: whoever saved meanwhile is seen")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    claim_count = models.PositiveIntegerField(default=0)
    entered_amount = MoneyField(default=0, help_text="what the entry explains of the check so far")
    is_tied = models.BooleanField(default=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(null=True)
    another_because = models.CharField(
        max_length=300, blank=True, help_text="why it is another check than one of the same number and amount"
    )
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=300, blank=True, help_text="why it was taken back or discarded")
    remittance = models.OneToOneField(Remittance, null=True, on_delete=models.PROTECT, related_name="eob")
    before = models.JSONField(null=True, help_text="submissions and control numbers as they stood before it posted")

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(
                name="what_is_posted_has_its_remittance",
                condition=models.Q(state__in=["draft", "discarded"], remittance=None)
                | models.Q(state__in=["posted", "taken_back"], remittance__isnull=False),
            ),
            models.CheckConstraint(
                name="what_was_ended_says_why",
                condition=models.Q(state__in=["draft", "posted"]) | ~models.Q(ended_because=""),
            ),
            models.CheckConstraint(name="no_check_is_below_zero", condition=models.Q(amount__gte=0)),
        ]
        indexes = [models.Index(fields=["practice", "state"], name="eob_by_state")]

    def __str__(self) -> str:
        return f"EOB {self.pk}"

    @property
    def is_draft(self) -> bool:
        """Whether it is still being entered."""
        return self.state == self.State.DRAFT
