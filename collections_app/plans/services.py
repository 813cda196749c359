"""Proposing a plan, agreeing to it, taking that back, and ending one (RULES 13.7).

What was read to somebody is what is kept: a proposal is a schedule of its own, and consent names it. Nothing of a
schedule changes; other terms are another schedule of the same plan, so that its history tells all. Locks: the account,
then its plan.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.races import told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.approvals.authority import settles_alone
from claims.receipts.recording import lock_accounts
from collections_app.payments.bank import stop_tries, why_not_repeatedly
from collections_app.payments.models import PaymentMethod
from collections_app.payments.runner import stop_trying
from collections_app.payments.services import methods_of
from collections_app.plans.drafts import PlanDraft
from collections_app.plans.exceptions import EXCEPTION, ask_exception, supersede_question
from collections_app.plans.keeping import consent_before, installments_of, keep_schedule, note_event
from collections_app.plans.models import WORDS, PaymentPlan, PlanConsent, PlanSchedule
from collections_app.plans.policies import law_of
from collections_app.plans.schedule import BadPlan
from collections_app.plans.selectors import plan_seen_by
from collections_app.plans.settling import SettledPlans, settle_plans
from collections_app.plans.visits import visits_for_plan
from collections_app.plans.words import read_back
from collections_app.promises import services as promises

if TYPE_CHECKING:
    from arwork.staff.models import User

__all__ = [
    "SettledPlans", "TakenConsent", "agree", "cancel", "change_autopay", "confirm_in_writing", "drop_proposal",
    "installments_of", "may_undo", "propose", "renegotiate", "settle_plans", "undo_agreement", "ways_to_pay",
]  # fmt: skip
#: So long an agreement is taken back without a trace in the plan's terms.
UNDO_WITHIN = dt.timedelta(minutes=10)
State, Ended = PaymentPlan.State, PaymentPlan.Ended
_TWICE = "Another plan of this account was kept at the same moment. Look at it, then go on."
#: Why a person cancels one.
_NOBODYS = (Ended.UNDONE.value, Ended.GONE.value, Ended.REFUSED.value)
REASONS = {code: words for code, words in Ended.choices if code not in _NOBODYS}


@dataclass(frozen=True, slots=True)
class TakenConsent:
    """How somebody agreed: spoken, signed or typed, and who they are, by name; the saved card or bank account that is
    charged on each due day, if any."""

    how: str
    said_by: str
    language: str = "en"
    autopay_id: int | None = None


def propose(draft: PlanDraft, *, actor: "User", today: dt.date, now: dt.datetime, reason: str = "") -> PaymentPlan:
    """Keep a schedule to be read to somebody and agreed. On an account with a plan that is proposed, current or broken
    it is that plan's next schedule; what is in force stays in force until the new one is agreed.

    What leaves the policy is asked of a second person, with `reason`, unless the actor settles it alone. Raises
    `BadPlan` for what a law forbids, `DomainError` without a reason, `NotFound`.
    """
    require(actor, Capability.WORK_ITEMS)
    if draft.forbidden:
        raise BadPlan(draft.forbidden[0].words, field=draft.forbidden[0].field)
    account = draft.ground.account
    with told_when_lost(_TWICE), transaction.atomic():
        lock_accounts([account.pk])
        _ensure_still_owed(draft, today=today)
        plan = _plan_to_continue(account.pk)
        if plan is None:
            plan = PaymentPlan.objects.create(
                practice_id=account.practice_id, account_id=account.pk, owner=actor, made_at=now
            )
        schedule = keep_schedule(plan, draft, actor=actor, today=today, now=now)
        supersede_question(plan, actor=actor, now=now)
        plan.proposed = schedule
        plan.is_allowed = not draft.exceptions or settles_alone(
            EXCEPTION, schedule.total, actor=actor, practice_id=plan.practice_id, today=today
        )
        plan.save(update_fields=["proposed", "is_allowed"])
        note_event(plan, "proposed", "; ".join(draft.exceptions), actor=actor, today=today, now=now, schedule=schedule)
        if not plan.is_allowed:
            ask_exception(plan, schedule, reason=reason, actor=actor, today=today, now=now)
        facts = {"schedule": schedule.pk, "total": schedule.total, "count": schedule.count, "account": account.pk}
        _record(plan, "plan_proposed", facts, actor=actor, now=now)
    return plan


def renegotiate(
    plan_id: int, draft: PlanDraft, *, actor: "User", today: dt.date, now: dt.datetime, reason: str = ""
) -> PaymentPlan:
    """Propose other terms for a plan that is current or broken; the schedules before stay in its history.

    Raises `Conflict` where the plan is over, else as `propose`.
    """
    plan = plan_seen_by(actor, plan_id)
    if plan.state not in (State.CURRENT, State.BROKEN):
        raise Conflict(f"This plan is over: {plan.words.lower()}. Agree on a new one.")
    if plan.account_id != draft.ground.account.pk:
        raise Conflict("These terms are another account's.")
    return propose(draft, actor=actor, today=today, now=now, reason=reason)


def agree(
    plan_id: int, *, schedule_id: int, consent: TakenConsent, actor: "User", today: dt.date, now: dt.datetime
) -> PaymentPlan:
    """Somebody agreed to the schedule that was read to them: it is in force from now on. Sent twice it is agreed once.

    Raises `BadPlan` naming the field, `Conflict` where other terms were proposed since, a second person has not agreed,
    or less is owed by now than the schedule asks for.
    """
    require(actor, Capability.WORK_ITEMS)
    said_by = " ".join(consent.said_by.split())
    if not said_by:
        raise BadPlan("Write who agreed: their name.", field="said_by")
    if consent.how not in PlanConsent.How.values:
        raise BadPlan("Choose how they agreed.", field="how")
    ensure_not_sensitive(said_by=said_by)
    with transaction.atomic():
        plan = _locked(plan_id, actor)
        if plan.schedule_id == schedule_id:
            return plan
        schedule = plan.proposed
        if schedule is None or schedule.pk != schedule_id:
            raise Conflict("Other terms were proposed since. Read those, then agree.")
        if not plan.is_allowed:
            raise Conflict("A second person has not agreed yet: these terms leave the policy.")
        rows = installments_of(schedule)
        if rows[0].due_on < today:
            raise Conflict("The first day is past. Propose it again from today on.")
        _ensure_not_more_than_owed(plan, schedule, today=today)
        words = " ".join(
            read_back(
                rows,
                practice=plan.practice.name,
                frequency=schedule.frequency,
                position=schedule.position,
                grace_days=schedule.grace_days,
                language=consent.language,
            )  # fmt: skip
        )
        PlanConsent.objects.create(
            schedule=schedule, how=consent.how, said_by=said_by[:80], words=words[:WORDS], at=now, taken_by=actor
        )
        promises.give_way_to_plan(account_id=plan.account_id, today=today)
        stop_tries(plan.account_id, "Other terms were agreed", actor=actor, now=now)
        _put_in_force(plan, schedule, consent, actor=actor, today=today, now=now)
        code = "agreed" if schedule.number == 1 else "renegotiated"
        how = PlanConsent.How(consent.how).label.lower()
        note_event(plan, code, f"{said_by[:80]}, {how}", actor=actor, today=today, now=now, schedule=schedule)
        _record(plan, f"plan_{code}", {"schedule": schedule.pk, "total": schedule.total}, actor=actor, now=now)
        settle_plans(today=today, now=now, accounts=[plan.account_id])
        announce("plan", accounts=[plan.account_id])
    plan.refresh_from_db()
    return plan


def undo_agreement(plan_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> PaymentPlan:
    """Take an agreement back within ten minutes: the schedule before it is in force again, or there is no plan.

    Raises `Conflict` later, or for somebody else's.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        plan = _locked(plan_id, actor)
        if not may_undo(plan, actor, now=now):
            raise Conflict("An agreement is taken back within ten minutes, by who took it. Cancel it, with a reason.")
        before = consent_before(plan)
        note_event(plan, "undone", "", actor=actor, today=today, now=now, schedule=plan.schedule)
        plan.broken_at = plan.confirm_by = plan.confirmed_at = plan.reminded_on = None
        if before is None:
            promises.stand_without_plan(account_id=plan.account_id, since=plan.agreed_on or today)
            plan.schedule = None
            plan.state, plan.ended, plan.settled_on = State.CANCELLED, Ended.UNDONE, today
            plan.next_due_on = plan.late_since = None
            plan.remaining = plan.next_amount = plan.late_amount = plan.received = ZERO
        else:
            plan.schedule, plan.agreed_at, plan.agreed_on = before.schedule, before.at, before.schedule.made_on
        plan.save()
        _record(plan, "plan_undone", {"account": plan.account_id}, actor=actor, now=now)
        settle_plans(today=today, now=now, accounts=[plan.account_id])
        announce("plan", accounts=[plan.account_id])
    plan.refresh_from_db()
    return plan


