"""What was put to the patient goes back to a payer: from whom, in which order. Pure.

Coverage is found late, or a payer pays after the patient was asked (RULES 3.6). The share returns whole, so it comes
from what the patient or the agency still owes of it, then from what was written off of it, and last from what the
patient has paid, which becomes the patient's credit: no credit without a payment behind it.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PATIENT_SIDE
from claims.remits.era import AskedOfPatient, Move, OpenClaim, OpenLine


def taken_back(line: OpenLine, bucket: str, amount: Decimal) -> list[Move]:
    """The moves that take `amount` of the patient's share of a line back to `bucket`; as much as there is."""
    moves = []
    for account, held in _sources(line):
        taken = min(amount, held)
        if taken > 0:
            moves += _moved(account, bucket, taken, line.id)
            amount -= taken
    return moves


def with_its_part(owed: OpenClaim) -> tuple[list[Move], OpenClaim]:
    """What goes to the payer before its answer is looked at, and the claim after that: what was charged to later payers
    before this one was known, and what was put to the patient before its coverage was."""
    moves, lines = [], []
    for line in owed.lines:
        back = [
            Move("transfer", owed.bucket, later, amount, line.id)
            for later, amount in sorted(line.ahead.items())
            if later > owed.bucket
        ]
        if owed.is_late:
            back += taken_back(line, owed.bucket, line.patient.put)
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


def _moved(account: str, bucket: str, amount: Decimal, line_id: int) -> list[Move]:
    if account in PATIENT_SIDE:
        return [Move("transfer", bucket, account, amount, line_id)]
    if account == "WO_STATUTORY":
        return [Move("statutory", bucket, account, amount, line_id)]
    undone = Move("write_off", "PATIENT", account, amount, line_id)
    return [undone, Move("transfer", bucket, "PATIENT", amount, line_id)]


def _sources(line: OpenLine) -> Iterator[tuple[str, Decimal]]:
    left = line.patient.put
    for account in PATIENT_SIDE:
        held = min(max(line.buckets.get(account, ZERO), ZERO), left)
        left -= held
        yield account, held
    for account, forgiven in sorted(line.patient.forgiven.items()):
        yield account, forgiven
    yield "PATIENT", line.patient.paid
