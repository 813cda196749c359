"""What the books announce, and whoever listens: kept with the books, delivered at least once.

The books know nothing of the work. A service that moved money or state calls `announce`; the announcement is a row of
the same transaction, so neither exists without the other. After the commit a small one is delivered at once, a large
one, in portions, by the workers. A row goes when every subscriber has taken it; what a crash, a missing worker or a
subscriber that failed leaves behind is delivered by `deliver_waiting`, which beat rings for every minute.

Subscribers are told ids only and look at the books themselves, so hearing of a change twice, or late, does no harm. One
that fails never undoes the books and keeps no other announcement waiting: the row is tried again, ever more rarely,
and one of many ids is halved until the rows that fail stand alone.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet

from arwork.lib.background import QueueUnreachable, enqueue
from arwork.lib.bulk import chunks
from arwork.lib.models import Announcement

log = logging.getLogger(__name__)

DELIVER = "arwork.web.tasks.deliver_announcements"
AT_ONCE = 200  # more ids than this go to a worker,
PORTION = 2_000  # in rows of this many
#: How long whoever made an announcement, or took it up, has before another takes it for dead.
HEAD_START, LEASE = dt.timedelta(seconds=30), dt.timedelta(minutes=2)
LONGEST_PAUSE = dt.timedelta(hours=1)
#: Older than this, an announcement that waits is told to people.
LATE = dt.timedelta(minutes=5)
_TRIES_BEFORE_HALVING = 2
_IDS = ("claims", "accounts", "exceptions")


@dataclass(frozen=True)
class Changed:
    """Ids of claims and accounts whose facts changed, and the word for why (`remit`, `payment`, `ack`, ...).

    `exceptions` are questions about remittances that belong to no claim.
    """

    reason: str
    claims: frozenset[int] = field(default_factory=frozenset)
    accounts: frozenset[int] = field(default_factory=frozenset)
    exceptions: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Announcements that are late: how many, since when, and how often the worst of them was tried in vain."""

    count: int = 0
    since: dt.datetime | None = None
    attempts: int = 0
    message: str = ""


