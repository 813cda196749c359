"""What people changed about people: who, when, on whose word, and what stood there before.

PII: PersonChange keeps, encrypted, the values of before and after, who said so and why. Both tables are append-only.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from claims.parties.models import Account, Person
from claims.practices.models import Practice


class ChangeSource(models.TextChoices):
    """On whose word something was changed."""

    CALL = "call", "Somebody who called"
    DOCUMENT = "document", "A document"
    FILE = "file", "A file"
    PATIENT = "patient", "The patient's own page"
    PAYER = "payer", "The payer"
    RETURN_MAIL = "mail", "Mail that came back"
    SLIP = "slip", "A slip of our own"


class PersonChange(models.Model):
    """One change of a person's particulars; taking it back is another one, which names it."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=30)
    source = models.CharField(max_length=8, choices=ChangeSource)
    said_by = EncryptedTextField(max_length=120, blank=True, help_text="who called, which document")
    reason = EncryptedTextField(max_length=300, blank=True)
    steps = EncryptedJSONField(help_text="the rows that changed, with before and after; see amendments.subjects")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"change {self.pk}"


class ChangedField(models.Model):
    """A field that a change touched, by name alone: what was changed last is found by it."""

    change = models.ForeignKey(PersonChange, on_delete=models.PROTECT, related_name="fields")
    kind = models.CharField(max_length=10, help_text="which table: person, address, phone, email, coverage, ...")
    row_id = models.BigIntegerField()
    field = models.CharField(max_length=20)

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["kind", "row_id", "field"], name="change_by_field")]
        constraints = [
            models.UniqueConstraint(fields=["change", "kind", "row_id", "field"], name="a_change_names_a_field_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}: {self.field}"
