"""The call sheet: payer by payer what one call could settle now, the best first.

A row is a payer of a practice with what the desk would hand out about it: due, held by nobody else, one's own or
nobody's. Payers whose people answer at this minute stand first; among them the lane of their best claim decides, then
the dollars that a minute of the call is worth. A call takes as long as our own clocked calls did at this hour; before
there are enough of them, as long as the score takes the touches to be.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet, Sum

from arwork.lib.money import ZERO, round_money
from arwork.staff.access import practice_ids
from claims.payers.models import Payer, PayerContact
from claims.practices.models import Practice
from collections_app.contacts.call_hours import OpeningHours, payer_window
from collections_app.payer_calls import selectors as payer_calls
from collections_app.payer_calls.services import USUAL_ZONE
from collections_app.payer_calls.statistics import CallStatistics, hour_words
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.models import Lease, QueueEntry, WorkItem
from collections_app.worklist.queue import LANE

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class PayerToCall:
    """One row. `claims` wait with `amount` open; one call takes `per_call` of them in about `minutes`, and brings
    `per_minute` dollars for each. `hours` says until when, or from when, somebody answers."""

    practice: Practice
    payer: Payer
    claims: int
    amount: Decimal
    per_call: int
    minutes: int
    per_minute: Decimal
    lane: int
    is_open: bool
    hours: str
    hour: int
    statistics: CallStatistics

    @property
    def hour_words(self) -> str:
        """The hour that it is where the payer answers."""
        return hour_words(self.hour)

    @property
    def hold_now(self) -> float:
        """The usual wait at this hour, in minutes."""
        return self.statistics.hold_at(self.hour)

    @property
    def is_better_later(self) -> bool:
        """Another hour is known to answer in half the time."""
        best = self.statistics.best
        return best is not None and best.hour != self.hour and best.hold_minutes * 2 <= self.hold_now


def call_sheet(
    *, actor: "User", today: dt.date, now: dt.datetime, viewer_zone: str, practice: int | None = None
) -> list[PayerToCall]:
    """The payers that somebody could call now or later today, the best first. Six queries, however many claims."""
    held = Lease.objects.filter(expires_at__gt=now).exclude(holder=actor).values_list("item_id", flat=True)
    rows = list(
        _waiting(actor, now=now, held=list(held), practice=practice)
        .order_by()
        .values_list("item__practice_id", "item__payer_id")
        .annotate(
            claims=Count("pk"), amount=Sum("item__amount"), expected=Sum("item__expected"),
            minutes=Sum("item__minutes"), place=Min("place"),
        )
    )  # fmt: skip
    payers = Payer.objects.in_bulk({row[1] for row in rows})
    practices = Practice.objects.in_bulk({row[0] for row in rows})
    hours = _opening_hours(payers)
    figures = payer_calls.statistics_of(practices=practice_ids(actor), payers=list(payers), today=today)
    found = []
    for practice_id, payer_id, claims, amount, expected, minutes, place in rows:
        payer, known = payers[payer_id], figures[payer_id]
        window = payer_window(now, hours[payer_id], viewer_zone=viewer_zone)
        hour = now.astimezone(ZoneInfo(hours[payer_id][0].zone if hours[payer_id] else USUAL_ZONE)).hour
        per_call = min(claims, max(payer.claims_per_call, 1))
        takes = minutes / claims * per_call if known.is_small else known.minutes_for(per_call, hour=hour)
        takes = max(round(takes), 1)
        found.append(
            PayerToCall(
                practice=practices[practice_id], payer=payer, claims=claims, amount=amount or ZERO, per_call=per_call,
                minutes=takes, per_minute=round_money((expected or ZERO) * per_call / (claims * takes)),
                lane=place // LANE, is_open=window.open_now, hour=hour, statistics=known,
                hours=window.words.replace("Can be called", "Open" if window.open_now else "Opens"),
            )
        )  # fmt: skip
    return sorted(found, key=_best_first)


def claims_to_call(*, actor: "User", practice_id: int, payer_id: int, now: dt.datetime, limit: int) -> list[WorkItem]:
    """The claims behind a row of the sheet, the best first. Two queries."""
    held = Lease.objects.filter(expires_at__gt=now).exclude(holder=actor).values_list("item_id", flat=True)
    rows = _waiting(actor, now=now, held=list(held), practice=practice_id).filter(item__payer=payer_id)
    entries = rows.select_related("item__practice", "item__payer", "item__claim__patient__person", "item__owner")
    return [entry.item for entry in entries.order_by("place", "item")[:limit]]


def payers_open(*, actor: "User", today: dt.date, now: dt.datetime, viewer_zone: str) -> int:
    """How many payers on the sheet answer at this minute."""
    return sum(row.is_open for row in call_sheet(actor=actor, today=today, now=now, viewer_zone=viewer_zone))


def _best_first(row: PayerToCall) -> tuple[bool, int, Decimal, str, int]:
    return (not row.is_open, row.lane, -row.per_minute, row.payer.name, row.practice.pk)


def _waiting(actor: "User", *, now: dt.datetime, held: Collection[int], practice: int | None) -> QuerySet[QueueEntry]:
    """Entries about claims of payers that this person may be handed, without small balances: whatever the hour."""
    among = practice_ids(actor) if practice is None else [one for one in practice_ids(actor) if one == practice]
    return QueueEntry.objects.filter(
        Q(shelf__owner=actor) | Q(shelf__owner=None),
        Q(not_before_at=None) | Q(not_before_at__lte=now),
        shelf__practice__in=among,
        place__lt=LaneChoice.SMALL * LANE,
        item__claim__isnull=False,
        item__payer__isnull=False,
    ).exclude(item__in=held)


def _opening_hours(payers: Mapping[int, Payer] | Iterable[int]) -> dict[int, list[OpeningHours]]:
    """By payer the hours of its phones, by the order in which they were entered."""
    found: dict[int, list[OpeningHours]] = defaultdict(list)
    phones = PayerContact.objects.filter(payer__in=list(payers), kind=PayerContact.Kind.PHONE).order_by("pk")
    for one in phones:
        if one.opens and one.closes:
            found[one.payer_id].append(OpeningHours(one.opens, one.closes, one.weekdays, one.time_zone))
    return found
