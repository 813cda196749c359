"""The print batch of a run on its way to the print vendor: the manifest, then part after part, by a worker.

What arrived is not sent again (`deliveries.sftp`), so a handing over that failed half way goes on with the rest.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from arwork.lib.background import QueueUnreachable, enqueue
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.sftp_settings import SftpPlace
from arwork.staff.access import Capability, require
from claims.documents.store import kept_documents
from collections_app.deliveries import handovers, sftp
from collections_app.statements import printing
from collections_app.statements.models import PrintFile, StatementRun
from collections_app.statements.runs import own_run

if TYPE_CHECKING:
    from arwork.staff.models import User

HAND_OVER = "collections_app.tasks.hand_over_statements"
SUBJECT = "statement_run"


def ask(run_id: int, *, actor: "User", now: dt.datetime) -> None:
    """Hand the print batch of a released run to the vendor; a worker does. Raises `Conflict` where it was or just is,
    or is not printed yet, `DomainError` where no vendor is named, `NotFound`, and `QueueUnreachable`: then it can be
    asked for again."""
    require(actor, Capability.RUN_DAY)
    place = _vendor()
    run = own_run(run_id, actor=actor)
    try:
        with transaction.atomic():
            run = own_run(run_id, actor=actor, locked=True)
            if run.state != StatementRun.State.RELEASED or not PrintFile.objects.filter(run=run).exists():
                raise Conflict("It has no print files yet. Release it, and look again in a minute.")
            handovers.begin(SUBJECT, run.pk, place=place, practice_id=run.practice_id, actor=actor, now=now)
            enqueue(HAND_OVER, run_id=run.pk)
    except QueueUnreachable:
        _end(run, 0, sftp.NotHandedOver("the queue of background work does not answer"), actor=actor, now=now)
        raise


def hand_over(run_id: int, *, clock: Callable[[], dt.datetime]) -> bool:
    """Hand over what somebody asked for; whether all of it is there. What was never asked for, or is done, is left."""
    run = StatementRun.objects.select_related("practice").get(pk=run_id)
    last = handovers.last_of(SUBJECT, run.pk, now=clock())
    if last is None or not last.is_running:
        return False
    count = 0
    try:
        for name, content in _files(run):
            sftp.drop({name: content}, place=_vendor())
            count += 1
    except sftp.NotHandedOver as error:
        _end(run, count, error, actor=last.by, now=clock())
        return False
    except Exception as error:
        _end(run, count, sftp.NotHandedOver(f"it stopped ({type(error).__name__})"), actor=last.by, now=clock())
        raise
    _end(run, count, None, actor=last.by, now=clock())
    return True


def _end(
    run: StatementRun, count: int, error: sftp.NotHandedOver | None, *, actor: "User | None", now: dt.datetime
) -> None:
    with transaction.atomic():
        handovers.end(SUBJECT, run.pk, practice_id=run.practice_id, files=count, error=error, actor=actor, now=now)


def _vendor() -> SftpPlace:
    place = settings.MESSAGES.vendor
    if place is None:
        raise DomainError("No print vendor is named. Whoever runs arwork can (PRINT_VENDOR_SFTP).")
    return place


def _files(run: StatementRun) -> Iterator[tuple[str, bytes]]:
    """One after the other: the parts of a large run don't fit into memory together."""
    stem = f"statements-{run.run_on}-run{run.pk}"
    listed = io.StringIO()
    table = csv.writer(listed)
    table.writerow(printing.MANIFEST)
    table.writerows(printing.manifest(run))
    yield f"{stem}-manifest.csv", listed.getvalue().encode()
    for one in PrintFile.objects.filter(run=run).order_by("part"):
        yield f"{stem}-part-{one.part}.pdf", b"".join(kept_documents.blocks(one.sha256))
