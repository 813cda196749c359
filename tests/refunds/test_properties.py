"""Whatever people and payers do in whatever order, the books hold and no credit goes back twice."""

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, money
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.ledger.selectors import account_totals
from claims.refunds import requests, runs
from claims.refunds.models import Refund
from claims.refunds.takebacks import follow_takeback
from claims.remits.verify import verify
from tests.cast import NOW, TODAY, make_ana, make_practice, make_sol, move
from tests.refunds.stories import WHEN, asked, overpaid

STEPS = st.tuples(
    st.sampled_from(["ask", "approve", "refuse", "cancel", "issue", "void", "clear", "unclear", "report", "takeback"]),
    st.integers(0, 3),
    st.sampled_from(["10.00", "25.00", "50.00"]),
)


class TestAnyOrder(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(story=st.lists(STEPS, max_size=14))
    def test_it_keeps_the_books_and_returns_nothing_twice(self, story):
        practice = make_practice()
        ana, sol = make_ana(practice), make_sol(practice)
        claim = overpaid(by="50.00")
        line = claim.lines.select_related("claim").get()
        for number, (step, which, amount) in enumerate(story):
            known = list(Refund.objects.order_by("pk"))
            pk = known[which % len(known)].pk if known else 0
            with contextlib.suppress(DomainError, ApprovalRequest.DoesNotExist):
                match step:
                    case "ask":
                        asked(claim, amount, actor=ana)
                    case "approve":
                        approvals.approve(ApprovalRequest.objects.get(subject_id=pk).pk, actor=sol, **WHEN)
                    case "refuse":
                        question = ApprovalRequest.objects.get(subject_id=pk)
                        approvals.refuse([question.pk], note="No.", actor=sol, now=NOW)
                    case "cancel":
                        requests.cancel_refund(pk, why="Changed.", actor=sol, **WHEN)
                    case "issue":
                        runs.issue_checks([pk], first_number=100 + number, actor=sol, **WHEN)
                    case "void":
                        runs.void_refund(pk, why="Lost.", actor=sol, **WHEN)
                    case "clear":
                        runs.clear_refund(pk, cleared_on=TODAY, actor=sol, **WHEN)
                    case "unclear":
                        runs.unclear_refund(pk, actor=sol, now=NOW)
                    case "report":
                        runs.report_unclaimed(pk, on=TODAY, actor=sol, **WHEN)
                    case "takeback":
                        taken = move(line, kind="payer_payment", debit="PAYER1", credit="CASH", amount=amount,
                                     on=TODAY, tag=number)  # fmt: skip
                        ledger.post([taken], now=NOW)
                        follow_takeback({(claim.pk, "PAYER1")}, **WHEN)
            self._ensure_sound(claim, practice)

    def _ensure_sound(self, claim, practice):
        assert [check.name for check in verify([practice.pk]) if not check.holds] == []
        totals = account_totals([practice.pk])
        rows = list(Refund.objects.all())
        owed = sum((one.amount for one in rows if one.state == "approved"), ZERO)
        out = sum((one.amount for one in rows if one.state in ("issued", "cleared", "reported", "paid_to_state")), ZERO)
        assert -totals["REFUND"] == owed, "what is approved and not out is a debt of ours, nothing else is"
        taken = sum((one.amount for one in Posting.objects.filter(debit="PAYER1", credit="CASH")), ZERO)
        assert totals["CASH"] == money("150.00") - taken - out
        assert out + owed <= money("50.00"), "no credit goes back twice"
        assert all(one.approved_by_id != one.asked_by_id for one in rows)
        assert totals["PAYER1"] == taken + owed + out - money("50.00")
