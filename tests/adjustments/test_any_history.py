"""Whatever people ask, approve, refuse, undo and reverse in any order: the books hold, nobody approves alone, and never
more is written off than is open."""

import contextlib
import datetime as dt

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, money
from claims.adjustments import services
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Target
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import ClaimLine
from claims.denials.models import Denial
from claims.ledger import services as ledger
from claims.ledger.models import Posting, Receivable
from claims.ledger.verify import verify
from tests import cast
from tests.adjustments.test_write_offs import denied

CLASSES = ("WO_DENIAL", "WO_ADMIN", "WO_SMALL", "WO_STATUTORY", "CONTRACTUAL")


class History(RuleBasedStateMachine):
    """Two claims of a payer (one denied) and a patient's; a collector, a supervisor, an administrator, an owner."""

    @initialize()
    def begin(self) -> None:
        self.claims = [
            denied("H1", ("900.00", "900.00"), ("700.00", "650.00")),
            cast.make_claim(number="H2", lines=["60.00", "2600.00"]),
            cast.make_claim(number="H3", payers=(), lines=["120.00"]),
        ]
        practice = self.claims[0].practice
        makers = (cast.make_ana, cast.make_sol, cast.make_ada, cast.make_oona)
        self.people = [make(practice) for make in makers]
        self.now, self.number = cast.NOW, 0

    @property
    def when(self) -> dict[str, object]:
        return {"today": self.now.date(), "now": self.now}

    def do(self, deed: object, *args: object, **kwargs: object) -> None:
        with contextlib.suppress(DomainError):
            deed(*args, **kwargs)  # type: ignore[operator]

    @rule(which=st.integers(0, 2), cents=st.integers(1, 300_000), who=st.integers(0, 3), kind=st.integers(0, 4))
    def propose(self, which: int, cents: int, who: int, kind: int) -> None:
        claim = self.claims[which]
        target = Target("PATIENT" if which == 2 else "PAYER1", money(f"{cents / 100:.2f}"), claim_id=claim.pk)
        self.do(services.propose, target, books_to=CLASSES[kind], reason="because", actor=self.people[who], **self.when)

    @rule(which=st.integers(0, 5), who=st.integers(0, 3), many=st.booleans())
    def approve(self, which: int, who: int, many: bool) -> None:  # noqa: FBT001
        waiting = list(ApprovalRequest.objects.filter(state="waiting").order_by("pk"))
        if not waiting:
            return
        ids = [one.pk for one in waiting] if many else [waiting[which % len(waiting)].pk]
        self.do(approvals.approve_many, ids, actor=self.people[who], **self.when)

    @rule(which=st.integers(0, 5), who=st.integers(0, 3))
    def refuse(self, which: int, who: int) -> None:
        waiting = list(ApprovalRequest.objects.filter(state="waiting").order_by("pk"))
        if waiting:
            one = waiting[which % len(waiting)]
            self.do(approvals.refuse, [one.pk], note="no", actor=self.people[who], now=self.now)

    @rule(which=st.integers(0, 5), who=st.integers(0, 3), is_undo=st.booleans())
    def take_back(self, which: int, who: int, is_undo: bool) -> None:  # noqa: FBT001
        rows = list(WriteOff.objects.filter(state__in=["posted", "waiting"]).order_by("pk"))
        if not rows:
            return
        one = rows[which % len(rows)]
        if is_undo:
            self.do(services.undo, one.pk, actor=self.people[who], **self.when)
        else:
            self.do(services.reverse, one.pk, reason="wrong", actor=self.people[who], **self.when)

    @rule(which=st.integers(0, 1), cents=st.integers(1, 50_000))
    def pay(self, which: int, cents: int) -> None:
        claim = self.claims[which]
        line = ClaimLine.objects.filter(claim=claim, payer1__gt=0).first()
        if line is None:
            return
        self.number += 1
        amount = min(money(f"{cents / 100:.2f}"), line.payer1)
        entry = cast.move(
            line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=amount, on=self.now.date(),
            tag=self.number,
        )  # fmt: skip
        ledger.post([entry], now=self.now)

    @rule(minutes=st.integers(1, 3000))
    def wait(self, minutes: int) -> None:
        self.now += dt.timedelta(minutes=minutes)

    @invariant()
    def the_books_hold(self) -> None:
        if hasattr(self, "claims"):
            wrong = [one for one in verify([self.claims[0].practice_id]) if not one.holds]
            assert not wrong, wrong

    @invariant()
    def never_more_is_written_off_than_was_open(self) -> None:
        assert not Receivable.objects.filter(amount__lt=0).exists()
        assert not ClaimLine.objects.filter(payer1__lt=0).exists()
        assert not Denial.objects.filter(written_off__gt=F("amount")).exists()

    @invariant()
    def what_is_posted_is_what_was_proposed(self) -> None:
        posted = WriteOff.objects.filter(state="posted").aggregate(sum=Sum("amount"))["sum"] or ZERO
        kinds = ["write_off", "statutory", "contractual"]
        rows = Posting.objects.filter(kind__in=kinds, memo__startswith="Write-off ", reverses=None, reversed_by=None)
        assert (rows.aggregate(sum=Sum("amount"))["sum"] or ZERO) == posted

    @invariant()
    def every_approval_has_two_people(self) -> None:
        decided = ApprovalRequest.objects.filter(state__in=["approved", "refused"])
        assert not decided.filter(decided_by=F("asked_by")).exists()
        for one in WriteOff.objects.filter(state="posted", approval__isnull=False).select_related("approval"):
            assert (one.approval.state, one.posted_by_id) == ("approved", one.approval.decided_by_id)  # type: ignore[union-attr]
            assert one.posted_by_id != one.asked_by_id

    @invariant()
    def what_waits_has_a_question_and_what_has_none_does_not(self) -> None:
        waiting = WriteOff.objects.filter(state="waiting")
        assert not waiting.exclude(approval__state="waiting").exists()


@pytest.mark.django_db
def test_whatever_people_do_the_books_hold_and_two_people_stand_behind_every_approval() -> None:
    class Undone(History):
        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

    run_state_machine_as_test(
        Undone,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
