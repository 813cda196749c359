"""Applying for assistance, telling more, the checklist of documents, and withdrawing (26 CFR 1.501(r)-4(b)(3), -6(c)).

An application stops what is asked of the account at once, whoever made it, and stays until somebody has decided. Locks:
the account, then its application.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.races import told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids, require
from claims.documents.models import Document
from claims.documents.services import BroughtFile, add_to_account
from claims.parties.models import Account, PersonAddress
from claims.receipts.recording import lock_accounts
from collections_app.assistance.decisions import decide, draft_decision, reverse
from collections_app.assistance.guidelines import area_of
from collections_app.assistance.household import Household
from collections_app.assistance.keeping import lift_holds, locked_application, note_event, placed_hold, record
from collections_app.assistance.models import OPEN_STATES, WORDS, AssistanceApplication, AssistanceDocument
from collections_app.assistance.policies import policy_of
from collections_app.assistance.policy import DOCUMENTS, AssistancePolicy

if TYPE_CHECKING:
    from arwork.staff.models import User

__all__ = [
    "AskedAssistance", "apply", "change_document", "decide", "draft_decision", "give_more_time", "reverse",
    "take_over", "tell_more", "upload_document", "withdraw",
]  # fmt: skip
State, Channel, Paper = AssistanceApplication.State, AssistanceApplication.Channel, AssistanceDocument.State
_TWICE = "Another application of this account was taken at the same moment. Look at it, then go on."
TO_COMPLETE, TO_DECIDE = "Complete the application", "Decide"


class BadApplication(DomainError):
    """What can't be taken as it is; `field` names what to change."""

    code = "bad_application"


@dataclass(frozen=True, slots=True)
class AskedAssistance:
    """An application as it was told: `channel` is how it came, `presumptive` a reason to give it without an
    application, `words` what they said beside it."""

    household: Household = field(default_factory=Household)
    channel: str = Channel.DESK.value
    presumptive: str = ""
    words: str = ""
    received_on: dt.date | None = None


def apply(
    account_id: int, asked: AskedAssistance, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """Take an application, or go on with the one that is open; what is asked of the account stops at once. `actor`
    None is the patient on their own page.

    Raises `BadApplication` naming the field, `NotFound`, `SensitiveText`.
    """
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=asked.words)
    received_on = asked.received_on or today
    if received_on > today:
        raise BadApplication("The day it came is still to come.", field="received_on")
    with told_when_lost(_TWICE), transaction.atomic():
        account = _account(account_id, actor)
        standing = AssistanceApplication.objects.filter(account=account, state__in=OPEN_STATES).first()
        if standing is not None:
            return _told(standing, asked, actor=actor, today=today, now=now)
        policy = policy_of(account.practice_id, on=received_on)
        _ensure_presumable(policy, asked.presumptive)
        hold = placed_hold(account, note="Assistance was applied for.", actor=actor, today=today, now=now)
        one = AssistanceApplication.objects.create(
            practice_id=account.practice_id,
            account=account,
            channel=Channel.PRESUMPTIVE if asked.presumptive else asked.channel,
            received_on=received_on,
            made_at=now,
            household=asked.household.as_kept(),
            area=_area(account),
            presumptive=asked.presumptive,
            words=asked.words.strip()[:WORDS],
            hold=hold,
            owner=actor,
        )
        _ask_documents(one, policy, actor=actor, now=now)
        note_event(one, "applied", words=str(one.get_channel_display()), actor=actor, today=today, now=now)
        _settle(one, policy, today=today)
        record(one, "assistance_applied", facts={"channel": one.channel}, actor=actor, now=now)
    return one


