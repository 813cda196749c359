"""What is recorded of lists, searches and files taken out: one event each, and whom they showed.

A page that shows part of a record which another page has opened a moment ago (a fragment that loads later, one that
asks again by itself) is the same look: `record_part` leaves one event for both.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from arwork.lib import bulk
from arwork.staff import audit
from arwork.staff.access import practice_ids
from arwork.staff.models import AuditEvent
from arwork.staff.origin import current, held

if TYPE_CHECKING:
    from arwork.staff.models import User

Row = TypeVar("Row")
#: The records that a row shows, by kind; one without an id shows nothing of that kind.
Shows = Callable[[Row], Iterable[tuple[str, int | None]]]
SAME_LOOK = dt.timedelta(minutes=1)
SAME_VISIT = dt.timedelta(minutes=30)
_BATCH = 1000


def record_listed(
    actor: "User",
    subject: str,
    rows: Iterable[Row],
    *,
    shows: "Shows[Row]",
    after: Mapping[str, Any] | None = None,
    action: str = audit.LISTED,
    now: dt.datetime,
) -> None:
    """Note a page of a list (or of hits of a search) with what stands on it.

    `after` may say how it was narrowed, without what people typed.
    """
    practice_id = _only_practice(actor)
    audit.record_seen(actor, action, subject, _shown(rows, shows), practice_id=practice_id, after=after, now=now)


def record_part(actor: "User", subject: str, subject_id: int, *, practice_id: int | None, now: dt.datetime) -> None:
    """Note a part of a record, unless this session opened the record itself within the last minute."""
    origin = current()
    same = AuditEvent.objects.filter(
        subject=subject, subject_id=subject_id, at__gt=now - SAME_LOOK, at__lte=now, actor=actor,
        action=audit.READ, session=origin.session, address=origin.address,
    )  # fmt: skip
    if not same.exists():
        audit.record_read(actor, subject, subject_id, practice_id=practice_id, now=now)


def last_look(actor: "User", subject: str, subject_id: int, *, now: dt.datetime) -> dt.datetime | None:
    """When `actor` last opened a record before this visit to it. One query, of an index."""
    looks = AuditEvent.objects.filter(
        subject=subject, subject_id=subject_id, at__lt=now - SAME_VISIT, actor=actor, action=audit.READ
    )
    return looks.order_by("-at").values_list("at", flat=True).first()


def record_export(
    actor: "User",
    subject: str,
    rows: Iterable[Row],
    *,
    count: int | None = None,
    shows: "Shows[Row] | None" = None,
    after: Mapping[str, Any] | None = None,
    now: dt.datetime,
) -> Iterator[Row]:
    """Note that a file of `rows` is taken out, with how many rows it has; the rows, as the file shall take them.

    Whom they show is noted a batch ahead of what is sent, so that what was not sent to the end is not said to be.
    """
    facts = {**(after or {}), **({} if count is None else {"rows": count})}
    file = TakenFile(actor, audit.EXPORTED, subject, None, _only_practice(actor), facts, now)
    if shows is None:
        file.note({})
        return iter(rows)
    batches = bulk.chunks(rows, _BATCH)
    first = next(batches, [])
    file.note(_shown(first, shows))
    return _noted(file, first, batches, shows)


class TakenFile:
    """A file that leaves, noted a batch of its rows at a time: each in an event that names whom it shows, signed.

    The second event and those after it name the first one (`part_of`). All say from where the file was asked
    for, though it is sent when the request has been answered.
    """

    def __init__(
        self,
        actor: "User",
        action: str,
        subject: str,
        subject_id: int | None,
        practice_id: int | None,
        after: Mapping[str, Any],
        now: dt.datetime,
    ) -> None:
        self._actor, self._action, self._subject, self._facts, self._origin = actor, action, subject, after, current()
        self._about: dict[str, Any] = {"subject_id": subject_id, "practice_id": practice_id, "now": now}
        self._known: set[tuple[str, int]] = set()
        self._first: int | None = None

    def note(self, shown: Mapping[str, Iterable[int]]) -> None:
        """Note whom the next rows show, by kind; who was shown before is not named again."""
        fresh = {kind: {pk for pk in ids if (kind, pk) not in self._known} for kind, ids in shown.items()}
        if self._first is not None and not any(fresh.values()):
            return
        self._known.update((kind, pk) for kind, ids in fresh.items() for pk in ids)
        after = dict(self._facts) if self._first is None else {**self._facts, audit.PART_OF: self._first}
        with held(self._origin):
            event_id = audit.record_seen(
                self._actor, self._action, self._subject, fresh, after=after or None, **self._about
            )
        self._first = self._first or event_id


def _only_practice(actor: "User") -> int | None:
    """The practice that a list can be of: the one chosen, the only one, or the one read in an emergency."""
    ids = practice_ids(actor)
    return ids[0] if len(ids) == 1 else None


def _noted(file: TakenFile, first: list[Row], rest: Iterator[list[Row]], shows: "Shows[Row]") -> Iterator[Row]:
    yield from first
    for batch in rest:
        file.note(_shown(batch, shows))
        yield from batch


def _shown(rows: Iterable[Row], shows: "Shows[Row]") -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for row in rows:
        for kind, pk in shows(row):
            if pk is not None:
                found.setdefault(kind, set()).add(pk)
    return found
