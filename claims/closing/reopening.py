"""Opening a closed month again: one person asks and says why, another agrees or refuses.

Who agrees holds what deciding for a second person needs, and never is who asked; a constraint says so too. Only the
month that was closed last opens. Its frozen reports stay: closed anew the month has others beside them.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.closing.models import ReopenRequest
from claims.closing.months import Month
from claims.ledger.models import Period
from claims.ledger.periods import closed_through, reopen_period

if TYPE_CHECKING:
    from arwork.staff.models import User

_STATES = ReopenRequest.State


def ask_to_reopen(month: Month, *, why: str, actor: "User", now: dt.datetime) -> ReopenRequest:
    """Ask somebody else to open a month. Raises `Conflict` where it is open, not the latest, or asked already."""
    require(actor, Capability.POST_MONEY)
    why = why.strip()[:300]
    ensure_not_sensitive(why=why)
    if not why:
        raise DomainError("Say why the month is to be opened again.", field="why")
    standing = Period.objects.filter(practice=month.practice_id, practice__in=practice_ids(actor), reopened_at=None)
    period = standing.filter(ends_on=month.ends_on).first()
    if period is None:
        raise Conflict("This month is open.")
    if closed_through(month.practice_id) != month.ends_on:
        raise Conflict("A later month is closed. Open the latest one first, then the one before it.")
    with transaction.atomic():
        try:
            with transaction.atomic():
                found = ReopenRequest.objects.create(period=period, why=why, asked_by=actor, asked_at=now)
        except IntegrityError as error:
            raise Conflict("Somebody has asked already. It waits for another person's answer.") from error
        _note("reopen_asked", found, actor=actor, now=now)
    return found


def answer(request_id: int, *, is_agreed: bool, note: str, actor: "User", now: dt.datetime) -> ReopenRequest:
    """Agree (the month opens) or refuse. Raises `Forbidden` for who asked, `Conflict` once answered."""
    require(actor, Capability.DECIDE_SECOND)
    ensure_not_sensitive(note=note)
    with transaction.atomic():
        found = _locked(request_id, actor)
        if found.asked_by_id == actor.pk:
            raise Forbidden("You asked for it: somebody else has to agree.")
        _settle(found, _STATES.AGREED if is_agreed else _STATES.REFUSED, note, actor=actor, now=now)
        if is_agreed:
            reopen_period(found.period_id, actor=actor, why=found.why, now=now)
    return found


def withdraw(request_id: int, *, actor: "User", now: dt.datetime) -> ReopenRequest:
    """Take one's own question back. Raises `Forbidden` for anybody else, `Conflict` once answered."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        found = _locked(request_id, actor)
        if found.asked_by_id != actor.pk:
            raise Forbidden("Only who asked withdraws it. Refuse it instead.")
        _settle(found, _STATES.WITHDRAWN, "", actor=actor, now=now)
    return found


def waiting(actor: "User") -> QuerySet[ReopenRequest]:
    """The questions of the actor's practices that wait for an answer."""
    rows = ReopenRequest.objects.filter(state=_STATES.WAITING, period__practice__in=practice_ids(actor))
    return rows.select_related("period__practice", "asked_by").order_by("pk")


def _locked(request_id: int, actor: "User") -> ReopenRequest:
    ours = ReopenRequest.objects.select_for_update(of=("self",)).filter(period__practice__in=practice_ids(actor))
    found = ours.filter(pk=request_id).select_related("period").first()
    if found is None:
        raise NotFound("There is no such question in your practices.")
    if found.state != _STATES.WAITING:
        raise Conflict("This question is answered already.")
    return found


def _settle(found: ReopenRequest, state: str, note: str, *, actor: "User", now: dt.datetime) -> None:
    found.state, found.note, found.decided_by, found.decided_at = state, note.strip()[:300], actor, now
    found.save(update_fields=["state", "note", "decided_by", "decided_at"])
    _note(f"reopen_{state}", found, actor=actor, now=now)


def _note(action: str, found: ReopenRequest, *, actor: "User", now: dt.datetime) -> None:
    facts = {"ends_on": found.period.ends_on.isoformat(), "why": found.why, "asked_by": found.asked_by_id}
    audit.record(actor, action, "period", found.period_id, practice_id=found.period.practice_id, after=facts, now=now)
