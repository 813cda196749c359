"""Where the clock of a person may stand: zones from ZIP codes and phone numbers, as candidates. Pure.

No source is right about everybody: people keep their number when they move, and some towns keep two clocks. So this
answers with a set, and a call is lawful only in hours that are lawful in each (RULES 10, rule 4).
"""

from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import zipcodes

from arwork.lib.dated_rules import read_seed

SEEDS = Path(__file__).parent / "seeds"
_MANY = 20


def zones_of_zip(zip_code: str) -> frozenset[str]:
    """The zones of a ZIP or ZIP+4; empty for military, foreign and unknown ones."""
    return _zones_of_zip5(zip_code.strip()[:5])


def foresee(zip_codes: Collection[str]) -> None:
    """Before many ZIPs are asked for: one reading of the whole table costs as much as some twenty single look-ups."""
    if len(zip_codes) > _MANY:
        _all_zips()


def zones_of_phone(number: str) -> frozenset[str]:
    """The zones of a number's area code; empty for toll-free, foreign and unknown ones."""
    if number.startswith("+") and not number.startswith("+1"):
        return frozenset()
    digits = "".join(char for char in number if char.isdigit())
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return _area_codes().get(digits[:3], frozenset()) if len(digits) == 10 else frozenset()


def zones_of_state(state: str) -> frozenset[str]:
    """Every zone that some place of a state keeps; empty for what is none."""
    return _states().get(state, frozenset())


def zones_of_place(state: str, zip_code: str) -> frozenset[str]:
    """The zones of an address: of its ZIP where that is known, else of the whole state."""
    return zones_of_zip(zip_code) or zones_of_state(state)


def candidate_zones(*, places: Iterable[tuple[str, str]] = (), phones: Iterable[str] = ()) -> frozenset[str]:
    """Every zone that an address (its state and ZIP) or a number of the person points to; all fifty states when none
    does."""
    found: set[str] = set()
    for state, zip_code in places:
        found |= zones_of_place(state, zip_code)
    for number in phones:
        found |= zones_of_phone(number)
    return frozenset(found) or anywhere()


@cache
def anywhere() -> frozenset[str]:
    """The zones of the fifty states, for somebody of whom nothing is known."""
    return frozenset(_zip_seed()["anywhere"])


@lru_cache(maxsize=50_000)
def _zones_of_zip5(zip_code: str) -> frozenset[str]:
    override = _zip_seed()["overrides"].get(zip_code)
    if override:
        return frozenset(override)
    if len(zip_code) != 5 or not zip_code.isdigit():
        return frozenset()
    if _all_zips.cache_info().currsize:
        return _all_zips().get(zip_code, frozenset())
    return frozenset(place["timezone"] for place in zipcodes.matching(zip_code) if _is_zone(place.get("timezone")))


@cache
def _all_zips() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for place in zipcodes.list_all():
        if _is_zone(place.get("timezone")):
            known = found.get(place["zip_code"], frozenset())
            found[place["zip_code"]] = _single(place["timezone"]) | known if known else _single(place["timezone"])
    return found


@cache
def _single(zone: str) -> frozenset[str]:
    return frozenset((zone,))


@cache
def _is_zone(name: str | None) -> bool:
    try:
        return bool(name) and ZoneInfo(str(name)) is not None
    except (ZoneInfoNotFoundError, ValueError):
        return False


@cache
def _zip_seed() -> dict[str, Any]:
    return dict(read_seed(SEEDS / "zip_zones.yaml"))


@cache
def _states() -> dict[str, frozenset[str]]:
    rows = read_seed(SEEDS / "state_zones.yaml")["states"]
    return {state: frozenset(row["zones"]) for row in rows for state in row["states"]}


@cache
def _area_codes() -> dict[str, frozenset[str]]:
    areas = read_seed(SEEDS / "area_codes.yaml")["areas"]
    return {code: frozenset(area["zones"]) for area in areas for code in area["codes"]}
