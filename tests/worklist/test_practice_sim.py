"""The simulated practice: it hands out what the product would, the same every time, and the score's order pays."""

import datetime as dt

import pytest
from django.utils import timezone

from bench.practice_sim import figures, history, orders, practice
from bench.practice_sim.world import SimItem, Truth, make_world
from collections_app.worklist.models import WorkItem
from collections_app.worklist.queue import offerable
from tests.cast import NOW, TODAY

DAY = dt.timedelta(days=1)


@pytest.fixture
def small_world(monkeypatch):
    for name, value in (("OPEN_ITEMS", 500), ("MAIL_A_DAY", 12), ("BUSINESS_DAYS", 12), ("COLLECTORS", 1)):
        monkeypatch.setattr(figures, name, value)
    return make_world(7)


def run(world, order):
    learned = history.learned(7, world)
    return practice.run(world, getattr(orders, order), learned=learned, is_product=order == "product")


def test_the_order_of_the_score_wins_more_than_naive_orders_and_misses_few_windows(small_world):
    ours = run(small_world, "product")
    assert ours.an_hour > max(run(small_world, name).an_hour for name in ("largest_first", "due_first", "oldest_first"))
    assert ours.missed_share < 0.05
    assert ours.an_hour < run(small_world, "oracle").an_hour * 1.05


def test_an_order_finds_the_same_world_and_the_same_dice_each_time(small_world):
    first, second = run(small_world, "largest_first"), run(small_world, "largest_first")
    assert (first.won, first.touches, first.missed) == (second.won, second.touches, second.missed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"next_on": TODAY + DAY},
        {"hold": "bankruptcy"},
        {"hold": "dispute"},
        {"snoozed_until": TODAY + DAY},
        {"escalated_at": NOW},
        {"escalated_at": NOW, "deadline_on": TODAY + 7 * DAY},
        {"escalated_at": NOW, "deadline_on": TODAY - DAY},
    ],
)
def test_it_offers_what_the_product_offers(due_claim, columns):
    item = due_claim()
    WorkItem.objects.filter(pk=item.pk).update(**{"next_on": timezone.localdate(NOW), **columns})
    item.refresh_from_db()
    simulated = SimItem(1, 1, item, Truth("coming", 0.0, 1.0), None, None, TODAY)
    assert practice.is_offerable(simulated, TODAY) is WorkItem.objects.filter(offerable(TODAY), pk=item.pk).exists()