def tell_more(
    application_id: int, asked: AskedAssistance, *, actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """Enter what is known of an open application by now. Raises as `apply`, `Conflict` where it is decided."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=asked.words)
    with transaction.atomic():
        one = locked_application(application_id, actor)
        _ensure_open(one)
        return _told(one, asked, actor=actor, today=today, now=now)


def change_document(
    application_id: int, kind: str, *, state: str, note: str = "", actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceDocument:
    """Say that something on the checklist came, is accepted, is asked for again or is not needed. Raises `Conflict`,
    `BadApplication`."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(note=note)
    if kind not in DOCUMENTS or state not in Paper.values:
        raise BadApplication("Choose from the checklist.", field="kind")
    with transaction.atomic():
        one = locked_application(application_id, actor)
        _ensure_open(one)
        return _changed(one, kind, state, note=note, document=None, actor=actor, today=today, now=now)


def upload_document(
    application_id: int, kind: str, *, brought: BroughtFile, actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceDocument:
    """Keep a file in the documents of the account, and tick it off as received. Raises as `change_document`, and what
    the store of documents refuses."""
    require(actor, Capability.WORK_ITEMS)
    if kind not in DOCUMENTS:
        raise BadApplication("Choose from the checklist.", field="kind")
    with transaction.atomic():
        one = locked_application(application_id, actor)
        _ensure_open(one)
        document = add_to_account(one.account_id, brought, actor=actor, now=now)
        return _changed(
            one, kind, Paper.RECEIVED, note=brought.note, document=document, actor=actor, today=today, now=now
        )


def give_more_time(
    application_id: int, *, until: dt.date, actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """Let what is missing come until another day. Raises `BadApplication`, `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    if until <= today:
        raise BadApplication("Choose a day to come.", field="until")
    with transaction.atomic():
        one = locked_application(application_id, actor)
        _ensure_open(one)
        one.missing_by = until
        _settle(one, policy_of(one.practice_id, on=one.received_on), today=today)
        note_event(one, "asked_for", words=f"Until {until:%Y-%m-%d}", actor=actor, today=today, now=now)
        record(one, "assistance_more_time", facts={"until": until}, actor=actor, now=now)
    return one


def take_over(application_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AssistanceApplication:
    """Work an application from now on. Raises `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        one = locked_application(application_id, actor)
        before, one.owner = one.owner_id, actor
        one.save(update_fields=["owner"])
        note_event(one, "taken_over", words="", actor=actor, today=today, now=now)
        record(one, "assistance_taken_over", facts={"before": before}, actor=actor, now=now)
    return one


def withdraw(
    application_id: int, *, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """Nobody wants it any more, or it was taken by mistake: what is asked of the account goes on. Raises `Conflict`
    while a second person is asked."""
    require(actor, Capability.WORK_ITEMS)
    if not reason.strip():
        raise BadApplication("Say why: whoever looks at it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        one = locked_application(application_id, actor)
        _ensure_open(one)
        one.state, one.reason, one.next_action, one.next_on = State.WITHDRAWN, reason.strip()[:WORDS], "", None
        one.save(update_fields=["state", "reason", "next_action", "next_on"])
        lift_holds(one.account_id, why="the application was withdrawn", actor=actor, now=now)
        note_event(one, "withdrawn", words=reason, actor=actor, today=today, now=now)
        record(one, "assistance_withdrawn", facts={}, actor=actor, now=now)
    return one


def _account(account_id: int, actor: "User | None") -> Account:
    rows = Account.objects.filter(pk=account_id)
    if actor is not None:
        rows = rows.filter(practice__in=practice_ids(actor))
    if not rows.exists():
        raise NotFound("There is no such account in your practices.")
    return lock_accounts([account_id])[account_id]


def _area(account: Account) -> str:
    home = PersonAddress.objects.filter(person=account.guarantor_id, is_current=True).order_by("-pk").first()
    return area_of(home.state if home else "")


def _ensure_open(one: AssistanceApplication) -> None:
    if one.state == State.WAITING:
        raise Conflict("A second person looks at the decision. Wait for the answer, or withdraw the question.")
    if not one.is_open:
        raise Conflict("This application is decided. Look at it again.")


def _ensure_presumable(policy: AssistancePolicy, presumptive: str) -> None:
    if presumptive and presumptive not in policy.presumptive:
        raise BadApplication("The policy of the practice gives nothing for that reason alone.", field="presumptive")


def _told(
    one: AssistanceApplication, asked: AskedAssistance, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> AssistanceApplication:
    """What is told now takes the place of what was; what nobody told stays."""
    policy = policy_of(one.practice_id, on=one.received_on)
    _ensure_presumable(policy, asked.presumptive)
    told = {name: value for name, value in asked.household.as_kept().items() if value is not None}
    one.household = {**one.household, **told}
    one.presumptive = asked.presumptive or one.presumptive
    one.words = asked.words.strip()[:WORDS] or one.words
    one.owner = one.owner or actor
    one.save(update_fields=["household", "presumptive", "words", "owner"])
    _ask_documents(one, policy, actor=actor, now=now)
    note_event(one, "told", words=", ".join(sorted(told)), actor=actor, today=today, now=now)
    if one.state != State.WAITING:
        _settle(one, policy, today=today)
    record(one, "assistance_told", facts={"fields": sorted(told)}, actor=actor, now=now)
    return one


def _ask_documents(
    one: AssistanceApplication, policy: AssistancePolicy, *, actor: "User | None", now: dt.datetime
) -> None:
    """The checklist of the policy; who gets it presumptively needs no paper."""
    if one.presumptive:
        return
    known = set(AssistanceDocument.objects.filter(application=one).values_list("kind", flat=True))
    wanted = [kind for kind in DOCUMENTS if kind in policy.documents and kind not in known]
    AssistanceDocument.objects.bulk_create(
        [AssistanceDocument(application=one, kind=kind, changed_at=now, changed_by=actor) for kind in wanted]
    )


def _changed(
    one: AssistanceApplication, kind: str, state: str, *, note: str, document: Document | None, actor: "User",
    today: dt.date, now: dt.datetime,
) -> AssistanceDocument:  # fmt: skip
    told: dict[str, Any] = {"state": state, "note": note.strip()[:200], "changed_at": now, "changed_by": actor}
    if document is not None:
        told["document"] = document
    paper, _ = AssistanceDocument.objects.update_or_create(application=one, kind=kind, defaults=told)
    words = f"{DOCUMENTS[kind].split(':')[0]}: {paper.get_state_display().lower()}"
    note_event(one, "document", words=words, actor=actor, today=today, now=now)
    _settle(one, policy_of(one.practice_id, on=one.received_on), today=today)
    record(one, "assistance_document", facts={"kind": kind, "to": state}, actor=actor, now=now)
    return paper


def _settle(one: AssistanceApplication, policy: AssistancePolicy, *, today: dt.date) -> None:
    """Whether it can be decided: told, and every document accepted; and what follows next, by when."""
    waits = one.documents.filter(state__in=(Paper.ASKED, Paper.RECEIVED))
    known = one.household
    is_told = known.get("people") is not None and known.get("income") is not None
    if policy.assets_most is not None:
        is_told = is_told and known.get("assets") is not None
    is_ready = bool(one.presumptive) or (is_told and not waits.exists())
    one.state = State.READY if is_ready else State.INCOMPLETE
    one.next_action = TO_DECIDE if is_ready else TO_COMPLETE
    one.next_on = today if is_ready or one.missing_by is None else one.missing_by
    one.save(update_fields=["state", "next_action", "next_on", "missing_by"])
