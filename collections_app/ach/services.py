"""Debits: originated, canceled, held and let go (RULES 13).

Each debit is asked for by a key and originated once, whoever asks twice. It leaves with the next file of its day
(`files`). Before that it is looked at (`risk`): what is suspicious waits for a second person, an account that nobody
has confirmed for its confirmation.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import nacha
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO, to_cents
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.approvals import services as approvals
from claims.approvals.authority import settles_alone
from claims.approvals.models import ApprovalRequest
from claims.approvals.services import Question
from collections_app.ach import risk_facts
from collections_app.ach.authorizations import authorize, cancel, let_go, locked_authorization
from collections_app.ach.banking_days import add_banking_days, next_banking_day
from collections_app.ach.figures import ach_figures
from collections_app.ach.models import AchEntry, BankAuthorization, RiskCheck
from collections_app.ach.risk import UNCONFIRMED, findings, in_words
from collections_app.ach.states import DEBIT, ONCE, PRENOTE_ENTRY, AuthorizationState, EntryState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

__all__ = ["NotAuthorized", "authorize", "cancel_entry", "originate", "release_entry", "send_prenote"]
#: The kind of question, the limits that count, and what it is about.
HELD_DEBIT, ENTRY = "ach_debit", "ach_entry"


class NotAuthorized(DomainError):
    """The authorization does not cover the debit."""

    code = "not_authorized"


def originate(
    *,
    authorization_id: int,
    amount: Decimal,
    effective_on: dt.date,
    key: str,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    chosen: Mapping[int, Decimal] | None = None,
) -> AchEntry:
    """Debit `amount` dollars on a day, the next banking day at the earliest; the same key debits once.

    `chosen` (dollars by claim) says where the money goes; `actor` None is a schedule, or the person online. What comes
    is `pending`, or `held` where a check found something. Raises `NotAuthorized` naming the field, `Conflict` where the
    key asked for something else before, `NotFound`.
    """
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        authorization = locked_authorization(authorization_id, actor)
        known = AchEntry.objects.filter(practice=authorization.practice_id, key=key).first()
        if known is not None:
            if (known.authorization_id, known.amount) != (authorization_id, amount):
                raise Conflict("Something else was debited under this key before. Nothing was done.")
            return known
        day = earliest_day(effective_on, today=today)
        _ensure_covered(authorization, amount, day)
        entry = AchEntry.objects.create(
            practice_id=authorization.practice_id,
            account_id=authorization.account_id,
            authorization=authorization,
            key=key,
            amount=amount,
            effective_on=day,
            chosen={str(claim): to_cents(part) for claim, part in (chosen or {}).items()},
            created_on=today,
            created_at=now,
            created_by=actor,
        )
        _look_at(entry, actor=actor, today=today, now=now)
        note(entry, "ach_originated", actor=actor, now=now)
    return entry


def send_prenote(authorization_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AchEntry:
    """Ask the bank by an entry of $0.00 whether the account is there; no answer in so many days confirms it."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        authorization = locked_authorization(authorization_id, actor)
        ensure_in_force(authorization)
        if authorization.validated_on is not None:
            raise Conflict("This account is confirmed already.")
        is_open = authorization.entries.filter(kind=PRENOTE_ENTRY).exclude(
            state__in=[EntryState.CANCELLED, EntryState.RETURNED]
        )
        if is_open.exists():
            raise Conflict("A prenote is on its way already.")
        entry = AchEntry.objects.create(
            practice_id=authorization.practice_id,
            account_id=authorization.account_id,
            authorization=authorization,
            key=f"prenote-{authorization.pk}-{authorization.entries.count()}",
            kind=PRENOTE_ENTRY,
            amount=ZERO,
            effective_on=earliest_day(today, today=today),
            created_on=today,
            created_at=now,
            created_by=actor,
        )
        note(entry, "ach_prenote", actor=actor, now=now)
    return entry


def cancel_entry(entry_id: int, *, why: str, actor: "User | None", today: dt.date, now: dt.datetime) -> AchEntry:
    """Cancel a debit that has not left: stopped, or a mistake. Raises `Conflict` once it is in a file."""
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(why=why)
    if not why.strip():
        raise DomainError("Say why it is not debited.", field="why")
    with transaction.atomic():
        entry = locked_entry(entry_id, actor)
        if not entry.is_open or entry.file_id is not None:
            raise Conflict(f"It is {EntryState(entry.state).label.lower()}, and can't be canceled any more.")
        cancel(entry, why.strip(), actor=actor, now=now)
        approvals.supersede(questions_about(entry), actor=actor, now=now)
    return entry


