"""The nightly proof that what the aging page shows is what the books say."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claims.practices.models import Practice
from collections_app.aging import selectors
from collections_app.aging.breakdowns import AgingCut
from collections_app.aging.buckets import Basis
from collections_app.aging.models import AgingState
from collections_app.aging.summaries import kept_totals, summed
from collections_app.aging.table_columns import AgingBy
from collections_app.aging.tables import Cell, ReceivablesTieOut


@dataclass(frozen=True)
class Verified:
    """What `verify_aging` did: summaries compared, of which days, summaries known to be behind, practices that have
    none, and every difference in words."""

    compared: int
    behind: int
    missing: int
    days: Sequence[dt.date]
    differences: Sequence[str]

    @property
    def is_vacuous(self) -> bool:
        """Whether there was something to prove and nothing was."""
        return not self.compared and bool(self.behind or self.missing)


def verify_aging(*, today: dt.date) -> Verified:
    """Compare the current summary of every practice with the books: that of `today`, or of the newest day opened.

    One that says itself that it is behind claims nothing, nor does one whose books moved while it was compared.
    """
    compared, behind, days, differences = 0, 0, set[dt.date](), list[str]()
    current = _current_states(today)
    for state in current:
        found = list(_differences(state, today=state.day)) if state.changes == state.seen_changes else []
        if AgingState.objects.filter(pk=state.pk, changes=state.seen_changes).exists():
            compared += 1
            days.add(state.day)
            differences += found
        else:
            behind += 1
    missing = Practice.objects.exclude(pk__in=[state.practice_id for state in current]).count()
    return Verified(compared, behind, missing, sorted(days), differences)


def differences_of(practice_id: int, *, today: dt.date) -> list[str]:
    """The same of one practice: every difference in words; of a summary that is behind the books, none."""
    states = [state for state in _current_states(today) if state.practice_id == practice_id]
    current = [state for state in states if state.changes == state.seen_changes]
    return [difference for state in current for difference in _differences(state, today=state.day)]


def _current_states(today: dt.date) -> list[AgingState]:
    """Of each practice the newest day that was opened and not closed."""
    states = AgingState.objects.filter(day__lte=today, is_final=False, computed_at__isnull=False)
    newest = {state.practice_id: state for state in states.select_related("practice").order_by("practice_id", "day")}
    return list(newest.values())


def _differences(state: AgingState, *, today: dt.date) -> Iterator[str]:
    kept, tie = kept_totals([state]), selectors.tie_out(practice_ids=[state.practice_id], as_of=today, today=today)
    if tie != kept:
        yield f"{state.practice}: the summary has {_in_words(kept)}; the books have {_in_words(tie)}"
    if not tie.is_tied:
        yield f"{state.practice}: the receivables differ from the postings by {tie.difference}"
    for basis in Basis:
        figures = summed([state], AgingCut(AgingBy.PLAN), basis=basis)
        shown = {(one.key, one.code): Cell(one.amount, one.count) for one in figures}
        live = selectors.aging(practice_ids=[state.practice_id], basis=basis, as_of=today, today=today, by=AgingBy.PLAN)
        if shown != {(row.key, code): cell for row in live.rows for code, cell in row.parts.items()}:
            yield f"{state.practice}: the summary by {basis.label} is not the live figure"


def _in_words(tie: ReceivablesTieOut) -> str:
    return f"debits {tie.debits}, credits {tie.credits}, unapplied {tie.unapplied}, control {tie.control}"
