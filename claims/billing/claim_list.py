"""The list of claims: filters that stand in an address, sorted, a keyset page at a time.

A cursor is the id of the last claim shown, never what it is sorted by: nothing of a patient reaches an address.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, Sum

from arwork.lib.money import ZERO
from arwork.lib.paging import KeysetPage, Order, page_by_id
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.billing.selectors import numbered
from claims.payers.models import Payer

if TYPE_CHECKING:
    from arwork.staff.models import User

PAGE = 50
#: Beyond this many, a list says nothing about how many there are: counting would cost more than the page.
COUNTED = 5_000
SORTS = {
    "service": "service_from",
    "charge": "charge",
    "balance": "balance",
    "number": "number",
}
BALANCES = {"owed": Q(balance__gt=0), "settled": Q(balance=0), "credit": Q(balance__lt=0)}


@dataclass(frozen=True)
class ClaimFilter:
    """What to list; empty fields ask for nothing. `text` begins a claim number or is a payer's number."""

    payer_id: int | None = None
    state: str = ""
    responsible: str = ""
    balance: str = ""
    at_least: Decimal | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    text: str = ""


@dataclass(frozen=True)
class ClaimTotals:
    """How many claims pass the filter and what they come to."""

    count: int
    charge: Decimal
    balance: Decimal


def claims(*, actor: "User", asked: ClaimFilter) -> QuerySet[Claim]:
    """Claims of the actor's practices that pass every filter, with what a row shows."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Claim.objects.filter(_condition(asked), practice__in=practice_ids(actor))
    return rows.select_related("patient__person", "payer", "practice")


def order_of(sort: str) -> Order:
    """The order that `sort` asks for: a key of SORTS, with a minus for falling; else the newest service first."""
    column = SORTS.get(sort.removeprefix("-"), "service_from")
    return Order(f"-{column}" if sort.startswith("-") else column)


def claims_page(
    rows: QuerySet[Claim], *, sort: str = "-service", after: int | None = None, before: int | None = None
) -> KeysetPage[Claim]:
    """One page of `rows` in the order `sort`.

    Raises `NotFound` when the claim that the cursor names is not in the list any more.
    """
    return page_by_id(rows, order_of(sort), size=PAGE, after=after, before=before)


def claim_totals(rows: QuerySet[Claim]) -> ClaimTotals | None:
    """Count and sums of `rows`; None when there are more than COUNTED."""
    known = list(rows.order_by().values_list("pk", flat=True)[: COUNTED + 1])
    if len(known) > COUNTED:
        return None
    sums = rows.order_by().aggregate(charge=Sum("charge"), balance=Sum("balance"))
    return ClaimTotals(len(known), sums["charge"] or ZERO, sums["balance"] or ZERO)


def payers_to_choose(*, actor: "User") -> list[tuple[int, str]]:
    """The payers whose claims the actor may see: (id, name)."""
    known = Claim.objects.filter(practice__in=practice_ids(actor), payer__isnull=False)
    rows = Payer.objects.filter(pk__in=known.order_by().values("payer").distinct())
    return list(rows.order_by("name", "id").values_list("id", "name"))


def _condition(asked: ClaimFilter) -> Q:
    found = Q()
    if asked.payer_id:
        found &= Q(payer=asked.payer_id)
    if asked.state:
        found &= Q(state=asked.state)
    if asked.responsible:
        found &= Q(responsible=asked.responsible)
    if asked.balance:
        found &= BALANCES[asked.balance]
    if asked.at_least is not None:
        found &= Q(balance__gte=asked.at_least)
    if asked.since:
        found &= Q(service_from__gte=asked.since)
    if asked.until:
        found &= Q(service_from__lte=asked.until)
    if asked.text:
        found &= numbered(asked.text)
    return found