def may_undo(plan: PaymentPlan, actor: "User", *, now: dt.datetime) -> bool:
    """Whether the actor may still take the agreement in force back."""
    is_fresh = plan.agreed_at is not None and now - plan.agreed_at <= UNDO_WITHIN
    return plan.state == State.CURRENT and plan.owner_id == actor.pk and is_fresh


def cancel(plan_id: int, *, why: str, words: str = "", actor: "User", today: dt.date, now: dt.datetime) -> PaymentPlan:
    """End a plan that is proposed, current or broken, with the reason. Raises `DomainError` naming the field."""
    require(actor, Capability.WORK_ITEMS)
    if why not in REASONS:
        raise DomainError("Choose why it ends.", field="why")
    if why == Ended.OTHER and not words.strip():
        raise DomainError("Write why it ends.", field="words")
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        plan = _locked(plan_id, actor)
        if plan.state not in (State.PROPOSED, State.CURRENT, State.BROKEN):
            raise Conflict(f"This plan is over already: {plan.words.lower()}.")
        supersede_question(plan, actor=actor, now=now)
        before = plan.state
        plan.state, plan.ended, plan.settled_on, plan.proposed = State.CANCELLED, why, today, None
        plan.next_due_on = plan.late_since = None
        plan.next_amount = plan.late_amount = ZERO
        plan.save()
        stop_trying(plan.account, actor=actor, now=now)
        stop_tries(plan.account_id, "Its payment plan ended", actor=actor, now=now)
        said = ": ".join(filter(None, [REASONS[why], " ".join(words.split())]))
        note_event(plan, "canceled", said, actor=actor, today=today, now=now, schedule=plan.schedule)
        _record(plan, "plan_canceled", {"was": before, "why": why}, actor=actor, now=now)
        announce("plan", accounts=[plan.account_id])
    return plan


