"""Receipts, the postings that each made, and unapplied cash applied to visits.

`Receipt` says what came in and what became of it; its money is in the ledger alone. `ReceiptPosting` names every
posting of a receipt, what undid one included, and is append-only as they are.

PII: Receipt.words is free text of staff; otherwise row ids.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.ledger.models import Posting
from claims.parties.models import Account
from claims.practices.models import Practice


class Receipt(models.Model):
    """Money that arrived for an account: a check, cash, a money order, a card payment, a debit of a bank account, what
    an agency received."""

    class Method(models.TextChoices):
        CHECK = "check", "Check"
        CASH = "cash", "Cash"
        MONEY_ORDER = "money_order", "Money order"
        CARD = "card", "Card"
        ACH = "ach", "Bank debit"
        AGENCY = "agency", "From an agency"

    class State(models.TextChoices):
        RECORDED = "recorded", "Recorded"
        RETURNED = "returned", "Returned by the bank"
        MOVED = "moved", "Moved to another account"
        VOIDED = "voided", "Entered by mistake"
        REFUNDED = "refunded", "Given back"

    class Why(models.TextChoices):
        """Why it was taken back or moved."""

        NSF = "nsf", "Not enough funds"
        ACCOUNT_CLOSED = "closed", "Bank account closed"
        STOPPED = "stopped", "Payment stopped"
        REFUSED = "refused", "Refused by the bank for another reason"
        WRONG_AMOUNT = "amount", "Wrong amount entered"
        TWICE = "twice", "Entered twice"
        NOT_RECEIVED = "missing", "Never received"
        WRONG_ACCOUNT = "account", "It was another account's"
        DISPUTED = "disputed", "Disputed by the holder of the card"
        CARD_REFUND = "refund", "Given back to the card"
        CARD_VOID = "void", "Voided before the card was charged"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField(help_text="counted by practice")
    method = models.CharField(max_length=11, choices=Method)
    reference = models.CharField(max_length=50, help_text="of the check, of the receipt handed out, or the processor's")
    amount = MoneyField()
    received_on = models.DateField()
    posted_on = models.DateField(help_text="accounting date")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State, default=State.RECORDED)
    ended_on = models.DateField(null=True, help_text="the day the bank returned it, or a person took it back")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    why = models.CharField(max_length=8, choices=Why, blank=True)
    given_back = MoneyField(default=0, help_text="what of it left again while the rest stands")
    words = EncryptedTextField(max_length=200, blank=True, help_text="what a person wrote about it")
    moved_from = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="moved_to",
        help_text="it came in as a part of that one",
    )

    class Meta:
        app_label = "claims"
        indexes = [
            models.Index(fields=["practice", "-received_on", "-id"], name="receipt_by_day"),
            models.Index(fields=["practice", "reference"], name="receipt_by_reference"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="a_receipt_number_is_used_once"),
            models.UniqueConstraint(
                fields=["account", "method", "reference"],
                condition=models.Q(state="recorded", moved_from=None),
                name="a_reference_stands_once_on_an_account",
            ),
            models.CheckConstraint(name="a_receipt_is_of_something", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="what_ended_a_receipt_is_dated",
                condition=models.Q(state="recorded", ended_on=None, ended_at=None)
                | (~models.Q(state="recorded") & models.Q(ended_on__isnull=False, ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"R{self.number}"

    @property
    def is_debit(self) -> bool:
        """Whether a bank debit brought it: it came by itself, and only the bank's answer takes it back."""
        return self.method == self.Method.ACH

    @property
    def stands(self) -> bool:
        """Whether its money is still here, on this account."""
        return self.state == self.State.RECORDED

    @property
    def name(self) -> str:
        """As people call it: `Check 1041`."""
        return f"{self.get_method_display()} {self.reference}"


class ReceiptPosting(models.Model):
    """A posting that a receipt made: what it paid, what it left unapplied, what undid either."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="made")
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="of_receipt")

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"{self.receipt_id}: {self.posting_id}"


class CashApplication(models.Model):
    """Unapplied cash of an account applied to visits, at once; `run` is the same for all that was applied together."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="cash_applications")
    run = models.UUIDField(db_index=True)
    amount = MoneyField()
    parts = models.PositiveSmallIntegerField(help_text="how many postings it made")
    applied_on = models.DateField(help_text="accounting date")
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["run", "account"], name="an_account_is_applied_once_per_run"),
            models.CheckConstraint(name="something_is_applied", condition=models.Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount}"
