"""The list: open work that passes a filter, sorted, a page at a time.

What the words of a filter mean stands in `list_filters`. Pages follow each other by key, not by offset, so page 900
costs as much as page 1.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet

from arwork.lib.paging import KeysetPage, NoSuchPage, Order, page_by_key
from arwork.staff.access import Capability, require
from claims.billing.models import Claim
from claims.parties.models import Account
from collections_app.worklist.list_filters import BadFilter, Filters, filter_condition
from collections_app.worklist.models import WorkItem
from collections_app.worklist.selectors import visible

if TYPE_CHECKING:
    from arwork.staff.models import User


PAGE = 50
#: What can be sorted by: name in the address, and column.
SORT_COLUMNS: dict[str, str] = {
    "amount": "amount",
    "expected": "expected",
    "age": "aged_from",
    "deadline": "deadline_on",
    "next": "next_on",
    "worked": "last_worked_at",
    "payer": "payer__name",
    "kind": "kind",
}
_REVERSED = ("age",)  # the older, the earlier its day
#: The orders of the list by how an address names them, a minus before what falls; "" is the order of work.
ORDERS = {"": Order("lane", "-rank", "id")} | {
    f"{sign}{name}": Order(f"-{column}" if bool(sign) != (name in _REVERSED) else column, "pk")
    for name, column in SORT_COLUMNS.items()
    for sign in ("", "-")
}
#: What a row of the list shows, and no more: a wide row read in full costs more than it takes to find it.
_SHOWN = (
    "kind", "amount", "expected", "lane", "rank", "category", "hold", "aged_from", "deadline_on", "overpayment_due_on",
    "next_action", "next_on", "snoozed_until", "pinned_at", "promise_broken_on", "escalated_at", "last_disposition",
    "last_worked_at", "touches", "state", "decided_at", "woken_by", "exception", "practice", "claim", "account",
    "payer", "owner",
)  # fmt: skip


def items(*, actor: "User", filters: Filters, today: dt.date) -> QuerySet[WorkItem]:
    """Open items that pass every filter, in the order of work, without `row_prefetches`. Raises `BadFilter`."""
    require(actor, Capability.SEE_CLAIMS)
    return visible(actor).filter(filter_condition(filters, actor, today)).order_by("lane", "-rank", "id")


def row_prefetches() -> "tuple[str | Prefetch[Any], ...]":
    """What a row shows of others, to be fetched for the rows that were found.

    Not joined: beneath a LIMIT PostgreSQL plans a join of ten tables for all rows, and sets up its caches for them.
    """
    claims = Claim.objects.select_related("patient__person")
    accounts = Account.objects.select_related("guarantor")
    return (
        "practice",
        "payer",
        "owner",
        "lease__holder",
        Prefetch("claim", claims.only("number", "patient__person__last", "patient__person__first")),
        Prefetch("account", accounts.only("number", "guarantor__last", "guarantor__first")),
    )


def items_page(
    rows: QuerySet[WorkItem], *, sort: str = "", after: str = "", before: str = "", size: int = PAGE
) -> KeysetPage[WorkItem]:
    """One page of `items`, in the order of work where no `sort` is asked for. Raises `BadFilter`."""
    if sort not in ORDERS:
        raise BadFilter(f"The list can be sorted by: {', '.join(SORT_COLUMNS)}.", field="sort")
    try:
        return page_by_key(rows, ORDERS[sort], after=after, before=before, size=size, mark="|" if sort else ".")
    except NoSuchPage as error:
        raise BadFilter(error.message, **error.facts) from error


def sorted_page(
    rows: QuerySet[WorkItem], *, sort: str = "", after: str = "", before: str = "", size: int = PAGE
) -> KeysetPage[WorkItem]:
    """As `items_page`, with what a row of the list shows."""
    shown = rows.only(*_SHOWN).prefetch_related(*row_prefetches())
    return items_page(shown, sort=sort, after=after, before=before, size=size)


def sorted_items(rows: QuerySet[WorkItem], *, sort: str = "") -> QuerySet[WorkItem]:
    """All of them in that order, with `row_prefetches`, for a file."""
    return ORDERS.get(sort, ORDERS[""]).of(rows).prefetch_related(*row_prefetches())


def count_up_to(rows: QuerySet[WorkItem], *, most: int) -> tuple[int, bool]:
    """How many there are, counting no further than `most`; and whether there are more."""
    ids: Sequence[int] = rows.order_by().values_list("pk", flat=True)[: most + 1]  # type: ignore[assignment]
    found = ids.count()  # type: ignore[call-arg]
    return min(found, most), found > most
