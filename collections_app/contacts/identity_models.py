"""Who was on the line, by what they were known, and what came of asking (45 CFR 164.514(h), RULES 12.4).

Append-only. What a caller said is compared and forgotten: only which identifiers were asked, and which were right.
PII: IdentityCheck tells who spoke about whose account; the speaker's name and what the patient agreed to are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.parties.models import Account, Person
from claims.practices.models import Practice
from collections_app.contacts.identifiers import IDENTIFIERS
from collections_app.contacts.models import Direction
from collections_app.contacts.person_models import Representative


class Speaker(models.TextChoices):
    """Who is on the line."""

    GUARANTOR = "guarantor", "The guarantor"
    PATIENT = "patient", "The patient"
    REPRESENTATIVE = "repres", "A representative with authority"
    INVOLVED = "involved", "Somebody involved in payment, as the patient agreed"
    SOMEBODY_ELSE = "else", "Somebody else"


class IdentityCheck(models.Model):
    """One time that somebody was asked who they are, before anything was said."""

    class Result(models.TextChoices):
        VERIFIED = "verified", "Verified"
        FAILED = "failed", "Not verified: nothing was said"
        SOMEBODY_ELSE = "else", "Somebody else: nothing was said"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", help_text="whose identifiers")
    speaker = models.CharField(max_length=9, choices=Speaker)
    speaker_name = EncryptedTextField(max_length=120, blank=True)
    representative = models.ForeignKey(Representative, null=True, on_delete=models.PROTECT, related_name="+")
    agreement = EncryptedTextField(max_length=300, blank=True, help_text="how the patient agreed to it")
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    asked = models.JSONField(help_text="the identifiers that were asked for, by name alone")
    matched = models.JSONField(help_text="those that were right")
    result = models.CharField(max_length=8, choices=Result)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="for this call only, and never longer")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["account", "at"], name="identity_by_account")]
        constraints = [
            models.CheckConstraint(
                name="somebody_else_is_never_verified",
                condition=~models.Q(speaker="else") | ~models.Q(result="verified"),
            ),
            models.CheckConstraint(
                name="a_representative_is_verified_by_authority",
                condition=~models.Q(speaker="repres", result="verified") | models.Q(representative__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"identity {self.result} {self.at:%Y-%m-%d %H:%M}"

    @property
    def asked_words(self) -> str:
        """The identifiers that were asked for, as people call them."""
        return ", ".join(IDENTIFIERS[one] for one in self.asked)

    @property
    def matched_words(self) -> str:
        """Those that were right."""
        return ", ".join(IDENTIFIERS[one] for one in self.matched)
