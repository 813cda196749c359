"""Cash as it is counted, carried to the bank and found there.

A batch is what one person took in on one day, counted against the tape of an adding machine; its members are read from
the books while it is open and kept when it closes. A deposit slip carries closed batches to the bank. A bank line is
matched to slips and to electronic payments of remittances. A day of a practice closes when all its cash is in batches.

PII: BankLine.description says what the bank says, which may name a payer of a check, and is encrypted.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.practices.models import Practice
from claims.remits.models import Remittance


class DepositSlip(models.Model):
    """Checks and cash that go to the bank together, numbered for each practice."""

    class State(models.TextChoices):
        MADE = "made", "Made, not yet at the bank"
        DEPOSITED = "deposited", "Deposited"
        VOID = "void", "Void"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    bank_account = models.CharField(max_length=40, blank=True, help_text="name and last four digits")
    cash_amount = MoneyField()
    check_amount = MoneyField()
    state = models.CharField(max_length=9, choices=State, default=State.MADE)
    deposited_on = models.DateField(null=True)
    deposited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="a_slip_number_is_given_once"),
            models.CheckConstraint(
                name="a_deposited_slip_has_a_day",
                condition=models.Q(state="deposited", deposited_on__isnull=False)
                | (~models.Q(state="deposited") & models.Q(deposited_on__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"slip {self.number}"

    @property
    def amount(self) -> Decimal:
        """What the bank is to count, in dollars."""
        return self.cash_amount + self.check_amount


class DebitDeposit(models.Model):
    """What the bank collects for us by debits that settle on one day, as one file asked. Written when they settle;
    what comes back later is a line of its own at the bank."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField()
    reference = models.CharField(max_length=60, help_text="the name of the file")
    count = models.PositiveIntegerField()
    amount = MoneyField()

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "settled_on", "reference"], name="debits_of_a_file_and_day_are_one_deposit"
            ),
            models.CheckConstraint(name="a_debit_deposit_is_of_something", condition=models.Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.settled_on}"


class CashBatch(models.Model):
    """What one person took in on a day, of one kind; nobody's is what came by itself (a lockbox, a file)."""

    class Kind(models.TextChoices):
        PATIENT = "patient", "Patient receipts"
        CHECKS = "checks", "Payer checks"
        ELECTRONIC = "electronic", "Electronic payments"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        BALANCED = "balanced", "Balanced"
        CLOSED = "closed", "Closed"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="the accounting date of its members")
    kind = models.CharField(max_length=10, choices=Kind)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    expected_count = models.PositiveIntegerField(null=True, help_text="as typed from the tape")
    expected_amount = MoneyField(null=True, help_text="as typed from the tape")
    counted_count = models.PositiveIntegerField(default=0, help_text="as the books say")
    counted_amount = MoneyField(default=0, help_text="as the books say")
    over_short_amount = MoneyField(default=0, help_text="the tape less the books: positive is over")
    over_short_why = models.CharField(max_length=300, blank=True)
    closings = models.PositiveSmallIntegerField(default=0, help_text="how often it was closed")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    slip = models.ForeignKey(DepositSlip, null=True, on_delete=models.PROTECT, related_name="batches")

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["practice", "day"], name="batch_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "day", "kind", "owner"],
                condition=~models.Q(state="closed") & models.Q(owner__isnull=False),
                name="a_person_has_one_open_batch_of_a_kind_and_day",
            ),
            models.UniqueConstraint(
                fields=["practice", "day", "kind"],
                condition=~models.Q(state="closed") & models.Q(owner__isnull=True),
                name="what_came_by_itself_has_one_open_batch",
            ),
            models.CheckConstraint(
                name="a_difference_of_a_batch_has_a_reason",
                condition=models.Q(over_short_amount=0) | ~models.Q(over_short_why=""),
            ),
            models.CheckConstraint(
                name="only_a_closed_batch_goes_to_the_bank",
                condition=models.Q(slip__isnull=True) | models.Q(state="closed"),
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class BatchItem(models.Model):
    """A check, an envelope of cash or an electronic payment in a closed batch. `source` and `source_id` say what it is
    in the books: the first posting of a receipt, or a remittance."""

    batch = models.ForeignKey(CashBatch, on_delete=models.CASCADE, related_name="items")
    source = models.CharField(max_length=10)
    source_id = models.BigIntegerField()
    method = models.CharField(max_length=12)
    reference = models.CharField(max_length=50, blank=True)
    amount = MoneyField()

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="cash_is_in_one_batch")]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id} {self.amount}"


