"""The list as it is shown: columns to choose from, cells, chips that add a word to the filter, files.

A page has fifty rows of a dozen cells; they are written here, for a template that loops over cells costs more than
the database does.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from arwork.lib.bulk import chunks
from arwork.web.exports import Column, Kind, Sheet
from arwork.web.formats import age, isoday, usd_table
from collections_app.web.kind_tags import kind_tone
from collections_app.web.work_words import payments_of, work_status_of
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS
from collections_app.worklist.first_calls import what_broke
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.list_filters import Filters

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem

Cell = Callable[["WorkItem", dt.date], str]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column: its head, how a cell is written, the name it sorts by, its class, and what a file gets; of an age
    (`is_age`) that is the number of days since `value`."""

    name: str
    label: str
    cell: Cell
    value: Callable[["WorkItem"], Any]
    sort: str = ""
    css: str = ""
    kind: Kind = Kind.TEXT
    first: str = "asc"
    is_age: bool = False


def _who(item: "WorkItem") -> str:
    person = item.claim.patient.person if item.claim else (item.account.guarantor if item.account else None)
    return str(person or "")


def _next(item: "WorkItem") -> str:
    return NEXT_ACTIONS.get(item.next_action, item.next_action)


def _last(item: "WorkItem") -> str:
    found = BY_CODE.get(item.last_disposition)
    return found.label if found else ""


def _state(item: "WorkItem") -> str:
    if getattr(item, "held_by", ""):
        return f"with {item.held_by}"  # type: ignore[attr-defined]
    if item.escalated_at:
        return "escalated"
    if item.pinned_at:
        return "pinned"
    if item.promise_broken_on:
        return f"{what_broke(item.category)} broken"
    return "asleep" if item.snoozed_until else item.hold


def _tag(tone: str, words: str) -> str:
    return f'<span class="tag tag-{tone}">{escape(words)}</span>' if words else ""


def _kind(item: "WorkItem", today: dt.date) -> str:
    return _tag(kind_tone(item.kind), item.get_kind_display())


def _deadline(item: "WorkItem", today: dt.date) -> str:
    day = item.deadline_on or item.overpayment_due_on
    if day is None:
        return ""
    left = (day - today).days
    css = "muted" if left < 0 or left > 30 else ("bad" if left <= 7 else "warn")
    words = "passed" if left < 0 else age(day, today)
    return f'{isoday(day)} <span class="{css}">{words}</span>'


def _due(item: "WorkItem", today: dt.date) -> str:
    late = item.next_on is not None and item.next_on < today
    day = isoday(item.next_on)
    return f'{day} <span class="bad">{age(item.next_on, today)} late</span>' if late else day


def _payment(item: "WorkItem", today: dt.date) -> str:
    words, tone = getattr(item, "payment", ("", ""))
    return f'<span class="tag {tone}">{escape(words)}</span>' if words else ""


def _work(item: "WorkItem", today: dt.date) -> str:
    found = work_status_of(item)
    beside = "" if found.words == _state(item) else _note(item, today)
    return f'<span class="tag {found.tone}">{escape(found.words)}</span> {beside}'.rstrip()


def _note(item: "WorkItem", today: dt.date) -> str:
    words = _state(item)
    tones = {"escalated": "amber", "pinned": "blue", "asleep": "plain"}
    return _tag("plain" if words.startswith("with ") else tones.get(words, "red"), words)


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn("kind", "Kind", _kind, lambda item: item.get_kind_display(), "kind", "kind"),
    ListColumn("payer", "Payer", lambda item, _: escape(item.payer or ""), lambda item: str(item.payer or ""), "payer",
          "clip w-m"),
    ListColumn("who", "Patient or guarantor", lambda item, _: escape(_who(item)), _who, css="clip w-m"),
    ListColumn("amount", "Amount", lambda item, _: usd_table(item.amount), lambda item: item.amount, "amount", "num",
          Kind.MONEY, "desc"),
    ListColumn("age", "Age", lambda item, today: age(item.aged_from, today), lambda item: item.aged_from, "age",
          "num soft", Kind.NUMBER, "desc", is_age=True),
    ListColumn("deadline", "Deadline", _deadline, lambda item: item.deadline_on, "deadline", "nowrap two", Kind.DATE),
    ListColumn("todo", "Next action", lambda item, _: escape(_next(item)), _next, css="clip w-l"),
    ListColumn("next", "On", _due, lambda item: item.next_on, "next", "nowrap two", Kind.DATE),
    ListColumn("owner", "Owner", lambda item, _: escape(item.owner or "nobody"), lambda item: str(item.owner or ""),
          css="clip"),
    ListColumn("payment", "Payment", _payment, lambda item: getattr(item, "payment", ("",))[0], css="nowrap"),
    ListColumn("work", "Work", _work, lambda item: work_status_of(item).words, css="nowrap"),
    ListColumn("state", "State", _note, _state),
    ListColumn("expected", "Expected", lambda item, _: usd_table(item.expected), lambda item: item.expected, "expected",
          "num", Kind.MONEY, "desc"),
    ListColumn("lane", "Lane", lambda item, _: escape(LaneChoice(item.lane).label),
          lambda item: LaneChoice(item.lane).label),
    ListColumn("category", "Category", lambda item, _: escape(item.category.replace("_", " ")),
          lambda item: item.category),
    ListColumn("last", "Last outcome", lambda item, _: escape(_last(item)), _last, css="clip"),
    ListColumn("worked", "Worked", lambda item, _: isoday(item.last_worked_at), lambda item: item.last_worked_at,
          "worked", "nowrap", Kind.DATE, "desc"),
    ListColumn("touches", "Touches", lambda item, _: str(item.touches or ""), lambda item: item.touches, css="num",
          kind=Kind.NUMBER),
    ListColumn("practice", "Practice", lambda item, _: escape(item.practice), lambda item: str(item.practice),
          css="clip"),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
