"""Other orders of the list than the order of work, paged by key so that page 900 costs what page 1 does.

What has no value in the sorted column comes last in both directions. Ties are broken by the row itself.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet

from arwork.lib.money import NotMoney, money
from collections_app.worklist import lists
from collections_app.worklist.lists import PAGE, BadFilter
from collections_app.worklist.models import WorkItem

#: What can be sorted by: name in the address, column, whether it can be empty.
COLUMNS: dict[str, str] = {
    "amount": "amount",
    "expected": "expected",
    "age": "aged_from",
    "deadline": "deadline_on",
    "next": "next_on",
    "worked": "last_worked_at",
    "payer": "payer__name",
    "kind": "kind",
}
#: What a row of the list shows, and no more: a wide row read in full costs more than it takes to find it.
_SHOWN = (
    "kind", "amount", "expected", "lane", "rank", "category", "hold", "aged_from", "deadline_on", "overpayment_due_on",
    "next_action", "next_on", "snoozed_until", "pinned_at", "promise_broken_on", "escalated_at", "last_disposition",
    "last_worked_at", "touches", "exception", "practice", "claim", "account", "payer", "owner",
)  # fmt: skip
_REVERSED = ("age",)  # the older, the earlier its day
_NONE = "~"


def page(rows: QuerySet[WorkItem], *, sort: str = "", after: str = "", size: int = PAGE) -> tuple[list[WorkItem], str]:
    """One page of `lists.items` in the order of `sort` (`amount`, `-amount`, ... or "" for the order of work), with
    `lists.names`, and the key of the next one. Raises `BadFilter`."""
    rows = rows.only(*_SHOWN).prefetch_related(*lists.names())
    if not sort:
        return lists.page(rows, after=after, size=size)
    column = COLUMNS.get(sort.removeprefix("-"))
    if column is None:
        raise BadFilter(f"The list can be sorted by: {', '.join(COLUMNS)}.", field="sort")
    falls = sort.startswith("-") != (sort.removeprefix("-") in _REVERSED)
    order = F(column).desc(nulls_last=True) if falls else F(column).asc(nulls_last=True)
    if after:
        rows = rows.filter(_beyond(column, after, falls=falls))
    found = list(rows.order_by(order, "pk")[: size + 1])
    return found[:size], _key(found[size - 1], column) if len(found) > size else ""


def in_order(rows: QuerySet[WorkItem], *, sort: str = "") -> QuerySet[WorkItem]:
    """All of them in that order, with `lists.names`, for a file."""
    rows = rows.prefetch_related(*lists.names())
    column = COLUMNS.get(sort.removeprefix("-"))
    if column is None:
        return rows
    falls = sort.startswith("-") != (sort.removeprefix("-") in _REVERSED)
    return rows.order_by(F(column).desc(nulls_last=True) if falls else F(column).asc(nulls_last=True), "pk")


def _beyond(column: str, after: str, *, falls: bool) -> Q:
    text, _, pk = after.rpartition("|")
    if not pk.isdigit():
        raise BadFilter("This page does not exist. Start from the first.", field="after")
    if text == _NONE:
        return Q(**{f"{column}__isnull": True}, pk__gt=int(pk))
    value = _read(column, text)
    further = "lt" if falls else "gt"
    return (
        Q(**{f"{column}__{further}": value}) | Q(**{column: value}, pk__gt=int(pk)) | Q(**{f"{column}__isnull": True})
    )


def _key(item: WorkItem, column: str) -> str:
    value: Any = item
    for name in column.split("__"):
        value = getattr(value, name) if value is not None else None
    if value is None:
        return f"{_NONE}|{item.pk}"
    return f"{value.isoformat() if isinstance(value, dt.date) else value}|{item.pk}"


def _read(column: str, text: str) -> Any:
    try:
        if column in ("amount", "expected"):
            return money(text)
        if column == "last_worked_at":
            return dt.datetime.fromisoformat(text)
        return dt.date.fromisoformat(text) if column.endswith("_on") or column == "aged_from" else text
    except (NotMoney, ValueError) as error:
        raise BadFilter("This page does not exist. Start from the first.", field="after") from error


def counted(rows: QuerySet[WorkItem], *, most: int) -> tuple[int, bool]:
    """How many there are, counting no further than `most`; and whether there are more."""
    ids: Sequence[int] = rows.order_by().values_list("pk", flat=True)[: most + 1]  # type: ignore[assignment]
    found = ids.count()  # type: ignore[call-arg]
    return min(found, most), found > most
