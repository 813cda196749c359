"""What calls to payers show: the one that runs, figures by payer, the log-ins of portals."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from arwork.staff.access import practice_ids
from collections_app.payer_calls.call_clock import CallClock, Stage
from collections_app.payer_calls.models import PayerCall, PortalLogin
from collections_app.payer_calls.statistics import CallStatistics, ClockedCall, call_statistics

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Figures rest on the calls of so many days.
LOOK_BACK = dt.timedelta(days=365)


def running_call(actor: "User") -> PayerCall | None:
    """The call that the actor is on, whichever page they look at."""
    return PayerCall.objects.filter(by=actor, ended_at=None).select_related("payer", "practice").first()


def clock_of(call: PayerCall, *, now: dt.datetime) -> CallClock:
    """The clock of a call, up to `now`."""
    kept = CallClock(
        Stage(call.stage), call.staged_at, hold_seconds=call.hold_seconds, talk_seconds=call.talk_seconds,
        is_whole=call.is_whole,
    )  # fmt: skip
    return kept.at(now)


def statistics_of(*, practices: Iterable[int], payers: Collection[int], today: dt.date) -> dict[int, CallStatistics]:
    """By payer, what the calls of these practices in the last year show. One query."""
    rows = _taught(today=today).filter(practice__in=list(practices), payer__in=payers)
    calls: dict[int, list[ClockedCall]] = defaultdict(list)
    columns = rows.values_list("payer_id", "local_hour", "hold_seconds", "talk_seconds", "claims")
    for payer, *call in columns.iterator(chunk_size=2_000):
        calls[payer].append(ClockedCall(*call))
    return {payer: call_statistics(calls.get(payer, ())) for payer in payers}


def clocked_minutes(*, today: dt.date) -> dict[tuple[int, int], tuple[int, int]]:
    """By practice and payer, the pieces of work in clocked calls of the last year, and their minutes together. A call
    that nobody answered is a piece of work as well: the minutes are gone."""
    pieces: dict[tuple[int, int], int] = defaultdict(int)
    seconds: dict[tuple[int, int], int] = defaultdict(int)
    columns = ("practice_id", "payer_id", "hold_seconds", "talk_seconds", "claims")
    for practice, payer, hold, talk, claims in _taught(today=today).values_list(*columns).iterator(chunk_size=2_000):
        pieces[practice, payer] += max(claims, 1)
        seconds[practice, payer] += hold + talk
    return {key: (pieces[key], round(seconds[key] / 60)) for key in sorted(pieces)}


def within_a_clocked_call() -> Exists:
    """Of a contact with a payer: the clock of a call ran meanwhile and tells its minutes better."""
    return Exists(
        PayerCall.objects.filter(
            by=OuterRef("by"), practice=OuterRef("practice"), payer=OuterRef("payer"), is_whole=True,
            started_at__lte=OuterRef("at"), ended_at__gte=OuterRef("at"),
        )
    )  # fmt: skip


def calls_of(*, actor: "User", practice_id: int, payer_id: int) -> QuerySet[PayerCall]:
    """The calls of a practice to a payer that have ended, the newest first."""
    rows = PayerCall.objects.filter(practice__in=practice_ids(actor), practice_id=practice_id, payer=payer_id)
    return rows.exclude(ended_at=None).select_related("by").order_by("-started_at", "-pk")


def portals_of(
    *, actor: "User", payers: Collection[int], practices: Collection[int] | None = None
) -> list[PortalLogin]:
    """The log-ins of the actor's practices (or of some of them) for these payers."""
    among = Q(practice__in=practice_ids(actor)) & (Q() if practices is None else Q(practice__in=practices))
    rows = PortalLogin.objects.filter(among, payer__in=payers)
    return list(rows.select_related("practice", "payer").order_by("practice__name", "name", "pk"))


def portal(*, actor: "User", login_id: int) -> PortalLogin | None:
    """One log-in of the actor's practices."""
    rows = PortalLogin.objects.filter(practice__in=practice_ids(actor), pk=login_id)
    return rows.select_related("practice", "payer").first()


def _taught(*, today: dt.date) -> QuerySet[PayerCall]:
    return PayerCall.objects.filter(is_whole=True, ended_at__isnull=False, started_at__date__gte=today - LOOK_BACK)
