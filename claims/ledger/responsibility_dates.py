"""Since when a bucket owes: the day its present period of owing began. Pure: no Django import.

A period of owing begins with the movement that takes a bucket of a claim from nothing to something, and ends when it
stands at zero again. For a charge it begins with the first billing, for anything else with the adjudication that
moved the money there (RULES 1.7). Patient money that went back, and a transfer by hand that was undone, never were: the
bucket owes since it did before. Because only the order of postings counts (their ids), the date is the same
whether postings came in one batch or in many, and can be told as of any day from the postings up to it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS


@dataclass(slots=True)
class OwingPeriod:
    """What a bucket owes (dollars, negative for a credit) and since when; `since_on` is stale at zero."""

    owed: Decimal
    since_on: dt.date


@dataclass(frozen=True, slots=True)
class Movement:
    """The parts of a posting that decide what is owed and since when."""

    kind: str
    debit: str
    credit: str
    amount: Decimal
    posted_on: dt.date
    effective_on: dt.date
    reverses_id: int | None = None
    remit_claim_id: int | None = None


class Reversible(Protocol):
    """What tells whether a movement or an entry takes something back."""

    @property
    def kind(self) -> str: ...
    @property
    def posted_on(self) -> dt.date: ...
    @property
    def effective_on(self) -> dt.date: ...
    @property
    def reverses_id(self) -> int | None: ...
    @property
    def remit_claim_id(self) -> int | None: ...


def undoes(one: Reversible) -> bool:
    """Whether it takes back what people did: patient money, or a transfer by hand; a transfer that says its own day, as
    where two claims stand apart again, counts from that day."""
    if one.reverses_id is None or one.remit_claim_id is not None:
        return False
    return one.kind == "patient_payment" or (one.kind == "transfer" and one.effective_on == one.posted_on)


def owing_began_on(*, kind: str, posted_on: dt.date, effective_on: dt.date, first_billed_on: dt.date | None) -> dt.date:
    """The day on which a movement makes a bucket begin to owe."""
    if kind == "charge":
        return first_billed_on or posted_on
    return effective_on


def owing_periods(movements: Iterable[Movement], *, first_billed_on: dt.date | None) -> dict[str, OwingPeriod]:
    """What each bucket of one claim owes after `movements` (in order of posting), settled buckets left out."""
    found: dict[str, OwingPeriod] = {}
    for movement in movements:
        day: dt.date | None = None
        for account, change in ((movement.debit, movement.amount), (movement.credit, -movement.amount)):
            if account not in BUCKETS:
                continue
            owing = found.get(account)
            if owing is None or owing.owed == ZERO:
                day = day or owing_began_on(
                    kind=movement.kind,
                    posted_on=movement.posted_on,
                    effective_on=movement.effective_on,
                    first_billed_on=first_billed_on,
                )
                before = owing.since_on if owing and undoes(movement) else day
                found[account] = OwingPeriod(change, before)
            else:
                owing.owed += change
    return {bucket: owing for bucket, owing in found.items() if owing.owed != ZERO}
