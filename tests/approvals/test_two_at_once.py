"""Two approvers at once, on a database that runs them at once: it is carried out once, and the other is told."""

import pytest

from arwork.lib.errors import Conflict
from arwork.lib.money import money
from claims.adjustments import services
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Target
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.ledger.models import Posting
from tests import cast
from tests.remits.era import buckets
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHEN = {"today": cast.TODAY, "now": cast.NOW}


@pytest.mark.parametrize("turn", range(3))
def test_two_approvers_at_once_post_once(turn: int) -> None:
    claim = cast.make_claim(number=f"T{turn}", lines=["900.00"])
    ana, sol, ada = (make(claim.practice) for make in (cast.make_ana, cast.make_sol, cast.make_ada))
    target = Target("PAYER1", money("900.00"), claim_id=claim.pk)
    asked = services.propose(target, books_to="WO_DENIAL", reason="lost", actor=ana, **WHEN)
    results = at_once(*(lambda who=who: approvals.approve(asked.approval_id, actor=who, **WHEN) for who in (sol, ada)))
    assert sum(isinstance(one, ApprovalRequest) for one in results) == 1, results
    assert sum(isinstance(one, Conflict) for one in results) == 1, results
    assert Posting.objects.filter(kind="write_off").count() == 1
    assert buckets(claim) == {}


@pytest.mark.parametrize("turn", range(3))
def test_two_who_propose_at_once_never_take_more_than_is_open(turn: int) -> None:
    claim = cast.make_claim(number=f"U{turn}", lines=["400.00"])
    sol, ada = cast.make_sol(claim.practice), cast.make_ada(claim.practice)
    target = Target("PAYER1", money("300.00"), claim_id=claim.pk)
    results = at_once(
        *(
            lambda who=who: services.propose(target, books_to="WO_DENIAL", reason="lost", actor=who, **WHEN)
            for who in (sol, ada)
        )
    )
    assert sum(isinstance(one, WriteOff) for one in results) == 1, results
    assert buckets(claim) == {"PAYER1": "100.00"}