class DayClose(models.Model):
    """A day of a practice whose cash was counted; opened again it keeps its row, with the reason."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="why it was closed before all was at the bank")
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reopened_why = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "day"],
                condition=models.Q(reopened_at__isnull=True),
                name="a_day_is_closed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.day}"


class BankLayout(models.Model):
    """Which columns of a practice's bank files (CSV) say what."""

    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, related_name="+")
    date_column = models.CharField(max_length=60)
    amount_column = models.CharField(max_length=60)
    description_column = models.CharField(max_length=60, blank=True)
    reference_column = models.CharField(max_length=60, blank=True)

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"bank files of {self.practice_id}"


class BankFile(models.Model):
    """A statement of the bank that was taken in; its bytes are known by their digest."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    form = models.CharField(max_length=4, help_text="csv or bai2")
    sha256 = models.CharField(max_length=64)
    line_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0, help_text="lines that an earlier file had brought")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["practice", "sha256"], name="a_bank_file_is_taken_in_once")]

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """Money that came to the bank account. What is no deposit of ours (interest of the bank) is set aside, with why."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="lines")
    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(help_text="line of the file")
    on = models.DateField()
    amount = MoneyField()
    description = EncryptedTextField(max_length=300, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=64, help_text="digest of what the bank says and which of equals it is")
    set_aside_why = models.CharField(max_length=300, blank=True)
    set_aside_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["practice", "on"], name="bank_line_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["practice", "key"], name="a_bank_line_is_taken_in_once"),
            models.CheckConstraint(
                name="whoever_sets_a_bank_line_aside_says_why",
                condition=models.Q(set_aside_why="", set_aside_by__isnull=True)
                | (~models.Q(set_aside_why="") & models.Q(set_aside_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"


class CardPayout(models.Model):
    """What a card processor paid out to the bank at once: card payments less what was given back, less its fees."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    processor = models.CharField(max_length=10)
    reference = models.CharField(max_length=100, help_text="the processor's; it stands on the bank's line")
    arrives_on = models.DateField()
    gross_amount = MoneyField(help_text="payments")
    given_back_amount = MoneyField(default=0, help_text="refunds and disputes")
    fee_amount = MoneyField(default=0, help_text="what the processor kept")
    amount = MoneyField(help_text="what the bank is to have")
    unknown_count = models.PositiveIntegerField(default=0, help_text="lines of it that are no payment of ours")
    read_at = models.DateTimeField()

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["practice", "arrives_on"], name="payout_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["practice", "processor", "reference"], name="a_payout_is_read_once"),
            models.CheckConstraint(
                name="a_payout_adds_up",
                condition=models.Q(
                    amount=models.F("gross_amount") - models.F("given_back_amount") - models.F("fee_amount")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"payout {self.reference}"


class BankMatch(models.Model):
    """A deposit found at the bank: one of ours, on one line. A line may hold several; a deposit is on one line."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="matches")
    slip = models.OneToOneField(DepositSlip, null=True, on_delete=models.PROTECT, related_name="bank_match")
    remittance = models.OneToOneField(Remittance, null=True, on_delete=models.PROTECT, related_name="bank_match")
    payout = models.OneToOneField(CardPayout, null=True, on_delete=models.PROTECT, related_name="bank_match")
    debits = models.OneToOneField(DebitDeposit, null=True, on_delete=models.PROTECT, related_name="bank_match")
    why = models.CharField(max_length=10, help_text="trace, amount, or hand")
    matched_at = models.DateTimeField()
    matched_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(
                name="a_bank_match_names_one_deposit",
                condition=models.Q(slip__isnull=False, remittance=None, payout=None, debits=None)
                | models.Q(slip=None, remittance__isnull=False, payout=None, debits=None)
                | models.Q(slip=None, remittance=None, payout__isnull=False, debits=None)
                | models.Q(slip=None, remittance=None, payout=None, debits__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.why}"
