"""Aging now: one GROUP BY over the receivables, exact because the ledger keeps them in step with every posting."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable

from arwork.lib.conditions import condition_column
from collections_app.aging.buckets import LONG_AGE_BUCKETS, UNDATED, Basis, age_bucket_dates
from collections_app.aging.table_columns import CODES, CREDIT, DATES, parts_of

if TYPE_CHECKING:
    from claims.ledger.models import Receivable


def cells(
    rows: "QuerySet[Receivable]", *, group: Mapping[str, Combinable], basis: Basis, as_of: dt.date
) -> Iterator[tuple[tuple[Any, ...], str, Decimal, int]]:
    """(values of `group`, code of the column, dollars, rows); credits of one group come in several parts.

    The sign is a column of its own, as `is_patient` is in `breakdowns.group`: PostgreSQL knows that a truth value has
    two states, but takes a CASE over amounts for a hundred thousand groups and would sort a million rows on disk.
    COUNT(*) because naming a column widens every row that is hashed.
    """
    found = (
        rows.annotate(**group, column=_column(basis, as_of), is_credit=condition_column(Q(amount__lt=0)))
        .order_by()
        .values(*group, "column", "is_credit")
        .annotate(dollars=Sum("amount"), n=Count("*"))
        .values_list(*group, "column", "is_credit", "dollars", "n")
    )
    for *keys, column, is_credit, dollars, count in found:
        yield tuple(keys), CREDIT if is_credit else CODES[column], dollars, count


def _column(basis: Basis, as_of: dt.date) -> Case:
    """The number (in `CODES`) of the column that a date is in."""
    date = DATES[basis]
    undated = [When(**{f"{date}__isnull": True}, then=Value(CODES.index(UNDATED.code)))]
    dated = [
        When(**{f"{date}__gte": edge.earliest}, then=Value(CODES.index(edge.bucket.code)))
        for edge in age_bucket_dates(as_of, buckets=LONG_AGE_BUCKETS)
        if edge.earliest
    ]
    return Case(
        *(undated if basis == Basis.FIRST_STATEMENT else []),
        *dated,
        default=Value(CODES.index(LONG_AGE_BUCKETS[-1].code)),
        output_field=IntegerField(),
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
    edge = next(one for one in age_bucket_dates(as_of, buckets=LONG_AGE_BUCKETS) if one.bucket.code == code)
    found = Q(amount__gt=0)
    if edge.earliest:
        found &= Q(**{f"{date}__gte": edge.earliest})
    if edge.latest:
        found &= Q(**{f"{date}__lte": edge.latest})
    return found
