"""What an outcome brings about beside the next action: the contact it was, a promise, a hold."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arwork.lib.events import announce
from claims.denials import services as denials
from claims.parties import phone_numbers
from claims.parties.models import Account
from collections_app.contacts import asking
from collections_app.contacts import services as contacts
from collections_app.contacts.frequency import Attempt, CallPause
from collections_app.contacts.gate import GateFacts, Purpose, pause_of, with_attempt
from collections_app.contacts.models import Channel, Contact, ContactOutcome, Direction, Hold
from collections_app.contacts.selectors import holds_of
from collections_app.promises import services as promises
from collections_app.promises.models import Promise
from collections_app.routes.services import note_withdrawn
from collections_app.worklist import write_offs
from collections_app.worklist.dispositions import Disposition
from collections_app.worklist.models import WorkAction, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.worklist.answers import EnteredOutcome


_OUTCOMES = {
    "left_message": ContactOutcome.VOICEMAIL,
    "no_agent": ContactOutcome.VOICEMAIL,
    "no_answer": ContactOutcome.NO_ANSWER,
    "wrong_number": ContactOutcome.WRONG_NUMBER,
    "not_connected": ContactOutcome.NOT_CONNECTED,
}


@dataclass(slots=True)
class OutcomeConsequences:
    """Rows that came of one outcome."""

    contact: Contact | None = None
    promise: Promise | None = None
    replaced_promise: int | None = None
    hold: Hold | None = None
    lifted: list[int] = field(default_factory=list)
    wrong_phone: int | None = None
    found_phone: int | None = None
    accepted: list[int] = field(default_factory=list)
    write_off: int | None = None

    def ids(self) -> dict[str, Any]:
        """What an undo must find again and has no column."""
        found = {
            "replaced_promise": self.replaced_promise,
            "hold": self.hold.pk if self.hold else None,
            "lifted": self.lifted or None,
            "wrong_phone": self.wrong_phone,
            "found_phone": self.found_phone,
            "accepted": self.accepted or None,
            "write_off": self.write_off,
        }
        return {name: pk for name, pk in found.items() if pk is not None}


def apply_consequences(
    item: WorkItem,
    chosen: Disposition,
    given: "EnteredOutcome",
    *,
    actor: "User",
    note: str,
    now: dt.datetime,
    today: dt.date,
    proposed: int | None = None,
    purpose: Purpose = Purpose.COLLECTION,
) -> OutcomeConsequences:
    """Write what `chosen` brings about, in the caller's transaction; `proposed` is its write-off, where many were
    proposed at once, `purpose` that of the call, as it stood before. Raises `ContactBlocked` where a patient was called
    against the gate's word and nobody says why."""
    followed = OutcomeConsequences()
    if chosen.is_attempt or chosen.is_contact:
        contact = _contact(item, chosen, given, actor=actor, note=note, now=now)
        contact.retells_id = contact_told_anew(item, actor=actor, now=now)
        contact.purpose = purpose
        if contact.person_id:
            followed.contact = asking.record_attempt(contact, why_anyway=given.why_anyway)
        else:
            followed.contact = contacts.log_contact(contact)
    if chosen.code == "promised" and item.account and given.amount and given.promised_on:
        followed.promise, followed.replaced_promise = promises.make_promise(
            actor=actor,
            account=item.account,
            amount=given.amount,
            due_on=given.promised_on,
            method=given.method,
            promised_by=given.spoke_to,
            now=now,
            today=today,
        )
    if chosen.holds and item.account_id:
        followed.hold = contacts.place_hold(
            actor=actor, account_id=item.account_id, reason=chosen.holds, note=_hold_note(given), now=now, today=today
        )
        item.hold = chosen.holds
    if chosen.lifts and item.account_id:
        for hold in holds_of(actor=actor, account_id=item.account_id, today=today).filter(
            reason=chosen.lifts, claim=None
        ):
            contacts.lift_hold(actor=actor, hold_id=hold.pk, now=now)
            followed.lifted.append(hold.pk)
        item.hold = ""
    if chosen.code == "patient_owes" and item.claim_id:
        followed.accepted = denials.accept_probable(
            item.claim_id, actor=actor, reason=given.reason, today=today, now=now
        )
    if write_offs.is_write_off(chosen):
        followed.write_off = proposed or write_offs.propose_for(item, given, actor=actor, today=today, now=now)
    if item.account:
        _about_numbers(item.account, chosen, given, followed)
    return followed


def _hold_note(given: "EnteredOutcome") -> str:
    """`case 26-1187; dated Nov 3, 2026; told by Dana Ruiz`."""
    day = given.happened_on
    dated = f"dated {day:%b} {day.day}, {day.year}" if day else ""
    told = f"told by {given.spoke_to}" if day and given.spoke_to else ""
    return "; ".join(part for part in (given.reason, dated, told) if part)