Subscriber = Callable[[Changed], None]
_recorders: list[Subscriber] = []
_prompt_subscribers: list[Subscriber] = []
_subscribers: list[Subscriber] = []
_quiet: ContextVar[bool] = ContextVar("events_quiet", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Announce nothing in the block: for a bulk load whose caller refreshes everything afterwards."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def subscribe(subscriber: Subscriber) -> None:
    """Tell `subscriber` of every announcement at least once; an app says so when it is ready, nobody else."""
    if subscriber not in _subscribers:
        _subscribers.append(subscriber)


def subscribe_promptly(subscriber: Subscriber) -> None:
    """The same for one that is quick: told right after the commit however large the change, and again by a worker."""
    if subscriber not in _prompt_subscribers:
        _prompt_subscribers.append(subscriber)


def record_with(recorder: Subscriber) -> None:
    """Have `recorder` write, in the transaction of each announcement, what is to last longer; once and only once."""
    if recorder not in _recorders:
        _recorders.append(recorder)


def announce(
    reason: str, *, claims: Iterable[int] = (), accounts: Iterable[int] = (), exceptions: Iterable[int] = ()
) -> None:
    """Keep, in the caller's transaction, that these rows changed; subscribers are told once it has committed."""
    event = Changed(reason, frozenset(claims), frozenset(accounts), frozenset(exceptions))
    if not (event.claims or event.accounts or event.exceptions) or _quiet.get():
        return
    rows = [
        *(Announcement(reason=reason, claims=ids) for ids in chunks(sorted(event.claims), PORTION)),
        *(Announcement(reason=reason, accounts=ids) for ids in chunks(sorted(event.accounts), PORTION)),
        *(Announcement(reason=reason, exceptions=ids) for ids in chunks(sorted(event.exceptions), PORTION)),
    ]
    if _is_small(event):
        told = {name: sorted(getattr(event, name)) for name in _IDS}
        rows = [Announcement(reason=reason, **told)]
    kept = [row.pk for row in Announcement.objects.bulk_create(rows)]
    for recorder in _recorders:
        recorder(event)
    transaction.on_commit(lambda: _deliver_after_commit(event, kept))


def deliver(announcement_id: int, *, now: dt.datetime) -> bool:
    """Deliver one announcement, if it waits and nobody else is at it; whether it went."""
    waits = Q(next_try_at=None) | Q(next_try_at__lte=now)
    taken = Announcement.objects.filter(waits, pk=announcement_id)
    if not taken.update(attempts=F("attempts") + 1, next_try_at=now + LEASE):
        return False
    row = Announcement.objects.get(pk=announcement_id)
    event = Changed(row.reason, *(frozenset(getattr(row, name)) for name in _IDS))
    error = _told([*_prompt_subscribers, *_subscribers], event)
    if error is None:
        row.delete()
        return True
    _note_failure(row, error, now=now)
    return False


def deliver_waiting(*, clock: Callable[[], dt.datetime], most: int = 2_000) -> int:
    """Deliver what waits, the oldest first, `most` deliveries at the utmost; how many went.

    One that fails is tried again in this run only in halves.
    """
    delivered = tried = 0
    while tried < most and (due := list(_due(clock()).values_list("pk", flat=True)[:100])):
        for pk in due:
            delivered += deliver(pk, now=clock())
        tried += len(due)
    return delivered


def waiting(*, now: dt.datetime) -> Waiting:
    """What has waited for longer than `LATE`. One query; two where something does."""
    late = Announcement.objects.filter(made_at__lte=now - LATE)
    found = late.aggregate(count=Count("pk"), since=Min("made_at"), attempts=Max("attempts"))
    if not found["count"]:
        return Waiting()
    words = late.exclude(message="").order_by("-attempts").values_list("message", flat=True).first()
    return Waiting(found["count"], found["since"], found["attempts"], words or "")


def on_their_way(*, now: dt.datetime) -> Changed:
    """What was announced so lately that its delivery is at work."""
    rows = Announcement.objects.filter(made_at__gt=now - LATE, attempts__lte=1).values_list("claims", "accounts")
    claims, accounts = set[int](), set[int]()
    for of_claims, of_accounts in rows:
        claims.update(of_claims)
        accounts.update(of_accounts)
    return Changed("", frozenset(claims), frozenset(accounts))


def _due(now: dt.datetime) -> QuerySet[Announcement]:
    untouched = Q(next_try_at=None, made_at__lte=now - HEAD_START)
    return Announcement.objects.filter(untouched | Q(next_try_at__lte=now)).order_by("pk")


def _deliver_after_commit(event: Changed, kept: list[int]) -> None:
    """By whoever made the change, and never to its harm: what is not delivered here is delivered later."""
    try:
        if not _is_small(event):
            _told(_prompt_subscribers, event)
            enqueue(DELIVER, ids=kept)
        elif (error := _told([*_prompt_subscribers, *_subscribers], event)) is None:
            Announcement.objects.filter(pk__in=kept).delete()
        else:
            Announcement.objects.filter(pk__in=kept).update(attempts=1, message=_kind(error))
    except QueueUnreachable:
        log.warning("no broker: %d changed claims wait for a worker", len(event.claims))
    except DatabaseError:
        log.exception("an announcement waits: %s", event.reason)


def _is_small(event: Changed) -> bool:
    return sum(len(getattr(event, name)) for name in _IDS) <= AT_ONCE


def _told(subscribers: Iterable[Subscriber], event: Changed) -> Exception | None:
    """Tell each, though one before it fails; the last error."""
    failed = None
    for subscriber in subscribers:
        try:
            subscriber(event)
        except Exception as error:
            log.exception("subscriber %s failed for %s", subscriber.__qualname__, event.reason)
            failed = error
    return failed


def _note_failure(row: Announcement, error: Exception, *, now: dt.datetime) -> None:
    rest = LONGEST_PAUSE if row.attempts > 6 else dt.timedelta(minutes=2 ** (row.attempts - 1))
    is_of_its_rows = not isinstance(error, OperationalError | InterfaceError)
    if is_of_its_rows and row.attempts >= _TRIES_BEFORE_HALVING and sum(len(getattr(row, name)) for name in _IDS) > 1:
        _halve(row, error, now=now)
        return
    Announcement.objects.filter(pk=row.pk).update(next_try_at=now + rest, message=_kind(error))


def _halve(row: Announcement, error: Exception, *, now: dt.datetime) -> None:
    """Two rows in the place of one, both due: what fails alone is told from what waits with it."""
    with transaction.atomic():
        Announcement.objects.bulk_create(
            Announcement(
                reason=row.reason, made_at=row.made_at, attempts=row.attempts, next_try_at=now, message=_kind(error),
                **ids,
            )
            for ids in _halves(row)
        )  # fmt: skip
        row.delete()


def _halves(row: Announcement) -> list[dict[str, list[int]]]:
    told = {name: ids for name in _IDS if (ids := getattr(row, name))}
    if len(told) > 1:
        return [{name: ids} for name, ids in told.items()]
    ((name, ids),) = told.items()
    middle = len(ids) // 2
    return [{name: ids[:middle]}, {name: ids[middle:]}]


def _kind(error: Exception) -> str:
    """The error's class: its words may hold what belongs in no table."""
    return type(error).__name__[:120]
