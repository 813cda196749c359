"""My day: worklists, fourteen days of done and collected, one's denials, and words for the first ten minutes."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.ledger import services as ledger
from collections_app.worklist import results, saved_lists
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_account, make_patient, make_practice, make_user, move
from tests.desk.conftest import denied_item, due_item

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def log(actor, item: WorkItem, *, days_ago: int = 0):
    at = NOW - dt.timedelta(days=days_ago)
    return worklist.record_outcome(
        actor=actor,
        item_id=item.pk,
        disposition="in_process",
        none_given=True,
        now=at,
        today=TODAY - dt.timedelta(days=days_ago),
    )


def pay(item: WorkItem, amount: str, *, days_ago: int) -> None:
    on = TODAY - dt.timedelta(days=days_ago)
    line = item.claim.lines.get()
    ledger.post([move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=amount, on=on)], now=NOW)


def own(item: WorkItem, owner) -> WorkItem:
    WorkItem.objects.filter(pk=item.pk).update(owner=owner)
    return item


def test_fourteen_days_of_done_and_collected_those_with_nothing_too(ana):
    ben = make_user(username="ben", practices=[make_practice()])
    items = [due_item(), due_item(), due_item(lines=("900.00",))]
    log(ana, items[0], days_ago=13)
    log(ana, items[1])
    undone = log(ana, items[2])
    worklist.undo_action(actor=ana, action_id=undone.pk, now=NOW, today=TODAY)
    log(ben, due_item())
    pay(items[0], "40.00", days_ago=2)
    pay(items[0], "1.50", days_ago=14)  # too long ago
    pay(own(due_item(), ben), "77.00", days_ago=2)
    days = results.fortnight(actor=ana, today=TODAY)
    assert [one.on for one in days] == [TODAY - dt.timedelta(days=back) for back in range(13, -1, -1)]
    assert [one.done for one in days] == [1, *[0] * 12, 1]
    assert [one.collected for one in days if one.collected] == [Decimal("40.00")]
    assert days[11].collected == Decimal("40.00")


def test_ones_denials_by_reason_and_how_those_ended_that_one_worked(ana):
    large, small, other = denied_item(amount="900.00"), denied_item(amount="100.00"), denied_item(carc="109")
    for item in (large, small, other):
        own(item, ana)
    own(denied_item(amount="7.00"), None)
    won, lost = own(denied_item(amount="500.00"), ana), own(denied_item(amount="60.00"), ana)
    never = own(denied_item(amount="80.00"), ana)
    for item in (won, lost):
        log(ana, item)
    won.claim.denials.update(state="recovered", recovered="450.00", closed_on=TODAY)
    lost.claim.denials.update(state="accepted", closed_on=TODAY)
    never.claim.denials.update(state="recovered", recovered="80.00", closed_on=TODAY)
    found = results.own_denials(actor=ana, today=TODAY)
    assert found.by_reason == [("CO-197", 2, Decimal("1000.00")), ("CO-109", 1, Decimal("240.00"))]
    assert (found.items, found.amount) == (3, Decimal("1240.00"))
    assert (found.won, found.recovered, found.lost, found.lost_amount) == (1, Decimal("450.00"), 1, Decimal("60.00"))


def test_another_practice_is_not_counted_once_one_has_left_it(ana):
    cedar = make_practice(name="Cedar", npi="1003000126", tin="069999999")
    own(denied_item(practice=cedar, patient=make_patient(account=make_account(practice=cedar))), ana)
    assert results.own_denials(actor=ana, today=TODAY).items == 0


def test_results_cost_the_same_queries_whatever_was_done(ana):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            results.fortnight(actor=ana, today=TODAY)
            results.own_denials(actor=ana, today=TODAY)
        return len(queries)

    few = cost()
    for _ in range(4):
        log(ana, own(denied_item(), ana))
    assert cost() <= few <= 6


def test_the_page_draws_them_with_their_figures(sit, ana):
    log(ana, own(denied_item(amount="900.00"), ana))
    own(denied_item(amount="540.00"), ana)
    page = text(sit(ana).get("/my-day/results"))
    assert page.count("<figure") == 2
    assert "Nov 20: 1" in page
    assert "carc:CO-197+owner:me" in page
    assert "$1,440.00" in page
    assert text(sit(ana).get("/my-day")).count("/my-day/results") == 1


def test_my_day_shows_ones_worklists_with_the_button_that_works_them(sit, ana):
    denied_item()
    assert "becomes a worklist of your own" in text(sit(ana).get("/my-day"))
    kept = saved_lists.save_filter(actor=ana, name="Denials", query="kind:denied")
    page = text(sit(ana).get("/my-day"))
    assert f"/worklists/{kept.pk}/work" in page
    assert "/worklists/figures" in page


def test_the_first_ten_minutes_say_what_a_lane_is_where_it_stands(sit, ana):
    item = due_item()
    page = text(sit(ana).get("/my-day"))
    for words in ("A lane goes before the ones below it", "dollars that the next step may bring", "whatever it brings"):
        assert words in page, words
    for _ in range(results.FIRST_OUTCOMES):
        log(ana, item)
    due_item()
    assert "A lane goes before" not in text(sit(ana).get("/my-day"))


def test_a_supervisors_day_begins_with_what_waits_for_an_answer(sit, ana, sol):
    item = due_item()
    assert "for your answer" not in text(sit(sol).get("/my-day"))
    worklist.escalate(actor=ana, item_id=item.pk, reason="what now", now=NOW, today=TODAY)
    page = text(sit(sol).get("/my-day"))
    assert "1 item waits for your answer" in " ".join(page.split())
    assert f"/desk/{item.pk}" in page
    assert "from Ana Test" in page
    assert "for your answer" not in text(sit(ana).get("/my-day"))
