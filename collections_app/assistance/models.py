"""Policies of financial assistance, applications with their visits and documents, and what happened to each.

An application is one row that changes until it is decided; its events are append-only by trigger. What a decision took
off is in the ledger (`claims.adjustments`) and stands here visit by visit as it was previewed.

PII: AssistanceApplication.household tells of income, people and assets, .words, .reason and AssistanceEvent.words of
people's circumstances, AssistanceDocument.note too; all are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from arwork.lib.money import MoneyField
from claims.adjustments.models import WriteOff
from claims.billing.models import Claim
from claims.documents.models import Document
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.refunds.models import Refund
from collections_app.assistance.guidelines import AREAS
from collections_app.assistance.policy import DOCUMENTS, PRESUMPTIVE
from collections_app.contacts.models import Hold
from collections_app.letters.models import Letter

PERSON = settings.AUTH_USER_MODEL
WORDS = 1_000
#: States in which an application waits for somebody; an account has one such application.
OPEN_STATES = ("incomplete", "ready", "waiting")


class AssistanceRule(models.Model):
    """What a practice gives to those who can't pay, from a day on (see `policy.AssistancePolicy`).

    PII: none. An admin's row comes before the shipped one (`seeds/policies.yaml`) while it is in force.
    """

    practice = models.ForeignKey(
        Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    is_501r = models.BooleanField(help_text="a non-profit hospital: 26 CFR 1.501(r) binds")
    bands = models.JSONField(help_text="[percent of the guideline up to which, percent taken off], the lowest first")
    assets_most = MoneyField(null=True, help_text="empty: assets are not looked at")
    indigent_percent = models.PositiveSmallIntegerField(null=True, help_text="of yearly income; empty: no such rule")
    indigent_discount = models.PositiveSmallIntegerField(default=0, help_text="percent taken off then")
    presumptive = models.JSONField(default=list, help_text="codes of `policy.PRESUMPTIVE`")
    documents = models.JSONField(default=list, help_text="codes of `policy.DOCUMENTS` that are asked for")
    agb_percent = models.DecimalField(max_digits=5, decimal_places=2, help_text="generally billed, % of gross charges")
    valid_days = models.PositiveSmallIntegerField(help_text="a decision covers new visits for so long")
    earlier_days = models.PositiveSmallIntegerField(help_text="visits first billed so long ago are covered too")
    reply_days = models.PositiveSmallIntegerField(help_text="to send what is missing")
    appeal_days = models.PositiveSmallIntegerField(help_text="to ask again after a denial")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    entered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="an_assistance_policy_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="an_assistance_policy_keeps_to_percent",
                condition=models.Q(agb_percent__gt=0, agb_percent__lte=100, indigent_discount__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"assistance from {self.valid_from}"


class AssistanceApplication(models.Model):
    """Somebody asks for help with what they owe, or gets it without asking (26 CFR 1.501(r)-4(b), RULES 11.1)."""

    class State(models.TextChoices):
        INCOMPLETE = "incomplete", "To complete"
        READY = "ready", "To decide"
        WAITING = "waiting", "Waits for a second person"
        APPROVED = "approved", "Approved"
        DENIED = "denied", "Not approved"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Channel(models.TextChoices):
        """How it came."""

        DESK = "desk", "By phone or in person"
        PAGE = "page", "On the patient's page"
        PAPER = "paper", "On paper"
        PRESUMPTIVE = "presumptive", "Presumed, without an application"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="assistance")
    state = models.CharField(max_length=10, choices=State, default=State.INCOMPLETE)
    channel = models.CharField(max_length=11, choices=Channel)
    received_on = models.DateField()
    made_at = models.DateTimeField()
    household = EncryptedJSONField(default=dict, help_text="see `household.Household.as_kept`")
    area = models.CharField(max_length=2, choices=sorted(AREAS.items()), default="48")
    presumptive = models.CharField(max_length=12, blank=True, choices=sorted(PRESUMPTIVE.items()))
    words = EncryptedTextField(max_length=WORDS, blank=True, help_text="what they said of their circumstances")
    hold = models.ForeignKey(Hold, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=120, blank=True)
    next_on = models.DateField(null=True)
    missing_by = models.DateField(null=True, help_text="what is missing was asked for by this day")
    decided_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedTextField(max_length=WORDS, blank=True, help_text="why it was decided so, in words")
    discount = models.PositiveSmallIntegerField(null=True, help_text="percent taken off")
    guideline_year = models.PositiveSmallIntegerField(null=True)
    covered = MoneyField(default=0, help_text="what was taken off in all")
    valid_until = models.DateField(null=True, help_text="new visits until then are covered the same way")
    appeal_by = models.DateField(null=True)
    letter = models.ForeignKey(Letter, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["account", "-id"], name="assistance_by_account"),
            models.Index(fields=["practice", "state", "next_on"], name="assistance_by_day"),
            models.Index(fields=["state", "valid_until"], name="assistance_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                name="an_account_has_one_open_application",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.CheckConstraint(
                name="an_open_application_stops_collection",
                condition=~models.Q(state__in=OPEN_STATES) | models.Q(hold__isnull=False),
            ),
            models.CheckConstraint(
                name="a_decided_application_says_when_and_why",
                condition=~models.Q(state__in=("approved", "denied"))
                | models.Q(decided_on__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="an_approved_application_takes_something_off",
                condition=~models.Q(state="approved") | models.Q(discount__gt=0, valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Assistance {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in OPEN_STATES

    @property
    def outcome(self) -> str:
        """What became of it: `Approved: 75 percent`, `To complete`."""
        if self.state == self.State.APPROVED:
            return f"Approved: {self.discount} percent"
        return str(self.get_state_display())


class AssistanceVisit(models.Model):
    """What a decision does to one visit, dollars, as it was previewed; or why it does nothing."""

    application = models.ForeignKey(
        AssistanceApplication, db_index=False, on_delete=models.PROTECT, related_name="visits"
    )
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="in_assistance")
    before = MoneyField(help_text="what the patient is to pay without assistance")
    due = MoneyField(help_text="what they are to pay with it")
    written_off = MoneyField(default=0, help_text="taken off what is owed")
    back = MoneyField(default=0, help_text="to go back of what was paid")
    left_out = models.CharField(max_length=120, blank=True, help_text="why assistance does not cover it")
    is_later = models.BooleanField(default=False, help_text="it came after the decision, within its validity")
    adjustment = models.ForeignKey(WriteOff, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    paid_off = models.ForeignKey(
        WriteOff, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="of what goes back"
    )
    refund = models.ForeignKey(Refund, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "claim"], name="a_visit_stands_once_in_an_application"),
            models.CheckConstraint(
                name="assistance_is_no_more_than_the_bill",
                condition=models.Q(written_off__gte=0, back__gte=0, before__gte=models.F("due")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.written_off}"

    @property
    def covered(self) -> object:
        """What assistance takes off in all."""
        return self.written_off + self.back


class AssistanceDocument(models.Model):
    """One thing on the checklist of an application: asked for, received, accepted or not."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        RECEIVED = "received", "Received"
        ACCEPTED = "accepted", "Accepted"
        WAIVED = "waived", "Not needed"

    application = models.ForeignKey(
        AssistanceApplication, db_index=False, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(max_length=10, choices=sorted(DOCUMENTS.items()))
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    document = models.ForeignKey(Document, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        ordering = ["application", "pk"]
        constraints = [models.UniqueConstraint(fields=["application", "kind"], name="a_document_is_asked_for_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"


class AssistanceEvent(models.Model):
    """What happened to an application, in words. Append-only by trigger."""

    application = models.ForeignKey(
        AssistanceApplication, db_index=False, on_delete=models.PROTECT, related_name="events"
    )
    code = models.CharField(max_length=12)
    words = EncryptedTextField(max_length=400, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["application", "-id"], name="assistance_event_by_case")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.code}"

    @property
    def title(self) -> str:
        """What happened, in a word or two."""
        return EVENTS.get(self.code, self.code.replace("_", " ").capitalize())


#: What the history calls an event.
EVENTS = {
    "applied": "Applied",
    "told": "More was told",
    "document": "Document",
    "asked_for": "Asked for what is missing",
    "asked": "A second person was asked",
    "approved": "Approved",
    "denied": "Not approved",
    "refused": "A second person did not agree",
    "reversed": "Decision taken back",
    "withdrawn": "Withdrawn",
    "later": "A later visit covered",
    "money_back": "Money goes back",
    "ran_out": "The day for what is missing has passed",
}
