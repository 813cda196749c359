"""A whole copy of a payment after its truncated copy: nothing is lost, and nothing is posted twice."""

import pytest

from arwork.lib.money import money
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals
from claims.remits import exceptions
from claims.remits.models import RemitException, Remittance
from claims.remits.selectors import tie_out
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


def era(*claims: Clp, bpr: str = "360.00", plb=()) -> Era:
    return Era(claims, bpr=bpr, plb=plb, trace="EFT7")


def paid(number: str, amount: str) -> Clp:
    return Clp(number, [Svc(amount, amount)], icn=f"ICN-{number}")


ONE, TWO, THREE = paid("H1", "100.00"), paid("H2", "120.00"), paid("H3", "140.00")


def whole() -> Era:
    return era(ONE, TWO, THREE)


def cut_in(text: str, number: str) -> str:
    """The file up to and including the CLP of a claim, without what follows it."""
    start = text.index(f"CLP*{number}*")
    return text[: text.index("~", start) + 1]


def accepted(text: str):
    """Three claims are billed; the truncated copy comes in, and a person accepts it as it is."""
    claims = [cast.make_claim(number=one.number, lines=[one.lines[0].charge]) for one in (ONE, TWO, THREE)]
    take(text)
    sol = cast.make_sol(claims[0].practice)
    decide(RemitException.objects.get(code="not_tied_out"), sol)
    return claims, sol


def decide(exception: RemitException, actor) -> None:
    exceptions.accept_exception(exception.pk, actor=actor, today=cast.TODAY, now=cast.NOW)


def unapplied(claim) -> object:
    return account_totals([claim.practice_id]).get("UNAPPLIED", money("0.00"))


def test_what_the_accepted_copy_lacks_waits_and_posts_once_accepted() -> None:
    claims, sol = accepted(cut_in(whole().text(), "H2"))
    assert [buckets(claim) for claim in claims] == [{}, {"PAYER1": "120.00"}, {"PAYER1": "140.00"}]
    told = take(whole())
    assert told.status == "staged"
    assert "broke off and was accepted" in told.problems[-1]["message"]
    assert [buckets(claim) for claim in claims] == [{}, {"PAYER1": "120.00"}, {"PAYER1": "140.00"}]
    waiting = RemitException.objects.get(code="whole_copy")
    assert "1 more claims, 140.00 paid" in waiting.detail
    decide(waiting, sol)
    assert buckets(claims[2]) == {}
    broken = RemitException.objects.get(remit_claim__number="H2", state="open")
    assert "the whole copy brought its lines" in broken.detail
    exceptions.match_exception(broken.pk, claim_id=claims[1].pk, actor=sol, today=cast.TODAY, now=cast.NOW)
    broken.refresh_from_db()
    if broken.state == "open":
        decide(broken, sol)
    assert [buckets(claim) for claim in claims] == [{}, {}, {}]
    assert unapplied(claims[0]) == money("0.00")
    remittance = Remittance.objects.get()
    assert (remittance.state, tie_out(remittance.pk).is_tied) == ("posted", True)
    assert take(whole()).status == "duplicate"
    assert Posting.objects.filter(debit="CASH").count() + Posting.objects.filter(credit="CASH").count() <= 5


def test_a_copy_that_differs_is_told_and_posts_nothing() -> None:
    claims, _ = accepted(cut_in(whole().text(), "H2"))
    before = Posting.objects.count()
    told = take(era(Clp("H1", [Svc("100.00", "90.00", [("CO-45", "10.00")])]), TWO, THREE))
    assert told.status == "duplicate"
    assert "The copies differ in claim H1" in told.problems[-1]["message"]
    assert Posting.objects.count() == before
    assert not RemitException.objects.filter(code="whole_copy").exists()
    assert Remittance.objects.get().claims.count() == 2
    assert buckets(claims[2]) == {"PAYER1": "140.00"}


def test_the_same_broken_copy_again_is_a_duplicate_that_names_the_first() -> None:
    accepted(cut_in(whole().text(), "H2"))
    told = take(cut_in(whole().text(), "H2"))
    assert told.status == "duplicate"
    assert "where the file broke off. This copy brings nothing more." in told.problems[-1]["message"]


def test_provider_adjustments_behind_the_break_are_brought_too() -> None:
    long = era(ONE, TWO, THREE, bpr="350.00", plb=[("WO:OLD1", "10.00")])
    text = long.text()
    claims, sol = accepted(text[: text.index("PLB*")])
    take(long)
    decide(RemitException.objects.get(code="whole_copy"), sol)
    found = Remittance.objects.get()
    assert found.provider_adjustments.get().posted_at is not None
    assert tie_out(found.pk).is_tied
    assert account_totals([found.practice_id])["RECOUPMENT"] == money("10.00")
