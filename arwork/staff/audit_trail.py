"""Questions about the audit trail: filtered, a keyset page at a time, only what the actor may see."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Model, Q, QuerySet

from arwork.lib.bulk import Among, chunks
from arwork.lib.paging import KeysetPage, Order, page_by_id
from arwork.staff import audit
from arwork.staff.access import Capability, may, practice_ids, require
from arwork.staff.models import AuditEvent, SeenRecord, User
from arwork.staff.people import colleagues

if TYPE_CHECKING:
    from datetime import date


#: What all practices have in common: who changes it changes it for everybody, and everybody may learn who.
_SHARED = ("payer", "payer_rule", "adjustment_rule", "limit")
#: So many of a list are named.
_NAMED = 20
#: So many looks are shown at once.
MOST_LOOKS = 500
#: What an owner learns of every practice: who was given access and who took it, never what is in its books.
_OWNERS = ("user", "practice", "emergency")
#: Where the records stand that lists show, by kind (`register_seen`).
_tables: dict[str, type[Model]] = {}
#: A code, whose underlines people read as spaces.
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")


@dataclass(frozen=True)
class Filter:
    """What the audit page was asked for; None asks for all."""

    actor_id: int | None = None
    action: str = ""
    subject: str = ""
    subject_id: int | None = None
    since: "date | None" = None
    until: "date | None" = None


def events(asked: Filter, *, actor: User, zone: dt.tzinfo) -> QuerySet[AuditEvent]:
    """Events of the actor's practices, of what all practices share, and of no practice (people, sign-ins) by people
    with whom they share one; to an owner those about people and practices too."""
    require(actor, Capability.SEE_AUDIT)
    known = colleagues(actor=actor).values("pk")
    # Without an actor: the house itself, or somebody who could not sign in, of whom only colleagues are told.
    house = Q(actor=None) & (~Q(subject="user") | Q(subject_id__in=known))
    theirs = house | Q(actor__in=known) | Q(subject__in=_SHARED)
    seen = Q(practice_id__in=practice_ids(actor)) | Q(practice_id=None) & theirs
    if may(actor, Capability.GRANT_ACCESS):
        seen |= Q(subject__in=_OWNERS)
    found = AuditEvent.objects.filter(seen)
    if asked.actor_id is not None:
        found = found.filter(actor_id=asked.actor_id)
    if asked.action:
        found = found.filter(action=asked.action)
    if asked.subject:
        found = found.filter(subject=asked.subject)
    if asked.subject_id is not None:
        found = found.filter(subject_id=asked.subject_id)
    if asked.since is not None:
        found = found.filter(at__gte=dt.datetime.combine(asked.since, dt.time(), zone))
    if asked.until is not None:
        found = found.filter(at__lt=dt.datetime.combine(asked.until + dt.timedelta(days=1), dt.time(), zone))
    return found.select_related("actor").order_by("-id")


def events_page(
    found: QuerySet[AuditEvent], *, actor: User, after: int | None, before: int | None, size: int
) -> KeysetPage[AuditEvent]:
    """Events older than event `after` (or newer than `before`), the newest first."""
    shown = page_by_id(found, Order("-id"), size=size, after=after, before=before)
    _narrow(shown.rows, actor=actor)
    return shown


def register_seen(**kinds: type[Model]) -> None:
    """Say in which table, with a `practice`, the records of a kind stand that lists show. Other ids are not told."""
    _tables.update(kinds)


def _narrow(shown: Sequence[AuditEvent], *, actor: User) -> None:
    """Take out of what lists of several practices showed whatever is not of the actor's. A query a kind."""
    several = [event for event in shown if event.practice_id is None and audit.SEEN in (event.after or {})]
    told: dict[str, set[int]] = defaultdict(set)
    for event in several:
        for kind, ids in _seen(event).items():
            told[kind].update(ids)
    mine = {
        kind: set(table._default_manager.filter(_among(told[kind], actor)).values_list("pk", flat=True))
        for kind, table in _tables.items()
        if told[kind]
    }
    for event in several:
        kept = {kind: [pk for pk in ids if pk in mine.get(kind, ())] for kind, ids in _seen(event).items()}
        if kept != _seen(event):
            some = {kind: ids for kind, ids in kept.items() if ids}
            event.after = {**(event.after or {}), audit.SEEN: {**some, "others": "of other practices"}}


