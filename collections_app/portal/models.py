"""Links that open a patient's own page, visits, what a patient did there, and what was asked.

PII: PortalDeed.facts and PortalRequest.words and facts are the patient's own words: encrypted. A link and a visit keep
digests of their secrets, never the secrets.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from claims.billing.models import Claim
from claims.parties.models import Account, Person
from claims.practices.models import Practice
from collections_app.contacts.models import Hold
from collections_app.disputes.models import BillingDispute


class PortalLink(models.Model):
    """A link to one account's page, given to its guarantor. By itself it opens nothing: birth date and ZIP do."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="portal_links")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token in the address")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: the house"
    )
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, help_text="when it was last opened with the right answers")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_link_ends_after_it_is_made", condition=models.Q(ends_at__gt=models.F("made_at"))
            )
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class PortalVisit(models.Model):
    """One stay of a guarantor on their page, by a cookie of its own; it ends soon, and with its link."""

    link = models.ForeignKey(PortalLink, on_delete=models.CASCADE, related_name="visits")
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", help_text="who answered the questions"
    )
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the cookie")
    language = models.CharField(max_length=2, default="en")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"visit {self.pk}"


class PortalDeed(models.Model):
    """What a patient did on their page. Append-only by trigger."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened the page"
        READ = "read", "Read a document"
        DISPUTED = "disputed", "Says that a visit is billed wrongly"
        ASKED_ASSISTANCE = "assistance", "Asked for financial assistance"
        ASKED_PLAN = "plan", "Asked for a payment plan"
        CORRECTED = "corrected", "Told us a new phone or e-mail"
        CHOSE = "chose", "Chose language or ways to be reached"
        PAID = "paid", "Went to pay"
        ASKED = "asked", "Wrote to us"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="portal_deeds")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    facts = EncryptedTextField(max_length=400, blank=True, help_text="in words, for the timeline")
    at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["account", "at"], name="portal_deed_by_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PortalRequest(models.Model):
    """What a patient asked for and a person answers: a dispute, assistance, a plan, a correction, a question."""

    class Kind(models.TextChoices):
        DISPUTE = "dispute", "Dispute"
        ASSISTANCE = "assistance", "Financial assistance"
        PLAN = "plan", "Payment plan"
        CONTACT = "contact", "New phone or e-mail"
        QUESTION = "question", "Question"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="portal_requests")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    words = EncryptedTextField(max_length=1000, blank=True)
    facts = EncryptedJSONField(default=dict, help_text="what was filled in beside the words")
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT, related_name="+", help_text="what it stopped")
    dispute = models.ForeignKey(
        BillingDispute, null=True, on_delete=models.PROTECT, related_name="portal_requests",
        help_text="the case, which answers it",
    )  # fmt: skip
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    answer = EncryptedTextField(max_length=500, blank=True, help_text="what was done, shown to the patient")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "state", "asked_on"], name="portal_request_waiting")]
        constraints = [
            models.CheckConstraint(
                name="a_request_that_is_done_was_answered",
                condition=models.Q(state="open") | models.Q(answered_at__isnull=False, answered_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
