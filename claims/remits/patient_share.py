"""What was put to the patient is taken back by a payer that answers for it after all, or changes its answer. Pure.

Coverage is found late, or a payer pays after the patient was asked, reverses a share or sends less than nothing of it
(RULES 3.3, 3.6). The share returns whole, so it comes from what the patient still owes of it, then from the agency,
then from what was written off of it, and last from what the patient has paid, which becomes the patient's credit. A
share that was written off or placed is nothing that the patient paid: taking it back undoes the write-off and the
placement as far as they reach, and what would still be a credit beyond what the patient paid is a question (RULES 4.1).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PATIENT_SIDE, PAYERS
from claims.remits.era import AskedOfPatient, ExceptionReason, Move, OpenClaim, OpenLine, PostingPlan, Trouble, figure


def taken_back(line: OpenLine, bucket: str, amount: Decimal) -> list[Move]:
    """The moves that take `amount` of what was put to the patient of a line back to `bucket`; as much as there is. What
    the patient owes no more of it is found by `with_share_taken_back`, over all moves of a plan."""
    asked = min(amount, line.patient.put)
    forgone = min(amount - asked, line.patient.statutory)
    parts = (("transfer", "PATIENT", asked), ("statutory", "WO_STATUTORY", forgone))
    return [Move(kind, bucket, account, part, line.id) for kind, account, part in parts if part > 0]


def with_its_part(owed: OpenClaim, prior: Mapping[int, Decimal]) -> tuple[list[Move], OpenClaim]:
    """What goes to the payer before its answer is looked at, and the claim after that: what was charged to later payers
    before this one was known, and what was put to the patient before its coverage was. `prior` is what the answer says
    that payers before it took care of, by line: of a claim that it opens only that stays with the first one."""
    moves, lines = [], []
    for line in owed.lines:
        back = [
            Move("transfer", owed.bucket, later, amount, line.id)
            for later, amount in sorted(line.ahead.items())
            if later > owed.bucket
        ]
        if owed.is_opening and (rest := line.buckets.get(PAYERS[0], ZERO) - max(prior.get(line.id, ZERO), ZERO)) > 0:
            back.append(Move("transfer", owed.bucket, PAYERS[0], rest, line.id))
        if owed.is_late:
            back += taken_back(line, owed.bucket, line.patient.total)
        if not back:
            lines.append(line)
            continue
        buckets = {bucket: line.buckets.get(bucket, ZERO) for bucket in BUCKETS}
        for move in back:
            for account, change in ((move.debit, move.amount), (move.credit, -move.amount)):
                if account in buckets:
                    buckets[account] += change
        lines.append(replace(line, buckets=buckets, ahead={}, patient=AskedOfPatient()))
        moves += back
    return moves, replace(owed, lines=tuple(lines)) if moves else owed


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
            back = min(one.amount, short - placed)
            if back > 0 and one.bucket == "PATIENT":
                yield Move("write_off", "PATIENT", one.account, back, line.id)
                short -= back
            elif back > 0:
                yield Move("write_off", "AGENCY", one.account, back, line.id)
                placed += back
        if placed:
            yield Move("transfer", "PATIENT", "AGENCY", placed, line.id)


def _change(move: Move, *buckets: str) -> Decimal:
    """How much more is owed in the buckets after a move; without any, by the patient, also to the agency."""
    of = buckets or PATIENT_SIDE
    return move.amount * ((move.debit in of) - (move.credit in of))
