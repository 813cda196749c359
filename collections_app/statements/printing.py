"""The print batch of a released run: its statements in order as PDF, in parts that a print shop takes, and a manifest.

Each part is kept under its hash; making parts again after a crash makes those that are not there. The manifest names
numbers, pages and hashes, and nobody.
"""

import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from claims.documents.store import kept_documents
from collections_app.statements.emailing import announce_run
from collections_app.statements.models import PrintFile, Statement, StatementRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Statements in one PDF: what printers and mail rooms take at a time.
PART = 500
MANIFEST = (
    "part", "first_page", "pages", "sequence", "statement", "account", "sha256",
)  # fmt: skip


class ManifestRow(NamedTuple):
    """One statement of the batch: where it stands, and the hash of what was frozen."""

    part: int
    first_page: int
    pages: int
    sequence: int
    statement: str
    account: str
    sha256: str


def print_run(run_id: int, *, clock: Callable[[], dt.datetime]) -> int:
    """Make the parts of a released run that are not there yet, once what goes by e-mail is queued; how many parts."""
    run = StatementRun.objects.filter(pk=run_id, state=StatementRun.State.RELEASED).first()
    if run is None:
        return 0
    announce_run(run, today=timezone.localdate(clock()), now=clock())
    there = set(PrintFile.objects.filter(run=run).values_list("part", flat=True))
    made = 0
    for part, batch in enumerate(_parts(run), 1):
        if part not in there:
            _print_part(run, part, batch, now=clock())
            made += 1
    return made


def unprinted_runs() -> list[int]:
    """Released runs that have statements and no print file yet: the queue lost them, or their worker died."""
    rows = StatementRun.objects.filter(state=StatementRun.State.RELEASED, print_files=None, total__gt=0)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def manifest(run: StatementRun) -> Iterator[ManifestRow]:
    """The statements of a run as they stand in its parts."""
    page = 1
    for place, row in enumerate(_mailed(run).select_related("account").iterator(chunk_size=1000)):
        part, is_first = place // PART + 1, place % PART == 0
        page = 1 if is_first else page
        yield ManifestRow(part, page, row.pages, row.sequence, row.number, row.account.number, row.sha256)
        page += row.pages


def _mailed(run: StatementRun) -> "QuerySet[Statement]":
    rows = Statement.objects.filter(run=run, sequence__gt=0, channel=Statement.Channel.MAIL)
    return rows.exclude(document=None).order_by("sequence")


def _parts(run: StatementRun) -> Iterator[Sequence[Statement]]:
    rows = list(_mailed(run).only("pk", "sha256", "sequence", "pages"))
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]


def _print_part(run: StatementRun, part: int, batch: Sequence[Statement], *, now: dt.datetime) -> None:
    writer = PdfWriter()
    for row in batch:
        with kept_documents.opened(row.sha256) as stream:
            writer.append(PdfReader(io.BytesIO(stream.read())), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    out.seek(0)
    sha256, _ = kept_documents.keep(out)
    facts = {
        "first_sequence": batch[0].sequence, "last_sequence": batch[-1].sequence,
        "pages": sum(row.pages for row in batch), "sha256": sha256, "made_at": now,
    }  # fmt: skip
    PrintFile.objects.get_or_create(run=run, part=part, defaults=facts)
