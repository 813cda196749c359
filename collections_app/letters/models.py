"""Letters as they were made, the texts that admins entered for them, and the letterheads of practices.

PII: a letter's facts name a patient's bill, and why one was taken back is free text of staff: encrypted. Its PDF stands
in the store of documents, encrypted too. Texts and letterheads hold none.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from claims.documents.models import Document
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.letters.words import LANGUAGES


class LetterText(models.Model):
    """The words of a kind from a day on: for one practice or all, for one state or all. Never edited once it held."""

    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    kind = models.CharField(max_length=30)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    state = models.CharField(max_length=2, blank=True, help_text="where the person lives; empty: everywhere")
    subject = models.CharField(max_length=120)
    body = models.TextField(max_length=8000)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300, help_text="why it says so: law, or who decided it")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["kind", "language"], name="letter_text_by_kind")]
        constraints = [
            models.CheckConstraint(
                name="a_letter_text_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"text {self.pk} of {self.kind}"


class Letterhead(models.Model):
    """How a practice heads its letters, where that is not as its name and address say."""

    practice = models.OneToOneField(Practice, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, blank=True, help_text="empty: the name of the practice")
    phone = models.CharField(max_length=20, blank=True)
    hours = models.CharField(max_length=80, blank=True, help_text="Monday to Friday, 8 to 5")
    email = models.CharField(max_length=254, blank=True)
    website = models.CharField(max_length=120, blank=True)
    remit_name = models.CharField(max_length=120, blank=True)
    remit_address = models.CharField(max_length=120, blank=True)
    remit_city = models.CharField(max_length=60, blank=True)
    remit_state = models.CharField(max_length=2, blank=True)
    remit_zip = models.CharField(max_length=10, blank=True)
    logo = models.BinaryField(null=True, help_text="PNG")
    logo_width = models.PositiveSmallIntegerField(default=0, help_text="dots")
    logo_height = models.PositiveSmallIntegerField(default=0, help_text="dots")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"letterhead of {self.practice_id}"


class Letter(models.Model):
    """A letter as it was made. It never changes: one that is wrong is taken back (`LetterVoid`), and another made."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=30)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    text = models.ForeignKey(
        LetterText, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="empty: shipped"
    )
    version = models.CharField(max_length=40, help_text="which text, in words")
    title = models.CharField(max_length=120, help_text="the kind as it was called")
    facts = EncryptedJSONField(help_text="what it was made from, as `facts.frozen` writes it")
    sha256 = models.CharField(max_length=64)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="letters")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["account", "made_on"], name="letter_by_account"),
            models.Index(fields=["practice", "made_on"], name="letter_by_practice"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class LetterVoid(models.Model):
    """That a letter no longer counts, why, and which one took its place."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="void")
    replaced_by = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="replaces")
    reason = EncryptedTextField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_letter_does_not_replace_itself",
                condition=models.Q(replaced_by=None) | ~models.Q(replaced_by=models.F("letter")),
            )
        ]

    def __str__(self) -> str:
        return f"letter {self.letter_id} taken back"
