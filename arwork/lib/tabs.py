"""What stands in the tabs of a list: how many rows, how much of an amount, and whose they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib.money import ZERO


@dataclass(frozen=True, slots=True)
class TabFigure:
    """A tab with how many rows stand in it, and how many dollars they add up to."""

    code: str
    label: str
    count: int
    amount: Decimal


def tab_figures(
    rows: "QuerySet[Any]", tabs: Mapping[str, str], *, among: Callable[[str], Q], adds: Callable[[str], str]
) -> list[TabFigure]:
    """Every tab of `rows`, by code and label: `among` says which rows are in it, `adds` which column it adds up (empty:
    none). One query."""
    asked: dict[str, Count | Sum] = {f"{code}_count": Count("pk", filter=among(code)) for code in tabs}
    asked |= {f"{code}_sum": Sum(column, filter=among(code)) for code in tabs if (column := adds(code))}
    found = rows.order_by().aggregate(**asked)
    return [
        TabFigure(code, label, found[f"{code}_count"], found.get(f"{code}_sum") or ZERO) for code, label in tabs.items()
    ]


def owners_of(rows: "QuerySet[Any]") -> list[tuple[int, str]]:
    """The people in whose hands `rows` are (`owner`), by name. One query."""
    names = rows.exclude(owner=None).order_by().values_list("owner_id", "owner__first_name", "owner__last_name")
    found = {(pk, f"{first} {last}".strip()) for pk, first, last in names.distinct()}
    return sorted(found, key=lambda one: one[1])
