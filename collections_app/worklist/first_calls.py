"""When a patient may first be called about a visit: its clock starts with the first statement. Pure.

Nobody is asked to call somebody who was never billed. The first statement is the one the books know of; until there is
one, the figure of a practice whose statements are sent elsewhere: so many days after the balance became the patient's.
Without either no statement is known and the clock stands still. Each visit has its own: a call about one that was
billed is none about another that was not.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from arwork.lib.dates import Closures, next_business_day, short_day
from collections_app.limits.figures import LimitBook

#: Why an account is not asked for anything: it keeps a payment plan.
ON_PLAN = "plan"
#: The category of an item whose account's plan, or settlement, is broken, and what it calls what was broken.
BROKEN_PLAN, BROKEN_SETTLEMENT = "broken_plan", "broken_settlement"
_BROKEN = {BROKEN_PLAN: "payment plan", BROKEN_SETTLEMENT: "settlement"}

#: Why a visit, or all that an account owes for, is not asked for yet: no statement was sent.
UNBILLED = "unbilled"
#: Holds under which somebody who asked for a call gets it: no statement yet, or a plan that is kept.
CALLED_IF_ASKED = (UNBILLED, ON_PLAN)
#: The figure of a practice whose statements are sent elsewhere.
SENT_ELSEWHERE = "first_statement_days"


def first_statement_on(*, since_on: dt.date, known_on: dt.date | None, sent_after: int | None) -> dt.date | None:
    """The day of a visit's first statement, past or to come; None while none is known. `since_on` is the day on which
    the balance became the patient's, `sent_after` the days until a statement that is sent elsewhere."""
    if known_on is not None or sent_after is None:
        return known_on
    return since_on + dt.timedelta(days=sent_after)


def first_call_on(
    statements: Iterable[dt.date | None], *, today: dt.date, after: int, closures: Closures = ()
) -> dt.date | None:
    """The first day to call about an account whose visits had (or will have) these first statements: `after` days from
    the earliest that was sent by `today`; None when none was."""
    begun = [day for day in statements if day is not None and day <= today]
    return next_business_day(min(begun) + dt.timedelta(days=after), closures=closures) if begun else None


def statement_words(statement_on: dt.date | None) -> str:
    """Why a visit is not asked for yet, in a few words."""
    if statement_on is None:
        return "no statement known"
    return f"first statement {short_day(statement_on)}"


@dataclass
class StatementClock:
    """First statements under the figures of one day, practice by practice."""

    limits: LimitBook
    today: dt.date
    _sent_after: dict[int, int | None] = field(default_factory=dict)

    def statement_on(self, practice_id: int, since_on: dt.date, known_on: dt.date | None) -> dt.date | None:
        """The day of a visit's first statement, as `first_statement_on` says."""
        if practice_id not in self._sent_after:
            row = self.limits.pick(SENT_ELSEWHERE, on=self.today, practice_id=practice_id)
            self._sent_after[practice_id] = row.value if row else None
        sent_after = self._sent_after[practice_id]
        return first_statement_on(since_on=since_on, known_on=known_on, sent_after=sent_after)

    def pause(self, practice_id: int, since_on: dt.date, known_on: dt.date | None) -> str:
        """`UNBILLED` until the first statement was sent, "" from its day on."""
        day = self.statement_on(practice_id, since_on, known_on)
        return "" if day is not None and day <= self.today else UNBILLED


def what_broke(category: str) -> str:
    """What the words of an item call what was broken, by its category: a promise where nothing else is said."""
    return _BROKEN.get(category, "promise")
