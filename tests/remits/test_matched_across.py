"""A sister practice's claim inside a remittance: matched across by who works in both, its cash due from one to the
other, and both see it."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from arwork.lib.append_only import lifted
from arwork.lib.errors import Conflict, NotFound
from arwork.lib.money import money
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals
from claims.practices.models import Practice
from claims.remits import exceptions, undo
from claims.remits.exception_view import suggested_claims
from claims.remits.models import RemitException, Remittance
from claims.remits.selectors import tie_out
from collections_app.reports.reconciliation import reconciliation
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
WHEN = {"today": cast.TODAY, "now": cast.NOW}
BACKEND = "django.contrib.auth.backends.ModelBackend"
LATER = dt.date(2026, 10, 20)
PAID = Clp("E-1", [Svc("100.00", "70.00", [("PR-2", "30.00")])])
BACK = Clp("E-1", [Svc("-100.00", "-70.00", [("PR-2", "-30.00")])], status="22")


@pytest.fixture
def west(db: None) -> Practice:
    return cast.make_practice()


@pytest.fixture
def east(west: Practice) -> Practice:
    return cast.make_practice(name="Harbor East", npi="1003000126", tin=west.tin)


@pytest.fixture
def claim(east: Practice) -> Claim:
    return cast.make_claim(practice=east, number="E-1", lines=["100.00"])


@pytest.fixture
def both(west: Practice, east: Practice) -> User:
    return cast.make_user(username="bo", role="supervisor", practices=[west, east])


def waiting() -> RemitException:
    return RemitException.objects.get(state="open")


def sisters(practice: Practice) -> tuple[str, str, str]:
    """Cash, unapplied and due from (below zero: due to) sister practices."""
    totals = account_totals([practice.pk])
    return str(totals["CASH"]), str(-totals["UNAPPLIED"]), str(totals["INTERPRACTICE"])


def verified() -> None:
    call_command("verify_books", verbosity=0, stdout=io.StringIO())
    assert all(tie_out(remittance.pk).is_tied for remittance in Remittance.objects.all())


@pytest.fixture
def matched(claim: Claim, both: User) -> Claim:
    take(Era([PAID]))
    exceptions.match_exception(waiting().pk, claim_id=claim.pk, actor=both, **WHEN)
    return claim


def test_the_claim_is_paid_and_the_cash_is_due_from_one_to_the_other(
    matched: Claim, west: Practice, east: Practice
) -> None:
    assert buckets(matched) == {"PATIENT": "30.00"}
    assert sisters(west) == ("70.00", "0.00", "-70.00")
    assert sisters(east) == ("0.00", "0.00", "70.00")
    assert not RemitException.objects.filter(state="open").exists()
    verified()


def test_both_see_it(matched: Claim, west: Practice, east: Practice, client: Client) -> None:
    period = {"since": cast.TODAY, "until": cast.TODAY}
    for practice, due in ((west, "-70.00"), (east, "70.00")):
        found = reconciliation(practice_ids=[practice.pk], **period)
        assert found.is_tied
        assert str(found.sisters.closing) == due
    client.force_login(cast.make_user(username="eve", role="supervisor", practices=[east]), backend=BACKEND)
    page = client.get(f"/claims/{matched.pk}").content.decode()
    assert "to a sister practice, from which the cash is due" in page
    remittance = Remittance.objects.get()
    assert f'href="/remits/{remittance.pk}"' not in page
    assert client.get(f"/remits/{remittance.pk}").status_code == 404


def test_who_sees_one_of_them_can_neither_find_nor_match_it(claim: Claim, west: Practice) -> None:
    ana = cast.make_ana(west)
    take(Era([PAID]))
    assert "another practice under the same tax number" in waiting().detail
    assert suggested_claims(waiting(), actor=ana) == []
    with pytest.raises(NotFound):
        exceptions.match_exception(waiting().pk, claim_id=claim.pk, actor=ana, **WHEN)
    assert buckets(claim) == {"PAYER1": "100.00"}


def test_another_tax_number_is_no_sister(claim: Claim, both: User, east: Practice) -> None:
    Practice.objects.filter(pk=east.pk).update(tin="069999999")
    take(Era([PAID]))
    with pytest.raises(NotFound):
        exceptions.match_exception(waiting().pk, claim_id=claim.pk, actor=both, **WHEN)


def test_who_sees_both_is_shown_it_first_and_opens_no_second_one(claim: Claim, both: User, client: Client) -> None:
    take(Era([PAID]))
    assert suggested_claims(waiting(), actor=both)[0].claim == claim
    client.force_login(both, backend=BACKEND)
    assert "Harbor East: matched across" in client.get(f"/remits/exceptions/{waiting().pk}").content.decode()
    with pytest.raises(Conflict, match="match it across"):
        exceptions.create_claim(waiting().pk, actor=both, **WHEN)


def test_undone_it_waits_again_and_nothing_is_due(matched: Claim, both: User, west: Practice, east: Practice) -> None:
    settled = RemitException.objects.get()
    undo.undo_decision(settled.pk, actor=both, **WHEN)
    assert buckets(matched) == {"PAYER1": "100.00"}
    assert (sisters(west), sisters(east)) == (("70.00", "70.00", "0.00"), ("0.00", "0.00", "0.00"))
    exceptions.match_exception(waiting().pk, claim_id=matched.pk, actor=both, **WHEN)
    assert buckets(matched) == {"PATIENT": "30.00"}
    assert sisters(west) == ("70.00", "0.00", "-70.00")
    verified()


def test_a_take_back_from_the_same_practice_is_matched_across_too(
    matched: Claim, both: User, west: Practice, east: Practice
) -> None:
    take(Era([BACK], trace="B", paid_on=LATER))
    exceptions.match_exception(waiting().pk, claim_id=matched.pk, actor=both, **WHEN)
    assert buckets(matched) == {"PAYER1": "100.00"}
    assert (sisters(west), sisters(east)) == (("0.00", "0.00", "0.00"), ("0.00", "0.00", "0.00"))
    verified()


def test_a_take_back_from_the_practice_of_the_claim_leaves_what_is_due(
    matched: Claim, west: Practice, east: Practice
) -> None:
    take(Era([BACK], trace="B", paid_on=LATER, practice=east))
    assert buckets(matched) == {"PAYER1": "100.00"}
    assert (sisters(west), sisters(east)) == (("70.00", "0.00", "-70.00"), ("-70.00", "0.00", "70.00"))
    verified()


@pytest.mark.parametrize("has_waited", [True, False])
def test_a_take_back_from_the_sister_of_what_the_practice_was_paid_itself(
    claim: Claim, both: User, west: Practice, east: Practice, *, has_waited: bool
) -> None:
    theirs = PAID if not has_waited else Clp("X-1", PAID.lines, last="ELSE", member="Z")
    take(Era([theirs], trace="A", practice=east))
    if has_waited:
        exceptions.match_exception(waiting().pk, claim_id=claim.pk, actor=both, **WHEN)
    take(Era([BACK], trace="B", paid_on=LATER))
    exceptions.match_exception(waiting().pk, claim_id=claim.pk, actor=both, **WHEN)
    assert buckets(claim) == {"PAYER1": "100.00"}
    assert (sisters(west), sisters(east)) == (("-70.00", "0.00", "70.00"), ("70.00", "0.00", "-70.00"))
    verified()


def test_a_denial_across_is_the_sister_s(claim: Claim, both: User, east: Practice) -> None:
    take(Era([Clp("E-1", [Svc("100.00", "0", [("CO-50", "100.00")])])]))
    exceptions.match_exception(waiting().pk, claim_id=claim.pk, actor=both, **WHEN)
    assert Denial.objects.get().claim == claim
    assert not Posting.objects.filter(kind="interpractice").exists()


def test_due_from_without_due_to_is_found(matched: Claim) -> None:
    with lifted():
        Posting.objects.filter(kind="interpractice").update(amount=money("60.00"))
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_books", stdout=out, stderr=out)
    assert "due from and due to differ by 10.00" in out.getvalue()
