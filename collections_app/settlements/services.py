"""Offer a settlement, accept it, give it up; offers that nobody accepted in time expire.

Locks are taken in one order: the account, then the settlement, then claims.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.races import told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.ledger.models import Receivable
from claims.receipts.recording import lock_accounts
from collections_app.promises import services as promises
from collections_app.settlements.drafts import SettlementDraft, ground_of
from collections_app.settlements.exceptions import ask_second, supersede_question
from collections_app.settlements.keeping import keep_terms, note_event
from collections_app.settlements.models import Settlement, SettlementEvent, SettlementPayment, SettlementVisit
from collections_app.settlements.selectors import settlement_seen_by
from collections_app.settlements.settling import settle_settlements
from collections_app.settlements.terms import BadSettlement

if TYPE_CHECKING:
    from arwork.staff.models import User

State = Settlement.State
UNDO_WITHIN = dt.timedelta(minutes=10)
BATCH = 500
#: How somebody accepts.
HOW = dict(Settlement.How.choices)
_TWICE = "A settlement was offered on this account a moment ago. Look at that one."


def offer(draft: SettlementDraft, *, actor: "User", today: dt.date, now: dt.datetime, reason: str = "") -> Settlement:
    """Offer a settlement until its last day. What is beyond the actor's authority waits for a second person, with
    `reason`; nobody may accept it before.

    Raises `BadSettlement`, `DomainError` without a reason, `Conflict` where money moved or another one is open.
    """
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(reason=reason)
    ground, account = draft.ground, draft.ground.account
    last = today + dt.timedelta(days=ground.days("settle_offer_days"))
    with told_when_lost(_TWICE), transaction.atomic():
        lock_accounts([account.pk])
        now_ground = ground_of(actor=actor, account_id=account.pk, today=today, claim_ids=list(ground.owed))
        if now_ground.why_not:
            raise BadSettlement(now_ground.why_not, field="visits")
        if now_ground.owed != ground.owed:
            raise Conflict("Money moved on these visits a moment ago. Look at what is owed again.")
        made = Settlement.objects.create(
            practice_id=account.practice_id, account_id=account.pk, kind=draft.kind,
            state=State.WAITING if draft.exceptions else State.OFFERED, owed=ground.total, offer=draft.offer,
            exceptions=list(draft.exceptions), hardship=draft.hardship, reason=" ".join(reason.split())[:300],
            grace_days=ground.days("settle_grace_days"), owner=actor, offered_on=today, offered_at=now,
            offered_by=actor, expires_on=min(last, draft.rows[0][0]), next_due_on=draft.rows[0][0],
            next_amount=draft.rows[0][1],
        )  # fmt: skip
        keep_terms(made, draft)
        note_event(made, "offered", reason, actor=actor, today=today, now=now)
        facts = {"owed": made.owed, "offer": made.offer, "visits": len(ground.owed), "account": account.pk}
        _record(made, "settlement_offered", facts, actor=actor, now=now)
        if draft.exceptions:
            ask_second(made, reason=reason, actor=actor, today=today, now=now)
            note_event(made, "asked", "; ".join(draft.exceptions), actor=actor, today=today, now=now)
    return made


def accept(
    settlement_id: int, *, said_by: str, how: str, actor: "User", today: dt.date, now: dt.datetime
) -> Settlement:
    """Somebody accepted: the payments are due on their days, and money goes to these visits first. Sent twice it is
    accepted once.

    Raises `BadSettlement` naming the field, `Conflict` where it expired, waits for a second person, or something else
    is owed by now.
    """
    require(actor, Capability.WORK_ITEMS)
    said_by = " ".join(said_by.split())
    if not said_by:
        raise BadSettlement("Write who accepted: their name.", field="said_by")
    if how not in Settlement.How.values:
        raise BadSettlement("Choose how they accepted.", field="how")
    ensure_not_sensitive(said_by=said_by)
    with transaction.atomic():
        found = _locked(settlement_id, actor)
        if found.state == State.ACCEPTED:
            return found
        _ensure_acceptable(found, today=today)
        promises.give_way_to_plan(account_id=found.account_id, today=today)
        found.state, found.accepted_on, found.accepted_at, found.accepted_by = State.ACCEPTED, today, now, actor
        found.said_by, found.how, found.owner = said_by[:80], how, actor
        found.save()
        words = f"{said_by[:80]}, {Settlement.How(how).label.lower()}"
        note_event(found, "accepted", words, actor=actor, today=today, now=now)
        _record(found, "settlement_accepted", {"offer": found.offer}, actor=actor, now=now)
        settle_settlements(today=today, now=now, accounts=[found.account_id])
        announce("settlement", accounts=[found.account_id])
    found.refresh_from_db()
    return found


def may_undo(found: Settlement, actor: "User", *, now: dt.datetime) -> bool:
    """Whether the actor may still take the acceptance back."""
    is_fresh = found.accepted_at is not None and now - found.accepted_at <= UNDO_WITHIN
    return found.state == State.ACCEPTED and found.accepted_by_id == actor.pk and is_fresh


def undo_acceptance(settlement_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Settlement:
    """Take an acceptance back within ten minutes: it is offered again. Raises `Conflict` later, or for somebody
    else's."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = _locked(settlement_id, actor)
        if not may_undo(found, actor, now=now):
            raise Conflict("An acceptance is taken back within ten minutes, by who took it. Give it up, with a reason.")
        promises.stand_without_plan(account_id=found.account_id, since=found.accepted_on or today)
        found.state, found.accepted_on, found.accepted_at, found.accepted_by = State.OFFERED, None, None, None
        found.said_by, found.how = "", ""
        found.save()
        note_event(found, "undone", "", actor=actor, today=today, now=now)
        _record(found, "settlement_undone", {"account": found.account_id}, actor=actor, now=now)
        announce("settlement", accounts=[found.account_id])
    return found


