"""One statement at a time: made on request, and declared void with a correction."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.documents.models import DocumentLink
from claims.parties.models import Account
from claims.parties.selectors import own_account
from collections_app.letters.words import language_of
from collections_app.limits.selectors import limit_book
from collections_app.statements.choosing import standing_of
from collections_app.statements.cycle import Reason
from collections_app.statements.figures import cycle_figures
from collections_app.statements.first_statements import ANNOUNCED, note_released
from collections_app.statements.making import freeze, printed
from collections_app.statements.models import Statement

if TYPE_CHECKING:
    from arwork.staff.models import User

State, Kind = Statement.State, Statement.Kind
#: What forbids even a statement that the patient asks for: only they may be answered, by whoever stands for them.
_FORBIDS = (Reason.BANKRUPTCY, Reason.ATTORNEY, Reason.DECEASED, Reason.MINOR)


class BadStatement(DomainError):
    """A statement that can't be made or declared void as asked."""

    code = "bad_statement"


def own_statement(statement_id: int, *, actor: "User", locked: bool = False) -> Statement:
    """A statement of the actor's practices. Raises `NotFound`."""
    rows = Statement.objects.select_for_update(of=("self",)) if locked else Statement.objects.all()
    rows = rows.select_related("account__guarantor", "practice", "run", "document", "made_by")
    found = rows.filter(pk=statement_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such statement in your practices.")
    return found


def make_statement(
    *,
    account_id: int,
    is_itemized: bool,
    language: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
    corrects_id: int | None = None,
) -> Statement:
    """Make a statement that a patient asked for, to hand over or to mail: it leaves at once, and starts the clock of
    visits that none was about. It raises no level and delays no statement of the cycle.

    Raises `BadStatement` where nothing is owed or where nobody may be written to (an itemized one tells of what was
    paid as well, but only of visits that owe), `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        account = own_account(account_id, actor=actor)
        account = Account.objects.select_for_update(of=("self",)).select_related("guarantor").get(pk=account.pk)
        choice = standing_of(account, today=today, now=now)
        if choice.decision.reason in _FORBIDS:
            raise BadStatement(f"{choice.decision.words}. No statement is made for this person.", field="account")
        if not choice.standing.owed.visits:
            raise BadStatement(
                "The patient owes nothing on this account, so there is nothing to state.", field="account"
            )
        figures = cycle_figures(limit_book(), practice_id=account.practice_id, on=today)
        statement = Statement.objects.create(
            practice_id=account.practice_id,
            account=account,
            kind=Kind.ITEMIZED if is_itemized else Kind.DEMAND,
            channel=Statement.Channel.HANDED,
            language=language_of(language),
            made_on=today,
            due_on=today + dt.timedelta(days=figures.due_days),
            amount=ZERO,
            made_by=actor,
            corrects_id=corrects_id,
        )
        freeze(list(printed([statement], figures, now=now)), actor=actor, now=now)
        Statement.objects.filter(pk=statement.pk).update(state=State.RELEASED, released_on=today)
        statement.refresh_from_db()
        DocumentLink.objects.create(
            document_id=statement.document_id or 0, account=account, linked_by=actor, linked_at=now
        )
        asked = {one.claim_id: statement.pk for one in statement.visits.all() if one.amount > 0}
        fresh = note_released(asked, practice_id=account.practice_id, on=today, actor=actor, now=now)
        told = {"account": account.pk, "kind": statement.kind, "amount": statement.amount, "sha256": statement.sha256}
        audit.record(
            actor, "statement_made", "statement", statement.pk, practice_id=account.practice_id, after=told, now=now
        )
        announce(ANNOUNCED, claims=fresh, accounts=[account.pk])
    return statement


def void_statement(statement_id: int, *, reason: str, actor: "User", now: dt.datetime) -> Statement:
    """Say that a statement that left was wrong, and why; it stays as it was, and so does the day on which its visits
    were first billed: they were. Make its correction with `make_statement`. Raises `Conflict`, `BadStatement`."""
    require(actor, Capability.WORK_ITEMS)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise BadStatement("Say what is wrong with it: whoever finds it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        found = own_statement(statement_id, actor=actor, locked=True)
        if found.state != State.RELEASED:
            raise Conflict("Only a statement that was sent can be declared void. Look at it again.")
        found.state, found.voided_at, found.void_because = State.VOID, now, reason
        found.save(update_fields=["state", "voided_at", "void_because"])
        told = {"account": found.account_id}
        audit.record(actor, "statement_void", "statement", found.pk, practice_id=found.practice_id, after=told, now=now)
        announce(ANNOUNCED, accounts=[found.account_id])
    return found
