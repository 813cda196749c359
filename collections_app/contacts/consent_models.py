"""What people allowed and forbade us to do with a number or an address: given, withdrawn, by which means, when.

Append-only: consent stands as the latest word of the person says, and every earlier word stays on record.
PII: ConsentEvent ties a person to a number or an address; its words are what the person said and are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.parties.models import Person, PersonEmail, PersonPhone
from claims.practices.models import Practice


class ConsentChannel(models.TextChoices):
    """How a number or an address is used (47 CFR 64.1200(a)(1), 12 CFR 1006.6(d))."""

    MANUAL = "manual", "Calls by hand"
    AUTO = "auto", "Automatic and recorded calls"
    TEXT = "text", "Text messages"
    EMAIL = "email", "E-mail"


class ConsentSource(models.TextChoices):
    """By which means somebody gave or withdrew it; each is a reasonable means to withdraw (47 CFR 64.1200(a)(10))."""

    WRITING = "writing", "In writing, signed"
    CALL = "call", "On a call"
    REPLY = "reply", "Replied STOP or START to a text"
    EMAIL = "email", "By e-mail"
    PORTAL = "portal", "On the patient's page"
    IN_PERSON = "person", "At the desk of the practice"
    MAIL = "mail", "By letter"
    BEFORE = "before", "Noted before channels were told apart"


class ConsentEvent(models.Model):
    """One word of a person about a number or an address. Without an address it speaks of everything (`revoke all`)."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    phone = models.ForeignKey(PersonPhone, null=True, on_delete=models.PROTECT, related_name="+")
    email = models.ForeignKey(PersonEmail, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=ConsentChannel, blank=True, help_text="empty: every channel")
    is_given = models.BooleanField(help_text="no: withdrawn")
    source = models.CharField(max_length=7, choices=ConsentSource)
    is_opt_in = models.BooleanField(default=False, help_text="the person asked for it in writing")
    words = EncryptedTextField(max_length=300, blank=True, help_text="what was said, which paper")
    said_on = models.DateField(help_text="when the person gave or withdrew it")
    expires_on = models.DateField(null=True, help_text="the last day on which it holds; empty: until withdrawn")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="empty: the person, by a reply or on their page",
    )  # fmt: skip

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="consent_is_given_for_one_address_and_channel",
                condition=models.Q(is_given=False)
                | (
                    ~models.Q(channel="")
                    & (
                        models.Q(phone__isnull=False, email__isnull=True)
                        | models.Q(phone__isnull=True, email__isnull=False)
                    )
                ),
            ),
            models.CheckConstraint(
                name="consent_names_no_phone_and_email_at_once",
                condition=models.Q(phone__isnull=True) | models.Q(email__isnull=True),
            ),
            models.CheckConstraint(
                name="a_withdrawal_does_not_expire",
                condition=models.Q(is_given=True) | models.Q(expires_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
