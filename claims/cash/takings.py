"""What was taken in on a day, read from the books: receipts of patients, payers' checks, electronic payments.

A receipt counts on its accounting day as it came in (a bank debit with what comes electronically): one that the bank
returned later, or that was another account's, was carried to the bank all the same; one that was entered by mistake
never was. A remittance counts on the day it was first posted; one that was entered by hand and taken back is none.
Nothing here counts money: `batches` does.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from arwork.lib.money import ZERO
from claims.cash.models import CashBatch
from claims.receipts.models import Receipt
from claims.remits.models import SET_ASIDE, Remittance

RECEIPT, REMITTANCE = "receipt", "remittance"
CHECK, CASH, MONEY_ORDER, CARD, ACH, AGENCY, ELECTRONIC = (
    "check", "cash", "money_order", "card", "ach", "agency", "electronic",
)  # fmt: skip
METHODS = {
    CHECK: "Check",
    CASH: "Cash",
    MONEY_ORDER: "Money order",
    CARD: "Card",
    ACH: "Bank debit",
    AGENCY: "From an agency",
    ELECTRONIC: "Electronic payment",
}
#: What of patients comes to the bank by itself: nobody counts it or carries it there.
BY_WIRE = (CARD, ACH, AGENCY)
#: What is carried to the bank by hand: it has to be counted.
COUNTED = (CashBatch.Kind.PATIENT, CashBatch.Kind.CHECKS)
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
    received = Receipt.objects.filter(
        practice__in=practice_ids, posted_on__gte=since, posted_on__lte=until, moved_from=None
    ).exclude(state=Receipt.State.VOIDED)
    names = ("practice_id", "posted_on", "pk", "method", "reference", "amount", "recorded_by_id")
    for practice_id, day, pk, method, reference, amount, owner_id in received.order_by("pk").values_list(*names):
        kind = CashBatch.Kind.ELECTRONIC if method in BY_WIRE else CashBatch.Kind.PATIENT
        found[practice_id].append(Taking(kind, day, RECEIPT, pk, method, reference, amount, owner_id))
    paid = Remittance.objects.filter(
        practice__in=practice_ids, posted_on__gte=since, posted_on__lte=until, amount__gt=ZERO
    ).exclude(Q(state__in=SET_ASIDE) | Q(method=_NO_MONEY) | Exists(Remittance.objects.filter(reverses=OuterRef("pk"))))
    columns = ("practice_id", "posted_on", "pk", "method", "trace", "amount", "eob__posted_by")
    for practice_id, on, pk, sent_by, trace, amount, owner_id in paid.order_by("pk").values_list(*columns):
        is_check = sent_by == _BY_CHECK
        kind, method = (CashBatch.Kind.CHECKS, CHECK) if is_check else (CashBatch.Kind.ELECTRONIC, ELECTRONIC)
        found[practice_id].append(Taking(kind, on or since, REMITTANCE, pk, method, trace, amount, owner_id))
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
