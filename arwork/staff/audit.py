"""The trail: who did or saw what, in which practice, before and after (45 CFR 164.312(b)).

Written in the transaction of the deed, so that neither exists without the other. Append-only by trigger on
both engines, and chained: every event carries a signature of itself and of the hash before it (HMAC-SHA256, with a key
that the database does not hold), so a row that was changed, removed or slipped in below the triggers breaks its chain,
and who knows this code but not the key cannot mend it. Events of versions that had no key carry a plain SHA-256.

One chain would make every audited transaction wait for whichever is slowest (an import holds it for seconds).
So there are parallel strands: a writer locks the first strand that nobody holds, reads its last event, and
appends; the lock lasts to the end of the transaction. `audit_proof` verifies them.

Who looked is recorded as who changed: a record that was opened by `record_read`, a list, a search or a file of many by
`record_seen`, which keeps what stood on it so that "who saw this person" has an answer.

Kept for six years at least (45 CFR 164.316(b)(2)). `before` and `after` name ids, codes, amounts and dates,
never patients.
"""

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib import bulk
from arwork.staff import audit_keys
from arwork.staff.access import emergency_of
from arwork.staff.models import AuditEvent, AuditStrand, SeenRecord
from arwork.staff.origin import Origin, current

if TYPE_CHECKING:
    from arwork.staff.models import User

GENESIS = "0" * 64
READ, LISTED, SEARCHED, EXPORTED = "read", "listed", "searched", "exported"
DOWNLOADED, RAW_READ = "download", "raw_read"  # files as they came
#: What somebody does who sees records.
SEEING = (READ, LISTED, SEARCHED, EXPORTED, DOWNLOADED, RAW_READ)
SEEN = "seen"
PART_OF = "part_of"  # the event that a large file began with
BATCH = 1000
FEW = 20  # fewer rows than this cost more to COPY than to INSERT
Facts = Mapping[str, Any] | None
Seen = Mapping[str, Iterable[int]]


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
    count = 0
    for events in _appended(actor, deeds, now=now):
        count += len(events)
    return count


def _appended(
    actor: "User | None", deeds: Iterable[Deed], *, now: dt.datetime, savepoint: bool = True
) -> Iterator[list[AuditEvent]]:
    rows = iter(deeds)
    batch = list(islice(rows, BATCH))
    if not batch:
        return
    signed, origin = audit_keys.signing_key(), current()
    with transaction.atomic(savepoint=savepoint):
        strand = _hold_strand()
        position, digest = _end_of(strand)
        while batch:
            events = []
            for deed in batch:
                position += 1
                event = _event(actor, deed, origin, now=now)
                event.strand, event.position, event.previous_hash = strand, position, digest
                event.hash = digest = digest_of(event, signed)
                events.append(event)
            _insert(events)
            yield events
            batch = list(islice(rows, BATCH))


def record_read(
    actor: "User",
    subject: str,
    subject_id: int | None,
    *,
    practice_id: int | None,
    now: dt.datetime,
    seen: Seen | None = None,
) -> None:
    """Note that `actor` opened somebody's record (a claim, an account): 45 CFR 164.312(b), RULES 12.

    `seen` are the other records that were shown with it, by kind: the claims of a remittance.
    """
    record_seen(actor, READ, subject, seen or {}, subject_id=subject_id, practice_id=practice_id, now=now)


def record_seen(
    actor: "User",
    action: str,
    subject: str,
    seen: Seen,
    *,
    subject_id: int | None = None,
    practice_id: int | None,
    after: Facts = None,
    now: dt.datetime,
) -> int:
    """Note that `actor` was shown many records at once (a list, a search, a file): one event; its id.

    `seen` holds the ids of claims, accounts, ... that were shown. They stand in the event, where they are signed, and
    as rows of `SeenRecord`, where they are found.
    """
    shown = {kind: sorted(set(ids)) for kind, ids in seen.items()}
    shown = {kind: ids for kind, ids in shown.items() if ids}
    facts = {**(after or {}), **({SEEN: shown} if shown else {})}
    deed = Deed(action, subject, subject_id, practice_id, after=facts or None)
    with transaction.atomic():
        [[event]] = _appended(actor, [deed], now=now, savepoint=False)
        rows = [(event.pk, kind, pk) for kind, ids in shown.items() for pk in ids]
        bulk.insert_rows(SeenRecord, ("event_id", "subject", "subject_id"), rows)
    return int(event.pk)


def _hold_strand() -> int:
    """Lock a strand until the transaction ends: the first that nobody holds, else wait for any."""
    strands = AuditStrand.objects.select_for_update(skip_locked=True).order_by("number")
    if (free := strands.first()) is not None:
        return free.number
    number = secrets.randbelow(AuditStrand.COUNT)
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


def _event(actor: "User | None", deed: Deed, origin: Origin, *, now: dt.datetime) -> AuditEvent:
    emergency = None if actor is None else emergency_of(actor)
    return AuditEvent(
        at=now,
        actor_id=None if actor is None else actor.pk,
        practice_id=deed.practice_id,
        action=deed.action,
        subject=deed.subject,
        subject_id=deed.subject_id,
        before=_plain(deed.before),
        after=_plain(deed.after if emergency is None else {**(deed.after or {}), "emergency": emergency.id}),
        address=origin.address,
        session=origin.session,
        request_id=origin.request_id,
    )


def digest_of(event: AuditEvent, signed: tuple[str, bytes] | None = None) -> str:
    """The signature over every column of `event` and the hash before it, in one canonical spelling.

    With `signed` (id, key) the event gets that key's id; without, its own key is looked up. Without a key id it is the
    plain SHA-256 of versions that had none. Raises `UnknownKey`.
    """
    if signed is not None:
        event.key_id = signed[0]
    columns = [
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
    ]
    later = [event.address, event.session, event.request_id]
    if event.key_id or any(later):  # an event without a key has none of them, or it was tampered with
        columns += [event.key_id, *later]
    spelled = json.dumps(columns, sort_keys=True, separators=(",", ":")).encode()
    if not event.key_id:
        return hashlib.sha256(spelled).hexdigest()
    key = signed[1] if signed else audit_keys.keys().get(event.key_id)
    if key is None:
        raise UnknownKey(event.key_id)
    return hmac.digest(key, spelled, "sha256").hex()


class UnknownKey(Exception):
    """An event was signed with a key that is not among those known here."""


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
