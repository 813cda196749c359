"""The sendings of one whole 837, named by its reference (BHT03), as a 277CA does that refuses all of it at once.

Who receives the claims says so without naming any of them (loop 2200B), or of one provider in them (2200C). The claims
are in nobody's hands then, and nobody would ask for them before they are long overdue.
"""

import datetime as dt
from collections.abc import Sequence

from claims.billing.models import Submission
from claims.billing.selectors import submissions_from
from claims.edi.models import EdiTransaction

#: Written where nobody gave a reference.
_NONE = ("", "0")
_MOST = 20


def sent_as_batch(
    reference: str, *, practice_ids: Sequence[int] | None, npi: str, until: dt.date
) -> Sequence[Submission]:
    """What was sent under `reference` on or before `until`, by the billing provider `npi` unless that is blank.

    References come round again: the newest file is meant.
    """
    if reference in _NONE:
        return ()
    sent = EdiTransaction.objects.filter(reference=reference[:50], kind__startswith="837").order_by("-id")[:_MOST]
    files = [(source_of(row.file.sha256, row.position), row.gs_control) for row in sent.select_related("file")]
    found = submissions_from(files, practice_ids=practice_ids, npi=npi, until=until)
    return max(found.values(), key=lambda rows: (rows[0].submitted_on, rows[0].pk), default=())


def source_of(sha256: str, position: int) -> str:
    """Where the claims of a transaction were read from, to which each adds its own position."""
    return f"{sha256[:40]}/{position}"
