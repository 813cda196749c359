"""The orders that are compared. Each gives an item a number; the lowest is handed out first."""

import datetime as dt
import math
import random

from bench.practice_sim.touches import oracle_worth
from bench.practice_sim.world import SimItem
from collections_app.worklist import queue
from collections_app.worklist.facts import ScoringContext


def largest_first(item: SimItem, day: dt.date, context: ScoringContext) -> float:
    return -float(item.work.amount)


def oldest_first(item: SimItem, day: dt.date, context: ScoringContext) -> float:
    return (item.work.aged_from - day).days


def due_first(item: SimItem, day: dt.date, context: ScoringContext) -> float:
    return (item.work.next_on - day).days


def at_random(item: SimItem, day: dt.date, context: ScoringContext) -> float:
    return random.Random(f"{item.seed}:{item.number}:{day}").random()


def product(item: SimItem, day: dt.date, context: ScoringContext) -> float:
    work = item.work
    return queue.queue_place(lane=work.lane, is_pinned=work.pinned_at is not None, rank=work.rank)


def oracle(item: SimItem, day: dt.date, context: ScoringContext) -> float:
    """True dollars a minute of what the item's next steps win, with the true windows."""
    won, minutes = oracle_worth(item, day, context)
    pace = won / minutes
    last = item.work.deadline_on
    if last is not None and last >= day and pace > 3.0:
        pace *= 1.0 + ORACLE_PULL * math.exp(-(last - day).days / 7.0)
    return -pace


ORACLE_PULL = 2.0
