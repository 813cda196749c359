"""The ledger: postings, what each bucket of a claim owes now, and closed periods.

A posting is balanced by construction: one row moves one positive amount from `credit` to `debit`. Rows are
append-only (triggers on both engines refuse UPDATE and DELETE); a mistake is a posting that `reverses` another,
at most once. `key` is derived from the source, so a second import of anything posts nothing.

`Receivable` is the narrow table that aging reads: one row per claim and bucket that owes anything, with the dates
that RULES 5.1 asks for. It changes in the transaction that posts and is proven by `verify_books`.

PII: none beyond row ids.
"""

from collections import defaultdict
from collections.abc import Collection
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models

from arwork.lib.money import MoneyField
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.ledger.chart import KINDS, pairs
from claims.parties.models import Account
from claims.payers.models import Payer, Plan
from claims.practices.models import Practice


def _allowed_pairs() -> models.Q:
    """Kind by kind, then the debits that may meet the same credits: the shortest test for a row."""
    return reduce(or_, (models.Q(kind=kind) & _of_kind(pairs(kind)) for kind in KINDS))


def _of_kind(allowed: Collection[tuple[str, str]]) -> models.Q:
    debits: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for debit in sorted({debit for debit, _ in allowed}):
        debits[tuple(sorted(credit for one, credit in allowed if one == debit))].append(debit)
    return reduce(or_, (models.Q(debit__in=some, credit__in=credits) for credits, some in debits.items()))


class Posting(models.Model):
    """One immutable movement of money between two ledger accounts."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="postings")
    line = models.ForeignKey(ClaimLine, null=True, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    debit = models.CharField(max_length=20)
    credit = models.CharField(max_length=20)
    amount = MoneyField()
    posted_on = models.DateField(help_text="accounting date")
    effective_on = models.DateField(help_text="service, deposit or adjudication date")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    group = models.CharField(max_length=2, blank=True, help_text="CAS01")
    carc = models.CharField(max_length=5, blank=True, help_text="CAS02")
    remit_claim_id = models.BigIntegerField(null=True, help_text="the CLP it came from; remits sits above")
    remittance_id = models.BigIntegerField(null=True, db_index=True)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    memo = models.CharField(max_length=120, blank=True)
    key = models.UUIDField(unique=True, help_text="digest of the source: one event posts once")

    class Meta:
        app_label = "claims"
        indexes = [
            models.Index(fields=["practice", "posted_on"], name="posting_by_day"),
            models.Index(fields=["account"], name="posting_by_account", condition=models.Q(account__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="a_posting_moves_something", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_posting_moves_between_two_accounts", condition=~models.Q(debit=models.F("credit"))
            ),
            models.CheckConstraint(name="a_kind_allows_only_its_pairs", condition=_allowed_pairs()),
            models.CheckConstraint(
                name="a_bucket_belongs_to_a_line",
                condition=models.Q(line__isnull=False, claim__isnull=False)
                | ~(models.Q(debit__in=BUCKETS) | models.Q(credit__in=BUCKETS)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.debit} <- {self.credit} {self.amount}"


class Receivable(models.Model):
    """What one bucket owes of one claim now; rows that owe nothing are deleted."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.CASCADE, related_name="receivables")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="receivables")
    payer = models.ForeignKey(Payer, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    bucket = models.CharField(max_length=8)
    amount = MoneyField()
    service_on = models.DateField()
    first_billed_on = models.DateField()
    last_billed_on = models.DateField()
    since_on = models.DateField(help_text="entered this bucket (RULES 1.7 for the patient)")
    first_statement_on = models.DateField(null=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["claim", "bucket"], name="a_bucket_owes_once_per_claim"),
            models.CheckConstraint(name="a_receivable_is_not_zero", condition=~models.Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.bucket} {self.amount}"


class Period(models.Model):
    """An accounting period of a practice; once closed, nothing is posted on or before `ends_on`.

    One that was opened again keeps its row: who closed it, who opened it and why. Closed anew it has another.
    """

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="periods")
    ends_on = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reopened_why = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["practice", "ends_on"], name="period_by_practice")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "ends_on"],
                condition=models.Q(reopened_at__isnull=True),
                name="a_period_is_closed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} to {self.ends_on}"


class OpeningSet(models.Model):
    """What was owed when the books of a practice began here, from one source, posted at once and reversed at once."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    cut_over_on = models.DateField(help_text="the accounting date of its postings")
    source = models.CharField(max_length=80)
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_why = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "source"],
                condition=models.Q(reversed_at__isnull=True),
                name="a_source_opens_balances_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.cut_over_on}"


class OpenedLine(models.Model):
    """A line whose charge was posted in the books before: `charge` never becomes revenue here."""

    opening = models.ForeignKey(OpeningSet, on_delete=models.PROTECT, related_name="lines")
    line = models.OneToOneField(ClaimLine, on_delete=models.PROTECT, related_name="opened")
    charge = MoneyField()

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"{self.line_id} {self.charge}"
