"""Payments posted before their crossovers were understood: who they were sent on to, and what the patient was asked.

A remark says it of some (they are marked by a migration), NM1*TT of others, which stands only in the kept files. What
was put to the patient of such a claim belongs to the next payer: those answers step back and post anew, unless a later
payer has answered since, a person decided, or it was taken back. Everything is found again by what it leaves, so a run
that is stopped goes on where it was.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from claims.edi import store
from claims.edi.models import EdiFile
from claims.edi.store import without_nul_bytes
from claims.edi.translate_835 import carrier_of
from claims.edi.x12.reading import read
from claims.edi.x12.records import ClaimRead, TransactionStart
from claims.edi.x12.records_835 import Clp
from claims.payers.identify import PayerName
from claims.remits.forwarded import carriers_named, send_on


@dataclass(slots=True)
class Followed:
    """How many payments were found to be sent on by their file, how many were posted anew, whose files are gone."""

    named: int = 0
    sent_on: int = 0
    unread: int = 0


def follow_crossovers(*, say: Callable[[str], object], today: dt.date, now: dt.datetime) -> Followed:
    """Mark what the kept files say was sent on, a file at a time; then send it on, in bounded batches."""
    found = Followed()
    files = EdiFile.objects.filter(transactions__kind="835").distinct().order_by("pk")
    for file in files.iterator(chunk_size=500):
        if not store.stored_path(file.sha256).exists():
            found.unread += 1
            continue
        found.named += carriers_named(_named_in(file))
    say(f"{found.named:,} payments name the payer that they were sent on to (NM1*TT).")
    found.sent_on = send_on(say=say, today=today, now=now)
    return found


def _named_in(file: EdiFile) -> dict[tuple[int, int], PayerName]:
    """Who the payments of a file were sent on to, by transaction and position."""
    transactions = dict(file.transactions.values_list("position", "pk"))
    named: dict[tuple[int, int], PayerName | None] = {}
    position = 0
    with store.open_stored(file.sha256) as raw:
        for event in read(without_nul_bytes(raw)):
            if isinstance(event, TransactionStart):
                position += 1
            elif isinstance(event, ClaimRead) and isinstance(event.claim, Clp) and position in transactions:
                named[transactions[position], event.claim.position] = carrier_of(event.claim)
    return {place: carrier for place, carrier in named.items() if carrier}
