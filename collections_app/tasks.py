"""Background work of the worklist. Celery is the doorbell: what is due stands in the database."""

import datetime as dt
import logging
from typing import Any

from celery import shared_task

from arwork.lib import clock
from arwork.lib.events import Changed
from collections_app.aging import summaries
from collections_app.appeals import following as appeals
from collections_app.appeals import runs as appeal_runs
from collections_app.claim_batches import answers as batch_answers
from collections_app.claim_batches import making as batch_making
from collections_app.claim_batches import sending as batch_sending
from collections_app.claim_edits import first_checks
from collections_app.day import services as day
from collections_app.deliveries import leaving
from collections_app.outgoing_claims.stored_claims import submitted_texts
from collections_app.retention import services as retention
from collections_app.statements import printing, vendor
from collections_app.statements import runs as statement_runs
from collections_app.status_requests import asking as status_requests
from collections_app.status_requests import coverage_asking
from collections_app.strategies import what_if
from collections_app.worklist import orphans, refresh, rule_changes
from collections_app.worklist import services as worklist

log = logging.getLogger(__name__)


@shared_task(name="collections_app.tasks.open_day")
def open_day(**_: Any) -> None:
    """Open today if nobody did yet, after the days that were missed. Rung every hour; idempotent."""
    day.open_day(today=clock.today(), now=clock.now(), clock=clock.now)


@shared_task(name="collections_app.tasks.release_leases")
def release_leases(**_: Any) -> None:
    """Give back what was held too long."""
    worklist.release_expired(now=clock.now())


