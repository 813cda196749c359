"""Documents as they were brought, and the claims and accounts that they are about.

PII: a document shows whatever was scanned; its name and note are free text of staff, so they are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.billing.models import Claim
from claims.documents.media import Media
from claims.parties.models import Account
from claims.practices.models import Practice


class Document(models.Model):
    """One scan, fax or PDF; its bytes stand in the store of documents under their SHA-256."""

    class Kind(models.TextChoices):
        EOB = "eob", "EOB or payer check"
        LETTER = "letter", "Letter from the payer"
        APPEAL = "appeal", "Appeal or what was sent"
        RECORDS = "records", "Medical records"
        IDENTITY = "identity", "Insurance card or identification"
        PATIENT = "patient", "From the patient"
        MADE = "made", "Letter of ours"
        OTHER = "other", "Something else"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    media = models.CharField(max_length=15, choices=[(one.value, one.suffix) for one in Media])
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    name = EncryptedTextField(max_length=200)
    note = EncryptedTextField(max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)
    bytes_dropped_at = models.DateTimeField(null=True, help_text="when its bytes were deleted, past their term")

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "sha256"],
                name="a_document_is_kept_once_per_practice",
                condition=models.Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="a_document_is_withdrawn_with_a_reason",
                condition=models.Q(withdrawn_at=None) | ~models.Q(withdrawn_because=""),
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="document_by_content")]

    def __str__(self) -> str:
        return f"document {self.pk}"

    @property
    def is_ours(self) -> bool:
        """Whether we made it: a letter, which is taken back on its own page and never withdrawn."""
        return self.kind == self.Kind.MADE

    @property
    def shown_as(self) -> Media:
        """What it is."""
        return Media(self.media)


class DocumentLink(models.Model):
    """What a document is about: one claim or one account."""

    document = models.ForeignKey(Document, db_index=False, on_delete=models.CASCADE, related_name="links")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="document_links")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="document_links")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["document", "claim"], name="a_document_is_linked_once_to_a_claim"),
            models.UniqueConstraint(fields=["document", "account"], name="a_document_is_linked_once_to_an_account"),
            models.CheckConstraint(
                name="a_link_names_a_claim_or_an_account",
                condition=models.Q(claim=None, account__isnull=False) | models.Q(claim__isnull=False, account=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} about {self.claim_id or self.account_id}"
