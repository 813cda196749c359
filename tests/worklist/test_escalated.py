"""What was handed to the supervisors rests until they answer, but no window closes over it unseen."""

import datetime as dt

import pytest

from collections_app.worklist import my_day, queue, selectors
from collections_app.worklist import services as worklist
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
