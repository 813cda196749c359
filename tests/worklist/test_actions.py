"""Leaving an item: outcomes, what they ask for, what comes next, and taking it back."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Forbidden, NotFound
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent
from claims.ledger import services as ledger
from collections_app.contacts.models import Contact, Hold
from collections_app.promises.models import Promise
from collections_app.worklist import services as worklist
from collections_app.worklist.models import Lease, QueueEntry, WorkAction, WorkItem
from tests.cast import NOW, TODAY, make_claim, make_practice, make_sol, make_user, move

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def balance(look):
    """An old patient balance of 90.00, as its item."""
    claim = make_claim(payers=(), lines=("90.00",))
    look(claim)
    return WorkItem.objects.get(account=claim.account, state="open")


def leave(actor, item, disposition, *, now=NOW, today=TODAY, **entered):
    return worklist.record_outcome(
        actor=actor, item_id=item.pk, disposition=disposition, now=now, today=today, **entered
    )


def test_in_process_comes_back_after_fifteen_days(ana, due_claim):
    item = due_claim()
    worklist.take_next(actor=ana, now=NOW, today=TODAY)
    action = leave(ana, item, "in_process", note="Still in review", reference="REF 881", spoke_to="Dana")
    item.refresh_from_db()
    assert (item.next_action, item.next_on) == ("check_status", dt.date(2026, 12, 7))  # the 5th is a Saturday
    assert (item.touches, item.owner, item.last_disposition) == (1, ana, "in_process")
    assert (action.note, action.reference, action.spoken_to) == ("Still in review", "REF 881", "Dana")
    assert not Lease.objects.exists()
    assert not QueueEntry.objects.exists()
    assert Contact.objects.get().payer == item.payer
    assert AuditEvent.objects.filter(action="work_recorded", subject_id=item.pk).exists()


def test_the_day_the_payer_named_outranks_the_interval(ana, due_claim):
    item = due_claim()
    leave(ana, item, "in_process", none_given=True, rep_date=dt.date(2026, 12, 15))
    item.refresh_from_db()
    assert item.next_on == dt.date(2026, 12, 15)


def test_the_third_identical_answer_goes_to_a_supervisor(ana, due_claim):
    item = due_claim()
    for number in range(3):
        leave(ana, item, "in_process", none_given=True, now=NOW + number * MINUTE)
    item.refresh_from_db()
    assert item.escalated_at is not None
    assert item.next_action == "supervisor"
    sol = make_sol(make_practice())
    worklist.answer_escalation(actor=sol, item_id=item.pk, note="Call the rep", now=NOW, today=TODAY)
    item.refresh_from_db()
    assert item.escalated_at is None
    assert worklist.take_next(actor=ana, now=NOW, today=TODAY) == item


def test_an_outcome_that_needs_something_names_the_field(ana, due_claim):
    item = due_claim()
    with pytest.raises(worklist.MissingField) as error:
        leave(ana, item, "paid_check", amount=Decimal("240.00"))
    assert error.value.facts == {"field": "trace"}
    with pytest.raises(worklist.BadField) as error:
        leave(ana, item, "promised")
    assert error.value.facts == {"field": "disposition"}
    with pytest.raises(worklist.BadField):
        leave(ana, item, "in_process", none_given=True, next_on=TODAY - dt.timedelta(days=1))
    assert not WorkAction.objects.exists()


def test_no_day_buries_an_item(ana, due_claim, balance):
    far = TODAY + dt.timedelta(days=401)
    for day in (far, dt.date.max):
        with pytest.raises(worklist.BadField) as error:
            leave(ana, due_claim(), "in_process", none_given=True, rep_date=day)
        assert error.value.facts == {"field": "rep_date"}
        with pytest.raises(worklist.BadField):
            leave(ana, balance, "promised", amount=Decimal("10.00"), promised_on=day)
    soon, late = TODAY + dt.timedelta(days=1), dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(worklist.BadField) as error:
        leave(ana, balance, "will_call_back", callback_on=soon, callback_at=late)
    assert error.value.facts == {"field": "callback_at"}


@pytest.mark.parametrize(
    "note",
    ["card 4111 1111 1111 1111 exp 12/27", "4111111111111111", "amex 3782-822463-10005", "his SSN is 219-09-9999"],
)
def test_card_and_social_security_numbers_are_kept_out(ana, due_claim, note):
    item = due_claim()
    with pytest.raises(SensitiveText) as error:
        leave(ana, item, "in_process", none_given=True, note=note)
    assert error.value.facts == {"field": "note"}
    assert note not in error.value.message


@pytest.mark.parametrize(
    "note", ["ICN 2026311004512877", "call 212-555-0123", "$1,240.00 on 2026-11-20", "NPI 1245319599"]
)
def test_numbers_of_the_trade_are_not(ana, due_claim, note):
    leave(ana, due_claim(), "in_process", note=note, reference="4111111111111111")


def test_a_day_of_the_persons_own_choice_is_kept_and_outranks_nothing(ana, due_claim):
    item = due_claim()
    leave(ana, item, "in_process", none_given=True, next_on=dt.date(2026, 11, 24))
    item.refresh_from_db()
    assert (item.next_on, item.appointment_on) == (dt.date(2026, 11, 24), None)


def test_no_day_of_the_persons_own_choice_lies_behind_a_window(ana, look):
    claim = make_claim(service_on=TODAY - dt.timedelta(days=70), billed_on=TODAY - dt.timedelta(days=60))
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert (item.deadline_kind, item.deadline_on) == ("filing", dt.date(2026, 12, 10))
    with pytest.raises(worklist.BadField, match="timely filing closes on Dec 10") as error:
        leave(ana, item, "no_agent", next_on=dt.date(2026, 12, 11))
    assert error.value.facts == {"field": "next_on"}
    leave(ana, item, "no_agent", next_on=dt.date(2026, 12, 10))
    leave(ana, item, "in_process", none_given=True, next_on=dt.date(2027, 1, 15))  # on file: the clock stands still


def test_a_promise_is_kept_and_asked_after_when_grace_is_over(ana, balance):
    leave(ana, balance, "promised", amount=Decimal("90.00"), promised_on=dt.date(2026, 11, 27), spoke_to="Gus")
    balance.refresh_from_db()
    promise = Promise.objects.get()
    assert (promise.amount, promise.due_on, promise.state) == (Decimal("90.00"), dt.date(2026, 11, 27), "open")
    assert balance.next_action == "expect_payment"
    assert balance.next_on == dt.date(2026, 12, 2)  # after Monday and Tuesday
    assert Contact.objects.get().person == balance.account.guarantor


def test_a_dispute_stops_collection_and_becomes_a_must_do(ana, balance):
    leave(ana, balance, "disputed", reason="says it was paid")
    balance.refresh_from_db()
    assert Hold.objects.get().reason == "dispute"
    assert (balance.lane, balance.next_action) == (2, "answer_dispute")
    assert balance.next_on == dt.date(2026, 11, 23)


def test_answering_a_dispute_ends_its_hold_and_an_undo_brings_it_back(ana, balance, look):
    with pytest.raises(worklist.BadField):
        leave(ana, balance, "dispute_answered", reason="nothing is disputed")
    leave(ana, balance, "disputed", reason="says it was paid")
    action = leave(ana, balance, "dispute_answered", reason="sent the EOB", now=NOW + MINUTE)
    look(balance.account.claims.get())
    balance.refresh_from_db()
    assert Hold.objects.get().lifted_by == ana
    assert (balance.hold, balance.lane, balance.next_action) == ("", 3, "call_patient")
    assert balance.next_on == dt.date(2026, 12, 4)
    worklist.undo_action(actor=ana, action_id=action.pk, now=NOW + MINUTE, today=TODAY)
    balance.refresh_from_db()
    assert Hold.objects.get().lifted_at is None
    assert (balance.hold, balance.lane, balance.next_action) == ("dispute", 2, "answer_dispute")


@pytest.mark.parametrize(
    ("outcome", "hold"),
    [
        ("asked_to_stop", "cease"),
        ("has_attorney", "attorney"),
        ("filed_bankruptcy", "bankruptcy"),
        ("deceased", "deceased"),
    ],
)
def test_who_must_not_be_called_any_more_goes_to_a_supervisor(ana, balance, outcome, hold):
    leave(ana, balance, outcome, reason="case 26-1187", happened_on=TODAY, spoke_to="Dana Ruiz")
    balance.refresh_from_db()
    assert (Hold.objects.get().reason, balance.hold) == (hold, hold)
    assert balance.escalated_at is not None
    assert not QueueEntry.objects.exists()


def test_resolved_is_no_outcome_while_the_books_say_otherwise(ana, due_claim):
    item = due_claim()
    with pytest.raises(worklist.StillOpen):
        leave(ana, item, "resolved", reason="done")


def test_a_snooze_ends_on_its_day_or_on_its_event(ana, due_claim, look):
    item = due_claim(service_on=dt.date(2026, 11, 1), billed_on=dt.date(2026, 11, 1))
    worklist.snooze(actor=ana, item_id=item.pk, events=("remit",), now=NOW, today=TODAY)
    item.refresh_from_db()
    assert (item.snoozed_until, item.wake_events) == (dt.date(2026, 12, 20), "remit")
    look(item.claim, event="payment")
    assert not QueueEntry.objects.exists()
    look(item.claim, event="remit")
    item.refresh_from_db()
    assert (item.next_on, item.snoozed_until, item.woken_by) == (TODAY, None, "remit")
    assert QueueEntry.objects.exists()


class TestUndo:
    def test_brings_the_item_back_as_it_was(self, ana, due_claim):
        item = due_claim()
        before = WorkItem.objects.filter(pk=item.pk).values().get()
        action = leave(ana, item, "in_process", none_given=True, note="oops")
        reversal = worklist.undo_action(actor=ana, action_id=action.pk, now=NOW + 9 * MINUTE, today=TODAY)
        assert WorkItem.objects.filter(pk=item.pk).values().get() == before
        assert reversal.reverses == action
        assert WorkAction.objects.count() == 2
        assert Lease.objects.get().holder == ana
        assert QueueEntry.objects.filter(item=item).exists()

    def test_takes_promise_and_hold_back_too(self, ana, balance):
        action = leave(ana, balance, "promised", amount=Decimal("90.00"), promised_on=dt.date(2026, 11, 27))
        worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)
        assert Promise.objects.get().state == "cancelled"
        action = leave(ana, balance, "disputed", reason="no", now=NOW + MINUTE)
        worklist.undo_action(actor=ana, action_id=action.pk, now=NOW + MINUTE, today=TODAY)
        balance.refresh_from_db()
        assert Hold.objects.get().lifted_at is not None
        assert balance.lane != 2

    def test_is_over_after_ten_minutes(self, ana, due_claim):
        action = leave(ana, due_claim(), "in_process", none_given=True)
        with pytest.raises(worklist.TooLate):
            worklist.undo_action(actor=ana, action_id=action.pk, now=NOW + 11 * MINUTE, today=TODAY)

    def test_happens_once_and_by_who_recorded_it(self, ana, due_claim):
        action = leave(ana, due_claim(), "in_process", none_given=True)
        bob = make_user(username="bob", practices=[make_practice()])
        with pytest.raises(worklist.TooLate):
            worklist.undo_action(actor=bob, action_id=action.pk, now=NOW, today=TODAY)
        worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)
        with pytest.raises(worklist.TooLate):
            worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)

    def test_gives_way_when_the_books_moved(self, ana, due_claim, look):
        item = due_claim(lines=("240.00",))
        action = leave(ana, item, "in_process", none_given=True)
        line = item.claim.lines.first()
        paid = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="240.00", on=TODAY)
        ledger.post([paid], now=NOW)
        look(item.claim)
        with pytest.raises(worklist.TooLate):
            worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)

    def test_gives_way_when_the_work_was_opened_anew(self, ana, due_claim, look):
        item = due_claim()
        line = item.claim.lines.get()
        paid = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="240.00", on=TODAY)
        ledger.post([paid], now=NOW)
        action = leave(ana, item, "resolved", reason="The EFT is in")
        back = move(line, kind="payer_payment", debit="PAYER1", credit="CASH", amount="240.00", on=TODAY)
        ledger.post([back], now=NOW)
        look(item.claim)
        with pytest.raises(worklist.TooLate):
            worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)

    def test_never_erases(self, ana, due_claim):
        action = leave(ana, due_claim(), "in_process", none_given=True)
        with pytest.raises(DatabaseError), transaction.atomic():
            WorkAction.objects.filter(pk=action.pk).update(note="never happened")
        with pytest.raises(DatabaseError), transaction.atomic():
            Contact.objects.all().delete()


class TestSupervising:
    def test_reassigning_many_needs_the_capability_and_a_person_with_access(self, ana, due_claim):
        items = [due_claim(), due_claim()]
        ids = [item.pk for item in items]
        with pytest.raises(Forbidden):
            worklist.reassign(actor=ana, item_ids=ids, owner_id=ana.pk, now=NOW, today=TODAY)
        sol = make_sol(make_practice())
        stranger = make_user(username="eve")
        with pytest.raises(worklist.NotAnOwner):
            worklist.reassign(actor=sol, item_ids=ids, owner_id=stranger.pk, now=NOW, today=TODAY)
        assert worklist.reassign(actor=sol, item_ids=ids, owner_id=ana.pk, now=NOW, today=TODAY) == 2
        assert worklist.reassign(actor=sol, item_ids=ids, owner_id=ana.pk, now=NOW, today=TODAY) == 0
        assert AuditEvent.objects.filter(action="reassigned").count() == 2

    def test_items_of_other_practices_do_not_exist(self, due_claim):
        item = due_claim()
        stranger = make_user(username="eve", practices=[make_practice(name="Elsewhere", npi="1111111112")])
        with pytest.raises(NotFound):
            leave(stranger, item, "in_process", none_given=True)
