"""The trail: who did or saw what, in which practice, before and after (45 CFR 164.312(b)).

Written in the transaction of the deed, so that neither exists without the other. Append-only by trigger on
both engines, and chained: every event carries the SHA-256 of itself and of the hash before it, so a row that
was changed, removed or slipped in below the triggers breaks its chain.

One chain would make every audited transaction wait for whichever is slowest (an import holds it for seconds).
So there are parallel strands: a writer locks the first strand that nobody holds, reads its last event, and
appends; the lock lasts to the end of the transaction. A removed tail leaves a chain that looks whole; the
checkpoints that `verify` leaves in the trail remember how long every strand was.

Kept for six years at least (45 CFR 164.316(b)(2)). `before` and `after` name ids, codes, amounts and dates,
never patients.
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib import bulk
from arwork.staff.access import emergency_of
from arwork.staff.models import AuditEvent, AuditStrand

if TYPE_CHECKING:
    from arwork.staff.models import User

GENESIS = "0" * 64
STRANDS = 64
READ = "read"
CHECKPOINT = "audit_verified"
BATCH = 1000
FEW = 20  # fewer rows than this cost more to COPY than to INSERT
Facts = Mapping[str, Any] | None


@dataclass(frozen=True)
class Deed:
    """One row of `record_many`: what `record` takes, without what all rows share."""

    action: str
    subject: str
    subject_id: int | None
    practice_id: int | None = None
    before: Facts = None
    after: Facts = None


def record(
    actor: "User | None",
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    practice_id: int | None,
    before: Facts = None,
    after: Facts = None,
    now: dt.datetime,
) -> None:
    """Append one event, in the caller's transaction. `actor` None is the house itself (a job, a file)."""
    record_many(actor, [Deed(action, subject, subject_id, practice_id, before, after)], now=now)


def record_many(actor: "User | None", deeds: Iterable[Deed], *, now: dt.datetime) -> int:
    """Append an event per deed, in bounded batches, in the caller's transaction; how many were appended.

    Two queries and one INSERT per thousand rows, whatever their number.
    """
    rows = iter(deeds)
    batch = list(islice(rows, BATCH))
    if not batch:
        return 0
    count = 0
    with transaction.atomic():
        strand = _hold_strand()
        position, digest = _end_of(strand)
        while batch:
            events = []
            for deed in batch:
                position += 1
                event = _event(actor, deed, now=now, strand=strand, position=position, previous=digest)
                digest = event.hash
                events.append(event)
            _insert(events)
            count += len(events)
            batch = list(islice(rows, BATCH))
    return count


def record_read(actor: "User", subject: str, subject_id: int, *, practice_id: int, now: dt.datetime) -> None:
    """Note that `actor` opened somebody's record (a claim, an account): 45 CFR 164.312(b), RULES 12."""
    record(actor, READ, subject, subject_id, practice_id=practice_id, now=now)


def _hold_strand() -> int:
    """Lock a strand until the transaction ends: the first that nobody holds, else wait for any."""
    strands = AuditStrand.objects.select_for_update(skip_locked=True).order_by("number")
    if (free := strands.first()) is not None:
        return free.number
    number = secrets.randbelow(STRANDS)
    AuditStrand.objects.bulk_create([AuditStrand(number=number)], ignore_conflicts=True)
    return AuditStrand.objects.select_for_update().get(number=number).number


def _end_of(strand: int) -> tuple[int, str]:
    last = AuditEvent.objects.filter(strand=strand).order_by("-position").values_list("position", "hash").first()
    return last or (0, GENESIS)


def _insert(events: list[AuditEvent]) -> None:
    if len(events) > FEW:
        bulk.insert(AuditEvent, events)
    else:
        AuditEvent.objects.bulk_create(events)


def _event(
    actor: "User | None", deed: Deed, *, now: dt.datetime, strand: int, position: int, previous: str
) -> AuditEvent:
    emergency = None if actor is None else emergency_of(actor)
    event = AuditEvent(
        at=now,
        actor_id=None if actor is None else actor.pk,
        practice_id=deed.practice_id,
        action=deed.action,
        subject=deed.subject,
        subject_id=deed.subject_id,
        before=_plain(deed.before),
        after=_plain(deed.after if emergency is None else {**(deed.after or {}), "emergency": emergency.id}),
        strand=strand,
        position=position,
        previous_hash=previous,
    )
    event.hash = digest_of(event)
    return event


def digest_of(event: AuditEvent) -> str:
    """SHA-256 over every column of `event` and the hash before it, in one canonical spelling."""
    spelled = json.dumps(
        [
            event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            event.actor_id,
            event.practice_id,
            event.action,
            event.subject,
            event.subject_id,
            event.before,
            event.after,
            event.strand,
            event.position,
            event.previous_hash,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(spelled.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """JSON that reads back equal from both engines: amounts, dates and floats as text, keys as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(one) for one in value), key=str)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value).replace("\x00", "")


@dataclass(frozen=True)
class AuditProof:
    """What `verify` found: events read, the end of every strand, and what is broken, in words."""

    events: int
    ends: dict[int, tuple[int, str]]
    broken: tuple[str, ...]

    @property
    def seal(self) -> str:
        """One digest over the ends of all strands: noted elsewhere, it dates the whole trail."""
        spelled = json.dumps(sorted(self.ends.items()), separators=(",", ":"))
        return hashlib.sha256(spelled.encode()).hexdigest()


def verify(*, limit: int = 20) -> AuditProof:
    """Recompute every hash, in constant memory; at most `limit` faults are listed."""
    broken: list[str] = []
    ends: dict[int, tuple[int, str]] = {}
    checkpoints: dict[int, tuple[int, str]] = {}
    events = 0
    for event in _in_order():
        events += 1
        position, digest = ends.get(event.strand, (0, GENESIS))
        if len(broken) < limit:
            broken.extend(_faults(event, position, digest))
        ends[event.strand] = (event.position, event.hash)
        if event.action == CHECKPOINT:
            for number, end in (event.after or {}).get("ends", {}).items():
                checkpoints[int(number)] = max(checkpoints.get(int(number), (0, "")), (int(end[0]), str(end[1])))
    for number, (position, _) in sorted(checkpoints.items()):
        reached = ends.get(number, (0, GENESIS))[0]
        if reached < position:
            broken.append(f"strand {number}: ends at {reached}, a checkpoint saw it at {position}")
    return AuditProof(events, ends, tuple(broken[:limit]))


def checkpoint(verdict: AuditProof, *, now: dt.datetime) -> None:
    """Leave the ends of all strands in the trail itself, so that a tail removed later is missed."""
    ends = {number: list(end) for number, end in verdict.ends.items()}
    record(None, CHECKPOINT, "audit", None, practice_id=None, after={"ends": ends, "seal": verdict.seal}, now=now)


def _in_order() -> Iterator[AuditEvent]:
    return AuditEvent.objects.order_by("strand", "position").iterator(chunk_size=2000)


def _faults(event: AuditEvent, position: int, digest: str) -> Iterator[str]:
    where = f"strand {event.strand}, position {event.position} (event {event.pk})"
    if event.position != position + 1:
        yield f"{where}: expected position {position + 1}; events are missing before it"
    if event.previous_hash != digest:
        yield f"{where}: does not follow the event before it"
    if event.hash != digest_of(event):
        yield f"{where}: its content is not what was recorded"
