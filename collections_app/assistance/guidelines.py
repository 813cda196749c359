"""The poverty guidelines of the Department of Health and Human Services, by year and area (42 USC 9902(2)). Pure.

Shipped as they were published (`seeds/guidelines.yaml`). An application counts by the guideline of the year in which it
came; until that year's is known, by the latest one.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from arwork.lib.dated_rules import read_seed

SEED = Path(__file__).parent / "seeds" / "guidelines.yaml"
CONTIGUOUS, ALASKA, HAWAII = "48", "AK", "HI"
AREAS = {CONTIGUOUS: "The 48 states and DC", ALASKA: "Alaska", HAWAII: "Hawaii"}


@dataclass(frozen=True, slots=True)
class Guideline:
    """One year in one area: dollars a year for one person, and for each person more."""

    year: int
    area: str
    one: Decimal
    each_more: Decimal
    source: str

    def of(self, people: int) -> Decimal:
        """Dollars a year for a household of that many people."""
        return self.one + self.each_more * (people - 1)


@cache
def guidelines() -> tuple[Guideline, ...]:
    """Every guideline that is shipped."""
    return tuple(
        Guideline(one["year"], one["area"], Decimal(one["one"]), Decimal(one["each_more"]), one["source"])
        for one in read_seed(SEED)["guidelines"]
    )


def area_of(state: str) -> str:
    """The area of a state by its postal code."""
    return state if state in (ALASKA, HAWAII) else CONTIGUOUS


def guideline_for(area: str, *, on: dt.date) -> Guideline:
    """The guideline of the year of a day, or the latest before it. Raises `LookupError` before all of them."""
    fitting = [one for one in guidelines() if one.area == area and one.year <= on.year]
    if not fitting:
        raise LookupError(f"no poverty guideline of {on.year} is known for {area}")
    return max(fitting, key=lambda one: one.year)
