"""Releasing a run: the statements leave, and the clock of each visit that was never billed before begins.

Everything is asked again at that moment: who has become forbidden, has paid, or owes less than the statement asks for
is held back, with the reason. What leaves by mail stands in the print files, in the order of postal codes.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.background import enqueue
from arwork.lib.errors import Conflict
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.documents.models import DocumentLink
from claims.parties.models import Account
from collections_app.contacts.models import Channel, Contact, ContactOutcome
from collections_app.limits.selectors import limit_book
from collections_app.statements import choosing
from collections_app.statements.cycle import Reason
from collections_app.statements.figures import cycle_figures
from collections_app.statements.first_statements import ANNOUNCED, note_released
from collections_app.statements.models import Statement, StatementRun, StatementVisit
from collections_app.statements.runs import own_run

if TYPE_CHECKING:
    from arwork.staff.models import User

PRINT = "collections_app.tasks.print_statements"
PURPOSE = "statement"
OWES_LESS = "It asks for more than is owed by now: the next run makes it anew"
State = Statement.State
#: These say only that another statement is not due: the one at hand was chosen when it was.
_HARMLESS = {Reason.NOT_DUE, Reason.LEVELS_DONE, Reason.SMALL_DONE}


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A statement that may leave, and where its envelope goes."""

    statement_id: int
    account_id: int
    guarantor_id: int
    document_id: int
    zip_code: str


def release_run(run_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> StatementRun:
    """Let the statements of a run leave. Raises `Conflict` where it is not ready, `NotFound`, and `QueueUnreachable`
    once it is released: then its print files are made as soon as the queue is back."""
    require(actor, Capability.RUN_DAY)
    with transaction.atomic():
        run = own_run(run_id, actor=actor, locked=True)
        if run.state != StatementRun.State.READY:
            raise Conflict("It is not ready to release: it is being made, was released, or was taken back.")
        held, leaving = _sorted_out(run, today=today, now=now)
        bulk.write(Statement, ("state", "held_because"), {pk: (State.HELD_BACK, why) for pk, why in held.items()})
        places = sorted(leaving, key=lambda one: (one.zip_code, one.statement_id))
        rows = {one.statement_id: (State.RELEASED, today, place) for place, one in enumerate(places, 1)}
        bulk.write(Statement, ("state", "released_on", "sequence"), rows)
        _put_on_record(run, leaving, actor=actor, now=now)
        fresh = _start_clocks(run, actor=actor, today=today, now=now)
        amount = sum(Statement.objects.filter(run=run, state=State.RELEASED).values_list("amount", flat=True), ZERO)
        run.state, run.released_at, run.released_on, run.released_by = StatementRun.State.RELEASED, now, today, actor
        run.total, run.amount = len(leaving), amount
        run.save(update_fields=["state", "released_at", "released_on", "released_by", "total", "amount"])
        told = {"statements": len(leaving), "held_back": len(held), "amount": amount, "first_statements": len(fresh)}
        audit.record(
            actor, "statement_run_released", "statement_run", run.pk, practice_id=run.practice_id, after=told, now=now
        )
        announce(ANNOUNCED, claims=fresh, accounts={one.account_id for one in leaving})
        enqueue(PRINT, run_id=run.pk)
    return run


def _sorted_out(run: StatementRun, *, today: dt.date, now: dt.datetime) -> tuple[dict[int, str], list[_Leaving]]:
    """Which statements may not leave after all, and why; and those that do. Asks every rule again."""
    rows = Statement.objects.select_for_update(of=("self",)).filter(run=run, state=State.MADE).order_by("account")
    columns = ("pk", "account_id", "account__guarantor_id", "document_id", "amount", "kind")
    made = {
        account: (pk, guarantor, document, amount, kind)
        for pk, account, guarantor, document, amount, kind in rows.values_list(*columns)
    }
    list(Account.objects.select_for_update().filter(bulk.Among("pk", made)).order_by("pk").values_list("pk"))
    figures = cycle_figures(limit_book(), practice_id=run.practice_id, on=today)
    held: dict[int, str] = {}
    leaving = []
    for one in choosing.choose(made, figures, on=today, now=now):
        pk, guarantor, document, amount, kind = made[one.account_id]
        if why := _why_not(one, amount, kind):
            held[pk] = why
        else:
            leaving.append(_Leaving(pk, one.account_id, guarantor, document, one.standing.zip_code))
    return held, leaving


def _why_not(one: choosing.Choice, amount: Decimal, kind: str) -> str:
    reason = one.decision.reason
    if reason is not None and reason not in _HARMLESS:
        return one.decision.words
    facts = one.standing.facts
    if (kind == Statement.Kind.PLAN) != facts.has_plan:
        return "A payment plan was agreed or ended meanwhile: the next run makes it anew"
    owed = facts.asked + facts.set_apart if facts.has_plan else max(facts.asked - facts.on_account, ZERO)
    return OWES_LESS if amount > owed else ""


def _put_on_record(run: StatementRun, leaving: list[_Leaving], *, actor: "User", now: dt.datetime) -> None:
    """The document on the account, and the contact in the log."""
    links = [
        DocumentLink(document_id=one.document_id, account_id=one.account_id, linked_by=actor, linked_at=now)
        for one in leaving
    ]
    contacts = [
        Contact(
            practice_id=run.practice_id, account_id=one.account_id, person_id=one.guarantor_id, channel=Channel.LETTER,
            purpose=PURPOSE, outcome=ContactOutcome.SENT, note=f"Statement S{one.statement_id:07d}", at=now, by=actor,
        )
        for one in leaving
    ]  # fmt: skip
    for batch in bulk.chunks(links):
        bulk.insert(DocumentLink, batch)
    for some in bulk.chunks(contacts):
        bulk.insert(Contact, some)


def _start_clocks(run: StatementRun, *, actor: "User", today: dt.date, now: dt.datetime) -> frozenset[int]:
    """The visits that are billed for the first time."""
    rows = StatementVisit.objects.filter(statement__run=run, statement__state=State.RELEASED, amount__gt=0)
    asked: Mapping[int, int] = dict(rows.values_list("claim_id", "statement_id"))
    return note_released(asked, practice_id=run.practice_id, on=today, actor=actor, now=now)
