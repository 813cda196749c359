"""Saved cards and bank accounts, payments, and what became of them (RULES 13.4).

No card number, no security code: what is kept of a card is the processor's token, its brand, last four digits and
month of expiry. What a payment did to the books stands in the ledger, by its receipt.

PII: PaymentMethod.token, .holder and .consent_words, Payment.link and PaymentRefund.reason are encrypted; otherwise row
ids, and the last four digits of a card.
"""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.cash.models import CardPayout
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.receipts.models import Receipt
from collections_app.ach.models import AchEntry, BankAuthorization


class PaymentKind(models.TextChoices):
    """How money leaves the patient."""

    CARD = "card", "Card"
    BANK = "bank", "Bank account"


class PaymentMethod(models.Model):
    """A card or bank account that an account may be charged on, kept because somebody agreed to it."""

    class State(models.TextChoices):
        ACTIVE = "active", "In use"
        FAILED = "failed", "Refused for good"
        REMOVED = "removed", "Removed"

    class How(models.TextChoices):
        """How consent to keep it was given."""

        SPOKEN = "spoken", "Spoken"
        ONLINE = "online", "Given online"
        SIGNED = "signed", "Signed"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payment_methods")
    kind = models.CharField(max_length=4, choices=PaymentKind)
    processor = models.CharField(max_length=10, blank=True, help_text="who keeps the card")
    token = EncryptedTextField(max_length=120, blank=True, exact=True, help_text="what the processor knows it by")
    bank_authorization = models.OneToOneField(
        BankAuthorization, null=True, on_delete=models.PROTECT, related_name="payment_method"
    )
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_on = models.DateField(null=True, help_text="the last day of a card")
    holder = EncryptedTextField(max_length=80, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.ACTIVE)
    consent_how = models.CharField(max_length=6, choices=How)
    consent_on = models.DateField()
    consent_words = EncryptedTextField(max_length=400, help_text="what was read out or shown, word for word")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, help_text="when it was removed or refused for good")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    renewed_at = models.DateTimeField(null=True, help_text="when the processor last said that the card was replaced")
    warned_on = models.DateField(null=True, help_text="the day it was first listed as running out")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["state", "expires_on"], name="method_by_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_card_has_a_token_a_bank_account_an_authorization",
                condition=models.Q(kind="card", bank_authorization=None) & ~models.Q(processor="")
                | models.Q(kind="bank", processor="", bank_authorization__isnull=False, expires_on=None),
            ),
            models.CheckConstraint(
                name="what_ended_a_payment_method_is_dated",
                condition=models.Q(state="active", ended_at=None)
                | (~models.Q(state="active") & models.Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As people call it: `Visa 4242, 12/27`."""
        name = f"{self.brand or self.get_kind_display()} {self.last4}".strip()
        return f"{name}, {self.expires_on:%m/%y}" if self.expires_on else name

    @property
    def expires(self) -> dt.date | None:
        """Its last day; None for a bank account."""
        return self.expires_on

    def is_good_on(self, day: dt.date) -> bool:
        """Whether it can be charged on a day."""
        return self.state == self.State.ACTIVE and (self.expires_on is None or day <= self.expires_on)


class Payment(models.Model):
    """Money asked of a card or a bank account, once, whoever asked and however often the processor tells of it."""

    class State(models.TextChoices):
        PENDING = "pending", "Waits"
        SUCCEEDED = "succeeded", "Paid"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Never paid"
        VOIDED = "voided", "Voided"
        REFUNDED = "refunded", "Refunded"
        CHARGED_BACK = "charged_back", "Charged back"
        RETURNED = "returned", "Returned by the bank"

    class Source(models.TextChoices):
        DESK = "desk", "Taken by staff"
        LINK = "link", "Link sent"
        PATIENT = "patient", "Patient's page"
        AUTOPAY = "autopay", "Automatic"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    method = models.ForeignKey(PaymentMethod, null=True, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=4, choices=PaymentKind)
    source = models.CharField(max_length=8, choices=Source)
    processor = models.CharField(max_length=10, blank=True)
    key = models.CharField(max_length=80, help_text="names the intention: the same key takes the money once")
    session = models.CharField(max_length=100, blank=True, help_text="the processor's page, where one was opened")
    reference = models.CharField(max_length=100, blank=True, help_text="what the processor calls the payment")
    link = EncryptedTextField(max_length=600, blank=True, help_text="address of the processor's page")
    link_expires_at = models.DateTimeField(null=True)
    amount = MoneyField()
    captured = MoneyField(default=0, help_text="what was taken")
    refunded = MoneyField(default=0, help_text="what of it was given back")
    chosen = models.JSONField(default=dict, help_text="cents by claim id, where a person chose; ids and figures only")
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    decline_code = models.CharField(max_length=40, blank=True)
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    keeps_method = models.BooleanField(default=False, help_text="the patient agreed that the card is kept")
    consent_words = EncryptedTextField(max_length=400, blank=True)
    due_on = models.DateField(help_text="the day it was to be taken")
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    taken_on = models.DateField(null=True)
    ended_on = models.DateField(null=True, help_text="the day it was declined, given back or given up")
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="payment")
    ach_entry = models.OneToOneField(AchEntry, null=True, on_delete=models.PROTECT, related_name="payment")
    held_up = models.CharField(max_length=200, blank=True, help_text="why the books could not follow the processor")
    payout = models.ForeignKey(CardPayout, null=True, on_delete=models.PROTECT, related_name="payments")
    fee = MoneyField(null=True, help_text="what the processor kept of it")
    attempt = models.PositiveSmallIntegerField(default=1)
    retry_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="retries")
    retry_on = models.DateField(null=True, help_text="the day a declined automatic payment is tried again")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "-asked_on", "-id"], name="payment_by_day"),
            models.Index(fields=["state", "retry_on"], name="payment_to_try_again"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="a_payment_is_taken_once"),
            models.UniqueConstraint(
                fields=["processor", "reference"],
                condition=~models.Q(reference=""),
                name="a_payment_of_a_processor_is_known_once",
            ),
            models.CheckConstraint(name="a_payment_is_of_something", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="no_more_is_taken_than_was_asked",
                condition=models.Q(captured__gte=0, captured__lte=models.F("amount")),
            ),
            models.CheckConstraint(
                name="no_more_is_given_back_than_was_taken",
                condition=models.Q(refunded__gte=0, refunded__lte=models.F("captured")),
            ),
            models.CheckConstraint(
                name="money_that_was_taken_has_a_day",
                condition=models.Q(state__in=["pending", "declined", "expired"], taken_on=None)
                | models.Q(state="returned")
                | (
                    ~models.Q(state__in=["pending", "declined", "expired", "returned"])
                    & models.Q(taken_on__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"P{self.pk}"

    @property
    def paid_with(self) -> str:
        """`Visa 4242`; `Card` until the processor said which."""
        return f"{self.brand or self.get_kind_display()} {self.last4}".strip()

    @property
    def kept(self) -> Decimal:
        """What of it is still here, disputes apart. Dollars."""
        return self.captured - self.refunded


class PaymentStep(models.Model):
    """Something that happened to a payment; append-only."""

    class What(models.TextChoices):
        ASKED = "asked", "Asked for"
        LINKED = "linked", "Card page opened"
        SUCCEEDED = "succeeded", "Paid"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Never paid"
        VOIDED = "voided", "Voided"
        REFUND_ASKED = "refund_asked", "Refund asked for"
        REFUND_REFUSED = "refund_refused", "Refund refused"
        REFUND_FAILED = "refund_failed", "Refund not made by the processor"
        REFUNDED = "refunded", "Refunded"
        DISPUTED = "disputed", "Disputed: the money left"
        DISPUTE_WON = "dispute_won", "Dispute won: the money came back"
        DISPUTE_LOST = "dispute_lost", "Dispute lost"
        RETURNED = "returned", "Returned by the bank"
        KEPT = "kept", "Card kept for later"
        PAID_OUT = "paid_out", "Paid out to the bank"
        SENT = "sent", "Receipt sent"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="steps")
    what = models.CharField(max_length=14, choices=What)
    amount = MoneyField(null=True)
    detail = models.CharField(max_length=80, blank=True, help_text="a code of the processor; never words of people")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.what}"


class PaymentRefund(models.Model):
    """A card payment, or a part of it, to be given back to the card; it waits for a second person above a limit."""

    class State(models.TextChoices):
        ASKED = "asked", "Waits for approval"
        AGREED = "agreed", "To be made"
        DONE = "done", "Made"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Not made by the processor"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField()
    reason = EncryptedTextField(max_length=200)
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(name="a_card_refund_is_of_something", condition=models.Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["payment"],
                condition=models.Q(state__in=["asked", "agreed"]),
                name="one_refund_of_a_payment_is_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.amount} {self.state}"


class Dispute(models.Model):
    """A patient told the bank of the card that a payment is not theirs: the money left, and may come back."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=100, help_text="what the processor calls it")
    amount = MoneyField()
    reason = models.CharField(max_length=40, blank=True, help_text="the code of the card brand")
    opened_on = models.DateField()
    evidence_by = models.DateField(null=True, help_text="the last day for evidence")
    answered_on = models.DateField(null=True, help_text="the day evidence was given, or it was given up")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    ended_on = models.DateField(null=True)
    receipt = models.OneToOneField(
        Receipt, null=True, on_delete=models.PROTECT, related_name="of_dispute", help_text="the money that came back"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["state", "evidence_by"], name="dispute_by_due_day")]
        constraints = [
            models.UniqueConstraint(fields=["payment", "reference"], name="a_dispute_is_known_once"),
            models.CheckConstraint(name="a_dispute_is_of_something", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="what_ended_a_dispute_is_dated",
                condition=models.Q(state="open", ended_on=None)
                | (~models.Q(state="open") & models.Q(ended_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.state}"


class ProcessorEvent(models.Model):
    """A message of a processor, taken once by its id; only what it is about is kept, never its content."""

    processor = models.CharField(max_length=10)
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=100, blank=True, help_text="the session, payment or payout it speaks of")
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["processor", "event_id"], name="a_message_of_a_processor_is_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.processor} {self.event_id}"


class SandboxThing(models.Model):
    """What the sandbox processor remembers, as a real one would at its own place: sessions, tokens, charges, payouts.

    Facts hold amounts, ids, the brand and the last four digits; never the number that was typed.
    """

    ref = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8)
    key = models.CharField(max_length=100, blank=True, db_index=True, help_text="the idempotency key it was made by")
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return self.ref
