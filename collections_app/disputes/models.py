"""Disputes of patients as cases, what is asked about them of people without a seat here, and what happened to each.

One case is one row that changes; its history is append-only by trigger. The hold that a case placed is kept with it.

PII: BillingDispute.words and answer are the patient's story and ours; GuestQuestion.facts are what was shown of a bill,
its other texts name people and their mailboxes; DisputeEvent.words repeats parts of both. All of them are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.documents.models import Document
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.contacts.models import Hold
from collections_app.disputes.states import CLOSED
from collections_app.letters.models import Letter

PERSON = settings.AUTH_USER_MODEL
_OPEN = ~models.Q(state__in=CLOSED)


class BillingDispute(models.Model):
    """A patient says that a bill is wrong: nothing is asked for the visit until somebody has answered (RULES 10.14)."""

    class Kind(models.TextChoices):
        NOT_MINE = "not_mine", "Not my bill"
        SERVICE = "service", "Wrong service or date"
        DUPLICATE = "duplicate", "Billed twice"
        INSURANCE = "insurance", "Insurance should have paid"
        PAID = "paid", "Paid already"
        AMOUNT = "amount", "Amount or coding"
        QUALITY = "quality", "Quality of the care"
        IDENTITY = "identity", "Identity theft"
        ESTIMATE = "estimate", "Above the good-faith estimate"
        VALIDATION = "validation", "Asks to prove the debt"
        OTHER = "other", "Something else"

    class CameBy(models.TextChoices):
        PHONE = "phone", "Phone"
        LETTER = "letter", "Letter"
        PAGE = "page", "Their own page"
        EMAIL = "email", "E-mail"
        PERSON = "person", "In person"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ASKED = "asked", "Somebody was asked"
        ANSWERED = "answered", "Answer came"
        CORRECTED = "corrected", "Corrected"
        UPHELD = "upheld", "The bill is right"
        WITHDRAWN = "withdrawn", "Withdrawn"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="billing_disputes")
    claim = models.ForeignKey(
        Claim,
        null=True,
        on_delete=models.PROTECT,
        related_name="billing_disputes",
        help_text="empty: all of it",
    )
    line_numbers = models.CharField(max_length=120, blank=True, help_text="of services, where not all are disputed")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = MoneyField(help_text="disputed; what the patient owed on it when nobody said otherwise")
    words = EncryptedTextField(max_length=2000)
    came_by = models.CharField(max_length=6, choices=CameBy)
    received_on = models.DateField()
    answer_by = models.DateField(help_text="the first of its clocks that runs out")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    estimate = MoneyField(null=True, help_text="total of the good-faith estimate (45 CFR 149.620)")
    billed = MoneyField(null=True, help_text="what was billed, from the books, on the day it was compared")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="+", help_text="what it stops")
    owner = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=120)
    next_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        PERSON, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: the patient"
    )
    answer = EncryptedTextField(max_length=1000, blank=True, help_text="what was found, as the patient reads it")
    owed_before = MoneyField(null=True, help_text="what the patient owed on it when it came")
    owed_after = MoneyField(null=True, help_text="and when it was closed")
    closed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey(
        Letter, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="the answer on paper"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "answer_by"], name="dispute_by_state"),
            models.Index(fields=["practice", "closed_on"], name="dispute_by_end"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_closed_dispute_says_when_and_by_whom",
                condition=_OPEN | models.Q(closed_on__isnull=False, closed_at__isnull=False, closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="an_open_dispute_is_not_closed",
                condition=models.Q(state__in=CLOSED) | models.Q(closed_on=None, closed_at=None, closed_by=None),
            ),
            models.CheckConstraint(
                name="a_dispute_of_an_estimate_has_one",
                condition=~models.Q(kind="estimate")
                | models.Q(claim__isnull=False, estimate__isnull=False, billed__isnull=False),
            ),
            models.CheckConstraint(name="a_disputed_amount_is_not_negative", condition=models.Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"Dispute {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for our answer."""
        return self.state not in CLOSED


class GuestQuestion(models.Model):
    """What somebody without a seat here is asked about a case: a coder, the front desk, the doctor's office.

    `facts` is exactly what they are shown, frozen when it was asked (45 CFR 164.502(b)). The link opens nothing without
    the code, which is told by another way; both are kept as digests.
    """

    class Role(models.TextChoices):
        CODER = "coder", "Coder"
        FRONT_DESK = "front_desk", "Front desk"
        DOCTOR = "doctor", "Doctor’s office"
        OTHER = "other", "Somebody else"

    class Choice(models.TextChoices):
        RIGHT = "right", "The bill is right"
        WRONG = "wrong", "The bill is wrong"
        MORE = "more", "I need more"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    dispute = models.ForeignKey(BillingDispute, on_delete=models.PROTECT, related_name="questions")
    role = models.CharField(max_length=10, choices=Role)
    name = EncryptedTextField(max_length=80)
    email = EncryptedTextField(max_length=254, blank=True)
    words = EncryptedTextField(max_length=1000)
    facts = EncryptedJSONField(help_text="label and words of what is shown beside the question")
    documents = models.ManyToManyField(Document, related_name="+", help_text="shown with it")
    due_on = models.DateField()
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token in the link")
    code_digest = models.CharField(max_length=64, help_text="keyed digest of the code")
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, help_text="when it was last opened with the code")
    revoked_at = models.DateTimeField(null=True)
    choice = models.CharField(max_length=5, choices=Choice, blank=True)
    answer = EncryptedTextField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    brought = models.ForeignKey(
        Document, null=True, on_delete=models.PROTECT, related_name="+", help_text="what came with the answer"
    )

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_question_ends_after_it_is_asked", condition=models.Q(ends_at__gt=models.F("asked_at"))
            ),
            models.CheckConstraint(
                name="an_answer_makes_a_choice",
                condition=models.Q(answered_at=None, choice="") | (~models.Q(choice="") & ~models.Q(answered_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.pk}"


class GuestVisit(models.Model):
    """One stay of who was asked on the page of their question, by a cookie of its own."""

    question = models.ForeignKey(GuestQuestion, on_delete=models.CASCADE, related_name="visits")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the cookie")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"visit {self.pk}"


class DisputeEvent(models.Model):
    """What happened to a case, by whom: a member of staff, the patient or who was asked. Append-only by trigger."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        TAKEN = "taken", "Taken over"
        PLANNED = "planned", "Next step"
        ASKED = "asked", "Asked"
        SEEN = "seen", "Question opened"
        REPLIED = "replied", "Answer came"
        REVOKED = "revoked", "Question ended"
        CORRECTED = "corrected", "Corrected"
        UPHELD = "upheld", "The bill is right"
        WITHDRAWN = "withdrawn", "Withdrawn"
        REOPENED = "reopened", "Opened again"
        LETTER = "letter", "Answered in writing"
        STATEMENT = "statement", "Statement corrected"

    dispute = models.ForeignKey(BillingDispute, on_delete=models.PROTECT, related_name="events")
    question = models.ForeignKey(GuestQuestion, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    words = EncryptedTextField(max_length=1000, blank=True)
    who = EncryptedTextField(max_length=80, blank=True, help_text="who has no seat here")
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
