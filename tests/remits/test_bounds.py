"""What a decision by hand may not do: make somebody owe, or give away, more than was charged or said."""

import pytest
from django.test import Client

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.money import money
from claims.remits import exceptions
from claims.remits.manual_allocation import LineAllocation
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take
from tests.remits.test_exceptions import WHEN, only_exception

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("100", "-5000", "5000"), ("220", "80", "0")),
        (("100", "80", "-80"), ("220", "80", "0")),
        (("-80", "0", "180"), ("300", "0", "0")),
    ],
)
def test_nobody_is_made_to_owe_what_was_never_charged(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "300.00"])
    ana = cast.make_ana(claim.practice)
    lines = [Svc("100.00", "100.00"), Svc("300.00", "300.00", code="85025")]
    take(Era([Clp("H1", lines, cas=[("CO-45", "80.00")], paid="320" if first[0] == "100" else "220")]))
    entered = zip(claim.lines.order_by("number"), (first, second), strict=True)
    rows = [LineAllocation(line.pk, *(money(amount) for amount in amounts)) for line, amounts in entered]
    with pytest.raises(DomainError, match="rows reverse"):
        exceptions.allocate_exception(only_exception().pk, lines=rows, actor=ana, **WHEN)
    assert buckets(claim) == {"PAYER1": "400.00"}


@pytest.mark.parametrize(
    ("written_off", "transferred", "word"), [("160", "0", "written off"), ("80", "80", "transferred")]
)
def test_more_than_the_payer_said_is_given_away_by_a_supervisor_alone(
    written_off: str, transferred: str, word: str
) -> None:
    claim = cast.make_claim(number="H1", lines=["100.00", "300.00"])
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    lines = [Svc("100.00", "100.00"), Svc("300.00", "300.00", code="85025")]
    take(Era([Clp("H1", lines, cas=[("CO-45", "80.00"), ("CO-50", "80.00")], paid="240")]))
    first, second = claim.lines.order_by("number")
    rows = [LineAllocation(first.pk, paid=money("100")),
            LineAllocation(second.pk, money("140"), money(written_off), money(transferred))]  # fmt: skip
    with pytest.raises(DomainError, match=f"{word}.*supervisor"):
        exceptions.allocate_exception(only_exception().pk, lines=rows, actor=ana, **WHEN)
    exceptions.allocate_exception(only_exception().pk, lines=rows, actor=sol, **WHEN)
    assert buckets(claim) == ({"PATIENT": "80.00"} if transferred != "0" else {})


def test_a_reversal_of_what_was_never_posted_here_makes_nobody_owe_more_than_was_charged(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    take(Era([Clp("H1", [Svc("-240.00", "-120.00", [("CO-45", "-90.00"), ("PR-2", "-30.00")])], status="22")]))
    waiting = only_exception()

    page = client.get(f"/remits/exceptions/{waiting.pk}").content.decode()
    assert "Line 1 would owe 450.00 of the 240.00" in page
    assert "Accept as sent" not in page
    with pytest.raises(Conflict, match="dismiss it"):
        exceptions.accept_exception(waiting.pk, actor=ana, **WHEN)
    exceptions.dismiss_exception(waiting.pk, reason="paid before we began here", actor=ana, **WHEN)

    assert buckets(claim) == {"PAYER1": "240.00"}
