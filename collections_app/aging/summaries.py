"""The aging page's figures, computed ahead: rebuilt by the day and on request, marked stale by every posting.

A summary is only ever shown as what it is: the figures of a moment. While the books have not moved since, that is the
live figure; once they have, `figures` computes afresh where that is quick, and else shows the summary, its moment and
that it is behind. `verification` proves summaries equal to the books.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F, Sum

from arwork.lib import bulk
from arwork.lib.events import Changed
from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.ledger import receivables_as_of
from claims.parties.models import Account
from collections_app.aging import current_aging, selectors
from collections_app.aging.breakdowns import AgingCut, group
from collections_app.aging.buckets import Basis
from collections_app.aging.models import AgingSnapshot, AgingState, AgingSummary
from collections_app.aging.table_columns import FIELDS, AgingBy
from collections_app.aging.tables import NOTHING, AgingTable, Cell, Figure, ReceivablesTieOut

#: A live figure that takes longer than this is not computed while somebody waits for a page.
QUICK_MS = 250
_TRIES = 3
_GROUP = {"g0": F("payer_id"), "g1": F("plan_id"), "g2": F("bucket")}
SummaryKey = tuple[int | None, int | None, str]


@dataclass(frozen=True)
class AgingFigures:
    """A table, made when it is asked for, with where it comes from.

    `computed_at` is None for a figure straight from the books. Of several practices it is the last computation where
    none is behind (nothing was posted since then in any), else the first. `version` names the summaries behind any
    other: as long as it is the same, so are the figures.
    """

    make: Callable[[], AgingTable]
    tie_out: ReceivablesTieOut
    computed_at: dt.datetime | None = None
    is_behind: bool = False
    version: str = ""

    @cached_property
    def table(self) -> AgingTable:
        return self.make()


def figures(
    *,
    practice_ids: Sequence[int],
    basis: Basis,
    as_of: dt.date,
    today: dt.date,
    by: AgingBy = AgingBy.PAYER,
    split_oldest: bool = False,
) -> AgingFigures:
    """What the aging page shows: today from the summary where that is current, everything else from the books."""
    open_states = AgingState.objects.filter(day=today, is_final=False, computed_at__isnull=False)
    states = list(open_states.filter(practice__in=practice_ids))
    has_all = bool(practice_ids) and len(states) == len(set(practice_ids))
    is_behind = any(state.changes != state.seen_changes for state in states)
    is_quick = sum(state.took_ms for state in states) <= QUICK_MS
    if as_of != today or not has_all or (is_behind and is_quick):
        asked: dict[str, Any] = {"practice_ids": practice_ids, "as_of": as_of, "today": today}
        live = selectors.aging(**asked, basis=basis, by=by, split_oldest=split_oldest)
        return AgingFigures(lambda: live, selectors.tie_out(**asked, shown=live))

    def kept() -> AgingTable:
        cut = AgingCut(by)
        found = summed(states, cut, basis=basis)
        return selectors.table(found, cut, basis=basis, as_of=as_of, split_oldest=split_oldest)

    computed = {state.pk: state.computed_at for state in states if state.computed_at}
    version = " ".join(f"{pk}:{at.timestamp()}" for pk, at in sorted(computed.items()))
    at = (min if is_behind else max)(computed.values())
    return AgingFigures(kept, kept_totals(states), at, is_behind, version)


def refresh_summaries(*, practice_ids: Sequence[int], day: dt.date, today: dt.date, now: dt.datetime) -> int:
    """Compute the figures of `day` anew, practice by practice, each replaced whole; how many were written.

    Reads first and writes in one short transaction, so nobody waits and nobody sees half of it.
    """
    for practice_id in practice_ids:
        _refresh_one(practice_id, day=day, today=today, now=now)
    return len(practice_ids)


def refresh_stale(*, today: dt.date, now: dt.datetime) -> int:
    """Bring up to date what the books have left behind; for a job that runs every few minutes."""
    stale = AgingState.objects.filter(day=today, is_final=False).exclude(changes=F("seen_changes"))
    return refresh_summaries(
        practice_ids=list(stale.values_list("practice_id", flat=True)), day=today, today=today, now=now
    )


def note_that_the_books_moved(event: Changed) -> None:
    """The subscriber: the figures of the practices whose books changed say from then on that they are behind."""
    mark_stale(claim_ids=event.claims, account_ids=event.accounts)


def mark_stale(*, claim_ids: Iterable[int], account_ids: Iterable[int] = ()) -> None:
    """Note that the books of these claims and accounts moved; the figures of their practices are behind."""
    practices: set[int] = set()
    for model, ids in ((Claim, claim_ids), (Account, account_ids)):
        for batch in bulk.chunks(sorted(ids)):
            rows = model._default_manager.filter(bulk.Among("pk", batch)).order_by()
            practices.update(rows.values_list("practice_id", flat=True).distinct())
    open_days = AgingState.objects.filter(practice__in=practices, is_final=False)
    open_days.update(changes=F("changes") + 1)


def forget_days_after(*, today: dt.date) -> None:
    """Drop the figures of days that have not come, and let those of `today` be computed anew."""
    AgingState.objects.filter(day__gt=today).delete()
    AgingState.objects.filter(day=today).update(is_final=False, changes=F("changes") + 1)


def _refresh_one(practice_id: int, *, day: dt.date, today: dt.date, now: dt.datetime) -> None:
    state, _ = AgingState.objects.get_or_create(practice_id=practice_id, day=day)
    started, seen = time.monotonic(), state.changes
    for _ in range(_TRIES):
        tie = selectors.tie_out(practice_ids=[practice_id], as_of=day, today=today)
        cells = _measured(practice_id, day=day, today=today)
        if tie.is_tied:  # else somebody posted between two questions: ask again
            break
    took_ms = round((time.monotonic() - started) * 1000)
    is_final = day < today
    with transaction.atomic():
        state = AgingState.objects.select_for_update().get(pk=state.pk)
        state.summaries.all().delete()
        state.snapshots.all().delete()
        bulk.insert(AgingSnapshot, _snapshot_rows(state, cells))
        if not is_final:
            bulk.insert(AgingSummary, _summary_rows(state, cells))
            # A day that was opened ahead of its time takes nothing from the one whose figures people look at now.
            AgingSummary.objects.filter(practice=practice_id, state__day__lt=min(day, today)).delete()
        AgingState.objects.filter(pk=state.pk).update(
            computed_at=now,
            took_ms=took_ms,
            seen_changes=seen,
            is_final=is_final,
            debits=tie.debits,
            credits=tie.credits,
            unapplied=tie.unapplied,
            unapplied_of_payers=tie.of_payers,
            control=tie.control,
        )


def _measured(practice_id: int, *, day: dt.date, today: dt.date) -> dict[tuple[Basis, SummaryKey], dict[str, Cell]]:
    found: dict[tuple[Basis, SummaryKey], dict[str, Cell]] = defaultdict(dict)
    still = receivables_as_of.unmoved_receivables([practice_id], as_of=day, today=today)
    for basis in Basis:
        rows = current_aging.cells(still, group=_GROUP, basis=basis, as_of=day)
        for (payer, plan, bucket), code, amount, count in rows:
            cells = found[basis, (payer, plan, bucket)]
            cells[code] = cells.get(code, NOTHING).plus(Cell(amount, count))
    for owed in receivables_as_of.moved_receivables([practice_id], as_of=day, today=today):
        for basis in Basis:
            cells = found[basis, (owed.payer_id, owed.plan_id, owed.bucket)]
            code = selectors.column_code(owed, basis=basis, as_of=day)
            cells[code] = cells.get(code, NOTHING).plus(Cell(owed.amount, 1))
    return found


def _summary_rows(
    state: AgingState, cells: Mapping[tuple[Basis, SummaryKey], Mapping[str, Cell]]
) -> list[AgingSummary]:
    return [
        AgingSummary(
            state=state,
            practice_id=state.practice_id,
            basis=basis.value,
            payer_id=payer,
            plan_id=plan,
            bucket=bucket,
            **_columns(parts),
        )
        for (basis, (payer, plan, bucket)), parts in cells.items()
    ]


def _snapshot_rows(
    state: AgingState, cells: Mapping[tuple[Basis, SummaryKey], Mapping[str, Cell]]
) -> list[AgingSnapshot]:
    sums: dict[tuple[Basis, str], dict[str, Cell]] = defaultdict(dict)
    for (basis, (_, _, bucket)), parts in cells.items():
        for code, cell in parts.items():
            sums[basis, bucket][code] = sums[basis, bucket].get(code, NOTHING).plus(cell)
    return [
        AgingSnapshot(state=state, basis=basis.value, bucket=bucket, **_columns(parts))
        for (basis, bucket), parts in sums.items()
    ]


def _columns(parts: Mapping[str, Cell]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for code, cell in parts.items():
        values[FIELDS[code]] = cell.amount
        values[f"{FIELDS[code]}_n"] = cell.count
    return values


def summed(states: Sequence[AgingState], cut: AgingCut, *, basis: Basis) -> list[Figure]:
    """The figures of a cut, added up from the summaries of practices."""
    keys = group(cut.by)
    rows = (
        AgingSummary.objects.filter(state__in=states, basis=basis.value)
        .annotate(**keys)
        .order_by()
        .values(*keys)
        .annotate(**sums())
        .values_list(*keys, *(f"{name}_{what}" for name in FIELDS.values() for what in ("sum", "count")))
    )
    return [
        Figure(cut.key_of(*row[: len(keys)]), code, amount, count)
        for row in rows
        for code, amount, count in zip(FIELDS, row[len(keys) :: 2], row[len(keys) + 1 :: 2], strict=True)
        if count
    ]


def sums() -> dict[str, Sum]:
    """The sum of every stored column of `Ages`: `<field>_sum` dollars and `<field>_count`."""
    return {f"{name}_sum": Sum(name) for name in FIELDS.values()} | {
        f"{name}_count": Sum(f"{name}_n") for name in FIELDS.values()
    }


def kept_totals(states: Sequence[AgingState]) -> ReceivablesTieOut:
    """What practices add up to, as their summaries have it."""
    return ReceivablesTieOut(
        debits=sum((state.debits for state in states), ZERO),
        credits=sum((state.credits for state in states), ZERO),
        unapplied=sum((state.unapplied for state in states), ZERO),
        control=sum((state.control for state in states), ZERO),
        of_payers=sum((state.unapplied_of_payers for state in states), ZERO),
    )