def _about_numbers(
    account: Account, chosen: Disposition, given: "EnteredOutcome", followed: OutcomeConsequences
) -> None:
    if chosen.code == "wrong_number":
        followed.wrong_phone = phone_numbers.mark_wrong(person_id=account.guarantor_id)
    elif chosen.code == "number_found":
        followed.found_phone = phone_numbers.add_found(person_id=account.guarantor_id, entered=given.phone)
    if followed.wrong_phone or followed.found_phone:
        announce("phone", accounts=[account.pk])  # the hours of a call follow from its number


def undo_consequences(action: WorkAction, *, actor: "User", now: dt.datetime, today: dt.date) -> None:
    """Undo promise, holds and numbers of an action; the contact stays, it was made."""
    if action.promise_id:
        promises.cancel_promise(
            promise_id=action.promise_id, replaced_id=action.entered.get("replaced_promise"), today=today
        )
    if accepted := action.entered.get("accepted"):
        denials.reopen(accepted, actor=actor, now=now)
    if write_off := action.entered.get("write_off"):
        write_offs.take_back(write_off, actor=actor, today=today, now=now)
    if choice := action.entered.get("route_choice"):
        note_withdrawn(choice, actor=actor, now=now)
    if hold := action.entered.get("hold"):
        contacts.lift_hold(actor=actor, hold_id=hold, now=now)
    for lifted in action.entered.get("lifted", ()):
        contacts.reinstate_hold(actor=actor, hold_id=lifted, now=now)
    wrong, found = action.entered.get("wrong_phone"), action.entered.get("found_phone")
    if wrong:
        phone_numbers.mark_right(phone_id=wrong)
    if found:
        phone_numbers.drop_found(phone_id=found)
    if (wrong or found) and action.item.account_id:
        announce("phone", accounts=[action.item.account_id])


def _contact(
    item: WorkItem, chosen: Disposition, given: "EnteredOutcome", *, actor: "User", note: str, now: dt.datetime
) -> Contact:
    with_patient = item.kind == "patient_balance"
    return Contact(
        practice_id=item.practice_id,
        account_id=item.account_id,
        claim_id=item.claim_id,
        person_id=item.account.guarantor_id if with_patient and item.account else None,
        payer_id=None if with_patient else item.payer_id,
        channel=Channel.PHONE,
        direction=Direction.IN if given.they_called or chosen.is_legal else Direction.OUT,
        outcome=_OUTCOMES.get(chosen.code, ContactOutcome.REACHED),
        spoken_to=given.spoke_to[:80],
        reference=given.reference[:50],
        note=note.strip(),
        minutes=given.minutes,
        at=now,
        by=actor,
    )


TOLD_ANEW_WITHIN = dt.timedelta(minutes=10)


def contact_told_anew(item: WorkItem, *, actor: "User", now: dt.datetime) -> int | None:
    """The contact that `actor` undid on the item a moment ago and now tells anew. One query."""
    last = WorkAction.objects.filter(item=item).select_related("reverses__contact__retold_by").order_by("-pk").first()
    if last is None or last.reverses is None or last.by_id != actor.pk or now - last.at > TOLD_ANEW_WITHIN:
        return None
    told = last.reverses.contact
    return None if told is None or hasattr(told, "retold_by") else told.pk  # one withdrawn was never made


@dataclass(frozen=True, slots=True)
class GuarantorCalls:
    """What bears on the next call to the guarantor, and once more without a call that is told anew."""

    facts: GateFacts
    without_retold: GateFacts
    now: dt.datetime


def guarantor_calls(item: WorkItem, *, actor: "User", now: dt.datetime) -> GuarantorCalls | None:
    """What decides about the next call to whoever answers for `item`, whatever its outcome. Nine queries, twice that
    after a call that is told anew; None without a guarantor."""
    if item.account_id is None:
        return None
    retold = contact_told_anew(item, actor=actor, now=now)
    known = asking.calling_facts([item.account_id], at=now)[item.account_id]
    if retold is None:
        return GuarantorCalls(known, known, now)
    anew = asking.calling_facts([item.account_id], at=now, besides=retold)[item.account_id]
    return GuarantorCalls(known, anew, now)


def pause_after_outcome(
    known: GuarantorCalls | None, chosen: Disposition, item: WorkItem, *, is_inbound: bool = False
) -> CallPause | None:
    """What forbids calling the guarantor again after this outcome, the call that it tells of included."""
    if known is None:
        return None
    if item.kind != "patient_balance" or not (chosen.is_attempt or chosen.is_contact):
        return pause_of(known.facts, known.now)
    made = Attempt(
        known.now,
        is_inbound=is_inbound,
        is_conversation=_OUTCOMES.get(chosen.code, ContactOutcome.REACHED) == ContactOutcome.REACHED,
        is_connected=_OUTCOMES.get(chosen.code) != ContactOutcome.NOT_CONNECTED,
        is_requested=purpose_of_call(item, known.now) == Purpose.REQUESTED,
    )
    return pause_of(with_attempt(known.without_retold, made), known.now)


def purpose_of_call(item: WorkItem, now: dt.datetime) -> Purpose:
    """A call that was agreed on is asked for, not limited."""
    is_agreed = item.next_at is not None and item.next_at <= now
    return Purpose.REQUESTED if is_agreed else Purpose.COLLECTION
