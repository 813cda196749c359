"""What is kept of a month: every room that has a report registers it; it is frozen as canonical JSON with its digest.

Canonical: keys sorted, no spaces, amounts as text with two places, days as ISO: the same figures always give the same
bytes, so that a digest says whether a report computed again is still the same. Where it isn't, the rows that differ are
named.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from arwork.lib.money import CENT
from arwork.web.exports import Column, Kind, Sheet, csv_text
from claims.closing.models import FrozenReport
from claims.closing.months import Month
from claims.ledger.models import Period

#: So many differing rows are named.
SHOWN = 20


class MonthReport(NamedTuple):
    """One report of a month: its name in addresses, its title, and how it is computed from the books."""

    name: str
    title: str
    build: Callable[[Month], Sheet]


_reports: dict[str, MonthReport] = {}


def register_report(report: MonthReport) -> None:
    """Keep `report` of each month that closes; apps say so when they are ready."""
    _reports[report.name] = report


def freeze(period: Period, month: Month, *, now: dt.datetime) -> list[FrozenReport]:
    """Compute every report of a month and keep it. Call in the transaction that closes the period."""
    rows = []
    for report in _reports.values():
        body = canonical(report.build(month))
        rows.append(
            FrozenReport(
                period=period, name=report.name, title=report.title, body=body, csv=csv_text(thaw(body)),
                sha256=digest_of(body), made_at=now,
            )
        )  # fmt: skip
    return FrozenReport.objects.bulk_create(rows)


def canonical(sheet: Sheet) -> str:
    """A report as bytes that are the same whenever its figures are."""
    kinds = [column.kind for column in sheet.columns]
    told = {
        "title": sheet.title,
        "columns": [[column.title, column.kind.value] for column in sheet.columns],
        "rows": [_plain(row, kinds) for row in sheet.rows],
        "totals": None if sheet.totals is None else _plain(sheet.totals, kinds),
        "notes": [note if isinstance(note, str) else [note[0], str(note[1])] for note in sheet.notes],
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(body: str) -> str:
    """SHA-256 of a canonical report, as `sha256sum` says it of the file that is downloaded."""
    return hashlib.sha256(body.encode()).hexdigest()


def thaw(body: str) -> Sheet:
    """The sheet that a canonical report was."""
    told = json.loads(body)
    columns = [Column(title, Kind(kind)) for title, kind in told["columns"]]
    kinds = [column.kind for column in columns]
    return Sheet(
        told["title"], columns, [_typed(row, kinds) for row in told["rows"]],
        None if told["totals"] is None else _typed(told["totals"], kinds),
        [note if isinstance(note, str) else (note[0], Decimal(note[1])) for note in told["notes"]],
    )  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A frozen report beside the same computed from the books as they are: `lost` and `come` are rows, as text."""

    report: FrozenReport
    digest: str
    lost: Sequence[str]
    come: Sequence[str]

    @property
    def is_same(self) -> bool:
        return self.digest == self.report.sha256

    @property
    def is_intact(self) -> bool:
        """Whether what is kept is what was kept."""
        return digest_of(self.report.body) == self.report.sha256


def compare(report: FrozenReport, month: Month) -> Comparison:
    """Compute a frozen report again, and say what differs."""
    known = _reports.get(report.name)
    body = canonical(known.build(month)) if known else ""
    before, after = _rows(report.body), _rows(body) if body else []
    lost = [row for row in before if row not in set(after)]
    come = [row for row in after if row not in set(before)]
    return Comparison(report, digest_of(body), lost[:SHOWN], come[:SHOWN])


def _rows(body: str) -> list[str]:
    told = json.loads(body)
    rows = [*told["rows"], *([told["totals"]] if told["totals"] else [])]
    return [" · ".join("" if value is None else str(value) for value in row) for row in rows]


def _plain(row: Sequence[Any], kinds: Sequence[Kind]) -> list[Any]:
    return [_value(value, kind) for value, kind in zip(row, kinds, strict=True)]


def _value(value: Any, kind: Kind) -> Any:
    if value is None or value == "":
        return None
    if kind is Kind.MONEY:
        return str(Decimal(value).quantize(CENT))
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def _typed(row: Sequence[Any], kinds: Sequence[Kind]) -> list[Any]:
    typed: dict[Kind, Callable[[str], Any]] = {Kind.MONEY: Decimal, Kind.DATE: dt.date.fromisoformat}
    return [
        typed[kind](value) if value is not None and kind in typed else value
        for value, kind in zip(row, kinds, strict=True)
    ]
