"""A decision about an exception is undone by reversing: money, submissions and denials stand as before."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from arwork.lib.errors import Conflict
from arwork.lib.money import money
from arwork.staff.models import AuditEvent, User
from claims.billing.models import Claim, Submission
from claims.denials.models import Denial
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals
from claims.ledger.verify import verify
from claims.remits import exceptions
from claims.remits.manual_allocation import LineAllocation
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.remits.selectors import tie_out
from claims.remits.undo import undo_decision
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
LATER = cast.NOW + dt.timedelta(minutes=3)
WHEN = {"today": cast.TODAY, "now": LATER}
UNDO = {"today": cast.TODAY, "now": LATER + dt.timedelta(minutes=5)}
PAID = [Svc("240.00", "150.00", [("CO-45", "60.00"), ("CO-197", "30.00")], on=None)]
ELSE = {"last": "ELSE", "member": "Z"}


def only_exception() -> RemitException:
    return RemitException.objects.get(state="open")


def stands(claim: Claim) -> tuple[object, ...]:
    """All that a decision may change beside money, and the money."""
    claim.refresh_from_db()
    sent = Submission.objects.filter(claim=claim).order_by("pk").values_list("state", "state_on", "icn")
    denied = Denial.objects.filter(claim=claim).order_by("pk").values_list("pk", "state", "amount", "closed_on")
    return buckets(claim), claim.icn, claim.responsible, claim.state, list(sent), list(denied)


def books_hold(claim: Claim) -> bool:
    return all(check.holds for check in verify([claim.practice_id])) and all(
        tie_out(row.pk).is_tied for row in Remittance.objects.all()
    )


def match(exception: RemitException, claim: Claim, actor: User) -> None:
    exceptions.match_exception(exception.pk, claim_id=claim.pk, actor=actor, **WHEN)


def allocate(exception: RemitException, claim: Claim, actor: User) -> None:
    row = exception.remit_claim
    assert row is not None
    RemitClaim.objects.filter(pk=row.pk).update(claim=claim)
    line = claim.lines.get()
    exceptions.allocate_exception(
        exception.pk, lines=[LineAllocation(line.pk, money("150.00"), money("60.00"))], actor=actor, **WHEN
    )


@pytest.mark.parametrize("decide", [match, allocate])
def test_undoing_leaves_the_claim_as_it_stood_and_the_money_unapplied(
    decide: Callable[[RemitException, Claim, User], None],
) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    take(Era([Clp("X9", PAID, icn="Q", **ELSE)]))
    before, waited = stands(claim), account_totals([claim.practice_id])["UNAPPLIED"]
    exception = only_exception()

    decide(exception, claim, ana)
    assert stands(claim) != before
    undo_decision(exception.pk, actor=ana, **UNDO)

    assert stands(claim) == before
    assert account_totals([claim.practice_id])["UNAPPLIED"] == waited == money("-150.00")
    exception.refresh_from_db()
    assert (exception.state, exception.resolution, exception.resolved_by) == ("open", "", None)
    assert Remittance.objects.get().state == "partly"
    assert books_hold(claim)
    assert AuditEvent.objects.get(action="remit_undo").before == {"how": decide.__name__, "claim": claim.pk}


@pytest.mark.parametrize("is_same", [True, False])
def test_what_was_undone_posts_again_once_decided_again(is_same: bool) -> None:
    wrong = cast.make_claim(number="H1", lines=["240.00"])
    right = wrong if is_same else cast.make_claim(practice=wrong.practice, number="H2", lines=["240.00"])
    ana = cast.make_ana(wrong.practice)
    take(Era([Clp("X9", PAID, icn="Q", **ELSE)]))
    exception = only_exception()

    for _ in range(2):
        match(exception, wrong, ana)
        undo_decision(exception.pk, actor=ana, **UNDO)
    match(exception, right, ana)

    assert buckets(right) == {"PAYER1": "30.00"}
    assert right.icn == "Q"
    assert Denial.objects.get(claim=right).state == "open"
    if not is_same:
        assert buckets(wrong) == {"PAYER1": "240.00"}
        assert not Denial.objects.filter(claim=wrong).exists()
    assert account_totals([wrong.practice_id])["UNAPPLIED"] == money(0)
    assert Posting.objects.filter(memo="decision undone").count() == 4
    assert books_hold(right)


def test_a_denial_that_the_payment_had_recovered_is_open_again() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    take(Era([Clp("H1", [Svc("240.00", "0.00", [("CO-197", "240.00")])], icn="FIRST")]))
    take(Era([Clp("X9", [Svc("240.00", "240.00", on=None)], icn="Q", **ELSE)], trace="EFT2", paid_on=cast.TODAY))
    before = stands(claim)
    exception = only_exception()

    match(exception, claim, ana)
    assert Denial.objects.get().state == "recovered"
    assert Claim.objects.get().icn == "Q"
    undo_decision(exception.pk, actor=ana, **UNDO)

    assert stands(claim) == before
    assert (Denial.objects.get().state, Claim.objects.get().icn) == ("open", "FIRST")


def test_a_claim_opened_from_its_payment_is_void_once_that_is_undone() -> None:
    practice = cast.make_practice()
    ana = cast.make_ana(practice)
    take(Era([Clp("N1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])])]))
    exception = only_exception()
    exceptions.create_claim(exception.pk, actor=ana, **WHEN)
    claim = Claim.objects.get(number="N1")

    undo_decision(exception.pk, actor=ana, **UNDO)

    assert buckets(claim) == {}
    assert claim.state == "void"
    assert RemitClaim.objects.get().claim_id is None
    assert account_totals([practice.pk])["UNAPPLIED"] == money("-120.00")
    assert books_hold(claim)


def test_only_who_settled_it_may_for_ten_minutes_and_a_supervisor_later() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana, sol = cast.make_ana(claim.practice), cast.make_sol(claim.practice)
    ben = cast.make_user(username="ben", practices=[claim.practice])
    take(Era([Clp("X9", PAID, **ELSE)]))
    exception = only_exception()
    match(exception, claim, ana)

    with pytest.raises(Conflict, match="Only who settled it"):
        undo_decision(exception.pk, actor=ben, **UNDO)
    late = {"today": cast.TODAY, "now": LATER + dt.timedelta(minutes=11)}
    with pytest.raises(Conflict, match="Ten minutes"):
        undo_decision(exception.pk, actor=ana, **late)
    undo_decision(exception.pk, actor=sol, **late)
    with pytest.raises(Conflict, match="settled this already"):
        undo_decision(exception.pk, actor=sol, **late)
    assert buckets(claim) == {"PAYER1": "240.00"}


def test_nothing_is_taken_away_below_what_came_after_it() -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    take(Era([Clp("X9", PAID, **ELSE)]))
    exception = only_exception()
    match(exception, claim, ana)

    denial = Denial.objects.get()
    Denial.objects.update(state="accepted", closed_on=cast.TODAY)
    with pytest.raises(Conflict, match="was worked on since"):
        undo_decision(exception.pk, actor=ana, **UNDO)

    Denial.objects.filter(pk=denial.pk).update(state="open", closed_on=None)
    take(Era([Clp("H1", [Svc("240.00", "10.00", [("CO-45", "230.00")])])], trace="EFT3", paid_on=cast.TODAY))
    exceptions.accept_exception(only_exception().pk, actor=ana, today=cast.TODAY, now=LATER + dt.timedelta(minutes=1))
    with pytest.raises(Conflict, match="posted on claim H1 after this"):
        undo_decision(exception.pk, actor=ana, **UNDO)
    assert not AuditEvent.objects.filter(action="remit_undo").exists()


def test_a_whole_deposit_is_accepted_only_by_who_is_sure_and_not_undone(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    ana = cast.make_ana(claim.practice)
    client.force_login(ana)
    take(Era([Clp("H1", [Svc("240.00", "150.00", [("CO-45", "90.00")])])], bpr="155.00"))
    page = f"/remits/exceptions/{only_exception().pk}"

    unsure = client.post(f"{page}/accept")
    assert unsure.status_code == 422
    assert "Tick the box" in unsure.content.decode()
    assert buckets(claim) == {"PAYER1": "240.00"}
    client.post(f"{page}/accept", {"sure": "1"})
    assert buckets(claim) == {}
    with pytest.raises(Conflict, match="whole deposit"):
        undo_decision(RemitException.objects.get().pk, actor=ana, **UNDO)


def test_the_page_after_a_decision_offers_to_undo_it(client: Client) -> None:
    claim = cast.make_claim(number="H1", lines=["240.00"])
    client.force_login(cast.make_sol(claim.practice))
    take(Era([Clp("X9", PAID, **ELSE)]))
    page = f"/remits/exceptions/{only_exception().pk}"

    after = client.post(f"{page}/match", {"claim": claim.pk}, follow=True).content.decode()
    assert f'action="{page}/undo"' in after
    assert f'action="{page}/undo"' in client.get(page).content.decode()
    back = client.post(f"{page}/undo", follow=True).content.decode()
    assert "the payment waits again" in back
    assert buckets(claim) == {"PAYER1": "240.00"}
    assert client.post(f"{page}/undo").status_code == 409

    dismissed = client.post(f"{page}/dismiss", {"reason": "not ours"}, follow=True).content.decode()
    assert f'action="{page}/reopen"' in dismissed
    client.force_login(cast.make_user(username="abe", role="auditor", practices=[claim.practice]))
    assert client.post(f"{page}/undo").status_code == 403
