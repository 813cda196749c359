"""What the practice has learned before the first day: a year of closed items of the same payers, as its own learner
reads them."""

import random
from collections import defaultdict

from bench.practice_sim import figures
from bench.practice_sim.world import PRACTICE, SimItem, World, band_of, make_world
from collections_app.worklist.scoring import age_limits


def learned(seed: int, world: World) -> dict:
    """Rates and paces for a `ScoringContext`."""
    dice = random.Random(f"{seed} history")
    past = make_past(seed, world)
    found = defaultdict(lambda: [0, 0.0, 0.0])
    for item in past:
        work = item.work
        of_class = item.payer.payer_class if item.payer else ""
        told = work.category if work.kind == "denied" else ""
        key = (PRACTICE, work.kind, of_class, told, band_of((work.opened_on - work.aged_from).days, age_limits()))
        won = dice.random() < won_in_the_end(item)
        row = found[key]
        row[0] += 1
        row[1] += float(work.amount)
        row[2] += item.dollars if won else 0.0
    rates = {key: (count * came / stake, float(count)) for key, (count, stake, came) in found.items()}
    pace = {(PRACTICE, one.id): (one.hold * 0.8 + 6.0, 40.0) for one in world.payers}
    return {"rates": rates, "pace": pace}


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
