"""Statements that were made, the runs that made them, and the first day on which each visit was billed to its patient.

Kept true by the database: an account has one standing statement per day of a run; what was released has its hash, its
amounts and its day; a visit has one first statement of each source that stands.

PII: Statement.facts holds what was printed (names, address, visits) and is encrypted; FirstStatement.note and
Statement.void_because are words of staff, encrypted too.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.documents.models import Document
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.deliveries.models import Delivery


class StatementRun(models.Model):
    """The statements of one practice on one day: made in the background, looked at, then released or taken back."""

    class State(models.TextChoices):
        MAKING = "making", "Being made"
        READY = "ready", "Ready to release"
        RELEASED = "released", "Released"
        UNDONE = "undone", "Taken back"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    run_on = models.DateField(help_text="the day of its statements")
    state = models.CharField(max_length=8, choices=State, default=State.MAKING)
    total = models.PositiveIntegerField(default=0, help_text="statements that it makes")
    amount = MoneyField(default=0, help_text="what they ask for together")
    message = models.CharField(max_length=200, blank=True, help_text="why making stopped, if it did")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(null=True, help_text="when it was settled who gets one")
    beat_at = models.DateTimeField(null=True, help_text="when its worker last finished a batch; empty: nobody is at it")
    released_at = models.DateTimeField(null=True)
    released_on = models.DateField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "-run_on"], name="statement_run_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "run_on"],
                condition=~Q(state="undone"),
                name="a_practice_has_one_run_a_day",
            ),
            models.CheckConstraint(
                name="a_released_run_says_when",
                condition=~Q(state="released") | Q(released_at__isnull=False, released_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.run_on}"


class Statement(models.Model):
    """What one account was, or is to be, sent: its amounts, its day and its frozen document."""

    class Kind(models.TextChoices):
        CYCLE = "cycle", "Statement"
        PLAN = "plan", "Plan statement"
        DEMAND = "demand", "Statement on request"
        ITEMIZED = "itemized", "Itemized statement"

    class State(models.TextChoices):
        QUEUED = "queued", "To be made"
        MADE = "made", "Made"
        RELEASED = "released", "Sent"
        HELD_BACK = "held_back", "Held back"
        UNDONE = "undone", "Taken back"
        VOID = "void", "Void"

    class Channel(models.TextChoices):
        MAIL = "mail", "Mail"
        EMAIL = "email", "E-mail"
        HANDED = "handed", "Handed over"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="statements")
    run = models.ForeignKey(
        StatementRun, null=True, db_index=False, on_delete=models.PROTECT, related_name="statements"
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CYCLE)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.MAIL)
    language = models.CharField(max_length=2, default="en")
    level = models.PositiveSmallIntegerField(default=1, help_text="1 is the first about what it asks for")
    made_on = models.DateField(help_text="the day that it bears")
    due_on = models.DateField()
    amount = MoneyField(help_text="what it asks for")
    set_apart = MoneyField(default=0, help_text="owed, shown, and not asked for")
    on_account = MoneyField(default=0, help_text="received and not on a visit yet: taken off what is asked")
    facts = EncryptedJSONField(default=dict, help_text="what it was made from: what was printed, without pictures")
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    delivery = models.ForeignKey(
        Delivery, null=True, db_index=False, on_delete=models.PROTECT, related_name="+", help_text="the e-mail about it"
    )
    sequence = models.PositiveIntegerField(default=0, help_text="its place in the print file, from 1")
    made_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(null=True)
    held_because = models.CharField(max_length=200, blank=True, help_text="why it did not leave after all")
    returned_on = models.DateField(null=True, help_text="the mail came back")
    voided_at = models.DateTimeField(null=True)
    void_because = EncryptedTextField(max_length=300, blank=True)
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by", help_text="the void one it replaces"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["account", "-made_on"], name="statement_by_account"),
            models.Index(fields=["run", "state", "id"], name="statement_by_run"),
            models.Index(fields=["practice", "-made_on"], name="statement_by_practice"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "made_on"],
                condition=Q(run__isnull=False) & ~Q(state__in=["undone", "void"]),
                name="an_account_has_one_statement_a_day",
            ),
            models.CheckConstraint(
                name="a_made_statement_is_frozen",
                condition=Q(state__in=["queued", "undone", "held_back"])
                | (~Q(sha256="") & Q(made_at__isnull=False, document__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_sent_statement_says_when", condition=~Q(state="released") | Q(released_on__isnull=False)
            ),
            models.CheckConstraint(
                name="a_statement_is_due_after_its_day", condition=Q(due_on__gte=models.F("made_on"))
            ),
            models.CheckConstraint(name="a_statement_asks_for_no_credit", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="a_void_statement_says_when", condition=~Q(state="void") | Q(voided_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As it is printed and coded in bars: `S0000123`."""
        return f"S{self.pk:07d}"


class StatementVisit(models.Model):
    """A visit that a statement tells of, and what it asks for it (0 where it is set apart)."""

    statement = models.ForeignKey(Statement, db_index=False, on_delete=models.CASCADE, related_name="visits")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    set_apart = MoneyField(default=0)

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["statement", "claim"], name="a_statement_tells_of_a_visit_once")]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.claim_id}"


class LeftOut(models.Model):
    """An account that owes and that a run left out, and why."""

    run = models.ForeignKey(StatementRun, db_index=False, on_delete=models.CASCADE, related_name="left_out")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, help_text="a code of `statements.cycle`")
    amount = MoneyField(help_text="what the patient owes there")
    next_on = models.DateField(null=True, help_text="when its next statement is due, where that is known")

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="an_account_is_left_out_once_a_run")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.reason}"


class PrintFile(models.Model):
    """A part of the print batch of a run: one PDF of whole statements, in order."""

    run = models.ForeignKey(StatementRun, db_index=False, on_delete=models.CASCADE, related_name="print_files")
    part = models.PositiveSmallIntegerField(help_text="from 1")
    first_sequence = models.PositiveIntegerField()
    last_sequence = models.PositiveIntegerField()
    pages = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["run", "part"], name="a_part_is_printed_once_a_run")]

    def __str__(self) -> str:
        return f"run {self.run_id} part {self.part}"


class FirstStatement(models.Model):
    """On which day a visit was first billed to its patient, and who says so. The earliest that stands starts every
    clock (RULES 5.1, 11.1, 11.2); it is copied to the claim."""

    class Source(models.TextChoices):
        RELEASED = "released", "A statement of ours"
        ELSEWHERE = "elsewhere", "Sent elsewhere"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="first_statements")
    on = models.DateField()
    source = models.CharField(max_length=9, choices=Source)
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField(max_length=120, blank=True, help_text="who sent it, in words")
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "source"],
                condition=Q(withdrawn_at__isnull=True),
                name="a_source_tells_one_first_statement",
            ),
            models.CheckConstraint(
                name="our_own_first_statement_is_named",
                condition=Q(source="released", statement__isnull=False) | Q(source="elsewhere", statement__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.on}"
