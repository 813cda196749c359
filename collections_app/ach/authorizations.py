"""Authorizations: given, confirmed, revoked, stopped (RULES 13.1, 13.2).

The words are kept as they were read; the account number is kept encrypted and shown by its last four digits. A call
leads to a debit only with people who know us or who called. Several debits need the recording and a written copy.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import nacha
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account
from claims.payers.phones import shown_number
from claims.receipts.recording import lock_accounts
from collections_app.ach import directory
from collections_app.ach.listening import tell_of_authorizations
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.ach.risk import UNCONFIRMED
from collections_app.ach.script import LANGUAGES, DebitScriptFacts, script
from collections_app.ach.states import (
    BY_HAND,
    NOTICE,
    RECORDING,
    RECURRING,
    RELATIONSHIPS,
    SIGNED,
    AuthorizationState,
    EntryState,
    SecCode,
)

if TYPE_CHECKING:
    from arwork.staff.models import User


OPEN_ENTRY = (EntryState.HELD, EntryState.PENDING)


class BadAuthorization(DomainError):
    """An authorization that lacks what the rules ask for."""

    code = "bad_authorization"


@dataclass(frozen=True, slots=True)
class AuthorizationDraft:
    """An authorization as it is given. Dollars; without an amount `how_set` says how it is set."""

    sec_code: str
    holder: str
    routing: str = field(repr=False)
    bank_account: str = field(repr=False)
    bank_account_kind: str
    first_on: dt.date
    proof: str
    amount: Decimal | None = None
    how_set: str = ""
    last_on: dt.date | None = None
    frequency: str = "once"
    language: str = "en"
    relationship: str = ""
    proof_reference: str = ""


def draft_script(draft: AuthorizationDraft, account: Account, *, today: dt.date) -> list[str]:
    """The words to read before this authorization is given. Raises `BadAuthorization` without a phone number."""
    if not account.practice.phone:
        raise BadAuthorization("Enter the practice's phone number in Setup first: the words have to name it.")
    facts = DebitScriptFacts(
        company=account.practice.name,
        holder=draft.holder.strip(),
        account_kind=draft.bank_account_kind,
        last_four=draft.bank_account[-4:],
        authorized_on=today,
        first_on=draft.first_on,
        phone=_said(account.practice.phone),
        amount=draft.amount,
        how_set=draft.how_set.strip(),
        last_on=draft.last_on,
        is_recurring=draft.frequency == RECURRING,
    )
    return script(facts, language=draft.language)


def _said(phone: str) -> str:
    """A number as it is read aloud, also where it was entered as ten digits."""
    return shown_number(f"+1{phone}" if len(phone) == 10 and phone.isdigit() else phone)


def ensure_sound(draft: AuthorizationDraft, *, today: dt.date) -> None:
    """Raise `BadAuthorization` or `BadAccount` naming the field that lacks something."""
    nacha.ensure_routing(draft.routing)
    nacha.ensure_account(draft.bank_account, field="bank_account")
    if not draft.holder.strip():
        raise BadAuthorization("Whose account is it? Enter the name on it.", field="holder")
    ensure_not_sensitive(holder=draft.holder, how_set=draft.how_set, proof_reference=draft.proof_reference)
    if draft.sec_code not in list(SecCode) or draft.language not in LANGUAGES:
        raise BadAuthorization("Choose how they authorize.", field="sec_code")
    if draft.bank_account_kind not in (nacha.CHECKING, nacha.SAVINGS):
        raise BadAuthorization("Is it a checking or a savings account?", field="bank_account_kind")
    if draft.amount is not None and not ZERO < draft.amount <= nacha.LARGEST:
        raise BadAuthorization("Enter an amount above zero.", field="amount")
    if draft.amount is None and not draft.how_set.strip():
        raise BadAuthorization("Enter the amount, or say how it is set.", field="amount")
    if draft.first_on < today:
        raise BadAuthorization("The first debit can't lie in the past.", field="first_on")
    if draft.last_on is not None and draft.last_on < draft.first_on:
        raise BadAuthorization("The last day lies before the first.", field="last_on")
    if draft.sec_code == SecCode.TEL:
        _ensure_call(draft)
    elif draft.proof != SIGNED:
        raise BadAuthorization("In writing or online, the signed or confirmed words are the proof.", field="proof")
    elif draft.sec_code == SecCode.PPD and not draft.proof_reference.strip():
        raise BadAuthorization("Say where the signed paper is kept.", field="proof_reference")


def _ensure_call(draft: AuthorizationDraft) -> None:
    if draft.relationship not in dict(RELATIONSHIPS):
        raise BadAuthorization(
            "By phone only people who know us, or who called us, may authorize a debit.", field="relationship"
        )
    if draft.proof not in (RECORDING, NOTICE):
        raise BadAuthorization("A call is proven by its recording, or by a notice that goes out.", field="proof")
    if draft.frequency == RECURRING and draft.proof != RECORDING:
        raise BadAuthorization("Several debits need the recording, and a written copy.", field="proof")
    if draft.proof == RECORDING and not draft.proof_reference.strip():
        raise BadAuthorization("Say where the recording is found.", field="proof_reference")


def authorize(
    *,
    account_id: int,
    draft: AuthorizationDraft,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    words: str = "",
) -> BankAuthorization:
    """Keep an authorization as it was given; `words` are those that were read or shown, else those of the script.

    `actor` None is the person themselves, online. Raises `BadAuthorization` or `BadAccount` naming the field, and
    `NotFound`.
    """
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    elif draft.sec_code != SecCode.WEB:
        raise BadAuthorization("Only online do they authorize without somebody of ours.", field="sec_code")
    ensure_sound(draft, today=today)
    with transaction.atomic():
        account = _account(account_id, actor)
        said = words or "\n\n".join(draft_script(draft, account, today=today))
        bank = directory.bank_of(draft.routing, practice_id=account.practice_id)
        found = BankAuthorization.objects.create(
            practice_id=account.practice_id,
            account=account,
            sec_code=draft.sec_code,
            frequency=draft.frequency,
            language=draft.language,
            holder=draft.holder.strip(),
            routing=draft.routing,
            bank_account=draft.bank_account,
            bank_account_kind=draft.bank_account_kind,
            last_four=draft.bank_account[-4:],
            bank_name=bank.name if bank else "",
            amount=draft.amount,
            how_set=draft.how_set.strip(),
            first_on=draft.first_on,
            last_on=draft.last_on,
            relationship=draft.relationship if draft.sec_code == SecCode.TEL else "",
            proof=draft.proof,
            proof_reference=draft.proof_reference.strip(),
            words=said,
            authorized_on=today,
            authorized_at=now,
            taken_by=actor,
        )
        _note(found, "ach_authorized", actor=actor, now=now, sec_code=found.sec_code, ends=found.last_four)
        tell_of_authorizations([found.pk], now=now)
    return found


def confirm_account(
    authorization_id: int, *, actor: "User", today: dt.date, now: dt.datetime, how: str = BY_HAND
) -> BankAuthorization:
    """Say that the account is open and theirs: seen on a check, or heard from the bank. Debits that waited for nothing
    else go out. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        found = locked_authorization(authorization_id, actor)
        if found.validated_on is not None:
            raise Conflict("This account is confirmed already.")
        mark_confirmed(found, how, actor=actor, today=today, now=now)
    return found


