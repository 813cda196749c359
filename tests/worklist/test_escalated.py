"""What was handed to the supervisors rests until they answer, but no window closes over it unseen."""

import datetime as dt

import pytest

from collections_app.worklist import my_day, queue, selectors, window_counts
from collections_app.worklist import services as worklist
from collections_app.worklist.answers import BadField
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_claim, make_payer, make_practice, make_sol
from tests.worklist.test_refresh import deny, pay

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)


def escalated(ana, look, *, days_ago):
    """A claim denied so many days ago (90 to correct it), handed up on a Friday."""
    claim = make_claim()
    deny(claim, on=TODAY - dt.timedelta(days=days_ago))
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    worklist.escalate(actor=ana, item_id=item.pk, reason="The plan wants a form", now=NOW, today=TODAY)
    item.refresh_from_db()
    return item


def test_it_comes_back_to_its_owner_when_a_window_closes_within_a_week(ana, look):
    item, calm = escalated(ana, look, days_ago=85), escalated(ana, look, days_ago=20)
    assert worklist.take_next(actor=ana, now=NOW, today=TODAY) is None
    queue.sync_queue(queue.items_without_entry(today=MONDAY).values_list("pk", flat=True), today=MONDAY)
    monday = NOW + dt.timedelta(days=3)
    assert worklist.take_next(actor=ana, now=monday, today=MONDAY) == item
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="corrected_claim_sent", now=monday, today=MONDAY)
    assert worklist.take_next(actor=ana, now=monday, today=MONDAY) is None
    calm.refresh_from_db()
    assert calm.escalated_at is not None


def test_my_day_counts_it_as_due_and_as_escalated(ana, look):
    escalated(ana, look, days_ago=85)
    escalated(ana, look, days_ago=20)
    day = my_day.my_day(actor=ana, today=MONDAY)
    assert (day.due, day.waiting, day.escalated) == (1, 0, 2)


def test_a_window_that_has_closed_brings_nothing_back(ana, look):
    item = escalated(ana, look, days_ago=85)
    late = MONDAY + dt.timedelta(days=7)
    WorkItem.objects.filter(pk=item.pk).update(deadline_on=late - dt.timedelta(days=1))
    assert not WorkItem.objects.filter(queue.offerable(late), pk=item.pk).exists()


@pytest.mark.parametrize(("day", "comes_back"), [(52, False), (53, True), (60, True), (61, False)])
def test_money_to_be_returned_comes_back_to_its_owner_in_the_last_seven_of_its_sixty_days(ana, look, day, comes_back):
    claim = make_claim(payers=[make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")], lines=("100.00",))
    pay(claim, "150.00")
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    worklist.escalate(actor=ana, item_id=item.pk, reason="Whose money is it?", now=NOW, today=TODAY)
    later = TODAY + dt.timedelta(days=day)
    queue.sync_queue(queue.items_without_entry(today=later).values_list("pk", flat=True), today=later)
    found = worklist.take_next(actor=ana, now=NOW + dt.timedelta(days=day), today=later)
    assert found == (item if comes_back else None)


def test_the_supervisors_see_first_what_closes_first(ana, look):
    calm, pressing = escalated(ana, look, days_ago=20), escalated(ana, look, days_ago=85)
    gone = escalated(ana, look, days_ago=30)
    WorkItem.objects.filter(pk=gone.pk).update(deadline_on=TODAY - dt.timedelta(days=1))
    sol = make_sol(make_practice())
    assert list(selectors.escalated(actor=sol, today=TODAY)) == [pressing, calm, gone]


def closing(look, *, days):
    """A denied claim whose corrected-claim window closes in so many days, that nobody handed up."""
    claim = make_claim()
    deny(claim, on=TODAY + dt.timedelta(days=days - 90))
    look(claim)
    return WorkItem.objects.get(claim=claim)


@pytest.mark.parametrize(("days", "waits"), [(15, False), (14, True), (1, True), (0, True), (-1, False)])
def test_a_window_that_closes_within_two_weeks_comes_to_the_supervisors_by_itself(look, days, waits):
    item = closing(look, days=20)
    WorkItem.objects.filter(pk=item.pk).update(deadline_on=TODAY + dt.timedelta(days=days))
    item.refresh_from_db()
    sol = make_sol(make_practice())
    assert list(selectors.escalated(actor=sol, today=TODAY)) == ([item] if waits else [])
    assert window_counts.is_window_escalated(item, TODAY) is waits


def test_it_stays_in_the_hands_of_its_owner_and_says_why_it_came(ana, look):
    item = closing(look, days=9)
    assert list(selectors.escalated(actor=make_sol(make_practice()), today=TODAY)) == [item]
    assert worklist.take_next(actor=ana, now=NOW, today=TODAY) == item
    assert window_counts.closing_words(item, TODAY) == (
        "corrected-claim window closes in 9 days, nobody has worked on it"
    )


def test_it_is_over_by_itself_when_the_window_is_kept(ana, look):
    item = closing(look, days=9)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="corrected_claim_sent", now=NOW, today=TODAY)
    assert not selectors.escalated(actor=make_sol(make_practice()), today=TODAY)


def test_an_outcome_that_keeps_nothing_leaves_it_with_the_supervisors(ana, look):
    item = closing(look, days=9)
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="no_agent", now=NOW, today=TODAY)
    (item,) = selectors.escalated(actor=make_sol(make_practice()), today=TODAY)
    assert window_counts.closing_words(item, TODAY).endswith("in 9 days, 1 touch did not keep it")


def test_an_answer_ends_it_for_this_window_and_takes_nothing_from_its_owner(ana, look):
    item, sol = closing(look, days=9), make_sol(make_practice())
    worklist.reassign(actor=sol, item_ids=[item.pk], owner_id=ana.pk, now=NOW, today=TODAY)
    assert worklist.take_next(actor=ana, now=NOW, today=TODAY) == item
    worklist.answer_escalation(actor=sol, item_id=item.pk, note="Call the plan first", now=NOW, today=TODAY)
    item.refresh_from_db()
    assert (item.owner, item.next_action, item.next_on) == (ana, "work_denial", TODAY)
    assert item.lease.holder == ana
    assert not selectors.escalated(actor=sol, today=TODAY)
    with pytest.raises(BadField):
        worklist.answer_escalation(actor=sol, item_id=item.pk, note="Again", now=NOW, today=TODAY)
    WorkItem.objects.filter(pk=item.pk).update(deadline_on=TODAY + dt.timedelta(days=12))  # another window by now
    assert list(selectors.escalated(actor=sol, today=TODAY)) == [item]


def test_an_answer_may_give_it_to_somebody_else_whose_it_is_from_then_on(ana, look):
    item, sol = closing(look, days=9), make_sol(make_practice())
    assert worklist.take_next(actor=ana, now=NOW, today=TODAY) == item
    worklist.answer_escalation(
        actor=sol, item_id=item.pk, note="I do it", owner_id=sol.pk, now=NOW, today=TODAY
    )  # fmt: skip
    assert worklist.take_next(actor=ana, now=NOW, today=TODAY) is None
