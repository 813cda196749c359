"""An amount divided over the lines it is taken from. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO


@dataclass(frozen=True, slots=True)
class WriteOffLine:
    """What one bucket owes of a line, in dollars, above zero; `denied` is what of it a payer denied."""

    claim_id: int
    line_id: int
    open: Decimal
    denied: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Part:
    """What of an adjustment one line bears."""

    claim_id: int
    line_id: int
    amount: Decimal


def allocate(amount: Decimal, lines: Iterable[WriteOffLine]) -> list[Part]:
    """`amount` over `lines`: what is denied of each first, then the rest of each, both in their order.

    Never more than a line owes; what no line owes is left out, so the parts may be less than the amount.
    """
    rows, left = list(lines), amount
    taken: dict[int, Decimal] = dict.fromkeys((row.line_id for row in rows), ZERO)
    for most in ({row.line_id: min(row.open, row.denied) for row in rows}, {row.line_id: row.open for row in rows}):
        for row in rows:
            part = min(left, most[row.line_id] - taken[row.line_id])
            if part > ZERO:
                taken[row.line_id] += part
                left -= part
    return [Part(row.claim_id, row.line_id, taken[row.line_id]) for row in rows if taken[row.line_id] > ZERO]


def decide(amount: Decimal, rooms: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """What of `amount` each denial of a line is decided by, in their order; `rooms` is what of each is undecided."""
    found = {}
    for pk, room in rooms.items():
        part = min(amount, room)
        if part > ZERO:
            found[pk] = part
            amount -= part
    return found
