"""What the practice has learned before the first day: a year of closed items of the same payers, as its own learner
reads them."""

import random
from collections import defaultdict

from bench.practice_sim import figures
from bench.practice_sim.world import PRACTICE, SimItem, World, band_of
from collections_app.worklist.history import PayerHistory, SegmentHistory
from collections_app.worklist.scoring import age_limits


def learned(seed: int, world: World) -> dict:
    """Rates and paces for a `ScoringContext`."""
    dice = random.Random(f"{seed} history")
    past = make_past(seed, world)
    found = defaultdict(lambda: [0, 0.0, 0.0, 0, 0.0, 0.0])
    allowed = defaultdict(lambda: [0, 0.0, 0.0])
    for item in past:
        work = item.work
        of_class = item.payer.payer_class if item.payer else ""
        told = work.category if work.kind == "denied" else ""
        key = (PRACTICE, work.kind, of_class, told, band_of((work.opened_on - work.aged_from).days, age_limits()))
        row = found[key]
        is_worked = dice.random() < 0.6
        won = dice.random() < (won_in_the_end(item) if is_worked else alone(item))
        at = 0 if is_worked else 3
        row[at] += 1
        row[at + 1] += item.dollars
        row[at + 2] += item.dollars if won else 0.0
        if item.payer and won and work.kind == "no_response":
            told = allowed[PRACTICE, item.payer.id]
            told[0] += 1
            told[1] += float(work.amount)
            told[2] += item.dollars
    rates = {
        key: SegmentHistory(
            worked * won / stake if stake else 0.0,
            float(worked),
            left * came / left_stake if left_stake else 0.0,
            float(left),
        )
        for key, (worked, stake, won, left, left_stake, came) in found.items()
    }
    paces = {}
    for one in world.payers:
        count, charged, came = allowed[PRACTICE, one.id]
        paces[PRACTICE, one.id] = PayerHistory(one.hold + figures.TALK, 40.0, came / charged if charged else 0.0, count)
    return {"rates": rates, "paces": paces}


def alone(item: SimItem) -> float:
    """The chance that it came in though nobody worked it."""
    return 1.0 if any(what == "pays" for _, what in item.mail) else 0.0


def make_past(seed: int, world: World) -> list[SimItem]:
    """Items of the year before, of the same payers."""
    from bench.practice_sim.world import FIRST_DAY, _item

    return [_item(seed + 5_000, number, world.payers, FIRST_DAY, is_mail=number % 3 > 0) for number in range(1, 3_001)]


def won_in_the_end(item: SimItem) -> float:
    """The chance that it came in, worked as practices work."""
    status = item.truth.status
    if status == "coming":
        return 1.0
    if status == "dead":
        return 0.0
    if status == "denied":
        return 0.3
    if status == "patient":
        alone = 0.9 if item.mail else 0.0
        return max(alone, item.truth.win * (1 - (1 - item.truth.answers) ** 3) * 0.8)
    return item.truth.win * 0.85
