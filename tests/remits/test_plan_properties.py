"""Whatever a payer sends that adds up, the books stay whole: buckets sum, and a reversal leads back to the start."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from arwork.lib.dated_rules import Book
from arwork.lib.money import ZERO, from_cents
from claims.billing.buckets import BUCKETS
from claims.ledger.chart import pairs
from claims.remits.adjustment_rules import default_treatment_rules, treat
from claims.remits.era import (
    Adjustment,
    ClaimPayment,
    OpenClaim,
    OpenLine,
    OriginalPayment,
    PostedMove,
    PostingPlan,
    ServicePayment,
    Treatment,
)
from claims.remits.posting_plan import plan_posting

RULES = Book(default_treatment_rules())
CODES = [("CO", "45"), ("CO", "50"), ("CO", "253"), ("PR", "1"), ("PR", "2"), ("PI", "45"), ("OA", "23"), ("CO", "197")]


def treated(group: str, carc: str, rarcs: tuple[str, ...]) -> Treatment:
    return treat(group, carc, on=dt.date(2026, 10, 1), payer_id=None, rules=RULES, rarcs=rarcs)


@st.composite
def adjudications(draw: st.DrawFn) -> tuple[ClaimPayment, OpenClaim]:
    """A claim and a payment for it that balances at every level."""
    count = draw(st.integers(1, 4))
    bucket = draw(st.sampled_from(["PAYER1", "PAYER2"]))
    lines, open_lines = [], []
    for number in range(1, count + 1):
        charge = draw(st.integers(0, 100_000))
        left, adjustments = charge, []
        for group, carc in draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True)):
            amount = draw(st.integers(0, left))
            left -= amount
            adjustments.append(Adjustment(group, carc, from_cents(amount)))
        lines.append(ServicePayment(number, number, from_cents(charge), from_cents(left), tuple(adjustments)))
        owed = charge if bucket == "PAYER1" else draw(st.integers(0, charge))
        open_lines.append(OpenLine(number, number, from_cents(charge), {bucket: from_cents(owed)}))
    has_lines = draw(st.booleans())
    charge = sum((line.charge for line in lines), ZERO)
    paid = sum((line.paid for line in lines), ZERO)
    every = tuple(one for line in lines for one in line.adjustments)
    sent = ClaimPayment("1", charge, paid, () if has_lines else every, tuple(lines) if has_lines else ())
    following = draw(st.sampled_from(["", "PAYER3"]))
    owed = OpenClaim(
        bucket, tuple(open_lines), next_payer=following, rest_is_statutory=draw(st.booleans()) and not following
    )
    return sent, owed


def applied(made: PostingPlan, owed: OpenClaim) -> dict[tuple[int, str], Decimal]:
    """What every bucket of every line owes after the moves."""
    balances = {(line.id, bucket): line.buckets.get(bucket, ZERO) for line in owed.lines for bucket in BUCKETS}
    for move in made.moves:
        assert move.amount > 0
        assert (move.debit, move.credit) in pairs(move.kind)
        for account, sign in ((move.debit, 1), (move.credit, -1)):
            if account in BUCKETS:
                assert move.line_id is not None
                balances[move.line_id, account] += sign * move.amount
    return balances


def cash(made: PostingPlan) -> Decimal:
    return sum((move.amount * ((move.debit == "CASH") - (move.credit == "CASH")) for move in made.moves), ZERO)


@settings(deadline=None)
@given(adjudications())
def test_a_plan_books_exactly_the_money_that_came(case: tuple[ClaimPayment, OpenClaim]) -> None:
    sent, owed = case
    assert cash(plan_posting(sent, owed, treat=treated)) == sent.paid


@settings(deadline=None)
@given(adjudications())
def test_balances_are_what_was_owed_less_payments_and_adjustments(case: tuple[ClaimPayment, OpenClaim]) -> None:
    sent, owed = case
    made = plan_posting(sent, owed, treat=treated)
    gone = sum((m.amount for m in made.moves if m.credit == owed.bucket and m.debit not in BUCKETS), ZERO)
    before = sum((line.buckets.get(owed.bucket, ZERO) for line in owed.lines), ZERO)
    assert sum(applied(made, owed).values()) == before - gone
    if made.trouble is None:
        assert min(applied(made, owed).values()) >= 0
        denied = sum((one.amount for one in made.line_denials), ZERO)
        left = sum(amount for (_, bucket), amount in applied(made, owed).items() if bucket == owed.bucket)
        assert denied <= left


@settings(deadline=None)
@given(adjudications())
def test_posting_and_reversing_returns_to_the_start(case: tuple[ClaimPayment, OpenClaim]) -> None:
    sent, owed = case
    made = plan_posting(sent, owed, treat=treated)
    posted = tuple(
        PostedMove(i, m.kind, m.debit, m.credit, m.amount, m.line_id, m.group, m.carc)
        for i, m in enumerate(made.moves, 1)
    )
    after = applied(made, owed)
    then = OpenClaim(
        owed.bucket,
        tuple(
            OpenLine(line.id, line.number, line.charge, {bucket: after[line.id, bucket] for bucket in BUCKETS})
            for line in owed.lines
        ),
    )
    back = ClaimPayment(
        "22",
        -sent.charge,
        -sent.paid,
        tuple(Adjustment(one.group, one.carc, -one.amount) for one in sent.adjustments),
        (),
    )
    undone = plan_posting(back, then, treat=treated, original=OriginalPayment(sent.charge, sent.paid, posted))

    assert undone.trouble is None
    assert cash(undone) == -cash(made)
    start = {(line.id, bucket): line.buckets.get(bucket, ZERO) for line in owed.lines for bucket in BUCKETS}
    assert applied(undone, then) == start


@settings(deadline=None)
@given(adjudications(), st.integers(-50_000, 50_000))
def test_what_does_not_add_up_is_a_question_and_its_proposal_still_books_the_money(
    case: tuple[ClaimPayment, OpenClaim], error: int
) -> None:
    sent, owed = case
    wrong = replace(sent, paid=sent.paid + from_cents(error))
    made = plan_posting(wrong, owed, treat=treated)
    assert cash(made) == wrong.paid
    assert error == 0 or made.trouble is not None


@settings(deadline=None)
@given(adjudications())
def test_reductions_never_push_a_bucket_below_nothing(case: tuple[ClaimPayment, OpenClaim]) -> None:
    """Payments may, and then a person is asked; a write-off takes what is left and no more (RULES 3.2)."""
    sent, owed = case
    made = plan_posting(sent, owed, treat=treated)
    for line in owed.lines:
        written = sum((m.amount for m in made.moves if m.line_id == line.id and m.debit == "CONTRACTUAL"), ZERO)
        assert written <= max(line.buckets.get(owed.bucket, ZERO), ZERO)
