"""Asking a second person, and their answer: carry out what was asked, or refuse it with a reason.

Who agrees is somebody else than who asked, may decide in that practice, and answers for it: the decision is carried out
in their name, and the trail names both.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, Forbidden
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.remits import exceptions, second_person
from claims.remits.decisions import locked_exception
from claims.remits.models import DecisionRequest, RemitException

if TYPE_CHECKING:
    from arwork.staff.models import User


def ask_second_person(
    exception_id: int, *, action: str, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> DecisionRequest:
    """Ask somebody else to agree to accepting or dismissing. Raises `Conflict` where nobody needs to be asked, or
    somebody was; `NotFound`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    if not reason.strip():
        raise DomainError("Say why: whoever agrees needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    if action not in (second_person.ACCEPT, second_person.DISMISS):
        raise DomainError("Say whether it is to be accepted or dismissed.", field="action")
    with transaction.atomic():
        exception = locked_exception(exception_id, actor)
        kind, amount = exceptions.cost_of(exception, action)
        return second_person.ask(
            exception, action=action, kind=kind, amount=amount, reason=reason, actor=actor, today=today, now=now
        )


def answer(
    request_id: int, *, agrees: bool, note: str, actor: "User", today: dt.date, now: dt.datetime
) -> DecisionRequest:
    """Agree to a question, which carries the decision out, or refuse it; `note` is needed to refuse.

    Raises `Forbidden` for who asked, `Conflict` where it was answered or costs more by now, `NotFound`.
    """
    require(actor, Capability.DECIDE_SECOND)
    ensure_not_sensitive(note=note)
    if not agrees and not note.strip():
        raise DomainError("Say why: whoever asked needs to know.", field="note")
    with transaction.atomic():
        found, exception = second_person.locked_request(request_id, actor=actor)
        if found.asked_by_id == actor.pk:
            raise Forbidden("You asked: somebody else has to agree or refuse.")
        state = DecisionRequest.State.APPROVED if agrees else DecisionRequest.State.REFUSED
        second_person.settle_request(found, exception, state=state, note=note, actor=actor, now=now)
        if agrees:
            _carry_out(found, actor=actor, today=today, now=now)
    return found


def _carry_out(found: DecisionRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    if found.action == second_person.ACCEPT:
        done = exceptions.accept_exception(found.exception_id, actor=actor, today=today, now=now, agreed=found.amount)
    else:
        done = exceptions.dismiss_exception(
            found.exception_id, reason=found.reason, actor=actor, today=today, now=now, agreed=found.amount
        )
    done.refresh_from_db()
    if done.state == RemitException.State.OPEN:
        raise Conflict(f"It can't be settled as asked any more: {done.detail}")