def _seen(event: AuditEvent) -> dict[str, list[int]]:
    return (event.after or {}).get(audit.SEEN, {})


def _among(ids: Collection[int], actor: User) -> Q:
    return Q(Among("pk", ids), practice__in=practice_ids(actor))


@dataclass(frozen=True)
class Look:
    """One look at somebody's record; `others` records were shown with it."""

    event: AuditEvent
    others: int


@dataclass(frozen=True)
class Looks:
    """Looks, the newest first; `is_cut` when there are more than are shown."""

    rows: list[Look]
    is_cut: bool


def looks_at(
    records: Mapping[str, Sequence[int]], *, actor: User, since: "date", until: "date", zone: dt.tzinfo
) -> Looks:
    """Who saw any of `records` (ids by kind): who opened one, had it on a list, found it or took it out in a file.

    The caller has looked up the records among those of the actor's practices. Four queries.
    """
    require(actor, Capability.SEE_AUDIT)
    named = Q(pk__in=[])
    for kind, numbers in records.items():
        named |= Q(subject=kind) & Q(Among("subject_id", numbers))
    began = dt.datetime.combine(since, dt.time(), zone)
    ended = dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), zone)
    alone = AuditEvent.objects.filter(named, action__in=audit.SEEING, at__gte=began, at__lt=ended)
    among = SeenRecord.objects.filter(named, event__at__gte=began, event__at__lt=ended)
    ids = {*alone.order_by("-id").values_list("pk", flat=True)[: MOST_LOOKS + 1]}
    ids |= {*among.order_by("-event_id").values_list("event_id", flat=True).distinct()[: MOST_LOOKS + 1]}
    newest = sorted(ids, reverse=True)[:MOST_LOOKS]
    found = AuditEvent.objects.filter(Among("id", newest)).select_related("actor").order_by("-at", "-id")
    files = {(event.after or {}).get(audit.PART_OF, event.pk): event for event in found}  # one look, however large
    return Looks([Look(event, _others(event)) for event in files.values()], len(ids) > len(newest))


def _others(event: AuditEvent) -> int:
    told = event.after or {}
    if "rows" in told:
        return int(told["rows"]) - 1
    return max(0, sum(len(ids) for ids in _seen(event).values()) - (event.subject_id is None))


@dataclass(frozen=True)
class FactChange:
    """One fact that an event changed, before and after, as text."""

    name: str
    before: str
    after: str


def changes_of(event: AuditEvent) -> list[FactChange]:
    """What the event changed, fact by fact; facts that stayed are left out, new ones have no `before`."""
    before, after = event.before or {}, event.after or {}
    names = [*before, *(name for name in after if name not in before)]
    return [
        FactChange(name.replace("_", " "), _said(before.get(name)), _said(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_said(one)}" for name, one in value.items())
    if isinstance(value, list) and len(value) > _NAMED:
        return f"{', '.join(_said(one) for one in value[:_NAMED])} and {len(value) - _NAMED:,} more"
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value) or "none"
    return value.replace("_", " ") if isinstance(value, str) and _CODE.fullmatch(value) else str(value)


def export_rows(found: QuerySet[AuditEvent], *, actor: User) -> Iterator[list[object]]:
    """Every event as a row of the CSV, in constant memory."""
    yield [
        "at", "user", "role", "practice", "action", "subject", "subject_id", "before", "after",
        "address", "session", "request_id", "key_id", "hash",
    ]  # fmt: skip
    for event in _narrowed(found.iterator(chunk_size=2000), actor=actor):
        who = event.actor
        yield [
            event.at.isoformat(),
            who.username if who else "system",
            who.role if who else "",
            event.practice_id or "",
            event.action,
            event.subject,
            event.subject_id or "",
            event.before,
            event.after,
            event.address,
            event.session,
            event.request_id,
            event.key_id,
            event.hash,
        ]


def _narrowed(events: Iterator[AuditEvent], *, actor: User) -> Iterator[AuditEvent]:
    for batch in chunks(events):
        _narrow(batch, actor=actor)
        yield from batch
