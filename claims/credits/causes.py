"""Why a bucket is below zero: the cause of a credit by rules over the postings of its claim (RULES 4.1). Pure.

The rules are asked in the order of `RULES`, and the first that holds names the cause; a person may set another one.
They look at what stands: a posting that was reversed, and its reversal, are as if they had never been.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PATIENT_SIDE, PAYERS

PAYMENTS = ("payer_payment", "patient_payment", "unapplied")
#: Where money waits that belongs to no claim: the party of what is unapplied.
UNAPPLIED = "UNAPPLIED"


class CreditCause(StrEnum):
    """Why more was paid than was owed."""

    RECOUPMENT = "recoupment"
    DUPLICATE = "duplicate"
    UNPOSTED_CHARGE = "unposted_charge"
    BOTH_PRIMARY = "both_primary"
    MISPOSTED = "misposted"
    CONTRACTUAL = "contractual"
    PATIENT_OVERPAID = "patient_overpaid"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _WORDS[self][0]

    @property
    def advice(self) -> str:
        """What is done about it first."""
        return _WORDS[self][1]


_WORDS: dict[str, tuple[str, str]] = {
    "recoupment": ("Takeback pending", "The payer takes it back itself: wait for that, and refund nothing meanwhile."),
    "duplicate": ("Paid twice", "Return the second payment to whoever sent it."),
    "unposted_charge": ("Paid without a charge", "See whether a charge is missing or void before money goes back."),
    "both_primary": ("Two payers paid as primary", "Settle who pays first; the other one gets its money back."),
    "misposted": ("Posted to the wrong place", "Move the payment to the claim it was meant for."),
    "contractual": ("Adjusted too much", "Reverse what was written off beyond the contract; nobody overpaid."),
    "patient_overpaid": ("Patient paid too much", "Apply it to what the patient owes and agreed to, else return it."),
    "unknown": ("Not known yet", "Look at the payments of the claim and say what happened."),
}  # fmt: skip
CAUSES = [(cause.value, cause.label) for cause in CreditCause]


class Moved(NamedTuple):
    """A posting as the rules see it, in the order in which postings were recorded."""

    posting_id: int
    kind: str
    debit: str
    credit: str
    amount: Decimal
    line_id: int | None
    remittance_id: int | None
    recorded_at: dt.datetime
    effective_on: dt.date
    reverses_id: int | None = None

    def change(self, account: str) -> Decimal:
        """By how many dollars it changes what `account` owes; of unapplied cash what we hold, as a debt of ours."""
        return self.amount * ((self.debit == account) - (self.credit == account))


class CreditBegan(NamedTuple):
    """The posting with which a bucket went below zero, and when it was recorded."""

    posting_id: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class CreditStory:
    """A credit of `amount` dollars in a bucket, the postings of its claim, and what is known beside them.

    `is_taken_back`: a payer announced to take it back, or reversed its answer and has not corrected it yet.
    """

    bucket: str
    amount: Decimal
    moves: Sequence[Moved]
    is_taken_back: bool = False

    def paid(self, bucket: str) -> Decimal:
        """Dollars that stand paid on a bucket."""
        return -sum((one.change(bucket) for one in self.moves if one.kind in PAYMENTS), ZERO)

    def put_to(self, bucket: str) -> Decimal:
        """Dollars that were charged or transferred to a bucket, net."""
        return sum((one.change(bucket) for one in self.moves if one.kind in ("charge", "transfer")), ZERO)

    def adjusted(self, bucket: str) -> Decimal:
        """Dollars that a contract took off a bucket, net."""
        return -sum((one.change(bucket) for one in self.moves if one.kind in ("contractual", "sequestration")), ZERO)


def standing_moves(moves: Iterable[Moved]) -> list[Moved]:
    """Those that nothing has reversed and that reverse nothing, in the order in which they were recorded."""
    rows = sorted(moves)
    gone = {one.reverses_id for one in rows if one.reverses_id}
    return [one for one in rows if one.reverses_id is None and one.posting_id not in gone]


def credit_began(moves: Iterable[Moved], account: str) -> CreditBegan | None:
    """When what `account` owes went below zero and has stayed there since; None where it is not below zero.

    A refund that was taken back before it went out changes nothing: the clock goes on as it ran.
    """
    rows = sorted(moves)
    gone = {one.reverses_id for one in rows if one.reverses_id and one.kind == "refund"}
    owed, began = ZERO, None
    for one in rows:
        if one.kind == "refund" and (one.reverses_id or one.posting_id in gone):
            continue
        if not (change := one.change(account)):
            continue
        owed += change
        if owed >= 0:
            began = None
        elif began is None:
            began = CreditBegan(one.posting_id, one.recorded_at)
    return began


def cause_of(story: CreditStory) -> CreditCause:
    """The cause that the first rule that holds gives; UNKNOWN where none does."""
    told = CreditStory(story.bucket, story.amount, standing_moves(story.moves), story.is_taken_back)
    return next((cause for cause, holds in RULES if holds(told)), CreditCause.UNKNOWN)


def _is_duplicate(story: CreditStory) -> bool:
    """Two payments of one amount on one line from two deposits, and the credit holds one of them."""
    seen: Counter[tuple[int | None, Decimal]] = Counter()
    for one in story.moves:
        if one.kind in PAYMENTS and one.credit == story.bucket:
            seen[one.line_id, one.amount] += 1
    again = sum((amount * (count - 1) for (_, amount), count in seen.items() if count > 1), ZERO)
    return ZERO < again <= story.amount


def _is_without_charge(story: CreditStory) -> bool:
    """Money stands on lines that charge nothing (any more), and that is the credit."""
    charged: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    paid: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for one in story.moves:
        if one.kind == "charge":
            charged[one.line_id] += sum((one.change(bucket) for bucket in BUCKETS), ZERO)
        if one.kind in PAYMENTS and one.line_id:
            paid[one.line_id] -= one.change(story.bucket)
    bare = sum((amount for line, amount in paid.items() if amount > 0 and charged[line] <= 0), ZERO)
    return ZERO < story.amount <= bare


def _is_both_primary(story: CreditStory) -> bool:
    """Another payer paid too, and this one paid more than that one left to it."""
    if story.bucket not in PAYERS:
        return False
    others = [bucket for bucket in PAYERS if bucket != story.bucket and story.paid(bucket) > 0]
    return bool(others) and story.paid(story.bucket) > max(
        story.put_to(story.bucket) - story.adjusted(story.bucket), ZERO
    )


def _is_misposted(story: CreditStory) -> bool:
    """Nothing was ever put to the bucket that was paid: the money was meant for another one, or another claim."""
    return story.paid(story.bucket) > 0 and not any(
        one.kind in ("charge", "transfer") and one.debit == story.bucket for one in story.moves
    )


def _is_adjusted_too_much(story: CreditStory) -> bool:
    """The payment alone stays within what was charged; what was taken off beside it makes the credit."""
    adjusted = story.adjusted(story.bucket)
    return (
        story.bucket not in PATIENT_SIDE
        and adjusted >= story.amount
        and story.paid(story.bucket) <= story.put_to(story.bucket)
    )


def _is_patients(story: CreditStory) -> bool:
    return story.bucket in (*PATIENT_SIDE, UNAPPLIED)


RULES: tuple[tuple[CreditCause, Callable[[CreditStory], bool]], ...] = (
    (CreditCause.RECOUPMENT, lambda story: story.is_taken_back),
    (CreditCause.DUPLICATE, _is_duplicate),
    (CreditCause.UNPOSTED_CHARGE, _is_without_charge),
    (CreditCause.BOTH_PRIMARY, _is_both_primary),
    (CreditCause.MISPOSTED, lambda story: story.bucket in BUCKETS and _is_misposted(story)),
    (CreditCause.CONTRACTUAL, _is_adjusted_too_much),
    (CreditCause.PATIENT_OVERPAID, _is_patients),
)
