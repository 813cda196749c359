"""Late payments, the demands for their interest, and what became of them.

PII: none beyond row ids; a demand's document shows claims and patients, and is kept with the documents.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.documents.models import Document
from claims.payers.models import Payer
from claims.practices.models import Practice
from claims.remits.models import RemitClaim

STAFF = settings.AUTH_USER_MODEL
_STEPS = {"drafted": "Gathered", "sent": "Sent", "answered": "The payer answered", "canceled": "Canceled"}


class InterestDemand(models.Model):
    """What one payer is asked to pay for many late payments, and what it answered."""

    class State(models.TextChoices):
        DRAFT = "draft", "To be sent"
        SENT = "sent", "Waits for the payer"
        PAID = "paid", "Paid"
        REFUSED = "refused", "Refused"
        CANCELED = "canceled", "Canceled"

    class Method(models.TextChoices):
        MAIL = "mail", "By mail"
        FAX = "fax", "By fax"
        PORTAL = "portal", "On the payer's portal"
        EMAIL = "email", "By secure e-mail"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    amount = MoneyField(help_text="what is asked for")
    paid = MoneyField(default=0, help_text="what came of it")
    count = models.PositiveIntegerField(help_text="late payments in it")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=6, choices=Method, blank=True)
    reference = models.CharField(max_length=80, blank=True, help_text="certified number, fax or portal reference")
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=120, blank=True)
    next_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    sent_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "state"], name="interest_demand_by_state")]
        constraints = [
            models.CheckConstraint(
                name="a_demand_that_was_sent_is_frozen",
                condition=Q(state__in=("draft", "canceled"))
                | (Q(document__isnull=False, sent_on__isnull=False) & ~Q(sha256="") & ~Q(method="")),
            ),
            models.CheckConstraint(
                name="a_demand_is_open_or_closed",
                condition=Q(state__in=("draft", "sent"), closed_on=None)
                | Q(state__in=("paid", "refused", "canceled"), closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="a_demand_asks_for_something", condition=Q(amount__gt=0, paid__gte=0, count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"interest demand {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.SENT)


class LatePayment(models.Model):
    """One claim payment that came after the day the law gave the payer, and the interest it owes."""

    class State(models.TextChoices):
        OPEN = "open", "To demand"
        DEMANDED = "demanded", "Demanded"
        PAID = "paid", "Interest paid"
        PART = "part", "Interest paid in part"
        WAIVED = "waived", "Not pursued"
        GONE = "gone", "Payment taken back"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="late_payments")
    remit_claim = models.OneToOneField(RemitClaim, on_delete=models.PROTECT, related_name="late_payment")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    demand = models.ForeignKey(InterestDemand, null=True, on_delete=models.PROTECT, related_name="payments")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    received_on = models.DateField(help_text="when the payer had the claim")
    is_proven = models.BooleanField(help_text="the payer's acceptance says when (277CA); else the day it was sent")
    due_on = models.DateField(help_text="the last day to pay")
    paid_on = models.DateField()
    paid = MoneyField()
    rate = models.PositiveIntegerField(help_text="hundredths of a percent a year")
    interest = MoneyField(help_text="what the law asks for in all")
    interest_paid = MoneyField(default=0, help_text="what came with the payment (AMT*I)")
    counted = models.CharField(max_length=200, help_text="how it was counted, in words")
    source = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=12, blank=True)
    doubt = models.CharField(max_length=160, blank=True, help_text="why it may be no clean claim")
    waived_because = EncryptedTextField(max_length=200, blank=True)
    found_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "payer"], name="late_payment_by_payer"),
            models.Index(fields=["practice", "paid_on"], name="late_payment_by_day"),
        ]
        constraints = [
            models.CheckConstraint(name="a_late_payment_is_late", condition=Q(paid_on__gt=F("due_on"))),
            models.CheckConstraint(
                name="a_late_payment_leaves_interest_open",
                condition=Q(interest__gt=F("interest_paid"), interest_paid__gte=0, paid__gt=0),
            ),
            models.CheckConstraint(
                name="what_is_demanded_stands_in_a_demand",
                condition=Q(state="demanded", demand__isnull=False) | ~Q(state="demanded"),
            ),
        ]

    def __str__(self) -> str:
        return f"late payment {self.pk}"

    @property
    def days_late(self) -> int:
        return (self.paid_on - self.due_on).days

    @property
    def owed(self) -> Decimal:
        """Dollars still owed."""
        return self.interest - self.interest_paid


class InterestDemandEvent(models.Model):
    """One step of a demand. Append-only by trigger."""

    demand = models.ForeignKey(InterestDemand, db_index=False, on_delete=models.PROTECT, related_name="events")
    code = models.CharField(max_length=10)
    words = EncryptedTextField(max_length=300, blank=True)
    amount = MoneyField(null=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["demand", "id"], name="interest_event_by_demand")]

    def __str__(self) -> str:
        return f"{self.code} of demand {self.demand_id}"

    @property
    def title(self) -> str:
        """The step in words."""
        return f"{_STEPS[self.code]}: ${self.amount:,.2f}" if self.amount else _STEPS[self.code]
