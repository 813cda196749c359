"""Statements of one practice in one batch: chosen, read, rendered, frozen; then released and printed. The floor is
what the compiler itself takes for the same documents, in the same run."""

import time
from typing import Any

from bench.context import Bench
from bench.env import DAY
from bench.report import Figure

_LARGEST = (
    "SELECT practice_id, count(DISTINCT account_id) FROM claims_receivable WHERE bucket = 'PATIENT' AND amount > 0"
    " GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
)


def run(bench: Bench) -> None:
    """As many statements as are asked for, if so many accounts of one practice owe."""
    from arwork.lib import clock
    from collections_app.statements import choosing, making, printing, releasing, runs
    from collections_app.statements.models import Statement

    [(practice_id, _)] = bench.ask(_LARGEST)
    by = _somebody(bench, practice_id)
    rendered = 0.0
    render, owing = making.render, choosing.owing_accounts

    def timed(*args: Any, **how: Any) -> bytes:
        nonlocal rendered
        seconds, found = _timed(lambda: render(*args, **how))
        rendered += seconds
        return found

    choosing.owing_accounts = lambda pk: owing(pk)[: bench.accounts]
    making.render = timed
    try:
        begun = runs.start_run(practice_id, actor=by, today=DAY, now=clock.now())
        made_in, _ = _timed(lambda: runs.make_run(begun.pk, clock=clock.now))
    finally:
        choosing.owing_accounts, making.render = owing, render
    made = Statement.objects.filter(run=begun, state="made").count()
    pages = sum(Statement.objects.filter(run=begun, state="made").values_list("pages", flat=True))
    released_in, _ = _timed(lambda: releasing.release_run(begun.pk, actor=by, today=DAY, now=clock.now()))
    printed_in, parts = _timed(lambda: printing.print_run(begun.pk, clock=clock.now))
    bench.report.add(
        Figure(
            f"{made:,} statements in one batch, {pages:,} pages",
            f"{made_in:,.1f} s, {made / made_in:,.0f} a second",
            f"typst alone: {rendered:,.1f} s, {made / rendered:,.0f} a second",
            made_in / rendered,
            "<= 2 x",
            made_in <= 2 * rendered,
        ),
        Figure("releasing them, every rule asked again", f"{released_in:,.1f} s"),
        Figure(f"their print batch, {parts:,} part{'s' if parts != 1 else ''}", f"{printed_in:,.1f} s"),
    )


def _somebody(bench: Bench, practice_id: int) -> Any:
    """A supervisor of the practice, whose letterhead has all that a statement needs."""
    from arwork.staff.models import User
    from claims.practices.models import Practice

    Practice.objects.filter(pk=practice_id, phone="").update(phone="2125550143")
    return User.objects.get(pk=bench.supervisors[0])


def _timed(work: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found
