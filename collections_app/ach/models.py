"""Authorizations to debit a bank account, the debits under them, the files they go out in, and what the bank answers.

PII: BankAuthorization names the holder and (encrypted) their account, and keeps the words read to them; AchFile and
AchAnswerFile keep what went to and came from the bank, encrypted; AchAnswer.corrected may hold an account number
and is encrypted. Everything else is ids, figures, codes and last four digits.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField, IndexPart
from arwork.lib.money import MoneyField
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.receipts.models import Receipt
from collections_app.ach.states import (
    ANSWER_KINDS,
    ANSWER_STATES,
    AUTHORIZATION_STATES,
    DEBIT,
    ENTRY_KINDS,
    ENTRY_STATES,
    FILE_STATES,
    FREQUENCIES,
    ONCE,
    PROOFS,
    RELATIONSHIPS,
    SEC_CODES,
    VALIDATIONS,
    AnswerState,
    AuthorizationState,
    EntryState,
    FileState,
)


class BankAuthorization(models.Model):
    """A person's word that we may debit their account, kept as it was given (RULES 13.1, 13.2)."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bank_authorizations")
    sec_code = models.CharField(max_length=3, choices=SEC_CODES)
    frequency = models.CharField(max_length=9, choices=FREQUENCIES, default=ONCE)
    language = models.CharField(max_length=2, default="en")
    holder = EncryptedTextField(max_length=80, help_text="the name on the bank account")
    routing = EncryptedTextField(max_length=9)
    bank_account = EncryptedTextField(max_length=17, exact=True)
    bank_account_kind = models.CharField(max_length=8, choices=[("checking", "Checking"), ("savings", "Savings")])
    last_four = models.CharField(max_length=4)
    bank_name = models.CharField(max_length=60, blank=True, help_text="empty: the number checks, the bank is not known")
    amount = MoneyField(null=True, help_text="of each debit, at most; without one `how_set` says how it is set")
    how_set = models.CharField(max_length=200, blank=True)
    first_on = models.DateField(help_text="debited on or after")
    last_on = models.DateField(null=True, help_text="several debits: none after")
    relationship = models.CharField(max_length=9, choices=RELATIONSHIPS, blank=True)
    proof = models.CharField(max_length=9, choices=PROOFS)
    proof_reference = models.CharField(max_length=60, blank=True, help_text="where the recording or the paper is found")
    notice_on = models.DateField(null=True, help_text="the day the written notice or copy went out")
    words = EncryptedTextField(max_length=4000, help_text="what was read or shown, word for word")
    authorized_on = models.DateField()
    authorized_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="empty: they did it themselves online",
    )  # fmt: skip
    validated_how = models.CharField(max_length=7, choices=VALIDATIONS, blank=True)
    validated_on = models.DateField(null=True)
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=8, choices=AUTHORIZATION_STATES, default=AuthorizationState.ACTIVE)
    ended_on = models.DateField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)
    forgotten_on = models.DateField(null=True, help_text="bank numbers and words were deleted, their term was over")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state"], name="authorization_by_state"),
            models.Index(IndexPart("bank_account", 1, 16), name="authorization_by_bank_account"),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_authorization_says_how_much",
                condition=models.Q(amount__gt=0) | models.Q(amount=None) & ~models.Q(how_set=""),
            ),
            models.CheckConstraint(
                name="an_authorization_that_ended_has_a_day",
                condition=models.Q(state="active", ended_on=None)
                | ~models.Q(state="active") & models.Q(ended_on__isnull=False),
            ),
            models.CheckConstraint(
                name="a_call_leads_to_a_debit_only_where_it_may",
                condition=~models.Q(sec_code="TEL") | ~models.Q(relationship=""),
            ),
            models.CheckConstraint(
                name="an_authorization_begins_before_it_ends",
                condition=models.Q(last_on=None) | models.Q(last_on__gte=models.F("first_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"authorization {self.pk}"

    @property
    def label(self) -> str:
        """As people know the account: `Checking ending 6789`."""
        return f"{self.get_bank_account_kind_display()} ending {self.last_four}"


class AuthorizationChange(models.Model):
    """What a notice of change altered: append-only. `before` and `after` never say the whole number."""

    authorization = models.ForeignKey(BankAuthorization, on_delete=models.PROTECT, related_name="changes")
    code = models.CharField(max_length=3, help_text="C01, C02, ...")
    noticed_on = models.DateField()
    changed_at = models.DateTimeField()
    before = models.CharField(max_length=60, help_text="the bank and the last four digits")
    after = models.CharField(max_length=60)

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.authorization_id} {self.code}"


class AchFile(models.Model):
    """Debits that go to the bank together, frozen with their hash. Numbers of a void file are not used again."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    modifier = models.CharField(max_length=1)
    first_number = models.PositiveIntegerField(help_text="of the trace of its first entry")
    last_number = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    amount = MoneyField()
    file_name = models.CharField(max_length=60)
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=4, choices=FILE_STATES, default=FileState.MADE)
    ended_at = models.DateTimeField(null=True, help_text="when it was marked sent, or made void")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    why_void = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "made_on", "modifier"], name="files_of_a_day_differ_by_a_letter"
            ),
            models.UniqueConstraint(fields=["practice", "first_number"], name="a_trace_number_is_used_once"),
            models.CheckConstraint(
                name="a_file_counts_its_entries",
                condition=models.Q(count__gt=0, last_number=models.F("first_number") + models.F("count") - 1),
            ),
            models.CheckConstraint(
                name="a_file_is_sent_or_void_at_a_moment",
                condition=models.Q(state="made", ended_at=None)
                | ~models.Q(state="made") & models.Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class AchEntry(models.Model):
    """One debit under an authorization (or a prenote of $0.00). `represents` names the first presentment of a debit
    that the bank returned for want of money and that is tried again."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="ach_entries")
    authorization = models.ForeignKey(BankAuthorization, on_delete=models.PROTECT, related_name="entries")
    key = models.CharField(max_length=80, help_text="what asked for it: the same key debits once")
    kind = models.CharField(max_length=7, choices=ENTRY_KINDS, default=DEBIT)
    amount = MoneyField()
    effective_on = models.DateField(help_text="a banking day")
    chosen = models.JSONField(default=dict, help_text="cents by id of the visit, as the payer chose; empty: the oldest")
    state = models.CharField(max_length=9, choices=ENTRY_STATES, default=EntryState.PENDING)
    held_for = models.CharField(max_length=120, blank=True, help_text="codes of what a risk check found")
    presentment = models.PositiveSmallIntegerField(default=1)
    represents = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="tries")
    is_corrected = models.BooleanField(default=False, help_text="originated again after R11, put right")
    file = models.ForeignKey(AchFile, null=True, on_delete=models.PROTECT, related_name="entries")
    trace = models.CharField(max_length=15, blank=True)
    sent_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="ach_entry")
    return_code = models.CharField(max_length=3, blank=True)
    returned_on = models.DateField(null=True)
    created_on = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, help_text="when it was canceled or came back")
    why = models.CharField(max_length=200, blank=True, help_text="why it was canceled")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "effective_on"], name="ach_entry_by_state"),
            models.Index(fields=["practice", "sent_on"], name="ach_entry_by_day_sent"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["practice", "key"], name="a_key_debits_once"),
            models.UniqueConstraint(
                fields=["practice", "trace"], condition=~models.Q(trace=""), name="a_trace_names_one_entry"
            ),
            models.UniqueConstraint(
                fields=["represents", "presentment"],
                condition=models.Q(represents__isnull=False) & ~models.Q(state="cancelled"),
                name="a_debit_is_presented_again_once_at_a_time",
            ),
            models.CheckConstraint(
                name="a_debit_is_of_something",
                condition=models.Q(kind="debit", amount__gt=0) | models.Q(kind="prenote", amount=0),
            ),
            models.CheckConstraint(
                name="an_entry_that_went_out_has_its_trace",
                condition=models.Q(state__in=["held", "pending", "cancelled"])
                | models.Q(file__isnull=False) & ~models.Q(trace=""),
            ),
            models.CheckConstraint(
                name="a_settled_debit_has_its_receipt",
                condition=~models.Q(state="settled") | models.Q(kind="prenote") | models.Q(receipt__isnull=False),
            ),
            models.CheckConstraint(
                name="a_returned_debit_says_why_and_when",
                condition=models.Q(state="returned", returned_on__isnull=False) & ~models.Q(return_code="")
                | ~models.Q(state="returned") & models.Q(returned_on=None, return_code=""),
            ),
            models.CheckConstraint(
                name="a_held_debit_says_for_what", condition=~models.Q(state="held") | ~models.Q(held_for="")
            ),
        ]

    def __str__(self) -> str:
        return f"debit {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether nothing has left for the bank yet."""
        return self.state in (EntryState.HELD, EntryState.PENDING)


