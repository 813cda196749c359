"""Truth in Lending: when a plan has to disclose its cost, and what the disclosure says (RULES 13.6). Pure.

Regulation Z binds who regularly extends credit with a finance charge *or* payable by written agreement in more than
four installments, a down payment not counted: 12 CFR 1026.2(a)(17). Four are exempt, five are not, whatever summaries
say. No plan here bears interest or a late charge, so the box says so: 12 CFR 1026.18.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from collections_app.plans.schedule import Installment, regular

#: So many installments are no credit under Regulation Z.
EXEMPT = 4
EXEMPT_POSITION, DISCLOSED, WORKOUT = "exempt", "disclosed", "workout"
#: How a practice stands to plans of more installments, in words.
POSITIONS = {
    DISCLOSED: "Truth-in-Lending disclosure",
    WORKOUT: "Informal workout of a debt in default",
}


def position(rows: Sequence[Installment], configured: str) -> str:
    """What a schedule is under Regulation Z: exempt, or what the practice holds of those with more installments."""
    return EXEMPT_POSITION if len(regular(rows)) <= EXEMPT else configured


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Consecutive installments of one amount: how many, how much, the first due day and the last."""

    count: int
    amount: Decimal
    first_on: dt.date
    last_on: dt.date


@dataclass(frozen=True, slots=True)
class LendingBox:
    """What is disclosed, in dollars: 12 CFR 1026.18(b), (d), (e), (g), (h), (l)."""

    amount_financed: Decimal
    total_of_payments: Decimal
    payments: Sequence[PaymentRow]
    down_payment: Decimal = ZERO
    apr: Decimal = ZERO
    finance_charge: Decimal = ZERO
    late_charge: Decimal = ZERO


def payment_rows(rows: Sequence[Installment]) -> list[PaymentRow]:
    """Installments of a schedule told shortly; the down payment is none of them."""
    found: list[PaymentRow] = []
    for row in rows:
        if not row.number:
            continue
        if found and found[-1].amount == row.amount:
            last = found.pop()
            found.append(PaymentRow(last.count + 1, row.amount, last.first_on, row.due_on))
        else:
            found.append(PaymentRow(1, row.amount, row.due_on, row.due_on))
    return found


def financed(rows: Sequence[Installment]) -> Decimal:
    """What is paid in installments, in dollars: without interest the amount financed and the total of payments."""
    return sum((row.amount for row in regular(rows)), ZERO)


def lending_box(rows: Sequence[Installment]) -> LendingBox:
    """The disclosure of a schedule: without interest the amount financed is the total of the payments."""
    amount = financed(rows)
    down = sum((row.amount for row in rows if not row.number), ZERO)
    return LendingBox(amount, amount, payment_rows(rows), down_payment=down)
