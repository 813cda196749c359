"""An EOB while it is entered: opened, saved halfway, claims added and taken out, discarded.

Each save names the version that it was typed upon. Where somebody else saved since, nothing is written and both are
told, so nobody's work is lost without a word.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.documents.services import BroughtFile, keep_document
from claims.eobs.entered_facts import EnteredClaimFacts, charges_of, claim_facts
from claims.eobs.entry_rules import (
    EntryReading,
    TypedClaim,
    TypedEntry,
    TypedLine,
    entry_from,
    read_entry,
    with_proposals,
)
from claims.eobs.models import Eob
from claims.payers.models import Payer

if TYPE_CHECKING:
    from arwork.staff.models import User

MOST_CLAIMS, MOST_LINES = 200, 1_000


class SavedMeanwhile(Conflict):
    """Somebody else saved the entry after this one was opened."""

    code = "saved_meanwhile"


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """The check: whose, how much, when. Dates and amount as they stand on it."""

    payer_id: int
    method: str
    trace: str
    amount: Decimal
    paid_on: dt.date
    received_on: dt.date


def open_eob(
    practice_id: int, check: CheckFacts, *, brought: BroughtFile | None = None, actor: "User", now: dt.datetime,
    today: dt.date,
) -> Eob:  # fmt: skip
    """Begin to enter an EOB; `brought` is its scan. Raises `DomainError` at the field that is wrong, `NotFound`."""
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, practice_id)
    ensure_check(check, today=today)
    with transaction.atomic():
        document = keep_document(practice_id, brought, actor=actor, now=now) if brought else None
        eob = Eob.objects.create(
            practice_id=practice_id, document=document, opened_by=actor, opened_at=now, saved_by=actor, saved_at=now,
            **asdict(check),
        )  # fmt: skip
        after = {"amount": eob.amount, "payer": eob.payer_id, "document": document and document.pk}
        _tell(actor, "eob_opened", eob, after, now=now)
    return eob


def ensure_check(check: CheckFacts, *, today: dt.date) -> None:
    """Raises `DomainError` with the field that can't be so."""
    ensure_not_sensitive(trace=check.trace)
    if check.method not in Eob.Method.values:
        raise DomainError("Say how the payer paid.", field="method")
    if check.amount < 0:
        raise DomainError("A check has no minus. What the payer takes back is a row at provider level.", field="amount")
    if check.amount and not check.trace.strip():
        raise DomainError("Enter the number of the check or EFT: by it the same money is known again.", field="trace")
    if bool(check.amount) == (check.method == Eob.Method.NONE):
        raise DomainError("Money comes by check, EFT or wire; a notice without money has none.", field="method")
    if check.received_on > today:
        raise DomainError("Enter the day it came, up to today.", field="received_on")
    if check.paid_on > check.received_on:
        raise DomainError("The check is dated after the day it came. Correct one of the two.", field="paid_on")
    if not Payer.objects.filter(pk=check.payer_id, is_active=True).exists():
        raise DomainError("Choose the payer.", field="payer_id")


def save_entry(
    eob_id: int,
    typed: TypedEntry,
    *,
    version: int,
    check: CheckFacts | None = None,
    proposing: bool = False,
    actor: "User",
    now: dt.datetime,
    today: dt.date,
) -> tuple[Eob, EntryReading]:
    """Keep what was typed, right or wrong, and say how it reads. `check` changes the check itself; with `proposing`
    lines with empty reasons get what their amounts propose. Raises `SavedMeanwhile`, `Conflict` where it is posted."""
    with _locked_draft(eob_id, version=version, actor=actor) as eob:
        if check:
            ensure_check(check, today=today)
            for name, value in asdict(check).items():
                setattr(eob, name, value)
        reading = _keep(eob, typed, proposing=proposing, actor=actor, now=now)
    return eob, reading


def add_claim(
    eob_id: int, typed: TypedEntry, *, claim_id: int, version: int, actor: "User", now: dt.datetime
) -> tuple[Eob, EntryReading]:
    """Save what was typed, with a claim more at its end: all its lines, empty. Raises `NotFound` for a claim of another
    practice, and as `save_entry`."""
    with _locked_draft(eob_id, version=version, actor=actor) as eob:
        found = claim_facts(eob.practice_id, [claim_id]).get(claim_id)
        if found is None:
            raise NotFound("This claim is of another practice than the check. Enter it there, or find another claim.")
        fresh = TypedClaim(
            claim_id, found.status_for(eob.payer_id), lines=tuple(TypedLine(line.id) for line in found.lines)
        )
        reading = _keep(eob, replace(typed, claims=(*typed.claims, fresh)), proposing=True, actor=actor, now=now)
    return eob, reading


