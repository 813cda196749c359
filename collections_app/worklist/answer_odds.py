"""What the hour makes of a call to a person: how often people answer in this part of the day where they live. Pure.

The factor is the rate of this part of the day against the mean of all of them: it orders the hand-out by the hour it
is now, and counts nothing that the other rates have counted already. Rates start from a shipped prior
(`seeds/answer_hours.yaml`). Who may be in zones where it is another part of the day has no hour: the factor is 1.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from arwork.lib.dated_rules import read_seed

SEED = Path(__file__).parent / "seeds" / "answer_hours.yaml"
#: A factor stays between these: a few lucky evenings turn no order upside down.
LEAST, MOST = 0.5, 2.0


class PartOfDay(NamedTuple):
    """Local hours from `begins` to before `ends`, and how many calls in them reach the person, by the prior."""

    name: str
    begins: int
    ends: int
    answered: float

    @property
    def words(self) -> str:
        """E.g. "5 to 9 pm"."""
        first, last = (f"{(hour + 11) % 12 + 1}" for hour in (self.begins, self.ends))
        begin = "" if (self.begins < 12) == (self.ends < 12) else " am"
        return f"{first}{begin} to {last} {'am' if self.ends < 12 else 'pm'}"


class AnswerHistory(NamedTuple):
    """Calls of one part of the day, and how many reached the person."""

    reached: float = 0.0
    called: float = 0.0


class AnswerOdds(NamedTuple):
    """What the hour makes of a call now: the factor, the rate, and what it rests on."""

    factor: float = 1.0
    rate: float = 0.0
    history: AnswerHistory = AnswerHistory()
    hours: str = ""


#: By practice and part of the day.
AnswerHistories = Mapping[tuple[int, str], AnswerHistory]
NO_ODDS = AnswerOdds()


@lru_cache(maxsize=4_096)
def part_of_day(at: dt.datetime, zones: str) -> PartOfDay | None:
    """The part of the day that it is in every one of `zones` (separated by spaces); None where they do not agree."""
    parts, _ = _priors()
    hours = {at.astimezone(ZoneInfo(zone)).hour for zone in zones.split()}
    found = {next((part for part in parts if part.begins <= hour < part.ends), None) for hour in hours}
    return found.pop() if len(found) == 1 else None


def answer_odds(practice_id: int, part: PartOfDay | None, known: AnswerHistories) -> AnswerOdds:
    """How likely a call is answered in this part of the day, against the practice's calls of all parts."""
    if part is None:
        return NO_ODDS
    parts, weight = _priors()
    rates = {one: _rate(known.get((practice_id, one.name), AnswerHistory()), one, weight) for one in parts}
    usual = sum(rates.values()) / len(rates)
    factor = min(max(rates[part] / usual, LEAST), MOST)
    return AnswerOdds(factor, rates[part], known.get((practice_id, part.name), AnswerHistory()), part.words)


def _rate(known: AnswerHistory, part: PartOfDay, weight: float) -> float:
    return (known.reached + part.answered * weight) / (known.called + weight)


@cache
def _priors() -> tuple[tuple[PartOfDay, ...], float]:
    seed: dict[str, Any] = read_seed(SEED)
    parts = [(name, *entry["hours"], entry["answered"]) for name, entry in seed["parts"].items()]
    return tuple(PartOfDay(*part) for part in parts), float(seed["cases"])
