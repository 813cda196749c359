"""What a write-off decides: the denials, and the underpayments, of the money that is given up; and taking that back.

Money given up on a denied line is a denial lost by that much; one of which nothing is left is accepted. It happens in
the transaction that posts, under the lock of the claims.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.money import ZERO, money
from claims.adjustments.allocation import Part, decide
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Standing
from claims.denials.models import Denial, Underpayment
from claims.denials.underpayments import OPEN as UNDERPAID

DENIAL, UNDERPAYMENT = "denial", "underpayment"
Reasons = Mapping[tuple[int, str], tuple[str, str]]


def open_denials(line_ids: Iterable[int], claim_ids: Iterable[int]) -> dict[tuple[int, str], list[Denial]]:
    """Open denials of the lines (and of whole claims, under minus the claim's id), by line and bucket; locked."""
    found: dict[tuple[int, str], list[Denial]] = defaultdict(list)
    of_claim = Q(bulk.Among("claim", claim_ids), line__isnull=True)
    rows = Denial.objects.filter(Q(bulk.Among("line", line_ids)) | of_claim, state=Denial.State.OPEN)
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        found[row.line_id or -row.claim_id, row.bucket].append(row)
    return found


def reasons_of(denials: Mapping[tuple[int, str], list[Denial]]) -> dict[tuple[int, str], tuple[str, str]]:
    """Group and CARC by which the money of a line was denied: a write-off of it reports by them."""
    return {place: (rows[0].group, rows[0].carc) for place, rows in denials.items()}


def settle(
    posted: Iterable[tuple[WriteOff, list[Part]]],
    standing: Standing,
    denials: Mapping[tuple[int, str], list[Denial]],
    *,
    today: dt.date,
) -> None:
    """Decide denials and underpayments by what was written off; `decided` of each adjustment says how, unsaved."""
    rows = list(posted)
    changed: dict[int, tuple[Any, ...]] = {}
    emptied: dict[int, WriteOff] = {}
    for adjustment, parts in rows:
        adjustment.decided = []
        for part in parts:
            is_empty = standing.owed[part.line_id, adjustment.bucket] <= ZERO
            for denial, amount in _shares(adjustment.bucket, part, denials):
                denial.written_off += amount
                is_over = is_empty or denial.written_off + denial.recovered >= denial.amount
                denial.state = Denial.State.ACCEPTED if is_over else Denial.State.OPEN
                denial.closed_on = today if is_over else None
                changed[denial.pk] = (denial.state, denial.closed_on, denial.written_off)
                adjustment.decided.append([DENIAL, denial.pk, str(amount), is_over])
            if is_empty and adjustment.bucket.startswith("PAYER"):
                emptied[part.line_id] = adjustment
    bulk.write(Denial, ["state", "closed_on", "written_off"], changed)
    _accept_short(emptied, today=today)


def take_back(adjustments: Iterable[WriteOff]) -> None:
    """Open again what the write-offs had decided; what a payer has changed since stays as it is."""
    denied: dict[int, Decimal] = defaultdict(lambda: ZERO)
    reopened, short = set[int](), dict[int, str]()
    for adjustment in adjustments:
        for table, pk, amount, is_over in adjustment.decided:  # of an underpayment not the amount, but its state
            if table == DENIAL:
                denied[pk] += money(amount)
                reopened.update([pk] if is_over else [])
            else:
                short[pk] = amount
    changed: dict[int, tuple[Any, ...]] = {}
    for row in Denial.objects.filter(bulk.Among("pk", denied)).select_for_update(of=("self",)).order_by("pk"):
        is_ours = row.state == Denial.State.ACCEPTED and row.pk in reopened
        state, closed_on = (Denial.State.OPEN, None) if is_ours else (row.state, row.closed_on)
        changed[row.pk] = (state, closed_on, max(row.written_off - denied[row.pk], ZERO))
    bulk.write(Denial, ["state", "closed_on", "written_off"], changed)
    ours = Underpayment.objects.filter(bulk.Among("pk", short), state=Underpayment.State.ACCEPTED)
    bulk.write(
        Underpayment, ["state", "closed_on"], {pk: (short[pk], None) for pk in ours.values_list("pk", flat=True)}
    )


def _shares(bucket: str, part: Part, denials: Mapping[tuple[int, str], list[Denial]]) -> list[tuple[Denial, Decimal]]:
    of_line = denials.get((part.line_id, bucket), ())
    rows = [row for row in of_line or denials.get((-part.claim_id, bucket), ()) if row.state == Denial.State.OPEN]
    shares = decide(part.amount, {row.pk: row.amount - row.recovered - row.written_off for row in rows})
    return [(row, shares[row.pk]) for row in rows if row.pk in shares]


def _accept_short(emptied: Mapping[int, WriteOff], *, today: dt.date) -> None:
    """What was paid short on a line of which the payer owes nothing any more was accepted."""
    rows = list(Underpayment.objects.filter(bulk.Among("line", emptied), state__in=UNDERPAID).order_by("pk"))
    for row in rows:
        emptied[row.line_id].decided.append([UNDERPAYMENT, row.pk, row.state, True])
    if rows:
        closed = {row.pk: (Underpayment.State.ACCEPTED, today) for row in rows}
        bulk.write(Underpayment, ["state", "closed_on"], closed)
