"""When a takeback is disputed, and what a dispute does to the money. Pure.

Every payer's takeback is disputed within the window of an appeal, counted from the day it was told. Medicare fee for
service has a second, shorter clock (section 935 of the MMA, 42 CFR 405.379, RULES 3.5): it keeps nothing back before
day 41 of its demand letter, and nothing at all while a redetermination that it received by day 30 is not decided; a
reconsideration received within 60 days of that decision keeps it so. A later request, while the appeal itself is
open, stops what goes on and brings nothing back. A hearing (level 3) stops nothing.

The letter's day stands in no remittance. Until a person has entered it, the day of the remittance is counted from.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from claims.payers.deadlines import ClaimDates, Deadline, RuleScope, deadline_of, deadlines_of
from claims.payers.rules import RuleBook

STARTS, STOPS_1, STOPS_2 = "recoupment_start", "recoupment_stop_1", "recoupment_stop_2"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TakebackDates:
    """What happened between us and the payer. `told_on` is the day of the remittance, `demand_on` that of the letter;
    `disputed_on` and `reconsidered_on` are the days on which the payer received what was asked."""

    told_on: dt.date
    demand_on: dt.date | None = None
    disputed_on: dt.date | None = None
    decided_on: dt.date | None = None
    is_upheld: bool | None = None
    reconsidered_on: dt.date | None = None
    is_kept_back: bool = False

    @property
    def notice_on(self) -> dt.date | None:
        """The notice that is to be answered now; None while the payer has to answer, or has given in."""
        if self.decided_on is not None:
            return self.decided_on if self.is_upheld and self.reconsidered_on is None else None
        return None if self.disputed_on else self.demand_on or self.told_on

    @property
    def is_won(self) -> bool:
        return self.decided_on is not None and not self.is_upheld


class Recoupment(StrEnum):
    """Where Medicare's keeping back stands."""

    STARTS = "starts"
    GOES_ON = "goes on"
    HELD = "held"
    STOPPED_LATE = "stopped late"
    RESUMES = "resumes"


@dataclass(frozen=True, slots=True)
class RecoupmentOutlook:
    """What the payer may do with the money, from which day on."""

    standing: Recoupment
    on: dt.date


def dispute_windows(dates: TakebackDates, *, scope: RuleScope, rules: RuleBook) -> tuple[Deadline, ...]:
    """The windows that run now, the nearest first: the appeal, and what keeps Medicare from keeping the money back.

    None of the second kind before the first decision where the payer has begun to keep back: it can't be kept from
    starting any more.
    """
    notice = dates.notice_on
    if notice is None:
        return ()
    level, stops = ("appeal_2", STOPS_2) if dates.decided_on else ("appeal_1", STOPS_1)
    kinds = (level,) if dates.is_kept_back and not dates.decided_on else (level, stops)
    told = ClaimDates(dos_on=notice, through_on=notice, notice_on=notice)
    return deadlines_of(kinds, told, scope=scope, rules=rules, on=notice)


def recoupment_outlook(dates: TakebackDates, *, scope: RuleScope, rules: RuleBook) -> RecoupmentOutlook | None:
    """Where keeping back stands under 42 CFR 405.379; None for payers that it does not bind, and once they gave in."""
    begins = _counted(STARTS, dates.demand_on or dates.told_on, scope, rules)
    if begins is None or dates.is_won:
        return None
    if dates.decided_on is not None:
        return _after_decision(dates, dates.decided_on, scope, rules)
    if dates.disputed_on is not None:
        stops = _counted(STOPS_1, dates.demand_on or dates.told_on, scope, rules)
        is_late = dates.is_kept_back or stops is None or dates.disputed_on > stops
        return RecoupmentOutlook(Recoupment.STOPPED_LATE if is_late else Recoupment.HELD, dates.disputed_on)
    if dates.is_kept_back:
        return RecoupmentOutlook(Recoupment.GOES_ON, begins)
    return RecoupmentOutlook(Recoupment.STARTS, begins)


def _after_decision(
    dates: TakebackDates, decided_on: dt.date, scope: RuleScope, rules: RuleBook
) -> RecoupmentOutlook | None:
    stops = _counted(STOPS_2, decided_on, scope, rules)
    if stops is None:
        return None
    if dates.reconsidered_on is None:
        return RecoupmentOutlook(Recoupment.RESUMES, stops + _DAY)
    is_late = dates.reconsidered_on > stops
    return RecoupmentOutlook(Recoupment.STOPPED_LATE if is_late else Recoupment.HELD, dates.reconsidered_on)


def _counted(kind: str, notice_on: dt.date, scope: RuleScope, rules: RuleBook) -> dt.date | None:
    found = deadline_of(kind, ClaimDates(notice_on=notice_on), scope=scope, rules=rules, on=notice_on)
    return found.last_day if found else None
