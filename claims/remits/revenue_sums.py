"""Answers by revenue code alone (SVC01 NU) that sum several billed lines: which lines, and the share of each.

A hospital bills drugs or supplies in many lines of one revenue code; some payers answer them in one. The lines are
those of the code that make up the charge, where only one choice of them does. Each line bears its part: what was paid
and taken off is split as its charge goes into the sum. Where several choices would do, a person says which.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib import bulk
from arwork.lib.money import ZERO, split
from claims.billing.models import ClaimLine
from claims.billing.service_lines import SentLine
from claims.remits.balancing import total
from claims.remits.era import Adjustment, ClaimPayment, ServicePayment
from claims.remits.models import RemitLine

if TYPE_CHECKING:
    from claims.remits.cases import PaymentCase

_MOST_CHOSEN_FROM = 12


@dataclass(frozen=True, slots=True)
class RevenueAnswer:
    """What a service line payment names instead of a procedure."""

    revenue_code: str
    service_from: dt.date | None


def split_sums(cases: "Sequence[PaymentCase]") -> None:
    """Let payments of which a line fits no line of the claim, because it sums several, name each of them. Two queries,
    none where every line is known."""
    unsure = {
        case.row.pk: case for case in cases if case.owed and any(line.line_id is None for line in case.paid.lines)
    }
    if not unsure:
        return
    answers: dict[int, dict[int, RevenueAnswer]] = defaultdict(dict)
    rows = RemitLine.objects.filter(bulk.Among("remit_claim", unsure), line=None, code="").exclude(revenue_code="")
    for pk, position, code, day in rows.values_list("remit_claim_id", "position", "revenue_code", "service_from"):
        answers[pk][position] = RevenueAnswer(code, day)
    standing: dict[int, list[SentLine]] = defaultdict(list)
    ids = {unsure[pk].row.claim_id or 0 for pk in answers}
    columns = ("claim_id", "id", "number", "control", "code", "modifiers", "charge", "service_from", "revenue_code")
    lines = ClaimLine.objects.filter(bulk.Among("claim", ids)).order_by("claim_id", "number")
    for claim_id, *facts in lines.values_list(*columns) if ids else ():
        standing[claim_id].append(SentLine(*facts))
    for pk, theirs in answers.items():
        case = unsure[pk]
        billed = case.answered.lines if case.answered else standing[case.row.claim_id or 0]
        case.paid = with_sums(case.paid, theirs, billed)


def with_sums(paid: ClaimPayment, answers: Mapping[int, RevenueAnswer], lines: Sequence[SentLine]) -> ClaimPayment:
    """`paid` with each of `answers` (by position) as the lines that it sums; where that is no matter of course, with
    the numbers of the lines that may be meant."""
    taken = {one.line_id for one in paid.lines if one.line_id}
    found: list[ServicePayment] = []
    for one in paid.lines:
        answer = answers.get(one.position)
        if one.line_id or answer is None or one.charge - total(one.adjustments) != one.paid:
            found.append(one)
            continue
        free = [line for line in lines if line.id not in taken and line.charge > 0]
        theirs = [line for line in free if line.revenue_code == answer.revenue_code]
        on_day = [line for line in theirs if line.service_from == answer.service_from]
        chosen = _making_up(one.charge, on_day) or _making_up(one.charge, theirs)
        if len(chosen) == 1:
            taken |= {line.id for line in chosen[0]}
            found += _parts(one, chosen[0])
        else:
            found.append(replace(one, candidates=tuple(line.number for line in theirs)))
    return replace(paid, lines=tuple(found))


def _making_up(charge: Decimal, lines: Sequence[SentLine]) -> list[tuple[SentLine, ...]]:
    """The choices of lines that make up a charge: up to two, for more than one is a question."""
    if sum((line.charge for line in lines), ZERO) == charge:
        return [tuple(lines)] if lines else []
    if len(lines) > _MOST_CHOSEN_FROM:
        return []
    reached: dict[Decimal, list[tuple[SentLine, ...]]] = {ZERO: [()]}
    for line in lines:
        longer = {amount + line.charge: [(*one, line) for one in ways] for amount, ways in reached.items()}
        for amount, ways in longer.items():
            if amount <= charge:
                reached[amount] = (reached.get(amount, []) + ways)[:2]
    return reached.get(charge, [])


def _parts(one: ServicePayment, lines: Sequence[SentLine]) -> list[ServicePayment]:
    """What a payment says of the sum of its lines, line by line: reductions never take more off than is left of one."""
    room = [line.charge for line in lines]
    taken: list[list[Adjustment]] = [[] for _ in lines]
    for adjustment in sorted(one.adjustments, key=lambda each: each.amount > 0):  # what makes room comes first
        for nth, amount in enumerate(split(adjustment.amount, [max(left, ZERO) for left in room])):
            room[nth] -= amount
            taken[nth] += [replace(adjustment, amount=amount)] if amount else []
    return [
        replace(one, line_id=line.id, charge=line.charge, paid=left, adjustments=tuple(mine), is_bundled=True)
        for line, left, mine in zip(lines, room, taken, strict=True)
    ]
