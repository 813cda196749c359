"""Who can't be reached. Pure.

Nobody is where no mail arrives and no number works; or where every number was tried often enough, over long enough,
without the right person once (RULES 14.7). Somebody whom mail reaches and whom nobody called yet can be reached.
A call of which nobody noted the number counts as one to a number that was not called otherwise.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

NO_WAY, NO_MAIL, UNANSWERED = "no_way", "no_mail", "unanswered"


@dataclass(frozen=True, slots=True)
class TriedCall:
    """One outgoing call since the right person was reached last: its local day, and the last four digits called (empty:
    nobody noted them)."""

    on: dt.date
    ending: str = ""


@dataclass(frozen=True, slots=True)
class WaysToReach:
    """How one person may be reached: whether mail arrives, or came back, the endings of the numbers that may be called,
    and the calls since the right person was reached last."""

    has_address: bool
    endings: Sequence[str] = ()
    calls: Sequence[TriedCall] = ()
    came_back: bool = False


@dataclass(frozen=True, slots=True)
class PatienceFigures:
    """So many calls over so many days, on every number, are enough."""

    calls: int
    days: int


def why_unreachable(ways: WaysToReach, figures: PatienceFigures, *, on: dt.date) -> str:
    """`no_way`, `unanswered`, or empty: they can be reached, or it was not tried enough to say."""
    if not ways.endings:
        return "" if ways.has_address else NO_WAY
    untried = set(ways.endings) - {one.ending for one in ways.calls}
    anywhere = sum(not one.ending for one in ways.calls)  # nobody noted the number: any of them
    is_often = len(ways.calls) >= figures.calls
    is_long = bool(ways.calls) and (on - min(one.on for one in ways.calls)).days >= figures.days
    return UNANSWERED if is_often and is_long and len(untried) <= anywhere else ""


def why_searched(ways: WaysToReach, figures: PatienceFigures, *, on: dt.date) -> str:
    """Why somebody is looked for: they can't be reached, or mail came back and no other address is known (`no_mail`);
    empty where neither is so."""
    found = why_unreachable(ways, figures, on=on)
    return found or (NO_MAIL if ways.came_back and not ways.has_address else "")