def attach_document(eob_id: int, brought: BroughtFile, *, version: int, actor: "User", now: dt.datetime) -> Eob:
    """Keep a scan as the document of an entry. Raises as `save_entry`, and `NoDocument`."""
    with _locked_draft(eob_id, version=version, actor=actor) as eob:
        eob.document = keep_document(eob.practice_id, brought, actor=actor, now=now)
        eob.save(update_fields=["document"])
        _tell(actor, "eob_document", eob, {"document": eob.document.pk}, now=now)
    return eob


def discard(eob_id: int, *, reason: str, version: int, actor: "User", now: dt.datetime) -> Eob:
    """Leave off entering it; what was typed stays on record with the reason. Raises as `save_entry`."""
    reason = said(reason)
    with _locked_draft(eob_id, version=version, actor=actor) as eob:
        eob.state, eob.ended_by, eob.ended_at, eob.ended_because = Eob.State.DISCARDED, actor, now, reason
        eob.save(update_fields=["state", "ended_by", "ended_at", "ended_because"])
        _tell(actor, "eob_discarded", eob, {"reason": reason}, now=now)
    return eob


def said(reason: str) -> str:
    """A reason as it is kept. Raises `DomainError` where there is none."""
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise DomainError("Say why: whoever looks for this check later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    return reason


def reading_of(eob: Eob) -> tuple[TypedEntry, dict[int, EnteredClaimFacts], EntryReading]:
    """What was typed so far, the claims that it means, and how it reads. Two queries."""
    typed = entry_from(eob.entry)
    facts = claim_facts(eob.practice_id, (one.claim for one in typed.claims))
    return typed, facts, read_entry(typed, check=eob.amount, charges=charges_of(facts))


def locked(eob_id: int, *, actor: "User") -> Eob:
    """An EOB of the actor's practices, locked. Raises `NotFound`; call inside a transaction."""
    require(actor, Capability.POST_MONEY)
    rows = Eob.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
    found = rows.select_related("payer", "practice", "saved_by").filter(pk=eob_id).first()
    if found is None:
        raise NotFound("There is no such EOB in your practices.")
    return found


def ensure_version(eob: Eob, version: int) -> None:
    """Raises `Conflict` where it is no draft any more, `SavedMeanwhile` where somebody saved since."""
    if not eob.is_draft:
        raise Conflict(f"This EOB is {eob.get_state_display().lower()} already. Open it again to see how it stands.")
    if eob.version != version:
        at = timezone.localtime(eob.saved_at)
        raise SavedMeanwhile(
            f"{eob.saved_by or 'Somebody'} saved this EOB at {at:%H:%M}, after you opened it, so yours was not saved. "
            "What you typed is still in this page: note what is new, open the EOB again, and enter it there."
        )


@contextmanager
def _locked_draft(eob_id: int, *, version: int, actor: "User") -> Iterator[Eob]:
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        eob = locked(eob_id, actor=actor)
        ensure_version(eob, version)
        yield eob


def _keep(eob: Eob, typed: TypedEntry, *, proposing: bool, actor: "User", now: dt.datetime) -> EntryReading:
    if len(typed.claims) > MOST_CLAIMS or sum(len(one.lines) for one in typed.claims) > MOST_LINES:
        raise DomainError(f"More than {MOST_CLAIMS} claims, or {MOST_LINES} lines. Enter the check in two parts.")
    facts = claim_facts(eob.practice_id, (one.claim for one in typed.claims))
    typed = _within(typed, facts)
    charges = charges_of(facts)
    typed = with_proposals(typed, charges) if proposing else typed
    reading = read_entry(typed, check=eob.amount, charges=charges)
    ensure_not_sensitive(**{f"reference_{n}": one.reference for n, one in enumerate(typed.provider)})
    eob.entry = typed.kept()
    eob.version += 1
    eob.saved_by, eob.saved_at = actor, now
    eob.claim_count, eob.entered_amount = len(reading.claims), reading.paid + reading.at_provider_level
    eob.is_tied = reading.is_tied
    eob.save()
    _tell(actor, "eob_saved", eob, {"version": eob.version, "entered": eob.entered_amount}, now=now)
    return reading


def _within(typed: TypedEntry, facts: dict[int, EnteredClaimFacts]) -> TypedEntry:
    """The entry with claims of its practice alone, each with its own lines: ids come from a form."""
    ours = {line.id: claim.id for claim in facts.values() for line in claim.lines}
    claims = (
        replace(one, lines=tuple(line for line in one.lines if ours.get(line.line) == one.claim))
        for one in typed.claims
        if one.claim in facts
    )
    return replace(typed, claims=tuple(claims))


def _tell(actor: "User", action: str, eob: Eob, after: dict[str, object], *, now: dt.datetime) -> None:
    audit.record(actor, action, "eob", eob.pk, practice_id=eob.practice_id, after=after, now=now)
