"""Remittances and their exceptions as sheets for XLSX and CSV."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from arwork.lib import bulk
from arwork.web.exports import Column, Kind, Sheet
from claims.remits import exception_view, selectors

if TYPE_CHECKING:
    from claims.remits.models import RemitException, Remittance

_MONEY = ("Deposit", "Posted to claims", "Unapplied", "Provider level", "Not booked")


def remittances(found: "Iterable[Remittance]") -> Sheet:
    """Every deposit of the filter and where its money stands."""
    columns = [
        Column("Paid on", Kind.DATE),
        Column("Practice", width=28),
        Column("Payer", width=32),
        Column("Method", width=8),
        Column("Check or trace"),
        *(Column(title, Kind.MONEY) for title in _MONEY),
        Column("Open exceptions", Kind.NUMBER),
        Column("State"),
    ]
    return Sheet("Remittances", columns, _deposits(found))


def _deposits(found: "Iterable[Remittance]") -> Iterator[tuple[Any, ...]]:
    for batch in bulk.chunks(found):
        ties = selectors.tie_outs([row.pk for row in batch])
        for row in batch:
            tie = ties[row.pk]
            money = (tie.deposit, tie.posted, tie.unapplied, tie.suspense, tie.waiting)
            payer = row.payer.name if row.payer else row.payer_name
            waiting = row.waiting_count  # type: ignore[attr-defined]
            yield (
                row.paid_on, row.practice.name, payer, row.method, row.trace, *money, waiting, row.get_state_display()
            )  # fmt: skip


def exceptions(found: "Iterable[RemitException]") -> Sheet:
    """Everything that waits for a person, with its reason."""
    columns = [
        Column("Reason", width=28),
        Column("Payment for"),
        Column("Payer", width=32),
        Column("Check or trace"),
        Column("Money", Kind.MONEY),
        Column("Waits since", Kind.DATE),
        Column("What was found", width=80),
    ]
    rows = (
        (
            exception_view.reason_words(row.code),
            row.remit_claim.number if row.remit_claim else "whole deposit",
            row.remittance.payer.name if row.remittance.payer else row.remittance.payer_name,
            row.remittance.trace,
            row.amount,
            timezone.localdate(row.opened_at),
            row.detail,
        )
        for row in found
    )
    return Sheet("Exceptions", columns, rows)
