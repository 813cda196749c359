"""Remittances and their exceptions as sheets for XLSX and CSV."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from arwork.lib import bulk
from arwork.web.exports import Column, Kind, Sheet
from claims.remits import exception_view, selectors

if TYPE_CHECKING:
    from claims.remits.models import RemitException, Remittance
    from claims.remits.takeback_cases import TakebackCase

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


def _payment_for(row: "RemitException") -> str:
    if row.remit_claim:
        return row.remit_claim.number
    adjustment = row.provider_adjustment
    return f"{adjustment.code} {adjustment.reference}".strip() if adjustment else "whole deposit"


def takebacks(found: "Iterable[TakebackCase]", *, today: dt.date) -> Sheet:
    """Every case at provider level that is not settled: its money and its window."""
    columns = [
        Column("Payer", width=32),
        Column("Practice", width=28),
        Column("What", width=28),
        Column("Reference"),
        Column("Claim"),
        Column("First told", Kind.DATE),
        *(
            Column(title, Kind.MONEY)
            for title in ("Announced", "Kept back", "Recovered", "Still to come", "No claim yet")
        ),
        Column("Dispute by", Kind.DATE),
        Column("Last day", Kind.DATE),
        Column("Rule", width=60),
    ]
    return Sheet("Takebacks", columns, _cases(found, today))


def _cases(found: "Iterable[TakebackCase]", today: dt.date) -> Iterator[tuple[Any, ...]]:
    for case in found:
        remittance, window = case.steps[0].row.remittance, case.window(today)
        yield (
            case.payer, case.practice, case.name, case.reference, case.origin.claim.number if case.origin else "",
            remittance.paid_on, case.announced, case.kept_back, case.recovered, case.to_come, case.unplaced,
            window.internal_due if window else None, window.last_day if window else None, window.why if window else "",
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
            _payment_for(row),
            row.remittance.payer.name if row.remittance.payer else row.remittance.payer_name,
            row.remittance.trace,
            row.amount,
            timezone.localdate(row.opened_at),
            row.detail,
        )
        for row in found
    )
    return Sheet("Exceptions", columns, rows)