def withdraw(settlement_id: int, *, reason: str, actor: "User", today: dt.date, now: dt.datetime) -> Settlement:
    """Give an open settlement up, with the reason: what was received stays received, the rest is owed in full.

    Raises `DomainError` without a reason, `Conflict` where it is over.
    """
    require(actor, Capability.WORK_ITEMS)
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("Say why it is given up.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        found = _locked(settlement_id, actor)
        if not found.is_open:
            raise Conflict(f"It is over already: {found.words.lower()}.")
        was = found.state
        supersede_question(found, actor=actor, now=now)
        found.state, found.ended_on, found.ended_at = State.WITHDRAWN, today, now
        found.next_due_on, found.next_amount, found.late_since = None, ZERO, None
        found.save()
        note_event(found, "withdrawn", reason, actor=actor, today=today, now=now)
        _record(found, "settlement_withdrawn", {"was": was}, actor=actor, now=now)
        announce("settlement", accounts=[found.account_id])
    return found


def expire_offers(*, today: dt.date, now: dt.datetime) -> frozenset[int]:
    """Offers whose last day is past are offers no more; questions about them end. Bounded batches. The accounts."""
    rows = Settlement.objects.filter(state__in=(State.OFFERED, State.WAITING), expires_on__lt=today)
    found: set[int] = set()
    for ids in bulk.chunks(rows.order_by("pk").values_list("pk", flat=True), BATCH):
        found |= _expire_batch(ids, today=today, now=now)
    return frozenset(found)


def _expire_batch(ids: list[int], *, today: dt.date, now: dt.datetime) -> set[int]:
    with transaction.atomic():
        known = dict(Settlement.objects.filter(pk__in=ids).values_list("pk", "account_id"))
        lock_accounts(known.values())
        late = list(
            Settlement.objects.select_for_update()
            .filter(pk__in=ids, state__in=(State.OFFERED, State.WAITING), expires_on__lt=today)
            .order_by("pk")
        )
        for one in late:
            if one.state == State.WAITING:
                supersede_question(one, actor=None, now=now)
        bulk.write(
            Settlement, ("state", "ended_on", "ended_at"), {one.pk: (State.EXPIRED.value, today, now) for one in late}
        )
        bulk.insert(
            SettlementEvent,
            [SettlementEvent(settlement=one, code="expired", words="", on=today, at=now, by=None) for one in late],
        )
        deeds = [
            audit.Deed("settlement_expired", "settlement", one.pk, one.practice_id, after={"account": one.account_id})
            for one in late
        ]
        audit.record_many(None, deeds, now=now)
    return {one.account_id for one in late}


def _ensure_acceptable(found: Settlement, *, today: dt.date) -> None:
    if found.state == State.WAITING:
        raise Conflict("A second person has not agreed yet: it is beyond what its maker settles alone.")
    if found.state != State.OFFERED:
        raise Conflict(f"It can't be accepted any more: {found.words.lower()}. Offer another one.")
    first = SettlementPayment.objects.filter(settlement=found).order_by("number").values_list("due_on", flat=True)[0]
    if min(found.expires_on, first) < today:
        raise Conflict("Its last day is past. Offer it again from today on.")
    visits = SettlementVisit.objects.filter(settlement=found)
    claims = [merged or claim for claim, merged in visits.values_list("claim_id", "claim__merged_into_id")]
    rows = Receivable.objects.filter(claim__in=claims, bucket="PATIENT")
    owed_now = rows.aggregate(sum=Sum("amount"))["sum"] or ZERO
    if owed_now != found.owed:
        raise Conflict(
            f"${owed_now:,.2f} is owed on these visits by now, and it was offered for ${found.owed:,.2f}. Withdraw it "
            "and offer another one."
        )


def _locked(settlement_id: int, actor: "User") -> Settlement:
    """The settlement with its account locked before it: whoever posts money to the account waits, or we do."""
    lock_accounts([settlement_seen_by(actor, settlement_id).account_id])
    rows = Settlement.objects.select_for_update(of=("self",)).filter(pk=settlement_id)
    return rows.select_related("practice", "account").get()


def _record(found: Settlement, deed: str, facts: dict[str, Any], *, actor: "User | None", now: dt.datetime) -> None:
    audit.record(actor, deed, "settlement", found.pk, practice_id=found.practice_id, after=facts, now=now)
