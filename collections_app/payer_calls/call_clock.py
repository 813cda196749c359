"""The clock of a call: seconds on hold and seconds of talk, kept apart. Pure.

Waiting in the payer's menu is hold as well: whoever calls cannot work in it.
"""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

#: A stage that lasts longer was forgotten: the longest holds that the trade complains of are under an hour.
LONGEST_STAGE = dt.timedelta(hours=3)


class Stage(StrEnum):
    """Where a call stands."""

    HOLD = "hold"
    TALK = "talk"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CallClock:
    """Seconds of both kinds up to `staged_at`, when `stage` began. `is_whole` is false once a stage was forgotten."""

    stage: Stage
    staged_at: dt.datetime
    hold_seconds: int = 0
    talk_seconds: int = 0
    is_whole: bool = True

    def at(self, now: dt.datetime) -> "CallClock":
        """The same clock with the time up to `now`; a forgotten stage counts as its longest. A clock that was set back
        takes nothing off, and what has ended does not run."""
        past = max(now - self.staged_at, dt.timedelta())
        if self.stage == Stage.ENDED:
            return self
        counted = int(min(past, LONGEST_STAGE).total_seconds())
        return replace(
            self,
            staged_at=max(now, self.staged_at),
            hold_seconds=self.hold_seconds + (counted if self.stage == Stage.HOLD else 0),
            talk_seconds=self.talk_seconds + (counted if self.stage == Stage.TALK else 0),
            is_whole=self.is_whole and past <= LONGEST_STAGE,
        )

    def turned(self, stage: Stage, *, now: dt.datetime) -> "CallClock":
        """The clock as it goes on from `now` in `stage`; the stage that it is in already goes on as it was."""
        return self if stage == self.stage else replace(self.at(now), stage=stage)
