"""Read the whole copy of an 835 whose truncated copy a person has accepted already."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from claims.edi import remittance_rows as rows
from claims.edi.models import EdiTransaction
from claims.edi.transactions import figures
from claims.edi.x12.records import ClaimRead, Clp, Event, TransactionEnd
from claims.remits.duplicate_remits import Completion
from claims.remits.models import Remittance
from claims.remits.staging import Intake

if TYPE_CHECKING:
    from claims.edi.remittances import Summary

BATCH = 1_000


def complete(
    completion: Completion,
    transaction: EdiTransaction,
    events: Iterator[Event],
    summary: "Summary",
    *,
    today: dt.date,
    now: dt.datetime,
) -> bool:
    """Stage what the truncated copy lacks; whether anything waits now. `summary` says in words what to do.

    A copy that differs from the first one is reported as a duplicate, and nothing of it is staged.
    """
    waiting: list[Intake] = []
    for event in events:
        if isinstance(event, ClaimRead) and isinstance(event.claim, Clp):
            summary.note(event.claim.problems)
            waiting.append(rows.intake_of(event.claim, completion.remittance))
            if len(waiting) >= BATCH:
                completion.take(waiting, today=today, now=now)
                waiting = []
        elif isinstance(event, TransactionEnd):
            completion.take(waiting, today=today, now=now)
            summary.note(event.problems)
            summary.figures = figures(event.totals)
            return _ended(completion, event, summary, name=f"import {transaction.file_id}", now=now)
    return False


def _ended(completion: Completion, end: TransactionEnd, summary: "Summary", *, name: str, now: dt.datetime) -> bool:
    remittance, first = completion.remittance, import_of(completion.remittance)
    rows.keep_totals(remittance, end)
    if completion.finish(rows.provider_rows(remittance, end.plbs), name=name, now=now):
        words = f"The copy in {first} broke off and was accepted. What it lacks waits for you on the remittance's page."
        summary.add("transaction", "whole_copy", words)
        return True
    words = f"This payment was taken in before, from {first}, where the file broke off. "
    if completion.differing:
        numbers = ", ".join(completion.differing[:5])
        words += (
            f"The copies differ in claim {numbers}, so nothing of this one was posted. Ask the payer which is right, "
            "and correct on the claims what is wrong."
        )
    else:
        words += "This copy brings nothing more."
    summary.status = "duplicate"
    summary.add("transaction", "duplicate", words)
    return False


def import_of(remittance: Remittance) -> str:
    """The import that brought a remittance, in words."""
    first = EdiTransaction.objects.select_related("file").filter(pk=remittance.transaction_id).first()
    if first is None:
        return "another file or transaction"
    return f"import {first.file_id} of {first.file.received_at:%Y-%m-%d}"
