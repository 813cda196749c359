"""Whatever people do, in any order: the books hold, and closed months stay as they were frozen."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.errors import DomainError
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.cash import batches, days, slips
from claims.cash.models import CashBatch, DepositSlip
from claims.closing import reopening, reports, services
from claims.closing.checks import points_of
from claims.closing.models import FrozenReport
from claims.closing.months import Month, end_of_month
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.ledger.opening import OpeningBalance, OpeningClaim, open_balances
from claims.receipts.recording import record_receipt
from tests.cast import NOW, make_ada, make_claim, make_practice, make_sol, move
from tests.closing.books import failures

DAYS = [dt.date(2026, 9, 10), dt.date(2026, 9, 30), dt.date(2026, 10, 5), dt.date(2026, 10, 31), dt.date(2026, 11, 9)]
TODAY = dt.date(2026, 12, 2)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["receive", "reverse", "write_off", "open", "count", "recount", "slip", "day", "month", "ask", "answer"]
        ),
        st.sampled_from(DAYS),
        st.integers(1, 6000),
    ),
    min_size=4,
    max_size=18,
)


class TestClosing(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def test_whatever_people_do_the_books_hold_and_closed_months_stay(self, steps: list[tuple[str, dt.date, int]]):
        office = Office()
        for nth, (verb, on, cents) in enumerate(steps):
            office.now += dt.timedelta(minutes=1)
            with suppress(DomainError), transaction.atomic():
                office.do(verb)(on, Decimal(cents).scaleb(-2), nth)
        assert not failures(office.practice)
        for report in FrozenReport.objects.filter(period__reopened_at=None).select_related("period"):
            found = reports.compare(report, Month(office.practice.pk, report.period.ends_on, TODAY))
            assert found.is_same, (report.name, found.lost, found.come)
            assert found.is_intact
        approved = ApprovalRequest.objects.filter(state="approved")
        assert all(one.decided_by_id != one.asked_by_id for one in approved)


class Office:
    """A practice, two people, and everything that they may do to its cash and its months."""

    def __init__(self) -> None:
        self.practice, self.now = make_practice(), NOW
        self.sol, self.ada = make_sol(self.practice), make_ada(self.practice)
        self.claim = make_claim(practice=self.practice, payers=(), lines=["80.00"], posted_on=DAYS[0])
        self.insured = make_claim(practice=self.practice, lines=["240.00"], posted_on=DAYS[0])

    def do(self, verb: str) -> Callable[[dt.date, Decimal, int], object]:
        found: Callable[[dt.date, Decimal, int], object] = getattr(self, verb)
        return found

    def receive(self, on: dt.date, amount: Decimal, nth: int) -> None:
        record_receipt(
            actor=self.sol, account_id=self.claim.account_id, amount=amount, received_on=on,
            method="cash" if nth % 2 else "check", reference=f"N{nth}", today=on, now=self.now,
        )  # fmt: skip

    def reverse(self, on: dt.date, amount: Decimal, nth: int) -> None:
        rows = Posting.objects.filter(kind__in=("patient_payment", "unapplied"), reverses=None, reversed_by=None)
        if row := rows.order_by("pk").first():
            parts = rows.filter(memo=row.memo, account=row.account_id, posted_on=row.posted_on)
            ledger.reverse(parts.values_list("pk", flat=True), posted_on=on, now=self.now, actor=self.sol)

    def write_off(self, on: dt.date, amount: Decimal, nth: int) -> None:
        line = self.insured.lines.get()
        entry = move(line, kind="write_off", debit="WO_SMALL", credit="PAYER1", amount=amount, on=on, tag=nth)
        ledger.post([entry], now=self.now, actor=self.sol)

    def open(self, on: dt.date, amount: Decimal, nth: int) -> None:
        claim = make_claim(practice=self.practice, lines=["0.00"], service_on=dt.date(2026, 5, 2))
        claim.lines.update(charge=Decimal("90.00"))
        type(claim).objects.filter(pk=claim.pk).update(charge=Decimal("90.00"))
        balance = OpeningBalance(claim.lines.get().pk, "PAYER1", amount, dt.date(2026, 6, 1))
        open_balances(
            [OpeningClaim(claim.pk, (balance,))], practice_id=self.practice.pk, cut_over_on=on, source=f"S{nth}",
            actor=self.sol, now=self.now,
        )  # fmt: skip

    def count(self, on: dt.date, amount: Decimal, nth: int) -> None:
        batch = batches.open_batch(
            practice_id=self.practice.pk, day=on, kind="patient", owner_id=self.sol.pk, actor=self.sol, today=TODAY,
            now=self.now,
        )  # fmt: skip
        inside = batches.members(batch)
        tape = sum((one.amount for one in inside), Decimal(0)) + (amount if nth % 3 == 0 else 0)
        batches.set_tape(batch.pk, count=len(inside), amount=tape, actor=self.sol, now=self.now)
        batches.close_batch(batch.pk, why="known", actor=self.sol, now=self.now)

    def recount(self, on: dt.date, amount: Decimal, nth: int) -> None:
        if batch := CashBatch.objects.filter(state="closed").order_by("pk").last():
            batches.reopen_batch(batch.pk, actor=self.sol, now=self.now)

    def slip(self, on: dt.date, amount: Decimal, nth: int) -> None:
        if nth % 4 == 3 and (old := DepositSlip.objects.last()):
            slips.void_slip(old.pk, actor=self.sol, now=self.now)
            return
        ready = CashBatch.objects.filter(state="closed", slip=None).values_list("pk", flat=True)
        found = slips.make_slip(
            list(ready), practice_id=self.practice.pk, bank_account="", actor=self.sol, today=TODAY, now=self.now
        )
        slips.deposit_slip(found.pk, on=TODAY, actor=self.sol, today=TODAY, now=self.now)

    def day(self, on: dt.date, amount: Decimal, nth: int) -> None:
        days.close_day(practice_id=self.practice.pk, day=on, note="later", actor=self.sol, today=TODAY, now=self.now)

    def month(self, on: dt.date, amount: Decimal, nth: int) -> None:
        month = Month(self.practice.pk, end_of_month(on), TODAY)
        for point in points_of(month):
            if point.is_open:
                services.accept_point(month, point.check.code, why="known", actor=self.sol, now=self.now)
        services.close_month(month, actor=self.sol, now=self.now)

    def ask(self, on: dt.date, amount: Decimal, nth: int) -> None:
        month = Month(self.practice.pk, end_of_month(on), TODAY)
        reopening.ask_to_reopen(month, why="known", actor=self.sol, now=self.now)

    def answer(self, on: dt.date, amount: Decimal, nth: int) -> None:
        if asked := ApprovalRequest.objects.filter(state="waiting").first():
            who = self.sol if nth % 3 == 0 else self.ada
            approvals.approve(asked.pk, actor=who, today=TODAY, now=self.now)
