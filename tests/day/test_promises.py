"""Promises, kept or broken by what the ledger received, and what a broken one does in the morning."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.events import Changed
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.promises import services as promises
from collections_app.promises.models import Promise
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.refresh import follow_books
from collections_app.worklist.timeline import promise_events
from tests.cast import NOW, TODAY, make_claim, move
from tests.day.test_opening import DAY, open_day, patient_pays

pytestmark = pytest.mark.django_db
#: Within a week of a conversation a call needs a reason.
WHY = "They had asked us to"


def promise(claim, *, by):
    """90.00 promised today, with two days of grace; the item."""
    item = WorkItem.objects.get(account=claim.account, claim=None)
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="promised", amount=Decimal("90.00"), promised_on=by,
        now=NOW, today=TODAY,
    )  # fmt: skip
    item.refresh_from_db()
    return item


def called_anyway(item, disposition, *, now, today):
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition=disposition, why_anyway=WHY, now=now, today=today
    )


def settle(today):
    return promises.settle_promises(today=today, now=dt.datetime.combine(today, dt.time(12), dt.UTC))


@pytest.fixture
def promised(books):
    """90.00 promised for the 23rd, with two days of grace."""
    open_day(TODAY)
    promise(books[-1], by=dt.date(2026, 11, 23))
    return books[-1]


def test_a_broken_promise_is_first_next_morning(books):
    open_day(TODAY)
    item = promise(books[-1], by=dt.date(2026, 11, 27))
    open_day(dt.date(2026, 12, 1))  # Friday, and two business days
    assert Promise.objects.get().state == "open"
    open_day(dt.date(2026, 12, 2))
    assert Promise.objects.get().state == "broken"
    item.refresh_from_db()
    assert (item.lane, item.next_action, item.next_on) == (1, "call_patient", dt.date(2026, 12, 2))
    evening = dt.datetime(2026, 12, 2, 20, tzinfo=dt.UTC)
    assert worklist.take_next(actor=item.owner, now=evening, today=dt.date(2026, 12, 2)) == item


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
        why_anyway=WHY, now=NOW + DAY, today=TODAY + DAY,
    )  # fmt: skip
    open_day(dt.date(2026, 11, 26))
    item.refresh_from_db()
    assert item.promise_broken_on == dt.date(2026, 11, 26)
    assert (item.next_at, item.next_on, item.because) == (at, at.date(), "agreed for Nov 30")


def test_a_payment_wakes_a_call_on_the_first_day_it_may_be_made(promised):
    item = WorkItem.objects.get(account=promised.account, claim=None)
    called_anyway(item, "will_think", now=NOW, today=TODAY)
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
    called_anyway(item, "left_message", now=at, today=dt.date(2026, 11, 26))
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
    assert settle(dt.date(2026, 11, 25)).broken == 0
    assert Promise.objects.get().state == "kept"

    open_day(dt.date(2026, 12, 1))

    promise = Promise.objects.get()
    assert (promise.state, promise.received) == ("broken", Decimal("0.00"))
    item = WorkItem.objects.get(account=promised.account, claim=None, state="open")
    assert (item.lane, item.next_action) == (1, "call_patient")
    assert settle(dt.date(2026, 12, 1)) == promises.SettledPromises()


def test_money_that_goes_back_on_the_last_day_of_its_return_breaks_the_promise(promised):
    kept_on = TODAY + DAY
    patient_pays(promised, "90.00", on=kept_on)
    open_day(kept_on)
    assert Promise.objects.get().settled_on == kept_on
    payment = Posting.objects.get(claim=promised, kind="patient_payment")
    last = kept_on + dt.timedelta(days=60)
    ledger.reverse([payment.pk], posted_on=last, now=NOW + dt.timedelta(days=65))
    assert settle(last).broken == 1


def test_money_that_goes_back_long_after_leaves_the_promise_kept(promised):
    patient_pays(promised, "90.00", on=dt.date(2026, 11, 24))
    open_day(dt.date(2026, 11, 25))
    payment = Posting.objects.get(claim=promised, kind="patient_payment")
    late = dt.date(2026, 11, 25) + dt.timedelta(days=60 + 1)
    ledger.reverse([payment.pk], posted_on=late, now=NOW + dt.timedelta(days=70))
    assert settle(late) == promises.SettledPromises()


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
    called_anyway(item, "left_message", now=evening, today=dt.date(2026, 11, 25))
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
    settle(TODAY + DAY)
    assert settle(TODAY + DAY).accounts == frozenset()
    assert Promise.objects.get().state == "open"


def test_a_new_promise_that_is_canceled_leaves_the_broken_one_first(promised):
    broken_on = dt.date(2026, 11, 26)
    open_day(broken_on)
    item = WorkItem.objects.get(account=promised.account, claim=None)
    now = NOW + 6 * DAY
    action = worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="promised", amount=Decimal("90.00"),
        promised_on=broken_on + 2 * DAY, why_anyway=WHY, now=now, today=broken_on,
    )  # fmt: skip
    worklist.undo_action(actor=item.owner, action_id=action.pk, now=now, today=broken_on)
    worklist.refresh(accounts=[promised.account_id], today=broken_on, now=now)
    item.refresh_from_db()
    assert (item.promise_broken_on, item.lane, item.next_action) == (broken_on, 1, "call_patient")


def enter_late(claim, amount, *, received, entered):
    """A check that was received on one day and entered on a later one."""
    receipt = ReceivedMoney(claim.account_id, claim.practice_id, Decimal(amount), received, f"CHECK {received}")
    post_receipts([receipt], posted_on=entered, now=dt.datetime.combine(entered, dt.time(14), dt.UTC))


def follow(claim, *, on):
    """What the worklist does when something was posted on the account."""
    now = dt.datetime.combine(on, dt.time(15), dt.UTC)
    follow_books(Changed("payment", frozenset([claim.pk]), frozenset([claim.account_id])), today=on, now=now)
    return WorkItem.objects.filter(account=claim.account, claim=None, state="open").first()


def test_money_received_in_time_and_entered_late_keeps_the_promise(promised):
    enter_late(promised, "90.00", received=dt.date(2026, 11, 25), entered=dt.date(2026, 11, 26))
    open_day(dt.date(2026, 11, 26))
    promise = Promise.objects.get()
    assert (promise.state, promise.received, promise.broken_at) == ("kept", Decimal("90.00"), None)


def test_money_received_after_grace_does_not_however_early_its_day_is_opened(promised):
    enter_late(promised, "90.00", received=dt.date(2026, 11, 27), entered=dt.date(2026, 11, 27))
    open_day(dt.date(2026, 11, 30))
    promise = Promise.objects.get()
    assert (promise.state, promise.received) == ("broken", Decimal("0.00"))


def test_a_broken_promise_heals_when_money_of_its_time_is_entered_and_its_history_stays(promised):
    open_day(dt.date(2026, 11, 27))
    assert Promise.objects.get().state == "broken"
    item = WorkItem.objects.get(account=promised.account, claim=None, state="open")
    assert (item.lane, item.next_action) == (1, "call_patient")
    enter_late(promised, "90.00", received=dt.date(2026, 11, 24), entered=dt.date(2026, 11, 30))
    follow(promised, on=dt.date(2026, 11, 30))
    promise = Promise.objects.get()
    assert (promise.state, promise.settled_on, promise.words) == ("kept", dt.date(2026, 11, 30), "Kept, entered late")
    assert promise.broken_at is not None
    told = [(event.on, event.words) for event in promise_events(promised.account_id)]
    assert told == [
        (dt.date(2026, 11, 27), "Promise of $90.00 found broken"),
        (dt.date(2026, 11, 30), "Promise of $90.00: kept, entered late"),
    ]


def test_a_healed_promise_on_a_larger_balance_is_first_no_more(books):
    open_day(TODAY)
    claim = books[-1]
    item = WorkItem.objects.get(account=claim.account, claim=None)
    worklist.record_outcome(
        actor=item.owner, item_id=item.pk, disposition="promised", amount=Decimal("40.00"),
        promised_on=dt.date(2026, 11, 23), now=NOW, today=TODAY,
    )  # fmt: skip
    open_day(dt.date(2026, 11, 27))
    item.refresh_from_db()
    assert item.because.startswith("promise broken")
    enter_late(claim, "40.00", received=dt.date(2026, 11, 23), entered=dt.date(2026, 11, 30))
    item = follow(claim, on=dt.date(2026, 11, 30))
    assert item is not None
    assert (item.amount, item.promise_broken_on, item.lane) == (Decimal("50.00"), None, 3)
    assert "broken" not in item.because


def test_a_check_found_in_a_drawer_months_later_heals_it(promised):
    open_day(dt.date(2026, 11, 27))
    enter_late(promised, "90.00", received=dt.date(2026, 11, 24), entered=dt.date(2027, 3, 1))
    follow(promised, on=dt.date(2027, 3, 1))
    assert Promise.objects.get().state == "kept"


@pytest.mark.parametrize(
    ("kind", "debit"), [("transfer", "PAYER1"), ("write_off", "WO_SMALL"), ("statutory", "WO_STATUTORY")]
)
def test_a_balance_that_goes_back_to_a_payer_or_is_written_off_cancels_instead_of_breaking(promised, kind, debit):
    ledger.post(
        [move(promised.lines.get(), kind=kind, debit=debit, credit="PATIENT", amount="90.00", on=TODAY)], now=NOW
    )
    open_day(dt.date(2026, 11, 27))
    promise = Promise.objects.get()
    assert (promise.state, promise.ended, promise.words) == ("cancelled", "gone", "Nothing left to pay")
    assert promise.broken_at is None


def test_a_balance_that_is_the_patients_again_before_its_day_lets_the_promise_stand_again(promised):
    line = promised.lines.get()
    there = move(line, kind="transfer", debit="PAYER1", credit="PATIENT", amount="90.00", on=TODAY)
    ledger.post([there], now=NOW)
    follow(promised, on=TODAY + DAY)
    assert Promise.objects.get().state == "cancelled"
    back = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="90.00", on=TODAY + DAY)
    ledger.post([back], now=NOW + DAY)
    follow(promised, on=TODAY + DAY)
    promise = Promise.objects.get()
    assert (promise.state, promise.ended, promise.settled_on) == ("open", "", None)


def test_paying_what_is_left_of_the_balance_keeps_a_promise_of_more(promised):
    line = promised.lines.get()
    ledger.post([move(line, kind="transfer", debit="PAYER1", credit="PATIENT", amount="30.00", on=TODAY)], now=NOW)
    patient_pays(promised, "60.00", on=dt.date(2026, 11, 24))
    open_day(dt.date(2026, 11, 27))
    promise = Promise.objects.get()
    assert (promise.state, promise.asked, promise.words) == ("kept", Decimal("60.00"), "Kept, all that was owed")


def test_nobody_can_promise_more_than_they_owe(books):
    open_day(TODAY)
    claim = books[-1]
    item = WorkItem.objects.get(account=claim.account, claim=None)
    with pytest.raises(promises.BadPromise, match=r"They owe \$90.00 here") as error:
        worklist.record_outcome(
            actor=item.owner, item_id=item.pk, disposition="promised", amount=Decimal("90.01"),
            promised_on=dt.date(2026, 11, 23), now=NOW, today=TODAY,
        )  # fmt: skip
    assert error.value.facts["field"] == "amount"


def test_who_was_called_in_the_morning_of_a_day_that_opened_late_is_first_all_the_same(promised):
    """Nobody knew yet that the promise was broken: that touch was no answer to it."""
    item = WorkItem.objects.get(account=promised.account, claim=None)
    late = dt.date(2026, 11, 27)
    morning = dt.datetime.combine(late, dt.time(9), dt.UTC)
    called_anyway(item, "left_message", now=morning, today=late)
    open_day(late)  # at noon
    item.refresh_from_db()
    assert (item.promise_broken_on, item.lane, item.next_action) == (dt.date(2026, 11, 26), 1, "call_patient")
    evening = dt.datetime.combine(late, dt.time(20), dt.UTC)
    assert worklist.take_next(actor=item.owner, now=evening, today=late) == item


def test_settling_asks_as_many_questions_for_forty_promises_as_for_one(books, django_assert_num_queries):
    open_day(TODAY)
    first = books[-1]
    user = WorkItem.objects.get(account=first.account, claim=None).owner
    for claim in [first, *(make_claim(payers=(), lines=("90.00",)) for _ in range(39))]:
        promises.make_promise(
            actor=user, account=claim.account, amount=Decimal("90.00"), due_on=TODAY, now=NOW, today=TODAY
        )
    with django_assert_num_queries(9):
        assert settle(dt.date(2026, 11, 27)).broken == 40


def test_one_of_which_nothing_is_left_does_not_stand_again_beside_a_newer_one(promised):
    """Two promises never stand on one account, whichever of them is looked at first."""
    line = promised.lines.get()
    there = move(line, kind="transfer", debit="PAYER1", credit="PATIENT", amount="90.00", on=TODAY)
    ledger.post([there], now=NOW)
    follow(promised, on=TODAY + DAY)
    back = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="90.00", on=TODAY + DAY)
    ledger.post([back], now=NOW + DAY)
    first = Promise.objects.get()
    promises.make_promise(
        actor=first.made_by, account=promised.account, amount=Decimal("50.00"), due_on=TODAY + 3 * DAY,
        now=NOW + DAY, today=TODAY + DAY,
    )  # fmt: skip
    follow(promised, on=TODAY + DAY)
    assert list(Promise.objects.order_by("pk").values_list("state", "ended")) == [("cancelled", "gone"), ("open", "")]
