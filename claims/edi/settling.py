"""What a file could not bring into the books, settled by a person who leaves it out with a reason.

A claim number that means something else or an unreadable claim is put right at its source and sent again. Where
that will never happen, somebody says so: the findings stay as they were, beside who settled them and why, and the
file waits for nobody any more. Nothing is posted by it. What was refused as a whole (no X12, a stranger's) stays
refused, and can be tried again all the same.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import refuse_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.edi.models import EdiTransaction
from claims.edi.selectors import file_seen_by, may_read_bytes

if TYPE_CHECKING:
    from arwork.staff.models import User

PARTLY, REFUSED = "partly", "rejected"
LONGEST_REASON = 300


def is_waiting(row: EdiTransaction) -> bool:
    """Whether something of it waits that can be left out; exceptions of a remittance are settled one by one."""
    is_partly = row.status == PARTLY and row.kind.startswith("837")
    return is_partly or (row.status == REFUSED and "settled" not in row.summary)


def leave_out(file_id: int, *, position: int, reason: str, actor: "User", now: dt.datetime) -> EdiTransaction:
    """Settle what one transaction left over: claims of an 837, or anything refused as a whole.

    Raises `NotFound`, or `Conflict` where nothing waits.
    """
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    if not reason.strip():
        raise DomainError("Say why it is left out: whoever misses it later needs to know.", field="reason")
    refuse_sensitive(reason=reason)
    view = file_seen_by(actor, file_id)
    if not may_read_bytes(actor, view):
        raise NotFound("This file holds claims of practices that are not yours. Somebody who works there settles it.")
    with transaction.atomic():
        row = EdiTransaction.objects.select_for_update(of=("self",)).filter(file=file_id, position=position).first()
        if row is None:
            raise NotFound("There is no such transaction in this file.")
        if not is_waiting(row) or view.is_busy:
            raise Conflict("Nothing of this transaction waits. Look at it again.")
        left = int(row.summary.get("exceptions") or 0)
        settled = {"reason": reason.strip()[:LONGEST_REASON], "by": str(actor), "on": now.isoformat(), "claims": left}
        row.status = "posted" if row.status == PARTLY else row.status
        row.summary = {**row.summary, "exceptions": 0, "settled": settled}
        row.save(update_fields=["status", "summary"])
        after = {"position": position, "claims": left}
        audit.record(actor, "leave_out", "edi_file", file_id, practice_id=row.practice_id, after=after, now=now)
    return row
