"""Promises, kept or broken by what the ledger received, and what a broken one does in the morning."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.ledger import services as ledger
from claims.ledger.models import Posting
from collections_app.promises import services as promises
from collections_app.promises.models import Promise
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, move
from tests.day.test_opening import DAY, open_day, patient_pays

pytestmark = pytest.mark.django_db


def promise(claim, *, by):
    """90.00 promised today, with two days of grace; the item."""
    item = WorkItem.objects.get(account=claim.account, claim=None)
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="promised", amount=Decimal("90.00"), promised_on=by,
        now=NOW, today=TODAY,
    )  # fmt: skip
    item.refresh_from_db()
    return item


@pytest.fixture
def promised(books):
    """90.00 promised for the 23rd, with two days of grace."""
    open_day(TODAY)
    promise(books[-1], by=dt.date(2026, 11, 23))
    return books[-1]


def test_a_broken_promise_is_first_next_morning(books):
    open_day(TODAY)
    item = promise(books[-1], by=dt.date(2026, 11, 27))
    open_day(dt.date(2026, 11, 29))
    assert Promise.objects.get().state == "open"
    open_day(dt.date(2026, 11, 30))
    assert Promise.objects.get().state == "broken"
    item.refresh_from_db()
    assert (item.lane, item.next_action, item.next_on) == (1, "call_patient", dt.date(2026, 11, 30))
    evening = dt.datetime(2026, 11, 30, 20, tzinfo=dt.UTC)
    assert worklist.take_next(actor=item.owner, now=evening, today=dt.date(2026, 11, 30)) == item


def test_a_promise_that_breaks_within_the_week_of_the_talk_is_first_on_the_eighth_day(promised):
    thanksgiving, eighth_day = dt.date(2026, 11, 26), dt.date(2026, 11, 27)
    open_day(thanksgiving)
    item = WorkItem.objects.get(account=promised.account, claim=None, state="open")
    assert (item.promise_broken_on, item.next_action, item.next_on) == (thanksgiving, "call_patient", eighth_day)
    assert item.because.startswith("promise broken on Nov 26; spoken with on Nov 20")
    evening = dt.datetime(2026, 11, 26, 20, tzinfo=dt.UTC)
    assert worklist.take_next(actor=item.owner, now=evening, today=thanksgiving) != item
    worklist.release_all(actor=item.owner)
    open_day(eighth_day)
    item.refresh_from_db()
    assert (item.lane, item.next_on) == (1, eighth_day)
    assert worklist.take_next(actor=item.owner, now=evening + DAY, today=eighth_day) == item


def test_a_call_that_was_agreed_on_outlives_a_promise_that_breaks_before_it(promised):
    item = WorkItem.objects.get(account=promised.account, claim=None)
    at = dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="will_call_back", callback_on=at.date(), callback_at=at,
        now=NOW + DAY, today=TODAY + DAY,
    )  # fmt: skip
    open_day(dt.date(2026, 11, 26))
    item.refresh_from_db()
    assert item.promise_broken_on == dt.date(2026, 11, 26)
    assert (item.next_at, item.next_on, item.because) == (at, at.date(), "agreed for Nov 30")


def test_a_payment_wakes_a_call_on_the_first_day_it_may_be_made(promised):
    item = WorkItem.objects.get(account=promised.account, claim=None)
    worklist.record_outcome(actor=item.owner, item_id=item.pk, disposition="will_think", now=NOW, today=TODAY)
    item.refresh_from_db()
    later = dt.date(2026, 12, 15)
    WorkItem.objects.filter(pk=item.pk).update(next_on=later)
    worklist.refresh(accounts=[item.account_id], today=TODAY + 3 * DAY, now=NOW + 3 * DAY, event="payment")
    item.refresh_from_db()
    assert (item.next_on, item.woken_by) == (dt.date(2026, 11, 27), "payment")


def test_a_broken_promise_that_was_worked_is_first_no_more(promised):
    open_day(dt.date(2026, 11, 26))
    item = WorkItem.objects.get(account=promised.account, claim=None, state="open")
    at = dt.datetime(2026, 11, 26, 20, tzinfo=dt.UTC)
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="left_message", now=at, today=dt.date(2026, 11, 26)
    )
    open_day(dt.date(2026, 11, 27))
    item.refresh_from_db()
    assert item.promise_broken_on is None
    assert item.lane != 1


def test_money_in_time_keeps_it_whichever_line_it_went_to(promised):
    patient_pays(promised, "90.00", on=dt.date(2026, 11, 25))
    open_day(dt.date(2026, 11, 26))
    promise = Promise.objects.get()
    assert (promise.state, promise.received) == ("kept", Decimal("90.00"))
    assert not WorkItem.objects.filter(account=promised.account, claim=None, state="open").exists()


def test_a_kept_promise_is_broken_after_all_when_its_money_goes_back(promised):
    patient_pays(promised, "90.00", on=dt.date(2026, 11, 24))
    open_day(dt.date(2026, 11, 25))
    assert Promise.objects.get().state == "kept"
    payment = Posting.objects.get(claim=promised, kind="patient_payment")
    ledger.reverse([payment.pk], posted_on=dt.date(2026, 11, 25), now=NOW + dt.timedelta(days=5))
    assert promises.settle_promises(today=dt.date(2026, 11, 25)).broken == 0
    assert Promise.objects.get().state == "kept"

    open_day(dt.date(2026, 12, 1))

    promise = Promise.objects.get()
    assert (promise.state, promise.received) == ("broken", Decimal("0.00"))
    item = WorkItem.objects.get(account=promised.account, claim=None, state="open")
    assert (item.lane, item.next_action) == (1, "call_patient")
    assert promises.settle_promises(today=dt.date(2026, 12, 1)) == promises.SettledPromises()


def test_money_that_goes_back_on_the_last_day_of_its_return_breaks_the_promise(promised):
    kept_on = TODAY + DAY
    patient_pays(promised, "90.00", on=kept_on)
    open_day(kept_on)
    assert Promise.objects.get().settled_on == kept_on
    payment = Posting.objects.get(claim=promised, kind="patient_payment")
    last = kept_on + dt.timedelta(days=60)
    ledger.reverse([payment.pk], posted_on=last, now=NOW + dt.timedelta(days=65))
    assert promises.settle_promises(today=last).broken == 1


def test_money_that_goes_back_long_after_leaves_the_promise_kept(promised):
    patient_pays(promised, "90.00", on=dt.date(2026, 11, 24))
    open_day(dt.date(2026, 11, 25))
    payment = Posting.objects.get(claim=promised, kind="patient_payment")
    late = dt.date(2026, 11, 25) + dt.timedelta(days=60 + 1)
    ledger.reverse([payment.pk], posted_on=late, now=NOW + dt.timedelta(days=70))
    assert promises.settle_promises(today=late) == promises.SettledPromises()


@pytest.mark.parametrize(("day", "state"), [(25, "kept"), (26, "broken")])
def test_money_of_the_second_day_of_grace_keeps_it_and_of_the_third_does_not(promised, day, state):
    open_day(dt.date(2026, 11, 25))
    assert Promise.objects.get().state == "open"
    item = WorkItem.objects.get(account=promised.account, claim=None)
    assert (item.next_action, item.next_on) == ("expect_payment", dt.date(2026, 11, 27))  # the 26th is Thanksgiving
    patient_pays(promised, "90.00", on=dt.date(2026, 11, day))
    open_day(dt.date(2026, 11, 26))
    assert Promise.objects.get().state == state


def test_a_call_waits_for_the_morning_after_the_grace_of_a_promise_that_is_open(promised):
    Promise.objects.update(due_on=dt.date(2026, 11, 29))  # money of December 1 still keeps it
    WorkItem.objects.filter(account=promised.account, claim=None).update(next_action="call_patient", decided_at=None)
    worklist.refresh(accounts=[promised.account_id], today=TODAY, now=NOW)
    item = WorkItem.objects.get(account=promised.account, claim=None)
    assert (item.next_action, item.next_on) == ("expect_payment", dt.date(2026, 12, 2))


def test_part_of_the_money_does_not_save_it(promised):
    patient_pays(promised, "40.00", on=dt.date(2026, 11, 24))
    open_day(dt.date(2026, 11, 25))
    assert Promise.objects.get().state == "partly"
    open_day(dt.date(2026, 11, 26))
    promise = Promise.objects.get()
    assert (promise.state, promise.received) == ("broken", Decimal("40.00"))


def test_who_was_called_the_evening_before_it_broke_was_called_before_it_broke(promised):
    item = WorkItem.objects.get(account=promised.account, claim=None)
    evening = dt.datetime(2026, 11, 26, 1, 30, tzinfo=dt.UTC)  # half past eight of the 25th in the office
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="left_message", now=evening, today=dt.date(2026, 11, 25)
    )
    open_day(dt.date(2026, 11, 26))
    item.refresh_from_db()
    assert (item.promise_broken_on, item.next_action) == (dt.date(2026, 11, 26), "call_patient")
    assert item.next_on == dt.date(2026, 11, 27)  # the eighth day after the talk


def test_money_that_came_before_the_promise_on_the_same_day_does_not_keep_it(books):
    open_day(TODAY)
    claim = books[-1]
    item = WorkItem.objects.get(account=claim.account, claim=None)
    patient_pays(claim, "40.00", on=TODAY)
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="promised", amount=Decimal("40.00"),
        promised_on=dt.date(2026, 11, 23), now=NOW + dt.timedelta(minutes=5), today=TODAY,
    )  # fmt: skip
    open_day(TODAY + DAY)
    promise = Promise.objects.get()
    assert (promise.state, promise.received) == ("open", Decimal("0.00"))
    patient_pays(claim, "40.00", on=TODAY + DAY)
    open_day(TODAY + 2 * DAY)
    promise.refresh_from_db()
    assert (promise.state, promise.received) == ("kept", Decimal("40.00"))


def test_reversed_money_leaves_an_open_promise_at_rest(promised):
    line = promised.lines.get()
    for debit, credit, on in (("CASH", "PATIENT", TODAY - DAY), ("PATIENT", "CASH", TODAY + DAY)):
        paid = move(line, kind="patient_payment", debit=debit, credit=credit, amount="40.00", on=on)
        ledger.post([paid], now=NOW)
    promises.settle_promises(today=TODAY + DAY)
    assert promises.settle_promises(today=TODAY + DAY).accounts == frozenset()
    assert Promise.objects.get().state == "open"


def test_a_new_promise_that_is_canceled_leaves_the_broken_one_first(promised):
    broken_on = dt.date(2026, 11, 26)
    open_day(broken_on)
    item = WorkItem.objects.get(account=promised.account, claim=None)
    now = NOW + 6 * DAY
    action = worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="promised", amount=Decimal("90.00"),
        promised_on=broken_on + 2 * DAY, now=now, today=broken_on,
    )  # fmt: skip
    worklist.undo_action(actor=item.owner, action_id=action.pk, now=now, today=broken_on)
    worklist.refresh(accounts=[promised.account_id], today=broken_on, now=now)
    item.refresh_from_db()
    assert (item.promise_broken_on, item.lane, item.next_action) == (broken_on, 1, "call_patient")
