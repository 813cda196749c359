"""Aging by collector: who has the open item of a claim (payers) or of the account (patients), today.

Ownership is not part of the books, so this cut knows no yesterday. Reports stand above the worklist; the aging below.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Case, F, FilteredRelation, Q, QuerySet, When

from arwork.lib.ids import id_of
from arwork.staff.models import User
from claims.billing.buckets import PATIENT_SIDE
from claims.ledger import receivables_as_of
from collections_app.aging import current_aging, tables
from collections_app.aging.buckets import Basis
from collections_app.aging.table_columns import columns
from collections_app.aging.tables import AgingTable, Figure

if TYPE_CHECKING:
    from claims.ledger.models import Receivable

BY = "collector"
NOBODY = "nobody"


def aging_by_collector(
    *, practice_ids: Sequence[int], basis: Basis, today: dt.date, split_oldest: bool = False
) -> AgingTable:
    """The aging of today by the owner of the open work."""
    rows = current_aging.cells(
        _with_owner(receivables_as_of.receivables(practice_ids)), group={"g0": F("owner")}, basis=basis, as_of=today
    )
    figures = [Figure(str(owner or NOBODY), code, amount, count) for (owner,), code, amount, count in rows]
    return tables.build(
        figures,
        labels=_labels({one.key for one in figures}),
        by=BY,
        basis=basis,
        as_of=today,
        columns=columns(split_oldest=split_oldest),
    )


def owned_by(key: str) -> "Callable[[QuerySet[Receivable]], QuerySet[Receivable]]":
    """Narrow receivables to those of one collector; for the rows behind a figure."""

    def narrow(rows: "QuerySet[Receivable]") -> "QuerySet[Receivable]":
        if not key:
            return rows
        owner_id = id_of(key)
        if key != NOBODY and owner_id is None:
            return rows.none()
        owner = Q(owner=owner_id)
        return _with_owner(rows).filter(owner)

    return narrow


def collector_label(key: str) -> str:
    """What people call one row."""
    return _labels({key}).get(key, "") if key else ""


def _with_owner(rows: "QuerySet[Receivable]") -> "QuerySet[Receivable]":
    return rows.annotate(
        claim_item=FilteredRelation("claim__work_items", condition=Q(claim__work_items__state="open")),
        account_item=FilteredRelation(
            "account__work_items",
            condition=Q(account__work_items__state="open", account__work_items__claim__isnull=True),
        ),
        owner=Case(When(bucket__in=PATIENT_SIDE, then=F("account_item__owner_id")), default=F("claim_item__owner_id")),
    )


def _labels(keys: set[str]) -> dict[str, str]:
    people = User.objects.filter(pk__in=[pk for key in keys if (pk := id_of(key))])
    return {str(person.pk): str(person) for person in people} | {NOBODY: "Nobody yet"}
