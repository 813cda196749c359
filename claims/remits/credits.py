"""No credit without a payment: where a payer takes the patient's share back and it stands written off. Pure.

A share that was written off, or placed with an agency, is nothing that the patient paid: taking it back undoes the
write-off and the placement as far as they reach. What would still be a credit of the patient beyond what the patient
paid is a question (RULES 4.1).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import PATIENT_SIDE
from claims.remits.era import ExceptionReason, Move, OpenClaim, PostingPlan, StandingWriteOff, Trouble, figure


def with_share_taken_back(made: PostingPlan, owed: OpenClaim) -> PostingPlan:
    """`made` with what it takes from the patient brought in order: write-offs undone, and trouble where a credit that
    nobody paid would be left."""
    if not any(_change(move) < 0 for move in made.moves):
        return made
    before = sum((line.buckets.get("PATIENT", ZERO) for line in owed.lines), ZERO)
    moves = (*made.moves, *_undone(made.moves, owed))
    after = before + sum((_change(move, "PATIENT") for move in moves), ZERO)  # the agency has no credit to give
    made = replace(made, moves=moves)
    if after >= min(before, ZERO) or -after <= owed.standing.patient_paid or made.trouble:
        return made
    paid = figure(owed.standing.patient_paid)
    detail = f"The patient would have a credit of {figure(-after)}, and has paid {paid}: nobody may be refunded that."
    return replace(made, trouble=Trouble(ExceptionReason.OVER_CREDIT, detail))


def _undone(moves: Iterable[Move], owed: OpenClaim) -> Iterator[Move]:
    """What brings back to the patient's bucket, line by line, what stands at the agency or written off."""
    taken = list(moves)
    for line in owed.lines:
        held = line.buckets.get("PATIENT", ZERO)
        left, agency = (
            line.buckets.get(bucket, ZERO)
            + sum((_change(move, bucket) for move in taken if move.line_id == line.id), ZERO)
            for bucket in PATIENT_SIDE
        )
        short = min(-left, held - left)
        if short <= 0:
            continue
        placed = min(short, max(agency, ZERO))
        for one in owed.standing.write_offs:
            if one.line_id != line.id or one.bucket not in PATIENT_SIDE:
                continue
            back = min(one.amount - _undone_already(one, taken), short - placed)
            if back > 0 and one.bucket == "PATIENT":
                yield Move("write_off", "PATIENT", one.account, back, line.id)
                short -= back
            elif back > 0:
                yield Move("write_off", "AGENCY", one.account, back, line.id)
                placed += back
        if placed:
            yield Move("transfer", "PATIENT", "AGENCY", placed, line.id)


def _undone_already(one: StandingWriteOff, moves: Iterable[Move]) -> Decimal:
    """How much of a write-off the moves bring back by themselves: coverage found late does."""
    undo = (one.line_id, one.bucket, one.account)
    return sum((move.amount for move in moves if (move.line_id, move.debit, move.credit) == undo), ZERO)


def _change(move: Move, *buckets: str) -> Decimal:
    """How much more is owed in the buckets after a move; without any, by the patient, also to the agency."""
    of = buckets or PATIENT_SIDE
    return move.amount * ((move.debit in of) - (move.credit in of))
