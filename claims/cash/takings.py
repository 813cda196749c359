"""What was taken in on a day, read from the books: receipts of patients, payers' checks, electronic payments.

A receipt is what one person posted to one account under one reference; one that was reversed is none. A remittance
counts on the day it was first posted. Nothing here counts money: `batches` does.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Min, Q, Sum

from arwork.lib.money import ZERO
from claims.cash.models import CashBatch
from claims.ledger.models import Posting
from claims.remits.models import SET_ASIDE, Remittance

POSTING, REMITTANCE = "posting", "remittance"
CHECK, CASH, MONEY_ORDER, LOCKBOX, ELECTRONIC = "check", "cash", "money_order", "lockbox", "electronic"
METHODS = {
    CHECK: "Check",
    CASH: "Cash",
    MONEY_ORDER: "Money order",
    LOCKBOX: "Lockbox",
    ELECTRONIC: "Electronic payment",
}
#: What is carried to the bank by hand: it has to be counted.
COUNTED = (CashBatch.Kind.PATIENT, CashBatch.Kind.CHECKS)
_RECEIPT = re.compile(r"Receipt (Check|Cash|Money order) (.+)")
_NO_MONEY, _BY_CHECK = "NON", "CHK"


@dataclass(frozen=True, slots=True)
class Taking:
    """One check, envelope of cash or electronic payment. Dollars."""

    kind: str
    day: dt.date
    source: str
    source_id: int
    method: str
    reference: str
    amount: Decimal
    owner_id: int | None

    @property
    def key(self) -> tuple[str, int]:
        """What it is in the books."""
        return self.source, self.source_id

    @property
    def method_words(self) -> str:
        return METHODS[self.method]


def takings(practice_ids: Sequence[int], *, since: dt.date, until: dt.date) -> dict[int, list[Taking]]:
    """What each practice took in from `since` to `until`, in the order of the books. Two queries."""
    found: dict[int, list[Taking]] = {pk: [] for pk in practice_ids}
    receipts = Posting.objects.filter(
        practice__in=practice_ids, posted_on__gte=since, posted_on__lte=until, debit="CASH",
        kind__in=("patient_payment", "unapplied"), account__isnull=False, remittance_id__isnull=True,
        reverses__isnull=True, reversed_by__isnull=True,
    )  # fmt: skip
    grouped = receipts.order_by().values_list("practice_id", "posted_on", "account_id", "memo", "created_by_id")
    rows = grouped.annotate(first=Min("pk"), total=Sum("amount"))
    for practice_id, day, _, memo, owner_id, first, total in sorted(rows, key=lambda row: row[5]):
        method, reference = receipt_method(memo)
        kind = CashBatch.Kind.PATIENT
        found[practice_id].append(Taking(kind, day, POSTING, first, method, reference, total, owner_id))
    paid = Remittance.objects.filter(
        practice__in=practice_ids, posted_on__gte=since, posted_on__lte=until, amount__gt=ZERO
    ).exclude(Q(state__in=SET_ASIDE) | Q(method=_NO_MONEY))
    columns = ("practice_id", "posted_on", "pk", "method", "trace", "amount")
    for practice_id, on, pk, sent_by, trace, amount in paid.order_by("pk").values_list(*columns):
        is_check = sent_by == _BY_CHECK
        kind, method = (CashBatch.Kind.CHECKS, CHECK) if is_check else (CashBatch.Kind.ELECTRONIC, ELECTRONIC)
        found[practice_id].append(Taking(kind, on or since, REMITTANCE, pk, method, trace, amount, None))
    return found


def takings_of_day(practice_id: int, day: dt.date) -> list[Taking]:
    """What a practice took in on a day."""
    return takings([practice_id], since=day, until=day)[practice_id]


def total_of(some: Iterable[Taking]) -> Decimal:
    """Their dollars."""
    return sum((one.amount for one in some), ZERO)


def payer_method(sent_by: str) -> str:
    """How a payer paid, in words, from BPR04."""
    return "Payer check" if sent_by == _BY_CHECK else METHODS[ELECTRONIC]


def receipt_method(memo: str) -> tuple[str, str]:
    """How a receipt came and its number, from what its posting says."""
    if found := _RECEIPT.fullmatch(memo):
        return found[1].lower().replace(" ", "_"), found[2]
    return LOCKBOX, memo.removeprefix("Receipt ").strip()
