"""`python -m bench.practice_sim`: the orders beside each other, world by world."""

import argparse
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arwork.settings")
django.setup()

from bench.practice_sim import history, orders, practice  # noqa: E402
from bench.practice_sim.world import make_world  # noqa: E402

ORDERS = ("oracle", "largest_first", "product", "due_first", "at_random", "oldest_first")


def main() -> None:
    """Print what each order won in each world."""
    parser = argparse.ArgumentParser(prog="python -m bench.practice_sim", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    parser.add_argument("--orders", nargs="+", default=ORDERS, choices=ORDERS)
    parser.add_argument("--batches", action="store_true", help="other due claims of the payer go in the same call")
    parser.add_argument("--parts", action="store_true", help="show kinds and actions")
    asked = parser.parse_args()
    rows: dict[str, list[practice.SimResult]] = {}
    for seed in asked.seeds:
        world = make_world(seed)
        learned = history.learned(seed, world)
        print(f"world {seed}", flush=True)
        for name in asked.orders:
            began = time.monotonic()
            found = practice.run(
                world, getattr(orders, name), learned=learned, is_product=name == "product", batches=asked.batches
            )
            rows.setdefault(name, []).append(found)
            best = rows["oracle"][-1].an_hour if "oracle" in rows else found.an_hour
            print(
                f"  {name:14} {found.an_hour:7,.0f} $/h {found.an_hour / best:6.1%} of the oracle,"
                f" windows missed {found.missed_share:5.1%} of ${found.at_windows:,.0f}"
                f", untouched {len(found.untouched):4}, touches {found.touches:6,} {time.monotonic() - began:5.1f} s",
                flush=True,
            )
            if asked.parts:
                for key, (count, minutes, won) in sorted(found.by_kind.items(), key=lambda one: -one[1][2]):
                    print(f"      {key:34} {count:6} {minutes:8.0f} min {won:10,.0f} $ {won / minutes:7.1f} $/min")
    print("mean")
    for name, found in rows.items():
        mean = sum(one.an_hour for one in found) / len(found)
        share = sum(one.an_hour / best.an_hour for one, best in zip(found, rows.get("oracle", found), strict=True))
        large = sum(
            one.an_hour / other.an_hour for one, other in zip(found, rows.get("largest_first", found), strict=True)
        )
        missed = sum(one.missed_share for one in found) / len(found)
        untouched = sum(len(one.untouched) for one in found) / len(found)
        print(
            f"  {name:14} {mean:7,.0f} $/h {share / len(found):6.1%} of the oracle,"
            f" {large / len(found):.2f} x largest first, windows missed {missed:5.1%}, untouched {untouched:.0f}"
        )


if __name__ == "__main__":
    main()