class RiskCheck(models.Model):
    """What was looked at before a debit was let through, and what was found: append-only (Nacha fraud monitoring)."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(AchEntry, on_delete=models.PROTECT, related_name="checks")
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    found = models.CharField(max_length=120, blank=True, help_text="codes of what was found; empty: nothing")
    outcome = models.CharField(max_length=8, choices=[("passed", "Passed"), ("held", "Held"), ("released", "Released")])

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.entry_id} {self.outcome}"


class AchAnswerFile(models.Model):
    """Returns and notices of change as the bank sent them, known by their digest."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    taken_on = models.DateField()
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["practice", "sha256"], name="an_answer_file_is_taken_in_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AchAnswer(models.Model):
    """One line of the bank's: which of our entries it answers, and what came of it."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(AchAnswerFile, on_delete=models.PROTECT, related_name="answers")
    line = models.PositiveIntegerField(help_text="of the file, counted from 1")
    kind = models.CharField(max_length=10, choices=ANSWER_KINDS)
    code = models.CharField(max_length=3)
    original_trace = models.CharField(max_length=15)
    trace = models.CharField(max_length=15, help_text="the bank's own")
    amount = MoneyField()
    settled_on = models.DateField(null=True)
    corrected = EncryptedTextField(max_length=29, blank=True)
    entry = models.ForeignKey(AchEntry, null=True, on_delete=models.PROTECT, related_name="answers")
    state = models.CharField(max_length=7, choices=ANSWER_STATES, default=AnswerState.WAITING)
    reason = models.CharField(max_length=200, blank=True, help_text="why it waits, or what a person did about it")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "state"], name="ach_answer_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "original_trace", "code", "trace"], name="an_answer_is_taken_in_once"
            ),
            models.CheckConstraint(
                name="an_answer_that_waits_says_why",
                condition=~models.Q(state="waiting") | ~models.Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.original_trace}"


class BankDirectory(models.Model):
    """The list of routing numbers that a practice brought (FedACH layout): names of banks, nothing of people."""

    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=120)
    count = models.PositiveIntegerField()
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        verbose_name_plural = "bank directories"

    def __str__(self) -> str:
        return self.file_name


class DirectoryBank(models.Model):
    """One bank of a directory; `replaced_by` is the number that took the place of its own."""

    directory = models.ForeignKey(BankDirectory, on_delete=models.CASCADE, related_name="banks")
    routing = models.CharField(max_length=9)
    name = models.CharField(max_length=36)
    replaced_by = models.CharField(max_length=9, blank=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["directory", "routing"], name="a_bank_is_listed_once"),
        ]

    def __str__(self) -> str:
        return self.routing
