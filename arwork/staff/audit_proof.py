"""Proves the audit trail: every signature, every strand, and every seal and checkpoint that was left before.

A rewritten event breaks its signature; a removed one the chain; a tail cut off or a whole trail replaced by another,
however sound in itself, is not what the seals outside the database and the checkpoints inside say was there.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from arwork.lib import bulk
from arwork.staff import audit
from arwork.staff.audit_seals import AuditSeal, Ends, keep_seal, kept_seals, moment, seal_of
from arwork.staff.models import AuditEvent, SeenRecord

CHECKPOINT, BROKEN, RESTORED = "audit_verified", "audit_broken", "audit_restored"
SUBJECT = "audit"
_TOLD = 5  # faults that an event names
_AT_ONCE = 200  # events whose rows are compared together; each showed a few thousand records at most
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuditProof:
    """What `verify` found: events read, the end of every strand, and what is broken, in words."""

    events: int
    ends: Ends
    broken: tuple[str, ...]

    @property
    def seal(self) -> str:
        """One digest over the ends of all strands."""
        return seal_of(self.ends)


def verify(*, limit: int = 20) -> AuditProof:
    """Recompute every signature, in constant memory; at most `limit` faults are listed."""
    marks = _Marks()
    broken = marks.faults
    ends: dict[int, tuple[int, str]] = {}
    keyed: set[int] = set()
    events = 0
    for batch in bulk.chunks(_in_order(), 2000):
        if len(broken) < limit:
            broken.extend(_unfindable(batch))
        for event in batch:
            events += 1
            position, digest = ends.get(event.strand, (0, audit.GENESIS))
            if len(broken) < limit:
                broken.extend(_faults(event, position, digest))
                if not event.key_id and (event.strand in keyed or event.position > marks.unkeyed(event.strand)):
                    broken.append(f"{_where(event)}: it is not signed, and signed ones were written before it")
            if event.key_id:
                keyed.add(event.strand)
            broken.extend(marks.compare(event))
            ends[event.strand] = (event.position, event.hash)
    broken.extend(marks.not_reached(ends))
    return AuditProof(events, ends, tuple(broken[:limit]))


def prove(*, now: dt.datetime) -> AuditProof:
    """Verify the trail; leave a seal and a checkpoint where it is whole, an event and an error in the log where not."""
    found = verify()
    if found.broken:
        for fault in found.broken:
            log.error("the audit trail does not hold: %s", fault)
        audit.record(None, BROKEN, SUBJECT, None, practice_id=None, after={"faults": found.broken[:_TOLD]}, now=now)
    else:
        checkpoint(found, now=now)
    return found


def checkpoint(found: AuditProof, *, now: dt.datetime) -> None:
    """Leave the ends of all strands outside the database and in the trail itself."""
    keep_seal(AuditSeal(moment(now), found.events, found.ends, found.seal))
    after = {"ends": {number: list(end) for number, end in found.ends.items()}, "seal": found.seal, "sealed": True}
    audit.record(None, CHECKPOINT, SUBJECT, None, practice_id=None, after=after, now=now)


def accept_restored(*, reason: str, now: dt.datetime) -> AuditProof:
    """Say that the database was set back to a backup: seals of what came after it bind no longer.

    The line stays in the seals file for ever. What else is broken stays broken.
    """
    found = verify()
    keep_seal(AuditSeal(moment(now), found.events, found.ends, found.seal, restored=reason))
    audit.record(None, RESTORED, SUBJECT, None, practice_id=None, after={"reason": reason}, now=now)
    return verify()


def is_known_broken() -> bool:
    """Whether the last proof failed. One query."""
    told = AuditEvent.objects.filter(subject=SUBJECT, subject_id=None, action__in=(CHECKPOINT, BROKEN, RESTORED))
    return told.order_by("-id").values_list("action", flat=True).first() == BROKEN


class _Marks:
    """Where the trail has to pass: position -> hash, by strand, as seals and checkpoints saw it."""

    def __init__(self) -> None:
        seals, self.faults = kept_seals()
        self._sealed = bool(seals)
        self._first: Ends = seals[0].ends if seals else {}
        self._marks: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
        for seal in seals:
            if seal.restored:
                for strand, marks in self._marks.items():
                    last = seal.ends.get(strand, (0, ""))[0]
                    self._marks[strand] = {at: mark for at, mark in marks.items() if at <= last}
            self._add(seal.ends, f"the seal of {seal.at}")
        known = {seal.seal for seal in seals}
        restored: Ends = next((seal.ends for seal in reversed(seals) if seal.restored), {})
        checkpoints = AuditEvent.objects.filter(subject=SUBJECT, action=CHECKPOINT).order_by("pk")
        for event in checkpoints.iterator():
            told = event.after or {}
            ends = {int(number): (int(end[0]), str(end[1])) for number, end in told.get("ends", {}).items()}
            self._add(ends, f"the checkpoint in event {event.pk}")
            is_older = event.position <= restored.get(event.strand, (0, ""))[0]  # than a backup that was put back
            if told.get("sealed") and told.get("seal") not in known and not is_older:
                self.faults.append(f"seals file: the seal of event {event.pk} is missing from it")

    def unkeyed(self, strand: int) -> int:
        """The last position at which an event may be unsigned: none that was written after the first seal."""
        return self._first.get(strand, (0, ""))[0] if self._sealed else 1 << 62

    def compare(self, event: AuditEvent) -> Iterator[str]:
        mark = self._marks[event.strand].pop(event.position, None)
        if mark is not None and mark[0] != event.hash:
            yield f"{_where(event)}: it is not the event that {mark[1]} saw there"

    def not_reached(self, ends: Ends) -> Iterator[str]:
        for strand, marks in sorted(self._marks.items()):
            if marks:
                last = max(marks)
                reached = ends.get(strand, (0, ""))[0]
                yield f"strand {strand}: ends at {reached}, {marks[last][1]} saw it at {last}"

    def _add(self, ends: Ends, who: str) -> None:
        for strand, (position, digest) in ends.items():
            self._marks[strand].setdefault(position, (digest, who))


def _in_order() -> Iterator[AuditEvent]:
    return AuditEvent.objects.order_by("strand", "position").iterator(chunk_size=2000)


def _where(event: AuditEvent) -> str:
    return f"strand {event.strand}, position {event.position} (event {event.pk})"


def _faults(event: AuditEvent, position: int, digest: str) -> Iterator[str]:
    where = _where(event)
    if event.position != position + 1:
        yield f"{where}: expected position {position + 1}; events are missing before it"
    if event.previous_hash != digest:
        yield f"{where}: does not follow the event before it"
    try:
        if event.hash != audit.digest_of(event):
            yield f"{where}: its content is not what was recorded"
    except audit.UnknownKey as unknown:
        yield f"{where}: its key {unknown} is not known here"


def _unfindable(batch: list[AuditEvent]) -> Iterator[str]:
    """Events by which the records they showed are not found: the rows that lead to them were touched."""
    told = {
        event.pk: {(kind, pk) for kind, ids in event.after[audit.SEEN].items() for pk in ids}
        for event in batch
        if event.action in audit.SEEING and event.key_id and event.after and audit.SEEN in event.after
    }
    for few in bulk.chunks([event for event in batch if event.pk in told], _AT_ONCE):
        found: dict[int, set[tuple[str, int]]] = defaultdict(set)
        rows = SeenRecord.objects.filter(bulk.Among("event", [event.pk for event in few]))
        for event_id, kind, pk in rows.values_list("event_id", "subject", "subject_id").iterator():
            found[event_id].add((kind, pk))
        for event in few:
            if told[event.pk] != found[event.pk]:
                yield f"{_where(event)}: the rows that say whom it showed are not those recorded"
