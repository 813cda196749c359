"""Aging now: one GROUP BY over the receivables, exact because the ledger keeps them in step with every posting."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable

from collections_app.aging.buckets import LONG_BUCKETS, UNDATED, Basis, edges
from collections_app.aging.columns import CODES, CREDIT, DATES, parts_of

if TYPE_CHECKING:
    from claims.ledger.models import Receivable


def column(basis: Basis, as_of: dt.date) -> Case:
    """The number (in `CODES`) of the column that a receivable is in. Cheapest questions first: it runs a row."""
    date = DATES[basis]
    dated = [
        When(**{f"{date}__gte": edge.earliest}, then=Value(CODES.index(edge.bucket.code)))
        for edge in edges(as_of, buckets=LONG_BUCKETS)
        if edge.earliest
    ]
    oldest = Value(CODES.index(LONG_BUCKETS[-1].code))
    undated = [When(**{f"{date}__isnull": True}, then=Value(CODES.index(UNDATED.code)))]
    return Case(
        When(amount__lt=0, then=Value(CODES.index(CREDIT))),
        *(undated if basis == Basis.FIRST_STATEMENT else []),
        *dated,
        default=oldest,
        output_field=IntegerField(),
    )


def cells(
    rows: "QuerySet[Receivable]", *, group: Mapping[str, Combinable], basis: Basis, as_of: dt.date
) -> "QuerySet[Receivable, tuple[Any, ...]]":
    """(the values of `group`, number of the column, dollars, rows) for every cell that isn't empty."""
    return (
        rows.annotate(**group, c=column(basis, as_of))
        .order_by()
        .values(*group, "c")
        .annotate(dollars=Sum("amount"), n=Count("pk"))
        .values_list(*group, "c", "dollars", "n")
    )


def within(code: str, *, basis: Basis, as_of: dt.date) -> Q:
    """The receivables of a column (or `total`, `credit`, `net`), as ranges of dates that an index can serve."""
    found = Q(pk__in=[])
    for part in parts_of(code):
        found |= _part(part, basis=basis, as_of=as_of)
    return found


def _part(code: str, *, basis: Basis, as_of: dt.date) -> Q:
    date = DATES[basis]
    if code == CREDIT:
        return Q(amount__lt=0)
    if code == UNDATED.code:
        return Q(**{"amount__gt": 0, f"{date}__isnull": True})
    edge = next(one for one in edges(as_of, buckets=LONG_BUCKETS) if one.bucket.code == code)
    found = Q(amount__gt=0)
    if edge.earliest:
        found &= Q(**{f"{date}__gte": edge.earliest})
    if edge.latest:
        found &= Q(**{f"{date}__lte": edge.latest})
    return found