def mark_confirmed(
    authorization: BankAuthorization, how: str, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> None:
    """Note that the account is confirmed and let go of what waited for that. The caller holds the lock."""
    authorization.validated_how, authorization.validated_on, authorization.validated_by = how, today, actor
    authorization.save(update_fields=["validated_how", "validated_on", "validated_by"])
    for entry in authorization.entries.filter(state=EntryState.HELD).select_for_update().order_by("pk"):
        let_go(entry, [UNCONFIRMED])
    _note(authorization, "ach_account_confirmed", actor=actor, now=now, how=how)


def let_go(entry: AchEntry, settled: Iterable[str]) -> None:
    """Take codes off what a debit is held for; one that is held for nothing more waits for the next file."""
    left = [code for code in entry.held_for.split(",") if code and code not in set(settled)]
    entry.held_for = ",".join(left)
    entry.state = EntryState.HELD if left else EntryState.PENDING
    entry.save(update_fields=["held_for", "state"])


def note_sent(authorization_id: int, *, on: dt.date, actor: "User", now: dt.datetime) -> BankAuthorization:
    """The written notice, or the copy of several debits, went out on a day."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_authorization(authorization_id, actor)
        if not found.authorized_on <= on <= now.date():
            raise BadAuthorization("It went out on the day of the call or later, and not in the future.", field="on")
        found.notice_on = on
        found.save(update_fields=["notice_on"])
        _note(found, "ach_notice_sent", actor=actor, now=now, on=on)
    return found


def revoke(
    authorization_id: int, *, why: str = "", actor: "User | None", today: dt.date, now: dt.datetime
) -> BankAuthorization:
    """They revoked it: nothing under it is debited any more, and what has not left is canceled. Raises `Conflict`."""
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(why=why)
    with transaction.atomic():
        found = locked_authorization(authorization_id, actor)
        if found.state != AuthorizationState.ACTIVE:
            raise Conflict("This authorization is not in force any more.")
        end(found, AuthorizationState.REVOKED, why=why.strip() or "Revoked", actor=actor, today=today, now=now)
    return found


def end(
    authorization: BankAuthorization, state: str, *, why: str, actor: "User | None", today: dt.date, now: dt.datetime
) -> None:
    """Let an authorization end, with every debit that has not left. The caller holds the lock."""
    authorization.state, authorization.ended_on, authorization.ended_why = state, today, why[:200]
    authorization.save(update_fields=["state", "ended_on", "ended_why"])
    waiting = authorization.entries.select_for_update().filter(
        state__in=[EntryState.HELD, EntryState.PENDING], file=None
    )
    for entry in waiting.order_by("pk"):
        cancel(entry, why, actor=actor, now=now)
    _note(authorization, f"ach_authorization_{state}", actor=actor, now=now, why=why[:200])
    tell_of_authorizations([authorization.pk], now=now)


def cancel(entry: AchEntry, why: str, *, actor: "User | None", now: dt.datetime) -> None:
    """Cancel a debit that has not left. The caller holds the lock."""
    entry.state, entry.held_for, entry.ended_at, entry.why = EntryState.CANCELLED, "", now, why[:200]
    entry.save(update_fields=["state", "held_for", "ended_at", "why"])
    audit.record(
        actor, "ach_entry_cancelled", "ach_entry", entry.pk, practice_id=entry.practice_id,
        after={"account": entry.account_id, "amount": entry.amount}, now=now,
    )  # fmt: skip


def locked_authorization(authorization_id: int, actor: "User | None") -> BankAuthorization:
    """The authorization, locked after its account. Raises `NotFound` outside the actor's practices."""
    mine = BankAuthorization.objects.all()
    if actor is not None:
        mine = mine.filter(practice__in=practice_ids(actor))
    account_id = mine.filter(pk=authorization_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise NotFound("There is no such authorization in your practices.")
    lock_accounts([account_id])
    return BankAuthorization.objects.select_for_update().get(pk=authorization_id)


def _account(account_id: int, actor: "User | None") -> Account:
    rows = Account.objects.select_related("practice", "guarantor")
    if actor is not None:
        rows = rows.filter(practice__in=practice_ids(actor))
    found = rows.filter(pk=account_id, merged_into=None).first()
    if found is None:
        raise NotFound("There is no such account in your practices.")
    return found


def _note(
    authorization: BankAuthorization, deed: str, *, actor: "User | None", now: dt.datetime, **facts: object
) -> None:
    after = {"account": authorization.account_id, **facts}
    audit.record(
        actor, deed, "bank_authorization", authorization.pk, practice_id=authorization.practice_id, after=after, now=now
    )
