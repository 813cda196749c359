"""The roll-forward: from what was owed at the start of a period to what is owed at its end, line by line. Pure.

Opening + charges - payments - adjustments, each class by itself (RULES 1.4), +- transfers = closing. Every posting of
the period is in exactly one line; a transfer moves between parties and changes no total, so its line shows what moved
and adds nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.ledger.chart import SISTERS, SUSPENSE, WRITE_OFFS
from claims.ledger.posting_words import kind_total_words, write_off_words
from claims.ledger.selectors import PostingTotal

CASH_LABELS = {
    "payer_payment": "Payer payments posted to claims",
    "patient_payment": "Patient payments posted to claims",
    "unapplied": "Received, not yet applied",
    "provider_adjustment": "Provider-level adjustments",
    "refund": "Refunds paid",
    "interpractice": "Made good to or by sister practices",
    "over_short": "Counted over or short",
}
_CLASSES = ("charge", "payer_payment", "patient_payment", "contractual", "sequestration", "statutory")
_OTHERS = ("refund", "recoupment", "opening", "transfer")
_LABELS = {kind: kind_total_words(kind) for kind in (*_CLASSES, *_OTHERS)}
_LABELS |= {account: write_off_words(account) for account in WRITE_OFFS}
SUSPENSE_LABELS = {
    "FORWARD_BALANCE": "Forward balance",
    "RECOUPMENT": "Recoupment pending",
    "PROVIDER_ADJUSTMENT": "Other provider adjustments",
    "INTEREST": "Interest",
}
_ORDER = (*_CLASSES, *WRITE_OFFS, *_OTHERS)


@dataclass(frozen=True)
class RollForwardLine:
    """One class of movement and its effect: what it added, what it took away, dollars and postings."""

    code: str
    label: str
    increase: Decimal
    decrease: Decimal
    count: int
    moved: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return self.increase - self.decrease


@dataclass(frozen=True)
class RollForward:
    """Opening, lines, closing. `closing` is asked of the books by itself, never computed from the lines."""

    title: str
    opening: Decimal
    lines: Sequence[RollForwardLine]
    closing: Decimal

    @property
    def rolled(self) -> Decimal:
        """Opening plus every line."""
        return self.opening + sum((line.net for line in self.lines), ZERO)

    @property
    def difference(self) -> Decimal:
        return self.rolled - self.closing

    @property
    def is_tied(self) -> bool:
        return self.difference == ZERO


def receivable_lines(moved: Iterable[PostingTotal]) -> list[RollForwardLine]:
    """What changed the receivable, by class. A write-off is told apart by its account."""
    return _lines(moved, accounts=BUCKETS, labels=_LABELS, order=_ORDER)


def unapplied_lines(moved: Iterable[PostingTotal]) -> list[RollForwardLine]:
    """What changed the cash waiting to be applied: a liability, so a credit adds to it."""
    labels = {
        "unapplied": "Received without a claim",
        "payer_payment": "Applied to payers' balances",
        "patient_payment": "Applied to patients' balances",
        "refund": "Refunded",
        "interpractice": "Passed on to sister practices",
        "opening": "Brought forward from the books before",
    }
    swapped = (PostingTotal(one.kind, one.credit, one.debit, one.amount, one.count) for one in moved)
    return _lines(swapped, accounts=("UNAPPLIED",), labels=labels, order=list(labels))


def cash_lines(moved: Iterable[PostingTotal]) -> list[RollForwardLine]:
    """What came in and went out, by what it was posted as; provider adjustments by their account."""
    labels = CASH_LABELS | {name: f"Provider level: {label}" for name, label in SUSPENSE_LABELS.items()}
    return _lines(moved, accounts=("CASH",), labels=labels, order=list(labels))


def sister_lines(moved: Iterable[PostingTotal]) -> list[RollForwardLine]:
    """What other practices took in for these (due from them), and these for others (due to them, below zero)."""
    labels = {"payer_payment": "Paid on claims here, received there", "interpractice": "Received here for them"}
    return _lines(moved, accounts=(SISTERS,), labels=labels, order=list(labels))


def _lines(
    moved: Iterable[PostingTotal], *, accounts: Sequence[str], labels: Mapping[str, str], order: Sequence[str]
) -> list[RollForwardLine]:
    found: dict[str, RollForwardLine] = {}
    for one in moved:
        is_debit, is_credit = one.debit in accounts, one.credit in accounts
        if not (is_debit or is_credit):
            continue
        code = _code(one)
        before = found.get(code, RollForwardLine(code, labels.get(code, code), ZERO, ZERO, 0))
        within = is_debit and is_credit
        found[code] = RollForwardLine(
            code,
            before.label,
            before.increase + (one.amount if is_debit and not within else ZERO),
            before.decrease + (one.amount if is_credit and not within else ZERO),
            before.count + one.count,
            before.moved + (one.amount if within else ZERO),
        )
    place = {code: number for number, code in enumerate(order)}
    return sorted(found.values(), key=lambda line: (place.get(line.code, len(place)), line.code))


def _code(one: PostingTotal) -> str:
    if one.kind == "write_off":
        return one.debit if one.debit in WRITE_OFFS else one.credit
    if one.kind == "provider_adjustment":
        return one.debit if one.debit in (*SUSPENSE, "INTEREST") else one.credit
    return one.kind
