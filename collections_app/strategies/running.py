"""The daily run: accounts come under their strategy, what is due is carried out, what waits says why.

A step is carried out once for its anchor and try (a constraint says so), so a run that died goes on where it stopped,
and a second one of the same day does nothing. Batches of five hundred accounts: everything that needs nothing sent is
read and written in sets; a message is sent one by one, with its own transaction.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.dates import Closures
from claims.ledger.models import Receivable
from claims.practices.closures import closure_book
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book
from collections_app.strategies.carrying_out import ASKED, DONE_WORDS, Sent, run_of, send_step
from collections_app.strategies.entering import (
    InForce,
    StrategyEntry,
    enter,
    history_of,
    in_force,
    practices_with_strategy,
    taken_by,
)
from collections_app.strategies.grammar import StrategyFacts
from collections_app.strategies.models import StepRun, StrategyAssignment, StrategyTask, StrategyVersion
from collections_app.strategies.reading import accounts_owing, facts_of
from collections_app.strategies.steps import BY_PEOPLE, MESSAGES, DueStep, Happened, Outcome, StepKind, standing

_LONGEST_WHY = 300


@dataclass(slots=True)
class Ran:
    """What a run did: accounts that came under a version, steps by outcome, and the accounts to be called."""

    entered: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    closed: int = 0
    to_call: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Batch:
    """One batch of a practice on a day, as it is carried out."""

    force: InForce
    versions: dict[int, StrategyVersion]
    today: dt.date
    now: dt.datetime
    closures: Closures
    ran: Ran
    runs: list[StepRun] = field(default_factory=list)
    tasks: list[StrategyTask] = field(default_factory=list)


def run_strategies(*, today: dt.date, now: dt.datetime, practice_ids: Iterable[int] | None = None) -> Ran:
    """Carry out what is due today in every practice that follows a strategy, or in these. Idempotent for its day."""
    ran, limits, closures = Ran(), limit_book(), closure_book()
    wanted = practices_with_strategy(on=today)
    for practice in wanted if practice_ids is None else sorted(set(wanted) & set(practice_ids)):
        force = in_force(practice, on=today)
        if force is None:
            continue
        for ids in accounts_owing(practice):
            _run_batch(ids, force, limits, closures.of(practice), ran, today=today, now=now)
        ran.closed += _close_settled(practice, now=now)
    return ran


def _run_batch(
    ids: Sequence[int], force: InForce, limits: LimitBook, closures: Closures, ran: Ran, *, today: dt.date,
    now: dt.datetime,
) -> None:  # fmt: skip
    versions = {force.champion.pk: force.champion}
    if force.test is not None:
        versions[force.test.challenger_id] = force.test.challenger
    batch = _Batch(force, versions, today, now, closures, ran)
    facts, taken, history = facts_of(ids, today=today, limits=limits), taken_by(ids), history_of(ids)
    assignments: list[StrategyAssignment] = []
    for pk in ids:
        one = facts[pk]
        version_id, arm = force.version_of(pk)
        entry = enter(force.definitions[version_id], version_id, one, taken.get(pk), today=today)
        if entry is None:
            continue
        if entry.is_new:
            assignments.append(_assignment(one, entry, version_id, arm, batch))
        _carry_out(one, entry, versions[version_id], history[pk], batch)
    with transaction.atomic():
        StrategyAssignment.objects.bulk_create(assignments, ignore_conflicts=True)
        StepRun.objects.bulk_create(batch.runs, ignore_conflicts=True)
        _ask_people(batch.tasks)
    ran.entered += len(assignments)


def _carry_out(
    facts: StrategyFacts, entry: StrategyEntry, version: StrategyVersion, history: list[Happened], batch: _Batch
) -> None:
    """Everything that is due for one account; a step whose condition does not hold makes room for the next."""
    told = list(history)
    while True:
        seen = standing(entry.segment.steps, facts, told, started_on=entry.started_on, closures=batch.closures)
        if seen.stop is not None:
            batch.ran.waiting += 1
            return
        for due in seen.due:
            run = _step(due, facts, version, batch)
            batch.ran.outcomes[run.outcome] += 1
            told.append(Happened(due.step.key, due.anchor_on, batch.today, Outcome(run.outcome)))
        if not any(due.unmet for due in seen.due):
            return


def _step(due: DueStep, facts: StrategyFacts, version: StrategyVersion, batch: _Batch) -> StepRun:
    kind, pk = due.step.kind, facts.account_id
    if due.unmet is None and kind in MESSAGES:
        try:
            return send_step(due, account_id=pk, version=version, today=batch.today, now=batch.now)
        except IntegrityError:  # another run sent it a moment ago
            return _noted(due, pk, version, batch, Sent(Outcome.DONE, "carried out by another run"))
    if due.unmet is not None:
        sent = Sent(Outcome.SKIPPED, f"only if {due.unmet.words}")
    else:
        sent = Sent(Outcome.DONE, DONE_WORDS[kind])
    run = _noted(due, pk, version, batch, sent)
    batch.runs.append(run)
    if sent.outcome is Outcome.DONE and kind is StepKind.CALL:
        batch.ran.to_call.add(pk)
    elif sent.outcome is Outcome.DONE and kind in BY_PEOPLE:
        batch.tasks.append(
            StrategyTask(
                practice_id=version.practice_id, account_id=pk, version_id=version.pk, kind=kind.value,
                owner_id=version.published_by_id, next_action=ASKED[kind], next_on=batch.today, made_on=batch.today,
            )
        )  # fmt: skip
    return run


def _noted(due: DueStep, account_id: int, version: StrategyVersion, batch: _Batch, sent: Sent) -> StepRun:
    return run_of(
        due, practice_id=version.practice_id, account_id=account_id, version_id=version.pk, today=batch.today,
        now=batch.now, sent=sent,
    )  # fmt: skip


def _assignment(
    facts: StrategyFacts, entry: StrategyEntry, version_id: int, arm: str, batch: _Batch
) -> StrategyAssignment:
    return StrategyAssignment(
        practice_id=facts.practice_id,
        account_id=facts.account_id,
        version_id=version_id,
        test=batch.force.test,
        arm=arm,
        segment=entry.segment.key,
        why=entry.why[:_LONGEST_WHY],
        started_on=entry.started_on,
        on=batch.today,
        owed=facts.owed,
        at=batch.now,
    )


def _ask_people(tasks: Sequence[StrategyTask]) -> None:
    """Put on the list what is not on it yet: an account waits once for a kind, and once for each day."""
    if not tasks:
        return
    rows = StrategyTask.objects.filter(Among("account", [one.account_id for one in tasks]))
    told = {(account, kind) for account, kind, state, made_on in
            rows.values_list("account_id", "kind", "state", "made_on")
            if state == StrategyTask.State.OPEN or made_on == tasks[0].made_on}  # fmt: skip
    StrategyTask.objects.bulk_create([one for one in tasks if (one.account_id, one.kind) not in told])


def _close_settled(practice_id: int, *, now: dt.datetime) -> int:
    """Nobody looks at what owes nothing any more. How many were closed."""
    closed = 0
    waiting = StrategyTask.objects.filter(practice=practice_id, state=StrategyTask.State.OPEN)
    ids = list(waiting.order_by("account").values_list("account_id", flat=True).distinct())
    for batch in bulk.chunks(ids):
        owing = _still_owing(batch)
        gone = [pk for pk in batch if pk not in owing]
        closed += waiting.filter(Among("account", gone)).update(
            state=StrategyTask.State.DONE, answer="gone", done_at=now
        )
    return closed


def _still_owing(account_ids: Sequence[int]) -> set[int]:
    rows = Receivable.objects.filter(Among("account", account_ids), bucket="PATIENT", amount__gt=0)
    return set(rows.values_list("account_id", flat=True))
