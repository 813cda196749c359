"""What the demo's collectors find on their last day."""

import datetime as dt

import pytest

from claims.practices.models import Practice
from collections_app.demo.setting import collectors, set_up
from collections_app.demo.work import FEWEST_CLOSING, keep_worklists, share_what_closes, work_long_ago
from collections_app.worklist import saved_lists
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkAction, WorkItem
from tests.cast import NOW, TODAY, make_claim

pytestmark = pytest.mark.django_db


def test_whoever_has_no_window_that_closes_soon_is_given_some_of_whoever_has_most():
    set_up(since=TODAY - dt.timedelta(days=60))
    practice = Practice.objects.order_by("pk").first()
    claims = [make_claim(practice=practice, number=f"D{place}") for place in range(7)]
    worklist.refresh(claims=[claim.pk for claim in claims], accounts=[], today=TODAY, now=NOW)
    first, *others = collectors()
    WorkItem.objects.filter(claim__in=claims).update(
        owner=first, kind="denied", deadline_on=TODAY + dt.timedelta(days=3)
    )

    given = share_what_closes(TODAY, now=NOW)

    held = {user.username: WorkItem.objects.filter(owner=user).count() for user in (first, *others)}
    assert sum(held.values()) == 7
    assert given == 7 - held[first.username]
    assert held[first.username] >= FEWEST_CLOSING
    assert max(held[user.username] for user in others) == FEWEST_CLOSING


def test_the_demo_has_a_worklist_of_ones_own_and_a_published_one():
    set_up(since=TODAY - dt.timedelta(days=60))
    keep_worklists(TODAY, now=NOW)
    first, *others = collectors()
    assert [one.kept.name for one in saved_lists.kept_lists(actor=first)] == ["Denied, over $500", "Incomplete claims"]
    assert [one.kept.name for one in saved_lists.kept_lists(actor=others[0])] == ["Denied, over $500"]


@pytest.mark.parametrize("sunday", [TODAY - dt.timedelta(days=day) for day in (96, 5)])
def test_a_little_was_worked_long_ago_on_a_business_day_to_try_figures_on(sunday):
    set_up(since=TODAY - dt.timedelta(days=200))
    practice = Practice.objects.order_by("pk").first()
    claims = [
        make_claim(practice=practice, number=f"D{place}", service_on=dt.date(2026, 5, 4), billed_on=dt.date(2026, 5, 6))
        for place in range(5)
    ]
    at = dt.datetime.combine(sunday, dt.time(15), tzinfo=dt.UTC)
    worklist.refresh(claims=[claim.pk for claim in claims], accounts=[], today=sunday, now=at)
    assert sunday.weekday() == 6
    assert work_long_ago(sunday, seed=1, progress=lambda line: None) >= 3
    on = set(WorkAction.objects.values_list("at__date", flat=True))
    assert {day.weekday() < 5 for day in on} == {True}
