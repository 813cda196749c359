"""Which visits an amount pays: the oldest first, or as a person says (RULES 4.4). Pure.

A line's age is its date of service; of equals the lower claim and line come first. Money goes to what the patient owes,
never to a payer's bucket, and not to a visit that is kept out: disputed, or assistance was asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO


class BadAllocation(DomainError):
    """More than there is, more than is owed, or for a visit that takes no money now."""

    code = "bad_allocation"


@dataclass(slots=True)
class OwedLine:
    """What the patient owes of one service line, in dollars; `kept_out` says why no money goes to it, "" if it does."""

    claim_id: int
    line_id: int
    amount: Decimal
    kept_out: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptShare:
    """A part of an amount: for a line, or (both None) unapplied."""

    amount: Decimal
    claim_id: int | None = None
    line_id: int | None = None


def oldest_first(amount: Decimal, owed: Iterable[OwedLine]) -> list[ReceiptShare]:
    """`amount` over lines in their order, what is over unapplied. The lines are lowered by what they get."""
    left = amount
    shares: list[ReceiptShare] = []
    for line in owed:
        paid = min(left, line.amount)
        if paid > 0 and not line.kept_out:
            line.amount -= paid
            left -= paid
            shares.append(ReceiptShare(paid, line.claim_id, line.line_id))
    if left > ZERO:
        shares.append(ReceiptShare(left))
    return shares


def as_chosen(amount: Decimal, chosen: Mapping[int, Decimal], owed: Iterable[OwedLine]) -> list[ReceiptShare]:
    """`amount` over claims as a person chose (dollars by claim), within each its lines in order; the rest unapplied.

    Raises `BadAllocation` naming the field of the visit.
    """
    by_claim: dict[int, list[OwedLine]] = defaultdict(list)
    for line in owed:
        by_claim[line.claim_id].append(line)
    shares: list[ReceiptShare] = []
    for claim_id, wanted in chosen.items():
        if wanted == ZERO:
            continue
        lines, field = by_claim.get(claim_id, []), visit_field(claim_id)
        owes = sum((line.amount for line in lines), ZERO)
        if wanted < 0 or wanted > owes:
            raise BadAllocation(f"The patient owes ${owes:,.2f} for this visit; give it at most that.", field=field)
        if why := next((line.kept_out for line in lines if line.kept_out), ""):
            raise BadAllocation(f"No money goes to this visit now: {why}.", field=field)
        shares += oldest_first(wanted, lines)
    left = amount - sum((share.amount for share in shares), ZERO)
    if left < 0:
        raise BadAllocation(
            f"That is ${-left:,.2f} more than there is to give. Lower one of the visits.", field="amount"
        )
    return [*shares, ReceiptShare(left)] if left else shares


def nearly_as_chosen(amount: Decimal, chosen: Mapping[int, Decimal], owed: Iterable[OwedLine]) -> list[ReceiptShare]:
    """The same of money that has arrived already: what a visit can't take any more stays unapplied."""
    by_claim: dict[int, list[OwedLine]] = defaultdict(list)
    for line in owed:
        by_claim[line.claim_id].append(line)
    fits, left = {}, amount
    for claim_id, wanted in chosen.items():
        lines = by_claim.get(claim_id, [])
        takes = ZERO if any(line.kept_out for line in lines) else sum((line.amount for line in lines), ZERO)
        fits[claim_id] = max(ZERO, min(wanted, takes, left))
        left -= fits[claim_id]
    return as_chosen(amount, fits, [line for lines in by_claim.values() for line in lines])


def visit_field(claim_id: int) -> str:
    """The name of the field in which a person says what a visit gets."""
    return f"visit-{claim_id}"
