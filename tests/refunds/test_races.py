"""Two at one credit at the same moment, on an engine that lets both in: one is told, and nothing is returned twice."""

import pytest

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.ledger.selectors import account_totals
from claims.refunds import runs
from claims.refunds.models import Refund
from claims.remits.verify import verify
from tests.cast import make_ana, make_practice, make_sol, make_user
from tests.refunds.stories import WHEN, asked, overpaid
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_ask_for_the_same_credit() -> None:
    practice = make_practice()
    claim, ana, ben = overpaid(), make_ana(practice), make_user(username="ben", practices=[practice])
    told = at_once(*[lambda who=who: asked(claim, "40.00", actor=who) for who in (ana, ben)])
    assert sum(isinstance(one, DomainError) for one in told) == 1
    assert [str(one.amount) for one in Refund.objects.all()] == ["40.00"]


def test_two_approve_and_two_issue() -> None:
    practice = make_practice()
    ana, sol = make_ana(practice), make_sol(practice)
    tess = make_user(username="tess", role="supervisor", practices=[practice])
    refund = asked(overpaid(), actor=ana)
    pk = ApprovalRequest.objects.get().pk
    told = at_once(*[lambda who=who: approvals.approve(pk, actor=who, **WHEN) for who in (sol, tess)])
    assert sum(isinstance(one, DomainError) for one in told) == 1
    assert str(account_totals([practice.pk])["REFUND"]) == "-50.00"
    deeds = [
        lambda who=who, number=number: runs.issue_checks([refund.pk], first_number=number, actor=who, **WHEN)
        for number, who in ((5, sol), (6, tess))
    ]
    assert sum(isinstance(one, DomainError) for one in at_once(*deeds)) == 1
    totals = account_totals([practice.pk])
    assert (totals["REFUND"], str(totals["CASH"])) == (ZERO, "100.00")
    assert [check.name for check in verify([practice.pk]) if not check.holds] == []
