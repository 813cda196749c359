"""When the rules propose the next step of an item: at its beginning, when it starts anew, when a payer rule changed.

What a person decided is left alone.
"""

import datetime as dt

from django.utils import timezone

from claims.billing.models import SEQUENCES
from claims.payers.deadlines import Scope
from collections_app.worklist.context import Context
from collections_app.worklist.details import AccountDetail, ClaimDetail
from collections_app.worklist.models import WorkItem
from collections_app.worklist.proposals import LADDER, Case, first_step
from collections_app.worklist.signals import Signal


def starts_anew(item: WorkItem, signal: Signal, account: AccountDetail | None, today: dt.date) -> bool:
    """Whether what was decided holds no longer. A call that the person asked for does, whatever they promised."""
    if item.kind != signal.kind:
        return True
    broken = account.promise_broken_on if account else None
    if broken and not item.promise_broken_on and not item.next_at and not worked_since(item, broken):
        return True
    if item.hold and not signal.hold:
        return True
    if item.decided_at is not None:
        return False
    if item.submission_state != signal.submission_state or item.hold != signal.hold:
        return True
    if account and account.promise_due_on and item.next_action != "expect_payment":
        return True
    return item.next_action in LADDER and item.next_on is not None and item.next_on < today


def take_first_step(
    item: WorkItem,
    signal: Signal,
    scope: Scope,
    context: Context,
    *,
    claim: ClaimDetail | None,
    account: AccountDetail | None,
) -> None:
    case = _case(item, signal, scope, context, claim, account)
    step = first_step(case, context.rules, today=context.today)
    item.next_action, item.next_on, item.because = step.next_action, step.due_on, step.because[:200]
    item.wake_events = " ".join(step.wakes_on)
    item.next_at = item.appointment_on = item.snoozed_until = item.decided_at = None
    item.escalated_at = item.escalated_by = None
    item.same_answers = item.quiet_touches = 0
    item.woken_by = ""


def _case(
    item: WorkItem,
    signal: Signal,
    scope: Scope,
    context: Context,
    claim: ClaimDetail | None,
    account: AccountDetail | None,
) -> Case:
    sending = claim.sent_to(signal.bucket) if claim else None
    waiting = claim or account
    return Case(
        kind=signal.kind,
        since_on=signal.aged_from,
        scope=scope,
        category=signal.category,
        denied_on=signal.denied_on,
        submitted_on=sending.on if sending else None,
        submission_state=signal.submission_state,
        sequence=SEQUENCES.get(signal.bucket, "P"),
        is_electronic=sending.is_electronic if sending else True,
        ack_expected=signal.practice_id in context.acknowledged and not (sending and sending.is_forwarded),
        is_unsent=bool(claim and claim.sent and not sending),
        awaiting_since=waiting.awaiting_since if waiting else None,
        hold=signal.hold,
        promise_due_on=account.promise_due_on if account else None,
        promise_broken_on=item.promise_broken_on,
        pause=account.pause if account else None,
    )


def propose_again(item: WorkItem, signal: Signal, scope: Scope, context: Context, claim: ClaimDetail | None) -> None:
    """Count a follow-up interval anew; a day that is due already and stays due is kept, so it keeps its age."""
    if item.kind != "no_response" or item.decided_at is not None or item.next_on is None:
        return
    step = first_step(_case(item, signal, scope, context, claim, None), context.rules, today=context.today)
    if step.due_on is None or (item.next_on <= context.today and step.due_on <= context.today):
        return
    item.next_action, item.next_on, item.because = step.next_action, step.due_on, step.because[:200]
    item.wake_events = " ".join(step.wakes_on)


def worked_since(item: WorkItem, day: dt.date) -> bool:
    """Whether somebody worked the item on `day` or later, by the days of the office: many call in the evening."""
    return item.last_worked_at is not None and timezone.localdate(item.last_worked_at) >= day