def change_autopay(
    plan_id: int, *, method_id: int | None, said_by: str, actor: "User", today: dt.date, now: dt.datetime
) -> PaymentPlan:
    """Let another saved card or bank account pay the installments from now on, or none (None): the terms stay, and who
    asked for it is kept. What failed is not tried again by itself. Raises `BadPlan` naming the field, `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    said_by = " ".join(said_by.split())[:80]
    if not said_by:
        raise BadPlan("Enter who asked for it, by name.", field="said_by")
    ensure_not_sensitive(said_by=said_by)
    with transaction.atomic():
        plan = _locked(plan_id, actor)
        if plan.state != State.CURRENT or plan.schedule is None:
            raise Conflict("Only a plan in force is paid. Propose new terms instead.")
        if plan.autopay_id == method_id:
            raise BadPlan("It is paid so already. Choose another way.", field="autopay")
        was, plan.autopay = plan.autopay, _autopay(plan, plan.schedule, method_id, today=today)
        plan.save(update_fields=["autopay"])
        stop_trying(plan.account, actor=actor, now=now)
        words = f"{plan.autopay or 'By themselves, each time'}, before: {was or 'by themselves'}. Asked by {said_by}"
        note_event(plan, "autopay", words, actor=actor, today=today, now=now, schedule=plan.schedule)
        _record(
            plan, "plan_autopay_changed", {"method": method_id, "was": was.pk if was else None}, actor=actor, now=now
        )
    return plan


def drop_proposal(plan_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> PaymentPlan:
    """Terms that nobody agreed to are proposed no more; what is in force stays. Raises `Conflict` where there are
    none."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        plan = _locked(plan_id, actor)
        if plan.proposed is None:
            raise Conflict("Nothing is proposed here any more.")
        if plan.state == State.PROPOSED:
            return cancel(plan_id, why=Ended.ASKED, actor=actor, today=today, now=now)
        supersede_question(plan, actor=actor, now=now)
        note_event(plan, "dropped", "", actor=actor, today=today, now=now, schedule=plan.proposed)
        plan.proposed, plan.is_allowed = None, True
        plan.save(update_fields=["proposed", "is_allowed"])
        _record(plan, "plan_dropped", {"account": plan.account_id}, actor=actor, now=now)
    return plan