def release_entry(entry_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AchEntry:
    """Let a debit go that was held and that nobody could be asked about: it was asked for by a schedule or online.

    Raises `Conflict` where a second person is asked, or where it is not held any more.
    """
    require(actor, Capability.DECIDE_SECOND)
    with transaction.atomic():
        entry = locked_entry(entry_id, actor)
        if entry.state != EntryState.HELD:
            raise Conflict("It is not held any more.")
        if questions_about(entry).filter(state=ApprovalRequest.State.WAITING).exists():
            raise Conflict("A second person was asked about it: answer there, under Approvals.")
        release(entry, actor=actor, today=today, now=now)
    return entry


def release(entry: AchEntry, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Let go of everything but an account that nobody confirmed. The caller holds the lock."""
    found = [code for code in entry.held_for.split(",") if code]
    if found == [UNCONFIRMED]:
        raise Conflict("Nobody has confirmed the account yet. Confirm it first, or send a prenote.")
    ensure_in_force(entry.authorization)
    let_go(entry, [code for code in found if code != UNCONFIRMED])
    RiskCheck.objects.create(
        practice_id=entry.practice_id, entry=entry, checked_at=now, checked_by=actor, found=",".join(found),
        outcome="released",
    )  # fmt: skip
    note(entry, "ach_released", actor=actor, now=now)


def earliest_day(wanted: dt.date, *, today: dt.date) -> dt.date:
    """The banking day on which a debit of `wanted` can settle: the next one after today at the earliest."""
    return next_banking_day(max(wanted, add_banking_days(today, 1)))


def ensure_in_force(authorization: BankAuthorization) -> None:
    """Raise `NotAuthorized` unless it is."""
    if authorization.state != AuthorizationState.ACTIVE:
        raise NotAuthorized(
            f"This authorization is not in force: {AuthorizationState(authorization.state).label.lower()}. "
            "Ask for a new one."
        )


def locked_entry(entry_id: int, actor: "User | None") -> AchEntry:
    """A debit, locked after its account and its authorization. Raises `NotFound`."""
    mine = AchEntry.objects.all()
    if actor is not None:
        mine = mine.filter(practice__in=practice_ids(actor))
    known = mine.filter(pk=entry_id).values_list("authorization_id", flat=True).first()
    if known is None:
        raise NotFound("There is no such debit in your practices.")
    locked_authorization(known, actor)
    return AchEntry.objects.select_for_update().get(pk=entry_id)


def questions_about(entry: AchEntry) -> "QuerySet[ApprovalRequest]":
    """The questions to a second person about a debit."""
    return ApprovalRequest.objects.filter(kind=HELD_DEBIT, subject=ENTRY, subject_id=entry.pk)


def note(entry: AchEntry, deed: str, *, actor: "User | None", now: dt.datetime) -> None:
    """Leave a trace of what happened to a debit."""
    after = {
        "account": entry.account_id, "amount": entry.amount, "on": entry.effective_on, "state": entry.state,
        "held_for": entry.held_for,
    }  # fmt: skip
    audit.record(actor, deed, ENTRY, entry.pk, practice_id=entry.practice_id, after=after, now=now)


def _ensure_covered(authorization: BankAuthorization, amount: Decimal, day: dt.date) -> None:
    ensure_in_force(authorization)
    if not ZERO < amount <= nacha.LARGEST:
        raise NotAuthorized("Enter an amount above zero.", field="amount")
    if authorization.amount is not None and amount > authorization.amount:
        raise NotAuthorized(f"They allowed ${authorization.amount:,.2f} at most.", field="amount")
    if day < authorization.first_on:
        raise NotAuthorized("They allowed it on a later day.", field="effective_on")
    if authorization.last_on is not None and day > authorization.last_on:
        raise NotAuthorized("They allowed it until an earlier day.", field="effective_on")
    if authorization.frequency == ONCE:
        used = authorization.entries.filter(kind=DEBIT).exclude(state=EntryState.CANCELLED)
        if used.exists():
            raise NotAuthorized("They allowed one debit, and it was used. Ask for a new authorization.")


def _look_at(entry: AchEntry, *, actor: "User | None", today: dt.date, now: dt.datetime) -> None:
    figures = ach_figures(practice_id=entry.practice_id, on=today)
    facts = risk_facts.facts_of(entry, days=figures.often_days, today=today)
    found = findings(facts, figures.risk)
    RiskCheck.objects.create(
        practice_id=entry.practice_id, entry=entry, checked_at=now, checked_by=actor, found=",".join(found),
        outcome="held" if found else "passed",
    )  # fmt: skip
    if not found:
        return
    entry.state, entry.held_for = EntryState.HELD, ",".join(found)
    entry.save(update_fields=["state", "held_for"])
    asker = actor or entry.authorization.taken_by
    if found == [UNCONFIRMED] or asker is None:
        return
    if actor is not None and settles_alone(
        HELD_DEBIT, entry.amount, actor=actor, practice_id=entry.practice_id, today=today
    ):
        release(entry, actor=actor, today=today, now=now)
        return
    question = Question(
        HELD_DEBIT, HELD_DEBIT, entry.practice_id, ENTRY, entry.pk, entry.amount, account_id=entry.account_id
    )
    approvals.ask(question, reason=" ".join(in_words(found))[:300], actor=asker, today=today, now=now)
