"""Statements of the demo: one practice sends its own since some days, one of which came back; another practice's wait
to be released. What the billing house had sent before is told from its list, so that no clock begins anew."""

import datetime as dt
from contextlib import suppress

from arwork.lib import events
from arwork.lib.background import QueueUnreachable
from claims.ledger.models import Receivable
from claims.practices.models import Practice
from collections_app.deliveries import returned
from collections_app.demo.setting import supervisor
from collections_app.statements import first_statements, printing, releasing, runs
from collections_app.statements.models import Statement, StatementRun

#: As `setting` says of the billing house: so many days after a balance became the patient's.
_BY_THE_HOUSE = dt.timedelta(days=10)
_SENT_BEFORE = dt.timedelta(days=4)


def send_statements(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day; the opening of that day finds what it does to the work."""
    if StatementRun.objects.exists():
        return
    first, *others = Practice.objects.order_by("pk")[:2]
    on = until - _SENT_BEFORE
    at = now - _SENT_BEFORE
    with events.quiet():
        _tell_what_the_house_sent(first, on, at)
        _release(first, on, at)
        actor = supervisor()
        sent = Statement.objects.filter(state=Statement.State.RELEASED).order_by("sequence").first()
        if sent is not None:
            returned.came_back(typed=sent.number, reason="moved", actor=actor, today=until, now=now)
        for other in others:
            _made(other, until, now)


def _tell_what_the_house_sent(practice: Practice, on: dt.date, at: dt.datetime) -> None:
    rows = Receivable.objects.filter(practice=practice, bucket="PATIENT", since_on__lte=on - _BY_THE_HOUSE)
    lines = [
        f"{number},{max(since + _BY_THE_HOUSE, served)}"
        for number, since, served in rows.order_by("claim__number").values_list(
            "claim__number", "since_on", "claim__service_from"
        )
    ]
    if lines:
        text = "\n".join(["claim,first_statement_on", *lines])
        first_statements.tell_from_file(
            text, practice_id=practice.pk, note="The list of the billing house", actor=supervisor(), today=on, now=at
        )


def _release(practice: Practice, on: dt.date, at: dt.datetime) -> None:
    run = _made(practice, on, at)
    with suppress(QueueUnreachable):
        releasing.release_run(run.pk, actor=supervisor(), today=on, now=at)
    printing.print_run(run.pk, clock=lambda: at)


def _made(practice: Practice, on: dt.date, at: dt.datetime) -> StatementRun:
    """A run of that day, made here and now: a demo is loaded before any worker is there."""
    with suppress(QueueUnreachable):
        runs.start_run(practice.pk, actor=supervisor(), today=on, now=at)
    run = StatementRun.objects.get(practice=practice, run_on=on)
    runs.make_run(run.pk, clock=lambda: at)
    return run