@shared_task(name="collections_app.tasks.enforce_retention")
def enforce_retention(**_: Any) -> None:
    """Delete what is kept longer than its rule allows. Rung once a night; what failed is an error in the log."""
    retention.enforce(today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.check_sent_claims")
def check_sent_claims(**_: Any) -> None:
    """Run the edits over claims that other systems sent, for the clean-claim rate. Rung once a night."""
    since = clock.today() - first_checks.LOOKED_BACK
    first_checks.check_what_was_sent(texts_of=submitted_texts, since=since, now=clock.now())


@shared_task(name="collections_app.tasks.deliver_messages")
def deliver_messages(**_: Any) -> None:
    """Send the e-mails and texts that are due. Rung every minute."""
    leaving.deliver_due(clock=clock.now)


@shared_task(name="collections_app.tasks.refresh_aging")
def refresh_aging(**_: Any) -> None:
    """Bring the aging figures up to date where the books have moved since. Rung every five minutes."""
    summaries.refresh_stale(today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.find_orphans")
def find_orphans(**_: Any) -> None:
    """Open the work of whatever owes and has none. Rung every five minutes."""
    orphans.take_up_orphans(today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.refresh_day_again")
def refresh_day_again(**_: Any) -> None:
    """Bring the worklist to the books once more, on a day that is open."""
    day.refresh_again(today=clock.today(), now=clock.now(), clock=clock.now)


@shared_task(name="collections_app.tasks.refresh_rules")
def refresh_rules(
    *, kind: str, payer_id: int | None = None, payer_class: str = "", practice_id: int | None = None, **_: Any
) -> None:
    """Bring open items to a changed payer rule."""
    rule_changes.refresh_under(
        kind=kind,
        payer_id=payer_id,
        payer_class=payer_class,
        practice_id=practice_id,
        today=clock.today(),
        now=clock.now(),
    )


@shared_task(name="collections_app.tasks.refresh_limits")
def refresh_limits(*, name: str, **_: Any) -> None:
    """Bring open items to a changed limit."""
    rule_changes.refresh_under_limit(name, today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.refresh_contact_rules")
def refresh_contact_rules(**_: Any) -> None:
    """Bring open items of patients to a changed contact rule."""
    rule_changes.refresh_under_contact_rules(today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.refresh_closures")
def refresh_closures(*, ordinal: int, practice_id: int | None = None, **_: Any) -> None:
    """Bring open items to a day (as a number) on which an office is closed, or is not after all."""
    rule_changes.refresh_around_closure(
        dt.date.fromordinal(ordinal), practice_id=practice_id, today=clock.today(), now=clock.now()
    )


@shared_task(name="collections_app.tasks.make_statements")
def make_statements(*, run_id: int, **_: Any) -> None:
    """Make a run of statements that was started. Given out again after a crash, it goes on where it stopped."""
    statement_runs.make_run(run_id, clock=clock.now)


@shared_task(name="collections_app.tasks.resume_statements")
def resume_statements(**_: Any) -> None:
    """Go on with runs and print files of statements that a worker left, or that the queue lost. Rung every minute."""
    statement_runs.resume_runs(clock=clock.now)
    for run_id in printing.unprinted_runs():
        printing.print_run(run_id, clock=clock.now)


@shared_task(name="collections_app.tasks.print_statements")
def print_statements(*, run_id: int, **_: Any) -> None:
    """Make the print files of a run that was released, those that are not there yet."""
    printing.print_run(run_id, clock=clock.now)


@shared_task(name="collections_app.tasks.hand_over_statements")
def hand_over_statements(*, run_id: int, **_: Any) -> None:
    """Hand the print files of a run to the print vendor, as somebody asked."""
    vendor.hand_over(run_id, clock=clock.now)


@shared_task(name="collections_app.tasks.ask_payers")
def ask_payers(**_: Any) -> None:
    """Ask about everything due for a status, about the coverage behind fresh denials, and where the uninsured may be
    covered. Rung once a night, after the day was opened; what was asked today is not asked again. What failed is an
    error in the log, and stops none of the others."""
    for sweep in (status_requests.sweep, coverage_asking.sweep_denials, coverage_asking.discover):
        try:
            sweep(today=clock.today(), now=clock.now())
        except Exception:
            log.exception("asking payers: %s failed", sweep.__name__)


@shared_task(name="collections_app.tasks.work_out_strategy")
def work_out_strategy(*, what_if_id: int, **_: Any) -> None:
    """Work out what a version of a strategy would do over the books."""
    what_if.answer(what_if_id, clock=clock.now)


@shared_task(name="collections_app.tasks.resume_strategies")
def resume_strategies(**_: Any) -> None:
    """Go on with what a worker left or the queue lost. Rung every minute."""
    what_if.answer_left(clock=clock.now)


@shared_task(name="collections_app.tasks.check_claim_batch")
def check_claim_batch(*, batch_id: int, **_: Any) -> None:
    """Run the validator over a batch of claims and keep its file. Given out again after a crash, it begins anew."""
    batch_making.check_batch(batch_id, clock=clock.now)


@shared_task(name="collections_app.tasks.record_claim_batch")
def record_claim_batch(*, batch_id: int, **_: Any) -> None:
    """Make the claims of a batch that is out submissions in the books."""
    batch_sending.record_batch(batch_id, now=clock.now())


@shared_task(name="collections_app.tasks.resume_claim_batches")
def resume_claim_batches(**_: Any) -> None:
    """Check, record and drop what a worker left, the queue lost, or is due again. Rung every minute."""
    batch_making.resume_batches(clock=clock.now)
    batch_sending.go_on(today=clock.today(), now=clock.now)


@shared_task(name="collections_app.tasks.send_claims_nightly")
def send_claims_nightly(**_: Any) -> None:
    """Put ready claims into batches where a connection asks for it. Rung once a night; what left is ready no more."""
    batch_sending.send_nightly(today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.make_appeals")
def make_appeals(*, run_id: int, **_: Any) -> None:
    """Make the packets of a run of appeals. Given out again after a crash, it goes on where it stopped."""
    appeal_runs.make_run(run_id, clock=clock.now)


@shared_task(name="collections_app.tasks.resume_appeals")
def resume_appeals(**_: Any) -> None:
    """Go on with runs of appeals that a worker left, or that the queue lost. Rung every minute."""
    appeal_runs.resume_runs(clock=clock.now)


def listen(event: Changed) -> None:
    """The subscriber: the worklist follows the books, and what waits for somebody under a new hold never leaves.
    Announcements come again until it has."""
    if event.reason in ("ack", "remit") and event.claims:
        batch_answers.follow_answers(sorted(event.claims), today=clock.today(), now=clock.now())
    if event.reason in ("hold", "consent") and event.accounts:
        leaving.stop_what_waits(sorted(event.accounts), now=clock.now())
    if event.claims and event.reason != "appeal":
        appeals.follow_books(event.claims, today=clock.today(), now=clock.now())
    refresh.follow_books(event, today=clock.today(), now=clock.now())
