"""A payment allocated by hand: per line what was paid, what is written off, what is transferred. Pure but for its
records.

What the grid proposes is what accepting would post. What a person enters must book exactly the money that came,
and no line may get more than its bucket holds. Amounts below zero undo what stands on the books, so they reach no
further than what the payer reversed: else anybody could be made to owe what was never charged.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from claims.remits.cases import PaymentCase
from claims.remits.era import (
    Adjustment,
    ClaimPayment,
    LineResult,
    Move,
    OpenClaim,
    PostingPlan,
    Treat,
    Treatment,
    allowed_amount,
    figure,
)
from claims.remits.posting_plan import plan_posting


@dataclass(frozen=True, slots=True)
class LineAllocation:
    """One row of the grid, in dollars. `transferred` goes to the next payer, or to the patient."""

    line_id: int
    paid: Decimal = ZERO
    written_off: Decimal = ZERO
    transferred: Decimal = ZERO


class Misallocated(DomainError):
    """The rows do not add up, or a line gets more than it owes."""

    code = "misallocated"


def proposed_allocations(case: PaymentCase, treat: Treat) -> list[LineAllocation]:
    """The rows that accepting the payment as sent would post."""
    if case.owed is None:
        return []
    made = plan_posting(case.paid, case.owed, treat=treat, original=case.original)
    rows = {line.id: LineAllocation(line.id) for line in case.owed.lines}
    for move in made.moves:
        if move.line_id in rows and not move.reverses_id and case.owed.bucket in (move.debit, move.credit):
            rows[move.line_id] = _added(rows[move.line_id], move, case.owed.bucket)
    return list(rows.values())


def allocation_moves(
    paid: ClaimPayment, owed: OpenClaim | None, rows: Sequence[LineAllocation], *, proposed: Sequence[LineAllocation]
) -> list[Move]:
    """The moves of a grid that was filled with `proposed`. Raises `Misallocated` with the figures."""
    assert owed is not None
    total = sum((row.paid for row in rows), ZERO)
    if total != paid.paid:
        raise Misallocated(f"The lines are paid {figure(total)}; {figure(paid.paid)} came. Make them equal.")
    _ensure_no_excess_reversal(paid, rows, proposed)
    lines = {line.id: line for line in owed.lines}
    moves = []
    for row in rows:
        line = lines.get(row.line_id)
        if line is None:
            raise Misallocated("A line is not of this claim.")
        holds = line.buckets.get(owed.bucket, ZERO)
        taken = row.paid + row.written_off + row.transferred
        if taken > holds and taken > 0:
            raise Misallocated(
                f"Line {line.number} owes {figure(holds)} in this bucket; {figure(taken)} is more than that."
            )
        transfer_to = owed.next_payer or ("WO_STATUTORY" if owed.rest_is_statutory else "PATIENT")
        kind = "statutory" if transfer_to == "WO_STATUTORY" else "transfer"
        moves += _moved("payer_payment", "CASH", owed.bucket, row.paid, line.id)
        moves += _moved("contractual", "CONTRACTUAL", owed.bucket, row.written_off, line.id)
        moves += _moved(kind, transfer_to, owed.bucket, row.transferred, line.id)
    return moves


def beyond_the_payer(
    paid: ClaimPayment, rows: Sequence[LineAllocation], proposed: Sequence[LineAllocation], *, treat: Treat
) -> str:
    """In what a grid writes off or transfers more than the payer said, or "": that is a decision of its own.

    A denied charge is neither a contract's nor the patient's (RULES 1.5, 7.1).
    """
    said: dict[Treatment, Decimal] = defaultdict(lambda: ZERO)
    for one, rarcs in _adjustments(paid):
        said[treat(one.group, one.carc, rarcs)] += max(one.amount, ZERO)
    for what, entered, planned, treatments in (
        ("written off", _above_zero(row.written_off for row in rows), _above_zero(row.written_off for row in proposed),
         (Treatment.CONTRACTUAL, Treatment.SEQUESTRATION)),
        ("transferred", _above_zero(row.transferred for row in rows), _above_zero(row.transferred for row in proposed),
         (Treatment.TRANSFER, Treatment.NEXT_PAYER, Treatment.STATUTORY)),
    ):  # fmt: skip
        most = max(planned, sum((said[one] for one in treatments), ZERO))
        if entered > most:
            return f"The rows have {figure(entered)} {what}; by the payer's codes it is {figure(most)} at most."
    return ""


def allocation_plan(
    case: PaymentCase, moves: Sequence[Move], rows: Sequence[LineAllocation], *, treat: Treat
) -> PostingPlan:
    """What a grid means for denials and contracts: denials as sent, within what the lines still owe."""
    assert case.owed is not None
    sent = plan_posting(case.paid, case.owed, treat=treat)
    # The grid has one column for what is written off; what the payer kept back by law in it was allowed all the same.
    kept_back: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for move in sent.moves:
        kept_back[move.line_id] += move.amount if move.kind == Treatment.SEQUESTRATION else ZERO
    left: dict[int, Decimal] = {}
    results: dict[int, LineResult] = {}
    by_line: Mapping[int, LineAllocation] = {row.line_id: row for row in rows}
    for line in case.owed.lines:
        row = by_line.get(line.id, LineAllocation(line.id))
        holds = line.buckets.get(case.owed.bucket, ZERO)
        left[line.id] = max(holds - row.paid - row.written_off - row.transferred, ZERO)
        priced = max(row.written_off - kept_back[line.id], ZERO)
        allowed = allowed_amount(line.charge, [(priced, Treatment.CONTRACTUAL)])
        results[line.id] = LineResult(line.charge, row.paid, allowed)
    line_denials = []
    for denied in sent.line_denials:
        amount = min(denied.amount, left.get(denied.line_id, ZERO))
        if amount > 0:
            left[denied.line_id] -= amount
            line_denials.append(replace(denied, amount=amount))
    return PostingPlan(moves=tuple(moves), line_denials=tuple(line_denials), results=results)


def _ensure_no_excess_reversal(
    paid: ClaimPayment, rows: Sequence[LineAllocation], proposed: Sequence[LineAllocation]
) -> None:
    sent = max(_below_zero([paid.paid]), _below_zero(line.paid for line in paid.lines))
    adjusted = _below_zero(one.amount for one, _ in _adjustments(paid))
    for what, entered, most in (
        ("payments", _below_zero(row.paid for row in rows), max(sent, _below_zero(row.paid for row in proposed))),
        ("adjustments", _adjusted_below_zero(rows), max(adjusted, _adjusted_below_zero(proposed))),
    ):
        if entered > most:
            raise Misallocated(f"The rows reverse {figure(entered)} of {what}; the payer reversed {figure(most)}.")


def _adjustments(paid: ClaimPayment) -> list[tuple[Adjustment, tuple[str, ...]]]:
    """Every adjustment of a payment, of the claim and of its lines, with the remark codes that go with it."""
    of_lines = [(one, line.rarcs + paid.rarcs) for line in paid.lines for one in line.adjustments]
    return [*((one, paid.rarcs) for one in paid.adjustments), *of_lines]


def _adjusted_below_zero(rows: Sequence[LineAllocation]) -> Decimal:
    return _below_zero(amount for row in rows for amount in (row.written_off, row.transferred))


def _above_zero(amounts: Iterable[Decimal]) -> Decimal:
    return sum((max(amount, ZERO) for amount in amounts), ZERO)


def _below_zero(amounts: Iterable[Decimal]) -> Decimal:
    return sum((-amount for amount in amounts if amount < 0), ZERO)


def _added(row: LineAllocation, move: Move, bucket: str) -> LineAllocation:
    amount = move.amount if move.credit == bucket else -move.amount
    if move.kind == "payer_payment":
        return replace(row, paid=row.paid + amount)
    if move.kind in ("contractual", "sequestration"):
        return replace(row, written_off=row.written_off + amount)
    return replace(row, transferred=row.transferred + amount)


def _moved(kind: str, debit: str, credit: str, amount: Decimal, line_id: int) -> list[Move]:
    if not amount:
        return []
    accounts = (debit, credit) if amount > 0 else (credit, debit)
    return [Move(kind, *accounts, abs(amount), line_id)]
