"""Settlements: the agreement to take less than is owed and what became of it, its visits, payments and history.

A settlement is one row that changes; what was offered stays as it was offered, append-only by trigger: visits with
what each owed, payments with their days, events. Other terms are another settlement. What was received is in the
ledger alone; what came off is a write-off of the class settlement or discount, posted when all was received.

PII: Settlement.hardship, .reason and .said_by tell of people and their circumstances, SettlementEvent.words may; all
four are encrypted.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.adjustments.models import WriteOff
from claims.billing.models import Claim
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.letters.models import Letter
from collections_app.settlements.terms import discount_percent

PERSON = settings.AUTH_USER_MODEL
#: States in which a settlement is neither over nor given up; an account has one such settlement.
OPEN_STATES = ("offered", "waiting", "accepted")
#: What the history calls an event, where its code does not say it.
EVENTS = {
    "asked": "A second person was asked",
    "allowed": "A second person agreed",
    "refused": "A second person did not agree",
    "written": "Written to the patient",
    "returned": "Money went back",
    "gone": "Nothing left to settle",
}


class Settlement(models.Model):
    """Less than what is owed on some visits, which closes them when it is received by its days (RULES 13.9)."""

    class Kind(models.TextChoices):
        SETTLEMENT = "settlement", "Settlement"
        PROMPT_PAY = "prompt_pay", "Prompt-pay discount"

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        WAITING = "waiting", "Waits for a second person"
        ACCEPTED = "accepted", "Accepted"
        SETTLED = "settled", "Settled"
        BROKEN = "broken", "Broken"
        EXPIRED = "expired", "Expired"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        GONE = "gone", "Nothing left to settle"

    class How(models.TextChoices):
        """How somebody accepted."""

        SPOKEN = "spoken", "Spoken, after the terms were read"
        SIGNED = "signed", "Signed on paper"
        PAID = "paid", "Sent the money"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="settlements")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SETTLEMENT)
    state = models.CharField(max_length=9, choices=State)
    owed = MoneyField(help_text="the sum of its visits when it was offered")
    offer = MoneyField(help_text="what closes them")
    exceptions = models.JSONField(default=list, help_text="what the maker may not offer alone, in words")
    hardship = EncryptedTextField(max_length=500, blank=True, help_text="why they can't pay it all, as documented")
    reason = EncryptedTextField(max_length=300, blank=True)
    grace_days = models.PositiveSmallIntegerField(help_text="business days after each day")
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", help_text="who follows it")
    offered_on = models.DateField()
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(PERSON, db_index=False, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField(help_text="the last day on which it can be accepted")
    accepted_on = models.DateField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    said_by = EncryptedTextField(max_length=80, blank=True, help_text="who accepted, by name")
    how = models.CharField(max_length=6, choices=How, blank=True)
    received = MoneyField(default=0, help_text="for its visits since it was accepted, when last looked at")
    next_due_on = models.DateField(null=True, help_text="the first payment that is not there")
    next_amount = MoneyField(default=0, help_text="what is missing of it")
    late_since = models.DateField(null=True, help_text="within its grace")
    ended_on = models.DateField(null=True, help_text="the day it was settled, broken or given up")
    ended_at = models.DateTimeField(null=True)
    written_off = MoneyField(default=0, help_text="what came off when all was received")
    write_offs: "models.ManyToManyField[WriteOff, models.Model]" = models.ManyToManyField(WriteOff, related_name="+")
    letter = models.ForeignKey(
        Letter, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="the last one about it"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["account", "-id"], name="settlement_by_account"),
            models.Index(fields=["practice", "state", "expires_on"], name="settlement_by_state"),
            models.Index(fields=["state", "ended_on"], name="settlement_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                name="an_account_has_one_open_settlement",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.CheckConstraint(
                name="a_settlement_asks_for_less_than_is_owed",
                condition=models.Q(offer__gt=0, owed__gt=models.F("offer")),
            ),
            models.CheckConstraint(
                name="a_settlement_in_force_was_accepted",
                condition=~models.Q(state__in=("accepted", "settled", "broken"))
                | models.Q(accepted_on__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_settlement_that_is_over_says_since_when",
                condition=models.Q(state__in=OPEN_STATES, ended_on=None)
                | (~models.Q(state__in=OPEN_STATES) & models.Q(ended_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="money_comes_off_only_a_settled_settlement",
                condition=models.Q(state="settled", received__gte=models.F("offer")) | models.Q(written_off=0),
            ),
        ]

    def __str__(self) -> str:
        return f"Settlement {self.pk}"

    @property
    def discount(self) -> Decimal:
        """What comes off, in dollars."""
        return self.owed - self.offer

    @property
    def percent(self) -> Decimal:
        """What comes off, in percent of what is owed."""
        return discount_percent(self.owed, self.offer)

    @property
    def is_open(self) -> bool:
        """Whether it is neither over nor given up."""
        return self.state in OPEN_STATES

    @property
    def words(self) -> str:
        """Where it stands: `Accepted`, `Late`, `Settled`."""
        return "Late" if self.state == self.State.ACCEPTED and self.late_since else str(self.get_state_display())


class SettlementVisit(models.Model):
    """What a visit owed when it was offered, and what of the offer is its share. Append-only by trigger."""

    settlement = models.ForeignKey(Settlement, db_index=False, on_delete=models.PROTECT, related_name="visits")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="in_settlements")
    owed = MoneyField()
    share = MoneyField(help_text="its part of the offer")

    class Meta:
        app_label = "collections_app"
        ordering = ["settlement", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "claim"], name="a_visit_stands_once_in_a_settlement"),
            models.CheckConstraint(
                name="a_share_is_at_most_what_is_owed",
                condition=models.Q(owed__gt=0, share__gte=0, share__lte=models.F("owed")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.share} of {self.owed}"


class SettlementPayment(models.Model):
    """One payment that a settlement asks for. Append-only by trigger."""

    settlement = models.ForeignKey(Settlement, db_index=False, on_delete=models.PROTECT, related_name="payments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount = MoneyField()

    class Meta:
        app_label = "collections_app"
        ordering = ["settlement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "number"], name="payments_of_a_settlement_are_counted"),
            models.CheckConstraint(name="a_payment_of_a_settlement_is_of_something", condition=models.Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.due_on}"


class SettlementEvent(models.Model):
    """What happened to a settlement. Append-only by trigger."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="events")
    code = models.CharField(max_length=12)
    words = EncryptedTextField(max_length=300, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What happened, in words."""
        return EVENTS.get(self.code, self.code.capitalize())
