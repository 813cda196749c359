"""A payment spread by hand: per line what was paid, what is written off, what moves on. Pure but for its records.

What the grid proposes is what accepting would post. What a person enters must book exactly the money that came,
and no line may get more than its bucket holds. Amounts below zero undo what stands on the books, so they reach no
further than what the payer took back: else anybody could be made to owe what was never charged.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from claims.remits.cases import Case
from claims.remits.era import (
    Adjustment,
    LineResult,
    Move,
    OpenClaim,
    PaidClaim,
    Plan,
    Treat,
    Treatment,
    allowed_amount,
    figure,
)
from claims.remits.posting_plan import plan


@dataclass(frozen=True, slots=True)
class Allocation:
    """One row of the grid, in dollars. `passed_on` goes to the next payer, or to the patient."""

    line_id: int
    paid: Decimal = ZERO
    written_off: Decimal = ZERO
    passed_on: Decimal = ZERO


class Misallocated(DomainError):
    """The rows do not add up, or a line gets more than it owes."""

    code = "misallocated"


def proposal(case: Case, treat: Treat) -> list[Allocation]:
    """The rows that accepting the payment as sent would post."""
    if case.owed is None:
        return []
    made = plan(case.paid, case.owed, treat=treat, original=case.original)
    rows = {line.id: Allocation(line.id) for line in case.owed.lines}
    for move in made.moves:
        if move.line_id in rows and not move.reverses_id:
            rows[move.line_id] = _added(rows[move.line_id], move, case.owed.bucket)
    return list(rows.values())


def moves_of(
    paid: PaidClaim, owed: OpenClaim | None, rows: Sequence[Allocation], *, proposed: Sequence[Allocation]
) -> list[Move]:
    """The moves of a grid that was filled with `proposed`. Raises `Misallocated` with the figures."""
    assert owed is not None
    total = sum((row.paid for row in rows), ZERO)
    if total != paid.paid:
        raise Misallocated(f"The lines are paid {figure(total)}; {figure(paid.paid)} came. Make them equal.")
    _refuse_taking_back(paid, rows, proposed)
    lines = {line.id: line for line in owed.lines}
    moves = []
    for row in rows:
        line = lines.get(row.line_id)
        if line is None:
            raise Misallocated("A line is not of this claim.")
        holds = line.buckets.get(owed.bucket, ZERO)
        taken = row.paid + row.written_off + row.passed_on
        if taken > holds and taken > 0:
            raise Misallocated(
                f"Line {line.number} owes {figure(holds)} in this bucket; {figure(taken)} is more than that."
            )
        passed_to = owed.next_payer or ("WO_STATUTORY" if owed.owes_no_more else "PATIENT")
        kind = "statutory" if passed_to == "WO_STATUTORY" else "transfer"
        moves += _moved("payer_payment", "CASH", owed.bucket, row.paid, line.id)
        moves += _moved("contractual", "CONTRACTUAL", owed.bucket, row.written_off, line.id)
        moves += _moved(kind, passed_to, owed.bucket, row.passed_on, line.id)
    return moves


def beyond_the_payer(
    paid: PaidClaim, rows: Sequence[Allocation], proposed: Sequence[Allocation], *, treat: Treat
) -> str:
    """In what a grid writes off or passes on more than the payer said, or "": that is a decision of its own.

    A denied charge is neither a contract's nor the patient's (RULES 1.5, 7.1).
    """
    said: dict[Treatment, Decimal] = defaultdict(lambda: ZERO)
    for one, rarcs in _adjustments(paid):
        said[treat(one.group, one.carc, rarcs)] += max(one.amount, ZERO)
    for what, entered, planned, treatments in (
        ("written off", _above_zero(row.written_off for row in rows), _above_zero(row.written_off for row in proposed),
         (Treatment.CONTRACTUAL, Treatment.SEQUESTRATION)),
        ("passed on", _above_zero(row.passed_on for row in rows), _above_zero(row.passed_on for row in proposed),
         (Treatment.TRANSFER, Treatment.NEXT_PAYER, Treatment.STATUTORY)),
    ):  # fmt: skip
        most = max(planned, sum((said[one] for one in treatments), ZERO))
        if entered > most:
            return f"The rows have {figure(entered)} {what}; by the payer's codes it is {figure(most)} at most."
    return ""


def plan_of(case: Case, moves: Sequence[Move], rows: Sequence[Allocation], *, treat: Treat) -> Plan:
    """What a grid means for denials and contracts: refusals as sent, within what the lines still owe."""
    assert case.owed is not None
    sent = plan(case.paid, case.owed, treat=treat)
    # The grid has one column for what is written off; what the payer kept back by law in it was allowed all the same.
    kept_back: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for move in sent.moves:
        kept_back[move.line_id] += move.amount if move.kind == Treatment.SEQUESTRATION else ZERO
    left: dict[int, Decimal] = {}
    results: dict[int, LineResult] = {}
    by_line: Mapping[int, Allocation] = {row.line_id: row for row in rows}
    for line in case.owed.lines:
        row = by_line.get(line.id, Allocation(line.id))
        holds = line.buckets.get(case.owed.bucket, ZERO)
        left[line.id] = max(holds - row.paid - row.written_off - row.passed_on, ZERO)
        priced = max(row.written_off - kept_back[line.id], ZERO)
        allowed = allowed_amount(line.charge, [(priced, Treatment.CONTRACTUAL)])
        results[line.id] = LineResult(line.charge, row.paid, allowed)
    refusals = []
    for refusal in sent.refusals:
        amount = min(refusal.amount, left.get(refusal.line_id, ZERO))
        if amount > 0:
            left[refusal.line_id] -= amount
            refusals.append(replace(refusal, amount=amount))
    return Plan(moves=tuple(moves), refusals=tuple(refusals), results=results)


def _refuse_taking_back(paid: PaidClaim, rows: Sequence[Allocation], proposed: Sequence[Allocation]) -> None:
    sent = max(_below_zero([paid.paid]), _below_zero(line.paid for line in paid.lines))
    adjusted = _below_zero(one.amount for one, _ in _adjustments(paid))
    for what, entered, most in (
        ("payments", _below_zero(row.paid for row in rows), max(sent, _below_zero(row.paid for row in proposed))),
        ("adjustments", _adjusted_below_zero(rows), max(adjusted, _adjusted_below_zero(proposed))),
    ):
        if entered > most:
            raise Misallocated(f"The rows take back {figure(entered)} of {what}; the payer took back {figure(most)}.")


def _adjustments(paid: PaidClaim) -> list[tuple[Adjustment, tuple[str, ...]]]:
    """Every adjustment of a payment, of the claim and of its lines, with the remark codes that go with it."""
    of_lines = [(one, line.rarcs + paid.rarcs) for line in paid.lines for one in line.adjustments]
    return [*((one, paid.rarcs) for one in paid.adjustments), *of_lines]


def _adjusted_below_zero(rows: Sequence[Allocation]) -> Decimal:
    return _below_zero(amount for row in rows for amount in (row.written_off, row.passed_on))


def _above_zero(amounts: Iterable[Decimal]) -> Decimal:
    return sum((max(amount, ZERO) for amount in amounts), ZERO)


def _below_zero(amounts: Iterable[Decimal]) -> Decimal:
    return sum((-amount for amount in amounts if amount < 0), ZERO)


def _added(row: Allocation, move: Move, bucket: str) -> Allocation:
    amount = move.amount if move.credit == bucket else -move.amount
    if move.kind == "payer_payment":
        return replace(row, paid=row.paid + amount)
    if move.kind in ("contractual", "sequestration"):
        return replace(row, written_off=row.written_off + amount)
    return replace(row, passed_on=row.passed_on + amount)


def _moved(kind: str, debit: str, credit: str, amount: Decimal, line_id: int) -> list[Move]:
    if not amount:
        return []
    accounts = (debit, credit) if amount > 0 else (credit, debit)
    return [Move(kind, *accounts, abs(amount), line_id)]
