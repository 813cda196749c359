"""What the payer takes back itself is not returned beside it (RULES 3.3)."""

import pytest

from arwork.lib.errors import Conflict
from arwork.lib.money import money
from arwork.staff.models import User
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from claims.credits.selectors import credit_of
from claims.ledger.selectors import account_totals
from claims.refunds import requests, runs
from claims.refunds.models import Refund
from claims.refunds.requests import RefundImpossible
from claims.remits import exceptions, recoupments
from claims.remits.models import ProviderAdjustment, RemitException
from claims.remits.verify import verify
from tests.balances import balance_of
from tests.cast import TODAY, make_ana, make_claim, make_practice, make_sol
from tests.refunds.stories import WHEN, asked, of_payer
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db


def paid_twice(sol: User) -> Claim:
    """100.00 charged, 80.00 allowed and paid, and 80.00 again in another deposit that a person accepted."""
    make_claim(number="H1", lines=["100.00"])
    for trace in ("EFT1", "EFT2"):
        take(Era([Clp("H1", [Svc("100.00", "80.00", [("CO-45", "20.00")])], icn=trace)], trace=trace))
    exceptions.accept_exception(RemitException.objects.get().pk, actor=sol, **WHEN)
    return Claim.objects.get()


def people() -> tuple[User, User]:
    practice = make_practice()
    return make_ana(practice), make_sol(practice)


def approve(refund: Refund, by: User) -> None:
    approvals.approve(ApprovalRequest.objects.get(subject_id=refund.pk).pk, actor=by, **WHEN)


def reverse() -> None:
    """The payer reverses its second answer."""
    taken = Clp("H1", [Svc("-100.00", "-80.00", [("CO-45", "-20.00")])], status="22", icn="EFT2")
    take(Era([taken], trace="EFT3"))


def sound(claim: Claim) -> None:
    assert [check.name for check in verify([claim.practice_id]) if not check.holds] == []


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_reversal_cancels_a_refund_that_has_not_gone_out(is_approved: bool) -> None:
    ana, sol = people()
    claim = paid_twice(sol)
    credit = -balance_of(claim.pk)["PAYER1"]
    refund = asked(claim, str(credit), actor=ana)
    if is_approved:
        approve(refund, sol)
    reverse()
    refund.refresh_from_db()
    assert refund.state == "canceled"
    assert "took the money back itself" in refund.ended_because
    assert account_totals([claim.practice_id])["REFUND"] == 0
    assert ApprovalRequest.objects.get().state == ("approved" if is_approved else "superseded")
    sound(claim)
    with pytest.raises(Conflict):
        runs.issue_checks([refund.pk], first_number=7, actor=sol, **WHEN)


def test_a_reversal_after_it_went_out_asks_whether_it_was_returned_twice() -> None:
    ana, sol = people()
    claim = paid_twice(sol)
    refund = asked(claim, str(-balance_of(claim.pk)["PAYER1"]), actor=ana)
    approve(refund, sol)
    runs.issue_checks([refund.pk], first_number=7, actor=sol, **WHEN)
    reverse()
    refund.refresh_from_db()
    assert (refund.state, refund.doubled_on is not None) == ("issued", True)
    sound(claim)
    runs.settle_doubled(refund.pk, actor=sol, **WHEN)
    refund.refresh_from_db()
    assert refund.doubled_settled_on == TODAY


def test_a_takeback_that_is_announced_refuses_a_refund_and_its_application_cancels_one() -> None:
    ana, sol = people()
    claim = paid_twice(sol)
    credit = -balance_of(claim.pk)["PAYER1"]
    refund = asked(claim, str(credit), actor=ana)
    make_claim(number="H2", lines=["200.00"])
    other = Clp("H2", [Svc("200.00", "180.00", [("CO-45", "20.00")])], icn="NEW2")
    take(Era([other], plb=[("WO:H1", str(credit))], trace="EFT4"))
    assert credit_of(of_payer(claim), actor=ana, today=TODAY).cause == "recoupment"
    with pytest.raises(Conflict, match="returned twice"):
        approve(refund, sol)
    with pytest.raises(RefundImpossible, match="return it twice"):
        asked(claim, "1.00", actor=ana)
    row = ProviderAdjustment.objects.get()
    recoupments.apply_recoupment(row.pk, claim="H1", amount=money(credit), actor=sol, **WHEN)
    refund.refresh_from_db()
    assert refund.state == "canceled"
    assert balance_of(claim.pk)["PAYER1"] == 0
    sound(claim)


def test_a_patients_refund_stays_when_the_payer_takes_its_own_back() -> None:
    ana, sol = people()
    claim = paid_twice(sol)
    refund = asked(claim, str(-balance_of(claim.pk)["PAYER1"]), actor=ana)
    Refund.objects.filter(pk=refund.pk).update(bucket="PATIENT")
    reverse()
    refund.refresh_from_db()
    assert refund.state == "asked"
    assert requests.REFUND
