"""Plain payments, planned on columns: a first payer answers the only submission of a claim, line by line. Pure.

Nine of ten claim payments pay, reduce by contract and leave the patient a share, on lines of which everything is still
owed. `plain_plan` plans those from values as they are stored, in cents, without the records of `posting_plan`. It asks
the same treatments, knows no rule of its own and says nothing where one could apply: whatever is not plainly plain is
planned by `plan_posting`, and of what is plain both make the same plan (a property of the tests).
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from arwork.lib.money import from_cents
from claims.billing.buckets import PAYERS
from claims.remits.era import (
    DUPLICATE_CARCS,
    PRIOR_PAYER_CARC,
    WRITTEN_OFF_TO,
    LineResult,
    Move,
    PostingPlan,
    Treat,
    Treatment,
    allowed_amount,
)

FIRST = PAYERS[0]
#: CLP02 of a claim that was answered as the first payer's.
PLAIN_STATUS = "1"
#: Codes that say something of the whole answer: that it repeats another payer's, or answers a claim sent twice.
_TELLING_CARCS = DUPLICATE_CARCS | {PRIOR_PAYER_CARC}


class KeptService(NamedTuple):
    """One SVC as it is stored: cents, and triplets of group, CARC and cents."""

    position: int
    line_id: int | None
    charge: int
    paid: int
    adjustments: Sequence[Sequence[Any]]
    rarcs: str


class KeptLine(NamedTuple):
    """A claim line as it is stored: what it charges and what each bucket owes of it, in cents, in their order."""

    id: int
    number: int
    charge: int
    owed: tuple[int, ...]


def plain_plan(
    *,
    charge: int,
    paid: int,
    rarcs: str,
    services: Sequence[KeptService],
    lines: Iterable[KeptLine],
    next_payer: str,
    treat: Treat,
) -> PostingPlan | None:
    """The plan of a payment of the first payer, or None where it isn't plain. `charge`, `paid` (cents) and `rarcs` are
    those of its CLP, which has no adjustments of its own; `next_payer` as in `OpenClaim`.

    Plain is: every service pays one line, every line that charges anything is paid by one, charge for charge, owes all
    of it to this payer and nothing to others, adds up, and is adjusted by amounts above zero that are written off by
    contract or transferred.
    """
    sent = {one.line_id: one for one in services}
    if len(sent) != len(services) or not sent or paid < 0:
        return None
    of_claim = tuple(rarcs.split())
    moves: list[Move] = []
    results: dict[int, LineResult] = {}
    charges = payments = 0
    for line in lines:
        one = sent.pop(line.id, None)
        if one is None:
            if line.charge or any(line.owed):
                return None
            continue
        if not (0 < line.charge == one.charge == line.owed[0]) or any(line.owed[1:]):
            return None
        result = _line_moves(moves, one, line.id, of_claim, next_payer=next_payer, treat=treat)
        if result is None:
            return None
        results[line.id] = result
        charges += one.charge
        payments += one.paid
    if sent or (charges, payments) != (charge, paid):
        return None
    return PostingPlan(moves=tuple(moves), results=results)


def _line_moves(
    moves: list[Move],
    one: KeptService,
    line_id: int,
    of_claim: tuple[str, ...],
    *,
    next_payer: str,
    treat: Treat,
) -> LineResult | None:
    """Add the moves of a line (its payment, what is transferred, what is written off) and say what it came to."""
    rarcs = (*one.rarcs.split(), *of_claim) if one.rarcs else of_claim
    left = one.charge
    treated, transfers, reductions = [], [], []
    for group, carc, cents, _ in one.adjustments:
        if cents <= 0 or carc in _TELLING_CARCS:
            return None
        treatment, amount = treat(group, carc, rarcs), from_cents(cents)
        if treatment is Treatment.TRANSFER:
            transfers.append(Move("transfer", next_payer or "PATIENT", FIRST, amount, line_id, group, carc))
        elif account := WRITTEN_OFF_TO.get(treatment):
            reductions.append(Move(str(treatment), account, FIRST, amount, line_id, group, carc))
        else:
            return None
        left -= cents
        treated.append((amount, treatment))
    if left != one.paid or left < 0:
        return None
    if left:
        moves.append(Move("payer_payment", "CASH", FIRST, from_cents(left), line_id))
    moves += transfers
    moves += reductions
    charge = from_cents(one.charge)
    return LineResult(charge, from_cents(left), allowed_amount(charge, treated))
