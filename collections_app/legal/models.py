"""What courts settle: bankruptcies and estates with their clocks, referrals to law firms, and the history of each.

A case or a referral is one row that changes; what happened to it is append-only by trigger (`LegalEvent`).

PII: LegalEvent.words, CourtCase.next_action, LegalReferral.next_action, LegalReferral.reason and
LegalReferral.known_means tell of people and their circumstances and are encrypted. A law firm is no person.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.documents.models import Document
from claims.parties.models import Account, Person
from claims.practices.models import Practice
from collections_app.contacts.models import Hold

STAFF = settings.AUTH_USER_MODEL
WORDS = 1_000
#: States in which a case or a referral needs somebody's next step.
OPEN_CASES = ("open", "allowed")
OPEN_REFERRALS = ("asked", "ready", "sent", "accepted", "suit", "judgment")
#: States in which a law firm works the account and nobody else does.
WITH_THE_FIRM = ("sent", "accepted", "suit", "judgment")


class CourtCase(models.Model):
    """A court settles what a person owes: a bankruptcy, or the estate of who died. One for each hold of that kind."""

    class Kind(models.TextChoices):
        BANKRUPTCY = "bankruptcy", "Bankruptcy"
        ESTATE = "estate", "Estate"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ALLOWED = "allowed", "Claim allowed"
        DISCHARGED = "discharged", "Discharged"
        DISMISSED = "dismissed", "Dismissed"
        DENIED = "denied", "Claim denied"
        NO_ESTATE = "no_estate", "No estate"
        CLOSED = "closed", "Closed"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="court_cases")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="court_cases")
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="court_case")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = EncryptedTextField(max_length=200, blank=True)
    next_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    claim_until = models.DateField(null=True, help_text="the last day to file a claim, as the court's notice says")
    is_listed = models.BooleanField(null=True, help_text="the practice stands in the list of creditors")
    claim_filed_on = models.DateField(null=True)
    claim_amount = MoneyField(default=0, help_text="what was claimed of the court")
    claim_document = models.ForeignKey(
        Document, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="the claim as filed"
    )
    ended_on = models.DateField(null=True, help_text="discharged, dismissed, denied or closed on")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "kind", "state", "next_on"], name="court_case_by_day")]
        constraints = [
            models.CheckConstraint(
                name="a_court_case_that_is_over_says_since_when",
                condition=models.Q(state__in=OPEN_CASES, ended_on=None)
                | (~models.Q(state__in=OPEN_CASES) & models.Q(ended_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_filed_claim_says_how_much",
                condition=models.Q(claim_filed_on=None) | models.Q(claim_amount__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody has to take its next step."""
        return self.state in OPEN_CASES


class DischargedVisit(models.Model):
    """A visit that a court discharged: it is never asked for again (11 USC 524(a))."""

    case = models.ForeignKey(CourtCase, on_delete=models.PROTECT, related_name="discharged")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="+")
    discharged_on = models.DateField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["case", "claim"], name="a_case_discharges_a_visit_once")]

    def __str__(self) -> str:
        return f"{self.claim_id} discharged {self.discharged_on}"


