"""Read another copy of a payment that was taken in before: the same again, a corrected one, or something else.

The same trace, payer, day and amount are one payment (RULES 2.4), and nothing of a second copy posts. But what a
duplicate holds is looked at: a copy that ties out takes the place of one that waits because it does not, and a copy
with other claims is refused aloud, or the claims that only it names would never be missed.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.edi.remittance_rows import BALANCES, facts_of
from claims.edi.transactions import figures
from claims.edi.whole_copies import import_of
from claims.edi.x12.records import ClaimRead, Clp, Event, TransactionEnd
from claims.remits.balancing import deposit_imbalance
from claims.remits.models import RemitClaim, Remittance
from claims.remits.replacing import give_way

if TYPE_CHECKING:
    from claims.edi.remittances import Summary

_Facts = tuple[str, str, Decimal, Decimal]
_NAMED = 3


def look_at(kept: Remittance, events: Iterator[Event], summary: "Summary", *, now: dt.datetime) -> "Summary":
    """Read a copy of `kept` to its end. The status is `duplicate`, `rejected` where its claims are not those of
    `kept`, or `received` where `kept` gave way to it: then the copy is to be read again, and taken in."""
    known, is_whole = _facts_kept(kept), kept.state != Remittance.State.STAGING
    differing: list[str] = []
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Clp):
            summary.note(event.claim.problems)
            is_readable = not any(problem.severity == "error" for problem in event.claim.problems)
            before = known.pop(event.claim.position, None)
            if is_readable and before != facts_of(event.claim) and (before or is_whole):
                differing.append(f"segment {event.claim.first_segment}, CLP")
        elif isinstance(event, TransactionEnd):
            summary.note(event.problems)
            summary.figures = figures(event.totals)
            _judge(kept, event, summary, differing, is_short=bool(known) and is_whole, now=now)
            break
    return summary


def _judge(
    kept: Remittance,
    end: TransactionEnd,
    summary: "Summary",
    differing: list[str],
    *,
    is_short: bool,
    now: dt.datetime,
) -> None:
    totals, first = end.totals, import_of(kept)
    is_broken = any(problem.severity == "error" and problem.code not in BALANCES for problem in end.problems)
    uneven = deposit_imbalance(claims_paid=totals.paid, provider=totals.plb, deposit=kept.amount)
    if not is_broken and not uneven and give_way(kept, now=now, to_sound=True):
        summary.status = "received"
    elif (differing or is_short) and not is_broken:
        places = "; ".join(differing[:_NAMED])
        words = (
            f"A payment of this trace, day and amount was taken in before, from {first}, with other claims"
            f"{f' (here: {places})' if places else ''}. Nothing of this copy was posted. Ask the payer which is right, "
            "and correct on the claims what is wrong."
        )
        summary.status = "rejected"
        summary.add(differing[0] if differing else "transaction", "differs", words)
    else:
        summary.status = "duplicate"
        summary.add("transaction", "duplicate", f"This payment was taken in before, from {first}.")


def _facts_kept(kept: Remittance) -> dict[int, _Facts]:
    rows = RemitClaim.objects.filter(remittance=kept).values_list("position", "number", "status", "charge", "paid")
    return {position: (number, status, charge, paid) for position, number, status, charge, paid in rows}
