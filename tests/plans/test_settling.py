"""Plans beside the ledger, day by day: late, broken, healed, paid; what came back; many at once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.billing.models import Claim
from claims.parties.models import Account
from claims.practices.models import OfficeClosure
from claims.receipts.corrections import return_receipt, void_receipt
from claims.receipts.models import Receipt
from collections_app.plans import services as plans
from collections_app.plans.models import PaymentPlan, PlanEvent, PlanInstallment, PlanSchedule, PlanVisit
from collections_app.plans.settling import reopen_plans_settled_after
from collections_app.promises.services import make_promise
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_sol
from tests.day.test_opening import open_day
from tests.plans.conftest import DAY, FIRST, agree, agreed, draft, noon, pays, settle

pytestmark = pytest.mark.django_db
D = Decimal
GRACE_ENDS = dt.date(2026, 12, 8)  # five business days after Tuesday, 1 December


def codes(plan):
    return list(PlanEvent.objects.filter(plan=plan).order_by("pk").values_list("code", flat=True))


def test_an_installment_paid_on_its_day_is_matched(account, ana):
    plan = agreed(account, ana)
    pays(account, "100.00", on=FIRST)
    plan = settle(plan, FIRST)
    assert (plan.state, plan.received, plan.remaining) == ("current", D(100), D(400))
    assert (plan.next_due_on, plan.late_since) == (dt.date(2027, 1, 1), None)


def test_late_within_grace_and_broken_the_morning_after(account, ana):
    plan = agreed(account, ana)
    plan = settle(plan, GRACE_ENDS)
    assert (plan.state, plan.is_late, plan.late_since, plan.late_amount) == ("current", True, FIRST, D(100))
    plan = settle(plan, GRACE_ENDS + DAY)
    assert (plan.state, plan.settled_on, plan.broken_at) == ("broken", GRACE_ENDS + DAY, noon(GRACE_ENDS + DAY))
    assert codes(plan) == ["proposed", "agreed", "late", "broken"]


def test_the_practice_s_closed_days_lengthen_the_grace(account, ana):
    OfficeClosure.objects.create(
        practice=account.practice, day=dt.date(2026, 12, 4), name="Storm", entered_by=ana, entered_at=NOW
    )
    plan = settle(agreed(account, ana), GRACE_ENDS + DAY)
    assert plan.state == "current"
    assert settle(plan, GRACE_ENDS + 2 * DAY).state == "broken"


def test_settling_twice_changes_nothing_the_second_time(account, ana):
    plan = settle(agreed(account, ana), GRACE_ENDS + DAY)
    before, events = PaymentPlan.objects.values().get(), codes(plan)
    found = plans.settle_plans(today=GRACE_ENDS + DAY, now=noon(GRACE_ENDS + 2 * DAY))
    assert (found.broken, found.accounts) == (0, frozenset())
    assert (PaymentPlan.objects.values().get(), codes(plan)) == (before, events)


def test_money_entered_late_heals_and_money_of_later_does_not(account, ana):
    plan = settle(agreed(account, ana), GRACE_ENDS + DAY)
    pays(account, "100.00", on=GRACE_ENDS + DAY, reference="LATE")
    assert settle(plan, GRACE_ENDS + DAY).state == "broken"
    pays(account, "100.00", on=GRACE_ENDS, reference="FOUND", at=noon(GRACE_ENDS + 3 * DAY))
    plan = settle(plan, GRACE_ENDS + 3 * DAY)
    assert (plan.state, plan.settled_on, plan.received) == ("current", None, D(200))
    assert plan.broken_at is not None
    assert codes(plan)[-1] == "healed"


def test_extra_money_shortens_and_the_last_pays_it_in_full(account, ana):
    plan = agreed(account, ana)
    pays(account, "450.00", on=FIRST)
    plan = settle(plan, FIRST)
    assert (plan.next_due_on, plan.next_amount) == (dt.date(2027, 4, 1), D(50))
    pays(account, "50.00", on=FIRST + DAY)
    plan = settle(plan, FIRST + DAY)
    assert (plan.state, plan.settled_on, plan.remaining, plan.next_due_on) == ("paid", FIRST + DAY, D(0), None)


def returned(account, ana, on):
    receipt = Receipt.objects.get(account=account)
    abe = make_sol(make_practice())
    return_receipt(receipt.pk, actor=abe, why="nsf", returned_on=on, today=on, now=noon(on))


def test_a_returned_payment_breaks_the_plan_the_same_day(account, ana):
    plan = agreed(account, ana)
    pays(account, "100.00", on=FIRST)
    settle(plan, FIRST)
    back = FIRST + 2 * DAY
    returned(account, ana, back)
    plan = settle(plan, back)
    assert (plan.state, plan.received, plan.late_since) == ("broken", D(0), FIRST)
    pays(account, "100.00", on=back, reference="AGAIN")
    assert settle(plan, back).state == "current"


def test_what_was_entered_by_mistake_unmatches_within_the_grace(account, ana):
    plan = agreed(account, ana)
    pays(account, "100.00", on=FIRST)
    settle(plan, FIRST)
    void_receipt(
        Receipt.objects.get().pk, actor=make_sol(make_practice()), why="twice", today=FIRST + DAY, now=noon(FIRST + DAY)
    )
    plan = settle(plan, FIRST + DAY)
    assert (plan.state, plan.received, plan.is_late) == ("current", D(0), True)


def test_a_paid_plan_whose_last_check_comes_back_is_open_again(account, ana):
    plan = agreed(account, ana)
    pays(account, "500.00", on=TODAY + DAY)
    assert settle(plan, TODAY + DAY).state == "paid"
    returned(account, ana, TODAY + 4 * DAY)
    plan = settle(plan, TODAY + 4 * DAY)  # before its first day is due
    assert (plan.state, plan.remaining, plan.settled_on) == ("current", D(500), None)


def test_a_copay_of_a_new_visit_is_no_installment(account, ana):
    plan = agreed(account, ana)
    patient = Claim.objects.filter(account=account).first().patient
    make_claim(patient=patient, payers=(), lines=("30.00",), service_on=FIRST, billed_on=FIRST)
    new = Claim.objects.filter(account=account).order_by("-pk").first()
    from claims.receipts.recording import record_receipt

    record_receipt(
        actor=make_sol(make_practice()), account_id=account.pk, amount=D("30.00"), received_on=FIRST, method="cash",
        reference="R1", today=FIRST, now=noon(FIRST), chosen={new.pk: D("30.00")},
    )  # fmt: skip
    assert settle(plan, FIRST).received == D(0)


def test_nothing_left_to_pay_ends_a_plan_without_breaking_it(account, ana):
    from claims.ledger import services as ledger
    from tests.cast import move

    plan = agreed(account, ana)
    for claim in Claim.objects.filter(account=account):
        line = claim.lines.get()
        entry = move(line, kind="write_off", debit="WO_CHARITY", credit="PATIENT", amount=line.charge, on=FIRST)
        ledger.post([entry], now=noon(FIRST))
    plan = settle(plan, GRACE_ENDS + DAY)
    assert (plan.state, plan.ended) == ("cancelled", "gone")


def test_a_kept_plan_leaves_the_queue_and_a_broken_one_is_first_next_morning(account, ana):
    open_day(TODAY)
    item = WorkItem.objects.get(account=account, claim=None, state="open")
    plan = agreed(account, ana)
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    assert (item.hold, item.next_action, item.next_on) == ("plan", "expect_payment", dt.date(2026, 12, 9))
    assert item.because == "a payment plan is kept: money of Dec 8 pays the next installment"
    assert worklist.take_next(actor=ana, now=NOW, today=TODAY) != item
    worklist.release_all(actor=ana)
    open_day(GRACE_ENDS)
    assert worklist.take_next(actor=ana, now=noon(GRACE_ENDS), today=GRACE_ENDS) != item
    worklist.release_all(actor=ana)
    morning = GRACE_ENDS + DAY
    open_day(morning)
    item.refresh_from_db()
    plan.refresh_from_db()
    assert plan.state == "broken"
    assert (item.hold, item.lane, item.next_action, item.next_on) == ("", 1, "call_patient", morning)
    assert item.because == "payment plan broken on Dec 9"
    at = dt.datetime.combine(morning, dt.time(20), dt.UTC)
    assert worklist.take_next(actor=ana, now=at, today=morning) == item


def test_a_renegotiated_plan_leaves_the_queue_again(account, ana):
    open_day(TODAY)
    plan = settle(agreed(account, ana), GRACE_ENDS + DAY)
    today, now = GRACE_ENDS + DAY, noon(GRACE_ENDS + DAY)
    new = draft(account, ana, each="50.00", today=today, first=today + 14 * DAY)
    plan = agree(plans.renegotiate(plan.pk, new, actor=ana, today=today, now=now), ana, today=today, now=now)
    assert (plan.state, plan.broken_at, plan.settled_on) == ("current", None, None)
    worklist.refresh(accounts=[account.pk], today=today, now=now)
    assert WorkItem.objects.get(account=account, claim=None, state="open").hold == "plan"


def test_a_clock_that_ran_ahead_breaks_no_plan_for_good(account, ana):
    plan = settle(agreed(account, ana), GRACE_ENDS + DAY)
    assert plan.state == "broken"
    assert reopen_plans_settled_after(actor=None, today=FIRST, now=noon(FIRST)) == {account.pk}
    plan = settle(plan, FIRST)
    assert (plan.state, plan.settled_on, plan.broken_at) == ("current", None, None)


def test_the_queries_of_settling_do_not_grow_with_the_plans(account, ana):
    agreed(account, ana)

    def queries(today):
        with CaptureQueriesContext(
            connection,
        ) as found:
            plans.settle_plans(today=today, now=noon(today))
        return len(found)

    queries(TODAY)
    one = queries(TODAY)
    for number in range(12):
        other = make_account(practice=account.practice, last=f"Person{number}")
        patient = make_patient(account=other, last=f"Person{number}")
        make_claim(patient=patient, payers=(), lines=("300.00",))
        agreed(other, ana, each="60.00")
    queries(TODAY)
    assert queries(TODAY) == one <= 12
    assert queries(GRACE_ENDS + DAY) <= one + 12  # all of them break: rows, events and the trail are written in sets
    assert PaymentPlan.objects.filter(state="broken").count() == 13


def test_a_thousand_plans_are_settled_in_one_batch(account, ana):
    """A payment plan of two installments each, nobody paid: all of them break on one morning."""
    claim = Claim.objects.filter(account=account).order_by("pk").first()
    accounts = Account.objects.bulk_create(
        Account(
            practice=account.practice,
            guarantor=account.guarantor,
            number=f"P{number:05}",
            match_key=f"p{number}",
            opened_on=TODAY,
        )
        for number in range(1_000)
    )
    plans_made = PaymentPlan.objects.bulk_create(
        PaymentPlan(practice=account.practice, account=one, owner=ana, made_at=NOW) for one in accounts
    )
    schedules = PlanSchedule.objects.bulk_create(
        PlanSchedule(
            plan=one, number=1, frequency="monthly", total=50, installment=25, count=2, first_due_on=FIRST,
            last_due_on=FIRST + 31 * DAY, grace_days=5, consequence="call", position="exempt", made_on=TODAY,
            made_at=NOW, made_by=ana,
        )
        for one in plans_made
    )  # fmt: skip
    PlanInstallment.objects.bulk_create(
        PlanInstallment(schedule=one, number=number + 1, due_on=FIRST + number * 31 * DAY, amount=25)
        for one in schedules
        for number in range(2)
    )
    PlanVisit.objects.bulk_create(PlanVisit(schedule=one, claim=claim, amount=50) for one in schedules)
    for plan, schedule in zip(plans_made, schedules, strict=True):
        plan.schedule, plan.state, plan.agreed_on, plan.agreed_at = schedule, "current", TODAY, NOW
    PaymentPlan.objects.bulk_update(plans_made, ["schedule", "state", "agreed_on", "agreed_at"])
    with CaptureQueriesContext(connection) as found:
        settled = plans.settle_plans(today=GRACE_ENDS + DAY, now=noon(GRACE_ENDS + DAY))
    assert settled.broken == len(settled.accounts) == 1_000
    assert len(found) <= 40
    with CaptureQueriesContext(connection) as found:
        again = plans.settle_plans(today=GRACE_ENDS + DAY, now=noon(GRACE_ENDS + DAY))
    assert (again.broken, again.accounts) == (0, frozenset())
    assert len(found) <= 14


def test_a_promise_gives_way_to_a_plan_and_stands_again_without_it(account, ana):
    open_day(TODAY)
    item = WorkItem.objects.get(account=account, claim=None, state="open")
    promise, _ = make_promise(
        actor=ana, account=account, amount=D("90.00"), due_on=TODAY + 3 * DAY, now=NOW, today=TODAY
    )
    plan = agreed(account, ana)
    promise.refresh_from_db()
    assert (promise.state, promise.ended) == ("cancelled", "replaced")
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    assert item.because.startswith("a payment plan is kept")
    plans.undo_agreement(plan.pk, actor=ana, today=TODAY, now=NOW)
    promise.refresh_from_db()
    assert (promise.state, promise.ended, promise.settled_on) == ("open", "", None)


def test_a_promise_that_was_broken_before_a_plan_was_agreed_asks_for_no_call(account, ana):
    open_day(TODAY)
    make_promise(actor=ana, account=account, amount=D("90.00"), due_on=TODAY, now=NOW, today=TODAY)
    later = TODAY + 10 * DAY
    open_day(later)
    item = WorkItem.objects.get(account=account, claim=None, state="open")
    assert item.promise_broken_on == dt.date(2026, 11, 25)  # two business days after the 20th, and the night
    agreed(account, ana, today=later, now=noon(later), first=later + 14 * DAY)
    worklist.refresh(accounts=[account.pk], today=later, now=noon(later))
    item.refresh_from_db()
    assert (item.hold, item.promise_broken_on, item.next_action) == ("plan", None, "expect_payment")


def test_the_work_follows_the_plan_from_installment_to_installment(account, ana):
    open_day(TODAY)
    item = WorkItem.objects.get(account=account, claim=None, state="open")
    WorkItem.objects.filter(pk=item.pk).update(
        next_action="call_patient", next_on=TODAY + 2 * DAY, decided_at=NOW, because="talked"
    )
    plan = agreed(account, ana)
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    assert (item.next_action, item.next_on) == ("expect_payment", dt.date(2026, 12, 9))
    pays(account, "100.00", on=FIRST)
    plan = settle(plan, FIRST)
    worklist.refresh(accounts=[account.pk], today=FIRST, now=noon(FIRST))
    item.refresh_from_db()
    assert plan.next_due_on == dt.date(2027, 1, 1)
    assert item.next_on == dt.date(2027, 1, 11)  # 1 January is a holiday: grace to Friday the 8th, and a weekend
