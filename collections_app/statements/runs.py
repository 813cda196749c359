"""Runs: started by a supervisor, made in the background in batches, taken back as long as nothing left.

Progress stands in the database. A worker holds a run by its beat; one that died is overtaken after `LEASE`, and what it
had made stays made: the next goes on with what is still to be made. Who gets a statement is settled once, in one
transaction, and an account has one a day (a constraint says so), so nothing is ever made twice.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from arwork.lib import bulk
from arwork.lib.background import enqueue
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.documents.models import Document
from collections_app.letters.words import language_of
from collections_app.limits.selectors import limit_book
from collections_app.statements import choosing
from collections_app.statements.cycle import CycleFigures
from collections_app.statements.figures import cycle_figures
from collections_app.statements.making import Printed, freeze, printed
from collections_app.statements.models import LeftOut, Statement, StatementRun

if TYPE_CHECKING:
    from arwork.staff.models import User

MAKE = "collections_app.tasks.make_statements"
#: Statements made between two beats.
BATCH = 200
#: A worker that did not finish a batch for so long is taken for dead.
LEASE = dt.timedelta(minutes=3)
State, RunState, Channel = Statement.State, StatementRun.State, Statement.Channel
log = logging.getLogger(__name__)


def own_run(run_id: int, *, actor: "User", locked: bool = False) -> StatementRun:
    """A run of the actor's practices. Raises `NotFound`."""
    rows = StatementRun.objects.select_for_update(of=("self",)) if locked else StatementRun.objects.all()
    found = rows.select_related("practice").filter(pk=run_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such run of statements in your practices.")
    return found


def start_run(practice_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> StatementRun:
    """Begin today's run of a practice; a worker makes it. Raises `Conflict` where today's is there already, `NotFound`,
    and `QueueUnreachable` once it is kept: then it is made as soon as the queue is back."""
    require(actor, Capability.RUN_DAY)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.", practice_id=practice_id)
    if lacking := choosing.what_lacks(practice_id):
        raise DomainError(lacking, field="practice")
    try:
        with transaction.atomic():
            run = StatementRun.objects.create(practice_id=practice_id, run_on=today, started_at=now, started_by=actor)
            audit.record(actor, "statement_run_started", "statement_run", run.pk, practice_id=practice_id, now=now)
            enqueue(MAKE, run_id=run.pk)
    except IntegrityError:
        raise Conflict("This practice has a run of today already. Open it, or take it back first.") from None
    return run


def make_run(run_id: int, *, clock: Callable[[], dt.datetime]) -> bool:
    """Make what is still to be made of a run; whether it is complete. Another worker's run is left alone."""
    if not _take(run_id, clock()):
        return False
    try:
        run = StatementRun.objects.select_related("started_by", "practice").get(pk=run_id)
        figures = cycle_figures(limit_book(), practice_id=run.practice_id, on=run.run_on)
        if run.chosen_at is None:
            _choose(run, figures, now=clock())
        while batch := _to_make(run):
            made = list(printed(batch, figures, now=clock()))
            if not _keep(run, made, now=clock()):
                return False
        return _finish(run)
    except Exception as error:
        StatementRun.objects.filter(pk=run_id).update(message=f"Making stopped ({type(error).__name__}).", beat_at=None)
        raise


def resume_runs(*, clock: Callable[[], dt.datetime]) -> int:
    """Go on with runs that no worker is at: the queue lost them, or their worker died; how many. Rung every minute."""
    stale = Q(beat_at=None, started_at__lt=clock() - LEASE) | Q(beat_at__lt=clock() - LEASE)
    waiting = list(
        StatementRun.objects.filter(stale, state=RunState.MAKING).order_by("pk").values_list("pk", flat=True)
    )
    for run_id in waiting:
        try:
            make_run(run_id, clock=clock)
        except Exception:  # its page says that it stopped; it keeps no other waiting
            log.exception("run %s of statements could not be made", run_id)
    return len(waiting)


@transaction.atomic
def undo_run(run_id: int, *, actor: "User", now: dt.datetime) -> StatementRun:
    """Take a run back before it is released: none of its statements was ever sent. Raises `Conflict`, `NotFound`."""
    require(actor, Capability.RUN_DAY)
    run = own_run(run_id, actor=actor, locked=True)
    if run.state not in (RunState.MAKING, RunState.READY):
        raise Conflict("It was released, or taken back already. What left can only be declared void, one by one.")
    statements = Statement.objects.filter(run=run)
    withdrawn = {
        "withdrawn_at": now,
        "withdrawn_by": actor,
        "withdrawn_because": "The run of statements was taken back",
    }
    for batch in bulk.chunks(statements.exclude(document=None).values_list("document_id", flat=True)):
        Document.objects.filter(bulk.Among("pk", batch)).update(**withdrawn)
    count = statements.update(state=State.UNDONE)
    run.state, run.undone_at, run.undone_by, run.beat_at = RunState.UNDONE, now, actor, None
    run.save(update_fields=["state", "undone_at", "undone_by", "beat_at"])
    told = {"statements": count}
    audit.record(
        actor, "statement_run_undone", "statement_run", run.pk, practice_id=run.practice_id, after=told, now=now
    )
    return run


def _take(run_id: int, now: dt.datetime) -> bool:
    """Hold the run as its worker, if nobody lives who does."""
    free = Q(beat_at=None) | Q(beat_at__lt=now - LEASE)
    rows = StatementRun.objects.filter(free, pk=run_id, state=RunState.MAKING)
    return bool(rows.update(beat_at=now, message=""))


@transaction.atomic
def _choose(run: StatementRun, figures: CycleFigures, *, now: dt.datetime) -> None:
    """Settle who gets a statement and who is left out."""
    due_on = run.run_on + dt.timedelta(days=figures.due_days)
    chosen: list[Statement] = []
    left: list[LeftOut] = []
    accounts = choosing.owing_accounts(run.practice_id)
    for one in choosing.choose(accounts, figures, on=run.run_on, now=now):
        decision = one.decision
        if decision.reason is None:
            chosen.append(
                Statement(
                    practice_id=run.practice_id, account_id=one.account_id, run=run, made_on=run.run_on, due_on=due_on,
                    kind=Statement.Kind.PLAN if decision.is_plan else Statement.Kind.CYCLE, level=decision.level,
                    channel=Channel.EMAIL if one.standing.facts.by_email else Channel.MAIL,
                    language=language_of(one.standing.language), amount=one.amount, made_by=run.started_by,
                )
            )  # fmt: skip
        else:
            left.append(
                LeftOut(
                    run=run, account_id=one.account_id, reason=decision.reason.value, amount=one.owes,
                    next_on=decision.next_on,
                )
            )  # fmt: skip
    for rows, model in ((chosen, Statement), (left, LeftOut)):
        for batch in bulk.chunks(rows):
            bulk.insert(model, batch)
    run.chosen_at, run.total, run.amount = now, len(chosen), sum((one.amount for one in chosen), ZERO)
    run.save(update_fields=["chosen_at", "total", "amount"])


def _to_make(run: StatementRun) -> list[Statement]:
    rows = Statement.objects.filter(run=run, state=State.QUEUED).order_by("pk")
    return list(rows[:BATCH])


def _keep(run: StatementRun, made: Iterable[Printed], *, now: dt.datetime) -> bool:
    """Keep a batch, unless the run was taken back meanwhile, or another worker kept it."""
    with transaction.atomic():
        standing = StatementRun.objects.select_for_update().get(pk=run.pk)
        if standing.state != RunState.MAKING:
            return False
        rows = Statement.objects.select_for_update().filter(bulk.Among("pk", [one.statement.pk for one in made]))
        waiting = set(rows.filter(state=State.QUEUED).order_by("pk").values_list("pk", flat=True))
        freeze([one for one in made if one.statement.pk in waiting], actor=run.started_by, now=now)
        StatementRun.objects.filter(pk=run.pk).update(beat_at=now)
    return True


def _finish(run: StatementRun) -> bool:
    """Everything is made: what it asks for in all, as it was made. False where it was taken back meanwhile."""
    found = Statement.objects.filter(run=run, state=State.MADE).aggregate(amount=Sum("amount"))
    rows = StatementRun.objects.filter(pk=run.pk, state=RunState.MAKING)
    return bool(rows.update(state=RunState.READY, amount=found["amount"] or ZERO, beat_at=None, message=""))