def confirm_in_writing(plan_id: int, *, how: str, actor: "User", today: dt.date, now: dt.datetime) -> PaymentPlan:
    """Note that the agreement went to the patient in writing, and how (D.C. Code 28-3814, RULES 10.0.20)."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(how=how)
    with transaction.atomic():
        plan = _locked(plan_id, actor)
        if plan.schedule_id is None or plan.state == State.CANCELLED:
            raise Conflict("There is no agreement to confirm.")
        plan.confirmed_at = now
        plan.save(update_fields=["confirmed_at"])
        note_event(plan, "confirmed", how, actor=actor, today=today, now=now, schedule=plan.schedule)
        _record(plan, "plan_confirmed", {"how": how}, actor=actor, now=now)
    return plan


def _locked(plan_id: int, actor: "User") -> PaymentPlan:
    """The plan with its account locked before it: whoever posts money to the account waits, or we do."""
    lock_accounts([plan_seen_by(actor, plan_id).account_id])
    rows = PaymentPlan.objects.select_for_update(of=("self",)).filter(pk=plan_id)
    return rows.select_related("schedule", "proposed", "practice", "account").get()


def _plan_to_continue(account_id: int) -> PaymentPlan | None:
    """The plan of an account whose next schedule is proposed, locked."""
    rows = PaymentPlan.objects.select_for_update(of=("self",)).filter(account=account_id)
    return rows.filter(state__in=(State.PROPOSED, State.CURRENT, State.BROKEN)).order_by("-pk").first()


def _ensure_still_owed(draft: PlanDraft, *, today: dt.date) -> None:
    """The visits as the draft read them, now that nobody else posts to the account."""
    planned = {one.claim.pk: one.planned for one in draft.ground.visits if one.planned > ZERO}
    owed = {one.claim.pk: one.planned for one in visits_for_plan(draft.ground.account.pk, today=today)}
    if any(owed.get(claim, ZERO) < amount for claim, amount in planned.items()):
        raise Conflict("Money moved on these visits a moment ago. Look at what is owed again.")


def _ensure_not_more_than_owed(plan: PaymentPlan, schedule: PlanSchedule, *, today: dt.date) -> None:
    owed = {one.claim.pk: one.planned for one in visits_for_plan(plan.account_id, today=today)}
    rows = schedule.visits.filter(left_out="").values_list("claim_id", "claim__merged_into_id")
    now_owed = sum((owed.get(merged or claim, ZERO) for claim, merged in rows), ZERO)
    if now_owed < schedule.total:
        raise Conflict(
            f"${now_owed:,.2f} is owed on these visits by now, less than the plan asks for. Propose it again."
        )


def _put_in_force(
    plan: PaymentPlan,
    schedule: PlanSchedule,
    consent: TakenConsent,
    *,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> None:
    plan.autopay = _autopay(plan, schedule, consent.autopay_id, today=today)
    plan.agreement = None
    law = law_of(plan.account, on=today)
    plan.schedule, plan.proposed = schedule, None
    plan.state, plan.ended, plan.settled_on, plan.broken_at = State.CURRENT, "", None, None
    plan.agreed_on, plan.agreed_at, plan.owner = today, now, actor
    plan.reminded_on = plan.confirmed_at = None
    plan.confirm_by = today + dt.timedelta(days=law.confirm_days) if law.confirm_days else None
    plan.received, plan.remaining = ZERO, schedule.total
    plan.late_since, plan.late_amount = None, ZERO  # what was late by the terms before is nobody's to catch up
    plan.save()


def ways_to_pay(plan: PaymentPlan, schedule: PlanSchedule, *, today: dt.date) -> list[tuple[PaymentMethod, str]]:
    """The cards and bank accounts of a plan's account, each with why it can't pay this schedule by itself, else ""."""
    rows = installments_of(schedule)
    most, until = max(row.amount for row in rows), rows[-1].due_on
    good = [one for one in methods_of(plan.account_id) if one.is_good_on(today)]
    return [(one, why_not_repeatedly(one, most=most, until=until)) for one in good]


def _autopay(
    plan: PaymentPlan, schedule: PlanSchedule, method_id: int | None, *, today: dt.date
) -> PaymentMethod | None:
    """The card or bank account of the account. Raises `BadPlan` for one that can't be charged."""
    if method_id is None:
        return None
    ways = {one.pk: (one, why_not) for one, why_not in ways_to_pay(plan, schedule, today=today)}
    found, why_not = ways.get(method_id, (None, "Choose a card or bank account that can be charged."))
    if found is None or why_not:
        raise BadPlan(why_not, field="autopay")
    return found


def _record(plan: PaymentPlan, deed: str, facts: dict[str, Any], *, actor: "User", now: dt.datetime) -> None:
    audit.record(actor, deed, "payment_plan", plan.pk, practice_id=plan.practice_id, after=facts, now=now)
