"""What people do with files: bring them, try them again, take the bytes away. Reading is left to a worker."""

import datetime as dt
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F

from arwork.lib.background import enqueue
from arwork.lib.errors import Forbidden, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.edi import selectors, store
from claims.edi.files import FileResult
from claims.edi.models import EdiFile
from claims.edi.services import forced_practice, keep_file, take_in_kept
from claims.edi.transactions import Overtaken

if TYPE_CHECKING:
    from arwork.staff.models import User

TAKE_IN_FILE = "claims.tasks.take_in_file"
_UNHEARD_AFTER = dt.timedelta(minutes=10)
_AT_ONCE = 20  # the next round takes more
_MOST_LEFT_BEHIND = 3
GIVEN_UP = (
    "Whatever read this file ended in the middle, several times over. What was read is kept. Tell whoever runs arwork; "
    "trying again goes on where it stopped."
)

log = logging.getLogger(__name__)


def upload(
    source: BinaryIO,
    *,
    name: str,
    practice_id: int | None,
    create_missing: bool,
    actor: "User",
    now: dt.datetime,
) -> tuple[EdiFile, bool]:
    """Keep an uploaded file and have a worker take it in; the file, and whether its bytes are new here.

    Raises `NotKept`, or `BellUnheard` once the file is kept: then `take_in_unheard` finds it.
    """
    require(actor, Capability.IMPORT_FILES)
    file, is_new = keep_file(
        source,
        name=name,
        via="upload",
        practice_id=practice_id,
        create_missing=create_missing,
        actor=actor,
        now=now,
    )
    enqueue(TAKE_IN_FILE, file_id=file.pk, actor_id=actor.pk)
    return file, is_new


@transaction.atomic
def retry(file_id: int, *, practice_id: int | None = None, actor: "User", now: dt.datetime) -> None:
    """Have a worker try a file again, as one of the actor's practice where they say so.

    Raises `NotFound` where the actor sees no such file, or its bytes are gone; `UnknownPractice`.
    """
    require(actor, Capability.IMPORT_FILES)
    file = selectors.file_seen_by(actor, file_id).file
    if not store.path_of(file.sha256).exists():
        raise NotFound("The kept bytes of this file are missing. Upload the file again.")
    given = forced_practice(practice_id=practice_id, actor=actor) or file.practice_id
    EdiFile.objects.filter(pk=file_id).update(state=EdiFile.State.RECEIVED, message="", practice=given, left_behind=0)
    audit.record(actor, "retry", "edi_file", file_id, practice_id=given, now=now)
    enqueue(TAKE_IN_FILE, file_id=file_id, actor_id=actor.pk)


def take_in_queued(file_id: int, *, actor_id: int | None, today: dt.date, now: dt.datetime) -> FileResult:
    """What a worker does with a file that `upload` or `retry` enqueued."""
    actor = get_user_model().objects.filter(pk=actor_id).first() if actor_id else None
    return take_in_kept(file_id, actor=actor, today=today, now=now)


def take_in_unheard(*, today: dt.date, now: dt.datetime) -> int:
    """Take in what was kept and then forgotten, because the queue was away or lost its memory, and what was left in
    the middle, because its reader was killed and nobody was told again; how many files."""
    forgotten = EdiFile.objects.filter(state=EdiFile.State.RECEIVED, message="", received_at__lt=now - _UNHEARD_AFTER)
    taken = 0
    for file_id in [*forgotten.order_by("id").values_list("id", flat=True)[:_AT_ONCE], *_left_behind()]:
        try:
            take_in_kept(file_id, today=today, now=now)
            taken += 1
        except Overtaken:
            continue
        except Exception:  # its page says that reading stopped; it keeps no other waiting
            log.exception("file %s could not be taken in", file_id)
    return taken


def _left_behind() -> Iterator[int]:
    """Files in the middle of which their reader ended, each counted before it is taken up.

    One that takes every reader along (it may want more memory than there is) is given up after some tries, and says
    so: it shall not end those that read its neighbours.
    """
    middle = EdiFile.objects.filter(state=EdiFile.State.WORKING)
    for file_id, sha256 in list(middle.order_by("id").values_list("id", "sha256")):
        with store.reading(sha256) as is_free:
            if not is_free or not middle.filter(pk=file_id).update(left_behind=F("left_behind") + 1):
                continue
            if middle.filter(pk=file_id, left_behind__gt=_MOST_LEFT_BEHIND).update(
                state=EdiFile.State.RECEIVED, message=GIVEN_UP, left_behind=0
            ):
                log.error("file %s ended its reader %s times and is not taken up again", file_id, _MOST_LEFT_BEHIND)
                continue
        log.warning("file %s was left in the middle by a reader that is gone; it goes on", file_id)
        yield file_id


def read_bytes(file_id: int, *, actor: "User", now: dt.datetime) -> tuple[EdiFile, Iterator[bytes]]:
    """The kept bytes for a download, which is recorded. Raises `NotFound` or `Forbidden`."""
    view = selectors.file_seen_by(actor, file_id)
    if not selectors.may_read_bytes(actor, view):
        raise Forbidden("The file holds claims of practices you do not work in. Ask an administrator.")
    if not store.path_of(view.file.sha256).exists():
        raise NotFound("The kept bytes of this file are missing.")
    practice_id = next((row.practice_id for row in view.transactions if row.practice_id), None)
    audit.record(actor, "download", "edi_file", file_id, practice_id=practice_id, now=now)
    return view.file, store.blocks(view.file.sha256)
