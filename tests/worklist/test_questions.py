"""My day, lists, the same call, why."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.worklist import list_filters, lists, my_day, selectors, why
from collections_app.worklist import services as worklist
from tests.cast import NOW, TODAY, make_claim, make_payer, make_practice, make_user

pytestmark = pytest.mark.django_db


def listed(actor, text):
    return list(lists.items(actor=actor, filters=list_filters.parse(text), today=TODAY))


def test_my_day_counts_what_is_due_waiting_and_done(ana, due_claim, look):
    due_claim(lines=("240.00",))
    item = due_claim(lines=("100.00",))
    look(make_claim(billed_on=dt.date(2026, 11, 16)))
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY)
    day = my_day.my_day(actor=ana, today=TODAY)
    assert day.due == 1
    assert sum(lane.amount for lane in day.lanes) == Decimal("240.00")
    assert [lane.lane for lane in day.lanes] == [1, 2, 3, 4]
    assert (day.waiting, day.done_today) == (2, 1)
    assert day.next_wake_on == dt.date(2026, 12, 7)


@pytest.mark.parametrize(
    ("today", "worked", "before"),
    [
        (dt.date(2026, 11, 20), dt.date(2026, 11, 19), dt.date(2026, 11, 19)),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 20), dt.date(2026, 11, 20)),  # a Monday: Friday
        (dt.date(2026, 11, 27), dt.date(2026, 11, 25), dt.date(2026, 11, 25)),  # after Thanksgiving: Wednesday
        (dt.date(2026, 11, 2), dt.date(2026, 10, 30), dt.date(2026, 10, 30)),  # the clocks went back in between
    ],
)
def test_my_day_tells_of_the_last_working_day(ana, due_claim, today, worked, before):
    at = dt.datetime.combine(worked, dt.time(22, 30), dt.UTC)
    worklist.record_outcome(
        actor=ana, item_id=due_claim().pk, disposition="in_process", none_given=True, now=at, today=worked
    )
    day = my_day.my_day(actor=ana, today=today)
    assert (day.before_on, day.done_before) == (before, 1)


def test_my_day_forgets_what_was_undone(ana, due_claim):
    action = worklist.record_outcome(
        actor=ana, item_id=due_claim().pk, disposition="in_process", none_given=True, now=NOW, today=TODAY
    )
    worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)
    assert my_day.my_day(actor=ana, today=TODAY).done_today == 0


def test_filters_are_words(ana, due_claim):
    payer = make_payer(name="Blue Harbor", payer_id="BH1")
    large = due_claim(lines=("900.00",), payers=[payer], number="LARGE1")
    small = due_claim(lines=("20.00",), number="SMALL1", billed_on=dt.date(2026, 8, 1))
    assert listed(ana, "") == [large, small]
    assert listed(ana, "payer:blue") == [large]
    assert listed(ana, "amount:<50") == [small]
    assert listed(ana, "age:>90") == [small]
    assert listed(ana, "kind:denied") == []
    assert listed(ana, "owner:none due:today large1") == [large]
    assert listed(ana, "owner:me") == []
    with pytest.raises(list_filters.BadFilter, match="names of patients"):
        list_filters.parse("guarino")
    with pytest.raises(list_filters.BadFilter):
        list_filters.parse("colour:red")
    assert list_filters.parse('payer:"blue harbor" age:>90 x1').text() == 'payer:"blue harbor" age:>90 x1'


def test_pages_follow_by_key_and_cost_five_queries(ana, due_claim):
    made = [due_claim(lines=(f"{100 + n}.00",)) for n in range(7)]
    seen, after = [], ""
    while True:
        with CaptureQueriesContext(connection) as queries:
            page = lists.items_page(
                lists.items(actor=ana, filters=list_filters.Filters(), today=TODAY), after=after, size=3
            )
        seen += page.rows
        after = page.next_cursor
        if not after:
            break
        assert len(queries) <= 5
    assert len(seen) == 7
    assert set(seen) == set(made)


def test_the_same_call_offers_due_claims_of_the_payer_that_nobody_holds(ana, due_claim):
    mine, other, third = due_claim(), due_claim(), due_claim()
    due_claim(payers=[make_payer(name="Other", payer_id="OTH")])
    bob = make_user(username="bob", practices=[make_practice()])
    worklist.open_item(actor=bob, item_id=third.pk, now=NOW)
    assert selectors.same_call(actor=ana, item=mine, today=TODAY, now=NOW) == [other]


def test_why_says_what_it_is_worth_how_likely_how_long_and_what_presses(due_claim):
    item = due_claim(lines=("1240.00",))
    score, deadlines = why.reasons_of(item, today=TODAY, now=NOW)
    assert score.why.startswith("$682 allowed x ")
    assert "about" in score.why
    assert item.deadline_on == (deadlines[0].last_day if deadlines else None)
    assert selectors.whys(items=[item], today=TODAY, now=NOW) == {item.pk: score.why}


def test_nothing_workable_says_when_something_will_be(ana, look):
    claim = make_claim(payers=(), lines=("90.00",))
    claim.account.guarantor.addresses.create(line1="1 Pali", city="Honolulu", state="HI", zip="96813")
    look(claim)
    opens, count = my_day.next_opening(my_day.my_day(actor=ana, today=TODAY), now=NOW)
    assert (opens.hour, count) == (18, 1)  # 08:00 in Honolulu


def test_logging_costs_the_same_whatever_other_practices_there_are(ana, due_claim):
    def asked() -> int:
        item = due_claim()
        with CaptureQueriesContext(connection) as queries:
            worklist.record_outcome(actor=ana, item_id=item.pk, disposition="no_agent", now=NOW, today=TODAY)
        return len(queries)

    asked()
    few = asked()
    for number in range(4):
        make_practice(name=f"Clinic {number}", npi=f"12453195{number:02d}")
    assert asked() == few
