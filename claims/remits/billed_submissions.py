"""Which submission of a claim a payment answers, and what it posts where the claim says something else by now. Pure.

A payment is held against what that submission billed: its lines, its charges. What it then does to the books stands as
far as the claim as it is now holds it: a line that a replacement dropped, or any line of a void claim, keeps the money
and nothing else, so that the reversal that follows finds it (RULES 3.3). It is the arithmetic of
`claims.ledger.replacement_charges`, for payments that are read after the replacement instead of before.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from arwork.lib.money import ZERO
from claims.remits.era import DisputedAmount, LineDenial, Move, OpenClaim, PostingPlan, ServicePayment

if TYPE_CHECKING:
    from claims.billing.billed_lines import BilledSubmission

_MONEY = ("payer_payment",)
_Kept = TypeVar("_Kept", LineDenial, DisputedAmount)


def answered_submission(
    submissions: "Sequence[BilledSubmission]",
    *,
    charge: Decimal,
    lines: Sequence[ServicePayment],
    icn: str,
    paid_on: dt.date,
) -> "BilledSubmission | None":
    """The submission that a payment answers: by its charge, then by the lines it pays and what they were billed, then
    among those sent by its day, by the payer's number, and last the newest. `charge` is absolute, as a reversal
    repeats it."""

    def likeness(one: "BilledSubmission") -> tuple[bool, int, bool, bool, dt.date, int]:
        billed = {line.id: line.charge for line in one.lines}
        fitting = sum(billed.get(line.line_id or 0) == abs(line.charge) for line in lines)
        is_same_icn = bool(icn) and one.icn == icn
        was_sent = one.submitted_on <= paid_on
        return one.charge == charge, fitting, was_sent, is_same_icn, one.submitted_on, one.submission_id

    return max(submissions, key=likeness, default=None)


def as_billed(owed: OpenClaim) -> OpenClaim:
    """The claim as it would stand if it still charged what the answered submission billed."""
    billed = owed.billed or {}
    lines = []
    for line in owed.lines:
        charge = billed.get(line.id, ZERO)
        was = ZERO if owed.is_void else line.charge
        buckets = {**line.buckets, owed.bucket: line.buckets.get(owed.bucket, ZERO) + charge - was}
        lines.append(replace(line, charge=charge, buckets=buckets))
    return replace(owed, lines=tuple(lines), billed=None, is_void=False)


def held_back(made: PostingPlan, owed: OpenClaim) -> PostingPlan:
    """`made` against `as_billed(owed)`, cut down to what `owed` holds: money in full, then transfers and reductions in
    their order, denials last."""
    charges = {line.id: ZERO if owed.is_void else line.charge for line in owed.lines}
    room = defaultdict(lambda: ZERO, {line.id: line.buckets.get(owed.bucket, ZERO) for line in owed.lines})
    moves: list[Move] = []
    for move in made.moves:
        line_id = move.line_id or 0
        is_money = move.kind in _MONEY
        if not is_money and not charges.get(line_id):
            continue
        is_out = move.credit == owed.bucket
        amount = min(move.amount, max(room[line_id], ZERO)) if is_out and not is_money else move.amount
        if amount:
            moves.append(move._replace(amount=amount))
            room[line_id] += -amount if is_out else amount
    line_denials = _within(made.line_denials, charges, room)
    reductions = _within(made.reductions, charges, room)
    billed = owed.billed or {}
    results = {pk: one for pk, one in made.results.items() if charges.get(pk) and charges[pk] == billed.get(pk)}
    return replace(made, moves=tuple(moves), line_denials=line_denials, reductions=reductions, results=results)


def _within(amounts: Sequence[_Kept], charges: Mapping[int, Decimal], room: dict[int, Decimal]) -> tuple[_Kept, ...]:
    kept = []
    for one in amounts:
        amount = min(one.amount, max(room[one.line_id], ZERO)) if charges.get(one.line_id) else ZERO
        room[one.line_id] -= amount
        if amount:
            kept.append(replace(one, amount=amount))
    return tuple(kept)