USUAL = ("kind", "payer", "who", "amount", "age", "deadline", "todo", "next", "owner", "payment", "work")


def columns_of(names: Iterable[str], *, is_mine: bool = False) -> list[ListColumn]:
    """The chosen columns in their own order; the usual ones when none is known, where `is_mine` needs no owner."""
    wanted = set(names) & BY_NAME.keys() or set(USUAL) - ({"owner"} if is_mine else set())
    return [column for column in COLUMNS if column.name in wanted]


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row, written."""

    pk: int
    number: str
    cells: SafeString


def rows_of(
    items: Iterable["WorkItem"], columns: Sequence[ListColumn], *, today: dt.date, now: dt.datetime
) -> list[ListRow]:
    """The rows of a page; every text is escaped by its cell."""
    heads = [f'<td class="{column.css}">' if column.css else "<td>" for column in columns]
    cells = [column.cell for column in columns]
    items, found = list(items), []
    paid = payments_of(item.claim_id for item in items) if BY_NAME["payment"] in columns else {}
    for item in items:
        item.payment = paid.get(item.claim_id or 0, ("", ""))  # type: ignore[attr-defined]
        lease = getattr(item, "lease", None)
        item.held_by = str(lease.holder) if lease and lease.expires_at > now else ""  # type: ignore[attr-defined]
        written = "</td>".join(head + cell(item, today) for head, cell in zip(heads, cells, strict=True)) + "</td>"
        found.append(ListRow(item.pk, item.number, mark_safe(written)))  # noqa: S308 - escaped cell by cell
    return found


@dataclass(frozen=True, slots=True)
class Chip:
    """A word that a click adds to the filter, or takes out again."""

    label: str
    text: str
    is_on: bool


_CHIPS: tuple[tuple[str, str, str], ...] = (
    ("Due today", "due", "today"),
    ("Overdue", "due", "overdue"),
    ("Waiting", "due", "waiting"),
    ("Deadlines", "lane", "1"),
    ("Denied", "kind", "denied"),
    ("No response", "kind", "no_response"),
    ("Rejected", "kind", "rejected"),
    ("Underpaid", "kind", "underpaid"),
    ("Patient", "kind", "patient_balance"),
    ("Mine", "owner", "mine"),
    ("Nobody's", "owner", "none"),
    ("Escalated", "due", "escalated"),
    ("Pinned", "due", "pinned"),
)


def chips_of(filters: Filters) -> list[Chip]:
    """One chip for each frequent word."""
    found = []
    for label, name, value in _CHIPS:
        is_on = filters.has(name, value)
        found.append(Chip(label, filters.having(**{name: "" if is_on else value}).text(), is_on))
    return found


def sheet_of(items: Iterable["WorkItem"], columns: Sequence[ListColumn], *, filters: Filters, today: dt.date) -> Sheet:
    """The list as a table of numbers and dates."""
    heads = [Column("Number"), *(Column(column.label, column.kind) for column in columns)]
    return Sheet(
        "Worklist",
        heads,
        _values(items, columns, today),
        notes=[f"Filter: {filters.text() or 'all'}", f"As of {today}"],
    )


def _values(items: Iterable["WorkItem"], columns: Sequence[ListColumn], today: dt.date) -> Iterator[list[Any]]:
    for item in _with_payments(items) if BY_NAME["payment"] in columns else items:
        values = [(today - column.value(item)).days if column.is_age else column.value(item) for column in columns]
        yield [item.number, *values]


def _with_payments(items: Iterable["WorkItem"]) -> Iterator["WorkItem"]:
    """The items, each with how the payment of its claim stands: some queries a batch."""
    for some in chunks(items):
        paid = payments_of(item.claim_id for item in some)
        for item in some:
            item.payment = paid.get(item.claim_id or 0, ("", ""))  # type: ignore[attr-defined]
            yield item
