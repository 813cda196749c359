"""What is on its way to a person by mail, e-mail or text, what became of it, and the batches in which mail is printed.

PII: Delivery.to, subject and words, and Reply.words, name people and may tell of a bill, so they are encrypted;
PrintBatch holds none, its PDF (in the store of print batches) holds whole letters. DeliveryEvent keeps codes and our own words.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from claims.documents.models import Document
from claims.parties.models import Account, Person, PersonAddress, PersonEmail, PersonPhone
from claims.practices.models import Practice
from collections_app.contacts.models import Contact
from collections_app.letters.models import Letter


class PrintBatch(models.Model):
    """Mail that was printed together: one PDF with its manifest, for a printer here or a print vendor."""

    class State(models.TextChoices):
        MADE = "made", "Ready to print"
        DROPPED = "dropped", "Handed to the print vendor"
        FAILED = "failed", "Not handed over"
        POSTED = "posted", "Posted"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.MADE)
    pieces = models.PositiveIntegerField(help_text="letters in it")
    pages = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="of the PDF")
    manifest_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="to hand it to the vendor")
    taken_at = models.DateTimeField(null=True, help_text="since when somebody hands it over")
    settled_at = models.DateTimeField(null=True, help_text="when it was handed over or posted")
    problem = models.CharField(max_length=120, blank=True, help_text="why it was not handed over, in our words")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(name="a_print_batch_holds_mail", condition=models.Q(pieces__gt=0, pages__gt=0))
        ]

    def __str__(self) -> str:
        return f"print batch {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody: to be printed, posted or handed over."""
        return self.state in (self.State.MADE, self.State.FAILED)


class Delivery(models.Model):
    """One document or message on its way to one person.

    `to` is where it goes, frozen when it was asked for; which number or address that is stands beside it, so that a
    bounce marks the right one. It leaves at most once: `left_at` is written, with the attempt in the contact log,
    before it is handed to whoever carries it.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", "Mail"
        EMAIL = "email", "E-mail"
        TEXT = "text", "Text message"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to leave"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Not delivered"
        RETURNED = "returned", "Came back"
        REFUSED = "refused", "Not allowed to leave"
        CANCELLED = "cancelled", "Canceled"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    purpose = models.CharField(max_length=12, help_text="see contacts.gate.Purpose")
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.PROTECT, related_name="deliveries")
    document = models.ForeignKey(Document, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    subject = EncryptedTextField(max_length=120, blank=True)
    words = EncryptedTextField(max_length=4000, blank=True, help_text="as it left, with how to stop further ones")
    to = EncryptedTextField(max_length=400, help_text="the number, the e-mail address, or the lines on the envelope")
    phone = models.ForeignKey(PersonPhone, null=True, on_delete=models.SET_NULL, related_name="+")
    email = models.ForeignKey(PersonEmail, null=True, on_delete=models.SET_NULL, related_name="+")
    address = models.ForeignKey(PersonAddress, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=2, default="en")
    queued_on = models.DateField()
    queued_at = models.DateTimeField()
    queued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: the house"
    )
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="delivery")
    batch = models.ForeignKey(PrintBatch, null=True, on_delete=models.PROTECT, related_name="deliveries")
    position = models.PositiveIntegerField(null=True, help_text="its place in the batch, from 1")
    left_at = models.DateTimeField(null=True, help_text="when it was given to whoever carries it")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, help_text="not before")
    provider_id = models.CharField(max_length=100, blank=True, db_index=True, help_text="the carrier's name for it")
    problem = models.CharField(max_length=200, blank=True, help_text="why it did not arrive or leave, in our words")
    settled_at = models.DateTimeField(null=True, help_text="when its failure was dealt with")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    instead_of = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="instead", help_text="the one that failed before it"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(
                fields=["channel", "next_try_at"], condition=models.Q(state="queued"), name="delivery_waiting"
            ),
            models.Index(fields=["practice", "state", "queued_at"], name="delivery_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_delivery_that_left_is_in_the_contact_log",
                condition=models.Q(left_at=None) | models.Q(contact__isnull=False),
            ),
            models.CheckConstraint(
                name="what_left_or_came_back_had_left",
                condition=models.Q(state__in=("queued", "refused", "cancelled")) | models.Q(left_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_piece_of_a_batch_has_its_place",
                condition=models.Q(batch=None, position=None) | models.Q(batch__isnull=False, position__isnull=False),
            ),
            models.UniqueConstraint(fields=["batch", "position"], name="a_place_in_a_batch_is_taken_once"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def is_failure(self) -> bool:
        """Whether somebody has to see to it."""
        failed = (self.State.BOUNCED, self.State.RETURNED, self.State.REFUSED)
        return self.state in failed and self.settled_at is None


class DeliveryEvent(models.Model):
    """One step of a delivery, with who took it or told of it. Append-only by trigger."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(max_length=9, choices=Delivery.State)
    words = models.CharField(max_length=200, blank=True, help_text="why, in our words")
    source = models.CharField(max_length=12, help_text="person, house or carrier")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.state}"


class Reply(models.Model):
    """What somebody answered to a text. `asked` is what it asks for (stop, start, help), empty where a person reads it.

    `account` is where a person reads it: the one that was written to last at that number.
    """

    practice = models.ForeignKey(Practice, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="replies")
    number = EncryptedTextField(max_length=16, exact=True, help_text="whose it is, E.164")
    words = EncryptedTextField(max_length=1600, blank=True)
    asked = models.CharField(max_length=5, blank=True)
    provider_id = models.CharField(max_length=100, unique=True, help_text="the carrier's name for it: heard once")
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="reply")
    heard_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, help_text="when somebody saw to it")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"reply {self.pk}"
