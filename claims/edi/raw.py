"""The very segments a claim payment was read from, out of the kept bytes."""

from typing import TYPE_CHECKING

from arwork.lib.errors import Forbidden, NotFound
from arwork.staff import audit
from claims.edi import selectors, store
from claims.edi.models import EdiTransaction
from claims.edi.sifted import sifted
from claims.edi.x12.segments import SegmentReader

if TYPE_CHECKING:
    import datetime as dt

    from arwork.staff.models import User
    from claims.edi.models import EdiFile
    from claims.remits.models import RemitClaim

#: The segments that end a claim payment: the next one, a new header, provider adjustments, the end of the set.
_ENDS = frozenset({"CLP", "LX", "PLB", "SE", "ST"})
MOST = 400


def segments_of(row: "RemitClaim", *, actor: "User", now: "dt.datetime") -> tuple["EdiFile", list[str]]:
    """The file, and the segments of one claim payment as they were sent; that they were read is recorded.

    Raises `Forbidden` when the file touches practices of others, `NotFound` when its bytes are gone.
    """
    transaction = EdiTransaction.objects.filter(pk=row.remittance.transaction_id).first()
    if transaction is None:
        raise NotFound("The file this payment was read from is not on record.")
    view = selectors.file_seen_by(actor, transaction.file_id)
    if not selectors.may_read_bytes(actor, view):
        raise Forbidden("The file also holds claims of practices you do not work in. Ask an administrator.")
    if not store.path_of(view.file.sha256).exists():
        raise NotFound("The kept bytes of this file are missing.")
    audit.record(actor, "raw_read", "remit_claim", row.pk, practice_id=row.remittance.practice_id, now=now)
    return view.file, _cut(view.file.sha256, row.segment)


def _cut(sha256: str, first: int) -> list[str]:
    found: list[str] = []
    with store.opened(sha256) as stream:
        reader, ordinal = SegmentReader(sifted(stream)), 0
        for block in reader.blocks():
            mark = reader.delimiters.element
            for segment in block:
                ordinal += 1
                if ordinal < first:
                    continue
                if len(found) >= MOST or (found and segment[0] in _ENDS):
                    return found
                found.append(mark.join(segment))
    return found
