"""How claims stand by their books: from the first bill to the last answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.denials.payment_standings import payment_standings
from tests import cast
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db


def stands(claim: Claim) -> str:
    found = payment_standings([claim.pk])[claim.pk]
    lines = [str(found.lines[pk]) for pk in claim.lines.order_by("number").values_list("pk", flat=True)]
    return f"{found.status}: {', '.join(lines)}" if len(lines) > 1 else str(found.status)


@pytest.mark.parametrize(
    ("paid", "cas", "expected"),
    [
        ("150.00", [("CO-45", "90.00")], "paid"),
        ("0", [("CO-197", "240.00")], "denied"),
        ("100.00", [("CO-45", "60.00"), ("CO-97", "80.00")], "paid in part"),
        ("0", [("CO-45", "60.00"), ("PR-1", "180.00")], "patient share"),
        ("0", [("CO-133", "240.00")], "pending"),
        ("200.00", [("PI-90", "40.00")], "underpaid"),
        ("0", [("PR-27", "240.00")], "denied"),
        ("0", [("CO-45", "240.00")], "taken off"),
    ],
)
def test_after_one_answer(paid: str, cas: list[tuple[str, str]], expected: str) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    assert stands(claim) == "not answered"
    take(Era([Clp("H1", [Svc("240.00", paid, cas)])]))
    assert stands(claim) == expected


def test_line_by_line_and_again_after_the_refusal_was_paid() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00", "100.00"])
    first = [Svc("240.00", "150.00", [("CO-45", "90.00")]), Svc("100.00", "0", [("CO-16", "100.00")], code="99215")]
    claim.lines.filter(number=2).update(code="99215")
    take(Era([Clp("H1", first)]))
    assert stands(claim) == "paid in part: paid, denied"
    back = [
        Svc("-240.00", "-150.00", [("CO-45", "-90.00")]), Svc("-100.00", "0", [("CO-16", "-100.00")], code="99215"),
    ]  # fmt: skip
    paid = [first[0], Svc("100.00", "80.00", [("CO-45", "20.00")], code="99215")]
    take(Era([Clp("H1", back, status="22"), Clp("H1", paid)], trace="EFT2"))
    assert stands(claim) == "paid: paid, paid"


def test_a_second_payer_that_has_not_answered_leaves_it_paid_in_part() -> None:
    payers = [cast.make_payer(), cast.make_payer(name="Second", payer_id="SEC")]
    claim = cast.make_claim(number="H1", lines=["240.00"], payers=payers)
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "50.00"), ("PR-2", "40.00")])])]))
    assert stands(claim) == "paid in part"
    second = Clp("H1", [Svc("240.00", "40.00", [("OA-23", "200.00")])], status="2", icn="S1")
    take(Era([second], trace="EFT2", payer="Second", payer_id="SEC"))
    assert stands(claim) == "paid"


def test_what_was_given_up_without_a_write_off_is_still_refused() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-197", "240.00")])])]))
    Denial.objects.update(state="accepted")
    assert stands(claim) == "denied"


def test_many_claims_cost_as_many_queries_as_one() -> None:
    claims = [cast.make_claim(number=f"H{number}", lines=["240.00"]) for number in range(4)]
    take(Era([Clp(f"H{number}", [Svc("240.00", "0", [("CO-197", "240.00")])]) for number in range(4)]))
    counts = []
    for some in (claims[:1], claims):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert len(payment_standings([one.pk for one in some])) == len(some)
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 6
