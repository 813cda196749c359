"""Every contact that was made or tried, and every reason why contact or billing must stop.

Both are facts, not verdicts: the contact gate reads them (RULES 10) and counts calls of all collectors together.
PII: Contact.note, Hold.note and Hold.facts tell of people and their circumstances and are encrypted; Contact.spoken_to
is a name.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from claims.billing.models import Claim
from claims.parties.models import Account, Person
from claims.payers.models import Payer
from claims.practices.models import Practice


class Channel(models.TextChoices):
    PHONE = "phone", "Phone"
    PORTAL = "portal", "Payer portal"
    LETTER = "letter", "Letter"
    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    FAX = "fax", "Fax"
    IN_PERSON = "in_person", "In person"
    NOTE = "note", "Note"


class Direction(models.TextChoices):
    OUT = "out", "Outgoing"
    IN = "in", "Incoming"


class ContactOutcome(models.TextChoices):
    """What came of it. `reached`, `third_party` and `wrong_number` reached somebody."""

    REACHED = "reached", "Reached the right person"
    THIRD_PARTY = "third_party", "Reached somebody else"
    VOICEMAIL = "voicemail", "Left a message"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    NOT_CONNECTED = "unconnected", "Did not connect"
    SENT = "sent", "Sent"
    NOTED = "noted", "Noted"
    WITHDRAWN = "withdrawn", "Never made: the entry before was a mistake"


class Contact(models.Model):
    """One attempt to reach a person or a payer about an account or a claim. Append-only by trigger."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        Account, null=True, db_index=False, on_delete=models.PROTECT, related_name="contact_log"
    )
    claim = models.ForeignKey(Claim, null=True, db_index=False, on_delete=models.PROTECT, related_name="contact_log")
    person = models.ForeignKey(Person, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    purpose = models.CharField(max_length=20, default="collection")
    outcome = models.CharField(max_length=12, choices=ContactOutcome)
    number_end = models.CharField(max_length=4, blank=True, help_text="last four digits of the number used")
    spoken_to = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=50, blank=True, help_text="the payer's call reference")
    note = EncryptedTextField(max_length=2000, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="empty: the house, by itself, or the person who wrote",
    )  # fmt: skip
    retells = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="retold_by",
        help_text="the same call, told wrongly or never made",
    )

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["person", "at"], name="contact_by_person"),
            models.Index(fields=["account", "at"], name="contact_by_account"),
            models.Index(fields=["claim", "at"], name="contact_by_claim"),
            models.Index(fields=["payer", "at"], name="contact_by_payer"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_contact_is_about_something",
                condition=models.Q(account__isnull=False) | models.Q(claim__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.outcome}"


class Hold(models.Model):
    """A reason why contact or billing must stop, from a day until it is lifted (RULES 11.8, 11.9).

    A bankruptcy, a request to stop, an attorney and a death are a person's: they bind every account for which that
    person answers. The others are of one account, or of one claim.
    """

    class Reason(models.TextChoices):
        BANKRUPTCY = "bankruptcy", "Bankruptcy"
        CEASE = "cease", "Asked us to stop"
        ATTORNEY = "attorney", "Represented by an attorney"
        DECEASED = "deceased", "Deceased"
        NSA = "nsa", "No Surprises Act"
        DISPUTE = "dispute", "Disputed"
        ASSISTANCE = "assistance", "Assistance applied for"
        APPEAL = "appeal", "Appeal pending"
        CORRECTION = "correction", "Waiting for the payer's correction"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="holds")
    claim = models.ForeignKey(
        Claim, null=True, on_delete=models.PROTECT, related_name="holds", help_text="empty: the whole account"
    )
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="holds", help_text="binds all their accounts"
    )
    reason = models.CharField(max_length=12, choices=Reason)
    facts = EncryptedJSONField(null=True, help_text="what is known of it; see hold_facts")
    note = EncryptedTextField(max_length=300, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="last day; empty: until lifted")
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["account", "lifted_at"], name="hold_by_account")]
        constraints = [
            models.CheckConstraint(
                name="a_hold_ends_after_it_begins",
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
            ),
            models.CheckConstraint(
                name="a_hold_of_a_person_is_of_no_single_claim",
                condition=models.Q(person__isnull=True) | models.Q(claim__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} since {self.from_on}"


class CallWindow(models.Model):
    """Hours in which somebody can be called: a payer's call center, or a person's lawful hours.

    `zones` holds one zone, or several separated by spaces; then the hour must fit in every one of them (RULES 10).
    """

    opens = models.TimeField()
    closes = models.TimeField()
    weekdays = models.CharField(max_length=7, help_text="1 is Monday")
    zones = models.CharField(max_length=400)
    rests_on_holidays = models.BooleanField(default=False, help_text="closed on federal holidays, as payers are")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["opens", "closes", "weekdays", "zones", "rests_on_holidays"],
                name="a_call_window_is_described_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M} {self.zones}"
