"""Denials on one line share what the payer's bucket still holds; together they never exceed it."""

from arwork.lib.money import money
from claims.remits.era import Adjustment, ClaimPayment, OpenClaim, OpenLine, ServicePayment
from claims.remits.posting_plan import plan_posting
from tests.remits.test_plan_properties import treated


def test_what_waits_for_an_unknown_next_payer_leaves_less_to_deny() -> None:
    """Of 240.00 the first payer settled 140.00; the second passes 70.00 on to nobody and denies the rest."""
    line = OpenLine(1, 1, money("240.00"), {"PAYER2": money("100.00")})
    adjustments = (Adjustment("OA", "1", money("70.00")), Adjustment("CO", "50", money("170.00")))
    paid = ServicePayment(1, 1, money("240.00"), money("0.00"), adjustments)

    made = plan_posting(
        ClaimPayment("2", money("240.00"), money("0.00"), lines=(paid,)), OpenClaim("PAYER2", (line,)), treat=treated
    )

    assert [(one.group, one.carc, one.amount) for one in made.line_denials] == [
        ("OA", "1", money("70.00")),
        ("CO", "50", money("30.00")),
    ]
    assert made.moves == ()
