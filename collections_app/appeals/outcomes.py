"""How appeals end, from the practice's own decisions: by payer, category of denial and text, with their counts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.denials.models import Denial
from claims.denials.outcomes import SentAnswer
from claims.denials.routing import category_label
from collections_app.appeals.models import AppealCase

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

#: Fewer decisions than this say little; the page says so.
FEW = 10
#: The last so many days count.
REPORTED = 730
BY = {"payer": "Payer", "category": "Category", "text": "Letter"}
_COLUMNS = {"payer": "payer__name", "category": "category", "text": "text_version"}


def appeals_sent(claim_ids: Collection[int]) -> Iterator[SentAnswer]:
    """The appeals of these claims that left, for whoever asks what brought an outcome. One query."""
    rows = AppealCase.objects.filter(Among("claim", claim_ids), sent_on__isnull=False).order_by("pk")
    for case in rows.only("claim", "sent_on"):
        if case.sent_on is not None:
            yield SentAnswer(case.claim_id, Denial.CameBy.APPEAL.value, case.sent_on)


@dataclass(slots=True)
class WonAndLost:
    """The decided appeals of one payer, category or text. `won` counts those won in full or in part; `amount` is what
    they asked for, `recovered` what they gave, in dollars."""

    label: str
    won: int = 0
    lost: int = 0
    amount: Decimal = ZERO
    recovered: Decimal = ZERO

    @property
    def decided(self) -> int:
        return self.won + self.lost

    @property
    def percent(self) -> int:
        """Of the decided, how many percent were won."""
        return round(100 * self.won / self.decided) if self.decided else 0

    @property
    def is_few(self) -> bool:
        """Whether there are too few to go by."""
        return self.decided < FEW

    @property
    def words(self) -> str:
        """`won 3 of 4 (75%), few so far`."""
        few = ", few so far" if self.is_few else ""
        return f"won {self.won} of {self.decided} ({self.percent}%){few}"


def win_rates(actor: "User", *, by: str, today: dt.date) -> list[WonAndLost]:
    """The decided appeals of the actor's practices in the last two years, by `BY`; the most first. One query."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _decided(practice_ids(actor), today).order_by().values_list(_COLUMNS[by], "outcome", "amount", "won")
    found: dict[str, WonAndLost] = defaultdict(lambda: WonAndLost(""))
    for key, outcome, amount, won in rows:
        row = found[key]
        row.label = category_label(key) if by == "category" else key or "not known"
        _count(row, outcome, amount, won)
    return sorted(found.values(), key=lambda one: (-one.decided, one.label))


def own_rate(*, practice_id: int, payer_id: int, category: str, today: dt.date) -> WonAndLost:
    """How appeals to one payer for one category ended in a practice. One query."""
    found = WonAndLost(category_label(category))
    rows = _decided([practice_id], today).filter(payer=payer_id, category=category)
    for outcome, amount, won in rows.order_by().values_list("outcome", "amount", "won"):
        _count(found, outcome, amount, won)
    return found


def _decided(practices: Collection[int], today: dt.date) -> "QuerySet[AppealCase]":
    since = today - dt.timedelta(days=REPORTED)
    return AppealCase.objects.filter(practice__in=practices, state="decided", decided_on__gt=since)


def _count(row: WonAndLost, outcome: str, amount: Decimal, won: Decimal) -> None:
    is_won = outcome in (AppealCase.Outcome.WON, AppealCase.Outcome.PART)
    row.won += is_won
    row.lost += not is_won
    row.amount += amount
    row.recovered += won