class LawFirm(models.Model):
    """A law firm to which a practice refers accounts: where it may sue, and what it takes."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    states = models.CharField(max_length=200, help_text="where it may sue: states by their letters, by spaces")
    fee_percent = models.PositiveSmallIntegerField(help_text="of what it recovers")
    reached_at = models.CharField(max_length=200, blank=True, help_text="phone, e-mail or address")
    agreement_on = models.DateField(null=True, help_text="day of the agreement, with that of a business associate")
    ended_on = models.DateField(null=True, help_text="no new accounts from this day on")
    entered_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["practice", "name"], name="a_practice_names_a_law_firm_once"),
            models.CheckConstraint(name="a_law_firm_takes_no_more_than_all", condition=models.Q(fee_percent__lte=100)),
        ]

    def __str__(self) -> str:
        return self.name


class LegalReferral(models.Model):
    """An account that is referred to a law firm: asked for, approved by a second person, sent, and what came of it."""

    class State(models.TextChoices):
        ASKED = "asked", "Waits for a second person"
        READY = "ready", "Approved, to be sent"
        SENT = "sent", "Sent"
        ACCEPTED = "accepted", "Accepted"
        SUIT = "suit", "Suit filed"
        JUDGMENT = "judgment", "Judgment"
        SETTLED = "settled", "Settled"
        RETURNED = "returned", "Returned"
        RECALLED = "recalled", "Recalled"
        REFUSED = "refused", "Not approved"

    class Scra(models.TextChoices):
        """What the check of military service said (50 USC 3931)."""

        NOT_ACTIVE = "not_active", "Not in active service"
        ACTIVE = "active", "In active service"
        UNKNOWN = "unknown", "Could not be told"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="legal_referrals")
    firm = models.ForeignKey(LawFirm, on_delete=models.PROTECT, related_name="referrals")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = EncryptedTextField(max_length=200, blank=True)
    next_on = models.DateField(null=True)
    amount = MoneyField(help_text="what is owed on its visits when it was asked for")
    reason = EncryptedTextField(max_length=300)
    scra = models.CharField(max_length=10, choices=Scra)
    scra_checked_on = models.DateField()
    known_means = EncryptedTextField(max_length=300, blank=True, help_text="work or property that is known")
    asked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    package = models.ForeignKey(Document, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    package_sha256 = models.CharField(max_length=64, blank=True)
    sent_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    suit_on = models.DateField(null=True)
    judged_on = models.DateField(null=True)
    judged_amount = MoneyField(default=0)
    cost_amount = MoneyField(default=0, help_text="costs of the court so far; never added to the bill")
    ended_on = models.DateField(null=True)

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "next_on"], name="legal_referral_by_day"),
            models.Index(fields=["account", "-id"], name="legal_referral_by_account"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                name="an_account_is_referred_once_at_a_time",
                condition=models.Q(state__in=OPEN_REFERRALS),
            ),
            models.CheckConstraint(name="a_referral_is_about_money", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_referral_with_a_firm_has_its_package",
                condition=~models.Q(state__in=WITH_THE_FIRM)
                | (models.Q(package__isnull=False, sent_on__isnull=False) & ~models.Q(package_sha256="")),
            ),
            models.CheckConstraint(
                name="a_referral_that_is_over_says_since_when",
                condition=models.Q(state__in=OPEN_REFERRALS, ended_on=None)
                | (~models.Q(state__in=OPEN_REFERRALS) & models.Q(ended_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody has to take its next step."""
        return self.state in OPEN_REFERRALS

    @property
    def is_with_firm(self) -> bool:
        """Whether the law firm works it."""
        return self.state in WITH_THE_FIRM


class ReferredVisit(models.Model):
    """A visit of a referral, and what was owed on it when it was asked for."""

    referral = models.ForeignKey(LegalReferral, on_delete=models.PROTECT, related_name="visits")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["referral", "claim"], name="a_referral_names_a_visit_once"),
            models.CheckConstraint(name="a_referred_visit_owes_something", condition=models.Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.amount}"


class LegalEvent(models.Model):
    """What happened to a case or a referral, on which day, told by whom. Append-only by trigger."""

    case = models.ForeignKey(CourtCase, null=True, on_delete=models.PROTECT, related_name="events")
    referral = models.ForeignKey(LegalReferral, null=True, on_delete=models.PROTECT, related_name="events")
    code = models.CharField(max_length=20)
    words = EncryptedTextField(max_length=WORDS, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: the house")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_legal_event_is_of_one_thing",
                condition=models.Q(case__isnull=True, referral__isnull=False)
                | models.Q(case__isnull=False, referral__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.on}"
