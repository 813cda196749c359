"""From what the books show to what an item says: deadline, score, lane, and the day to look again.

`project` fills the columns that belong to the rules into a `WorkItem`, new or stored, and touches what people decided
only where the rules say so: another kind of work, a broken promise, a lifted hold or a step of the acknowledgment
ladder starts anew.
"""

import datetime as dt
from collections.abc import Collection

from django.utils import timezone

from arwork.lib.dates import next_business_day, previous_business_day
from arwork.lib.money import from_cents, to_cents
from claims.billing.buckets import PAYERS, SEQUENCES
from claims.credits.clock import OverpaymentDates
from claims.denials.claim_allowances import ClaimAllowance
from claims.denials.claim_windows import NoticeStanding
from claims.payers.deadlines import RuleScope, earliest
from claims.remits.takeback_windows import TakebackDates, dispute_windows
from collections_app.worklist.closed_windows import SAVE_LATE, is_closed, turn_to_what_is_left
from collections_app.worklist.credit_work import recorded_due
from collections_app.worklist.deadlines import opened_windows, planned_deadline, windows_to_answer
from collections_app.worklist.dispositions import BY_CODE, UPHELD
from collections_app.worklist.facts import (
    TELLING_OUTCOMES,
    AccountFacts,
    ClaimFacts,
    ScoringContext,
    add_to_correspondence,
    claim_facts,
)
from collections_app.worklist.first_calls import CALLED_IF_ASKED, ON_PLAN, UNBILLED
from collections_app.worklist.first_steps import LADDER, FirstStepFacts, first_step
from collections_app.worklist.from_books import BookSignal, has_clock
from collections_app.worklist.item_score import rescore_allowed
from collections_app.worklist.models import WorkItem
from collections_app.worklist.takebacks import DISPUTED

SIGNAL_COLUMNS = (
    "kind", "practice_id", "account_id", "payer_id", "exception_id", "category", "bucket", "aged_from",
    "submission_state", "denied_on", "hold", "rebill_on", "usual_win",
)  # fmt: skip
#: Steps that are done once the claim went out again, whoever decided on them.
SENDS_AGAIN = ("resend", "fix_and_send")
#: Every column that `project` may write.
BOOK_COLUMNS = (
    *(name.removesuffix("_id") for name in SIGNAL_COLUMNS), "amount", "credit", "contract_allowed", "deadline_kind",
    "deadline_on", "due_on", "promise_broken_on", "overpayment_due_on", "window", "probability", "expected", "minutes",
    "urgency", "urgent_because", "lane", "rank", "look_after_on", "review_on", "next_action", "next_on", "next_at",
    "appointment_on", "because", "decided_at", "snoozed_until", "wake_events", "woken_by", "escalated_at",
    "escalated_by", "quiet_touches", "same_answers",
)  # fmt: skip


def project(
    item: WorkItem,
    signal: BookSignal,
    context: ScoringContext,
    *,
    claim: ClaimFacts | None,
    account: AccountFacts | None,
    takeback: TakebackDates | None = None,
    allowance: ClaimAllowance | None = None,
    counted_anew: Collection[str] = (),
) -> None:
    """Bring `item` to what `signal` and the day say. A new item comes with no kind and gets its first step.

    `counted_anew` are the kinds of work whose next step is proposed anew where nobody has decided on it yet: after a
    change of rules or limits.
    """
    is_new = not item.kind
    restart = starts_anew(item, signal, account, context.today)
    moved = not is_new and (item.kind, item.amount) != (signal.kind, from_cents(signal.amount))
    for name in SIGNAL_COLUMNS:
        setattr(item, name, getattr(signal, name))
    item.amount, item.credit = from_cents(signal.amount), from_cents(signal.credit)
    scope = context.scope(
        practice_id=signal.practice_id, payer_id=signal.payer_id, plan_id=claim.plan_id if claim else None
    )
    _set_dates(item, scope, context, claim=claim, account=account, takeback=takeback)
    if restart:
        take_first_step(item, signal, scope, context, claim=claim, account=account)
    elif item.kind in counted_anew:
        propose_again(item, signal, scope, context, claim=claim, account=account)
    payer_class = context.payer_class.get(item.payer_id or 0, "")
    is_over = is_closed(item, today=context.today, payer_class=payer_class)
    if item.next_action == SAVE_LATE and not is_over and _decided_before(item, context.today):
        take_first_step(item, signal, scope, context, claim=claim, account=account)
    leave_closed_day(item, context)
    turn_to_what_is_left(item, today=context.today, payer_class=payer_class)
    if moved:
        item.quiet_touches = 0
    _set_window(item, context, account)
    rescore_allowed(item, allowance, context)


def leave_closed_day(item: WorkItem, context: ScoringContext) -> None:
    """A next day on which the office is closed becomes the next open one; the one before where the work has to be done
    by then, or its window closes first. What was agreed with somebody, or put off by a person to that day, stays."""
    closed, day = context.closures.of(item.practice_id), item.next_on
    if day is None or day not in closed or day <= context.today:
        return
    if item.next_at or item.appointment_on or item.snoozed_until:
        return
    before, after = previous_business_day(day, closures=closed), next_business_day(day, closures=closed)
    is_last = item.deadline_on is not None and (item.due_on == before or day <= item.deadline_on < after)
    item.next_on = max(before, context.today) if is_last else after


def _decided_before(item: WorkItem, today: dt.date) -> bool:
    """Whether nobody let the window go today: what was let go on an earlier day leaves what is still open."""
    return item.decided_at is None or timezone.localdate(item.decided_at) < today


def redate_item(item: WorkItem, context: ScoringContext, claim: ClaimFacts) -> None:
    """The dates that rules decide, as `project` sets them after a change of rules: to show what it would move."""
    signal = BookSignal(
        **{name: getattr(item, name) for name in SIGNAL_COLUMNS},
        amount=to_cents(item.amount),
        credit=to_cents(item.credit),
    )
    scope = context.scope(practice_id=item.practice_id, payer_id=item.payer_id, plan_id=claim.plan_id)
    _set_dates(item, scope, context, claim=claim, account=None)
    if item.kind == "no_response":
        propose_again(item, signal, scope, context, claim=claim, account=None)


def is_only_older(item: WorkItem, signal: BookSignal, today: dt.date) -> bool:
    """Whether nothing but time has passed: the books say what they said, and no day has gone by that changes more
    than the score."""
    if item.deadline_on is not None and item.deadline_on < today:
        return False
    if item.decided_at is None and item.next_action in LADDER and item.next_on is not None and item.next_on < today:
        return False
    same = all(getattr(item, name) == getattr(signal, name) for name in SIGNAL_COLUMNS)
    return same and (item.amount, item.credit) == (from_cents(signal.amount), from_cents(signal.credit))


def follow_outcome(
    item: WorkItem,
    disposition: str,
    context: ScoringContext,
    *,
    decided_on: dt.date | None = None,
    claim: ClaimFacts | None = None,
) -> dict[str, NoticeStanding]:
    """Bring the deadline to what an outcome says: a window that it keeps presses no more, and the next one that runs
    takes its place; a payer that has the claim proves its filing; an appeal that was decided against us on a day opens
    the next level's. What it did about each notice.

    `claim` is what is known of the item's claim, where the caller has read it; its correspondence is added to.
    """
    if item.claim_id is None or disposition not in TELLING_OUTCOMES:
        return {}
    claim = claim or claim_facts([item.claim_id])[item.claim_id]
    add_to_correspondence(claim.correspondence, disposition, context.today)
    scope = context.scope(practice_id=item.practice_id, payer_id=item.payer_id, plan_id=claim.plan_id)
    if disposition == UPHELD and decided_on is not None:
        notices = claim.notices_to(item.bucket, opened_windows(item, claim))
        done = claim.correspondence.uphold(notices, decided_on)
    else:
        done = claim.correspondence.answer(windows_to_answer(item, claim, scope, context), BY_CODE[disposition].answers)
    _set_dates(item, scope, context, claim=claim, account=None)
    return done


def _set_dates(
    item: WorkItem,
    scope: RuleScope,
    context: ScoringContext,
    *,
    claim: ClaimFacts | None,
    account: AccountFacts | None,
    takeback: TakebackDates | None = None,
) -> None:
    nearest = None
    if claim is not None:
        nearest = planned_deadline(item, claim, scope, context)
    elif takeback is not None:
        nearest = earliest(dispute_windows(takeback, scope=scope, rules=context.rules), today=context.today)
    item.deadline_kind = nearest.kind if nearest else ""
    item.deadline_on = nearest.last_day if nearest else None
    item.due_on = nearest.internal_due if nearest else None
    broken = account.promise_broken_on if account else None
    item.promise_broken_on = None if account and broken and _is_answered(item, account) else broken
    recorded = claim.overpaid.get(item.bucket) if claim else None
    item.overpayment_due_on = _overpayment_due(item, context, recorded)


def _overpayment_due(
    item: WorkItem, context: ScoringContext, recorded: OverpaymentDates | None = None
) -> dt.date | None:
    """Sixty days from the day the credit was found (RULES 4.2), whatever the item was about before; where somebody
    recorded when it was identified, investigated or reported, what follows from that.

    A clock that runs goes on while the credit stands, also beside other work on the claim; it never starts anew, nor
    does a later change of the figure move it.
    """
    of_class = context.payer_class.get(item.payer_id or 0, "")
    owes_back = item.kind == "credit_balance" and has_clock(
        context.limits, payer_class=of_class, practice_id=item.practice_id, today=context.today
    )
    if recorded is not None and (owes_back or item.overpayment_due_on is not None):
        return recorded_due(recorded, context.limits, item.practice_id, of_class, context.today)
    if item.overpayment_due_on is not None and (owes_back or item.credit):
        return item.overpayment_due_on
    if not owes_back:
        return None
    days = context.limits.value("overpayment_days", on=context.today, practice_id=item.practice_id, scope=of_class)
    return context.today + dt.timedelta(days=days)


def _set_window(item: WorkItem, context: ScoringContext, account: AccountFacts | None) -> None:
    """Whom the next step calls decides when it can be done; office work can be done at any time."""
    item.window_id = None
    if item.kind == "patient_balance" and account is not None and item.hold in ("", UNBILLED):
        item.window_id = account.window_id
    elif item.kind in ("no_response", "denied", "rejected", "underpaid") and item.payer_id:
        item.window_id = context.payer_window.get(item.payer_id)


def starts_anew(item: WorkItem, signal: BookSignal, account: AccountFacts | None, today: dt.date) -> bool:
    """Whether what was decided holds no longer. A call that the person asked for does, whatever they promised."""
    if item.kind != signal.kind or (item.category == DISPUTED) != (signal.category == DISPUTED):
        return True
    if (item.rebill_on is None) != (signal.rebill_on is None):  # marked to be billed again, or sent since
        return True
    broken = account.promise_broken_on if account else None
    if account and broken and not item.promise_broken_on and not item.next_at and not _is_answered(item, account):
        return True
    if item.promise_broken_on and not broken and item.decided_at is None:  # it healed: its call is not asked for
        return True
    if item.hold and not signal.hold and not (item.hold in CALLED_IF_ASKED and item.next_at):
        return True
    if signal.hold == ON_PLAN and not item.next_at and _waits_otherwise(item, account):
        return True
    if item.kind == "no_response" and item.bucket != signal.bucket:  # another payer has it now
        return True
    if item.next_action in SENDS_AGAIN and item.submission_state != signal.submission_state:  # it went out again
        return True
    if item.decided_at is not None:
        return False
    if item.submission_state != signal.submission_state or item.hold != signal.hold:
        return True
    if account and account.promise_due_on and item.next_action != "expect_payment":
        return True
    return item.next_action in LADDER and item.next_on is not None and item.next_on < today


def _waits_otherwise(item: WorkItem, account: AccountFacts | None) -> bool:
    """Whether an item whose account keeps a plan does not wait for the next installment of it."""
    kept_until = account.plan_kept_until if account else None
    is_behind = kept_until is not None and (item.next_on is None or item.next_on <= kept_until)
    return item.hold != ON_PLAN or is_behind


def take_first_step(
    item: WorkItem,
    signal: BookSignal,
    scope: RuleScope,
    context: ScoringContext,
    *,
    claim: ClaimFacts | None,
    account: AccountFacts | None,
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
    signal: BookSignal,
    scope: RuleScope,
    context: ScoringContext,
    claim: ClaimFacts | None,
    account: AccountFacts | None,
) -> FirstStepFacts:
    submission = claim.last_submission_to(signal.bucket) if claim else None
    is_told = bool(claim and claim.told_on) and signal.bucket == PAYERS[0]
    waiting = claim or account
    return FirstStepFacts(
        kind=signal.kind,
        since_on=signal.aged_from,
        first_call_days=context.limit("first_call_days", practice_id=signal.practice_id),
        correction_days=context.limit("correction_days", practice_id=signal.practice_id),
        scope=scope,
        category=signal.category,
        denied_on=signal.denied_on,
        submitted_on=submission.on if submission else None,
        submission_state=signal.submission_state,
        state_on=submission.state_on if submission else None,
        sequence=SEQUENCES.get(signal.bucket, "P"),
        is_electronic=submission.is_electronic if submission else True,
        ack_expected=signal.practice_id in context.acknowledged and not (submission and submission.is_forwarded),
        is_unsent=bool(claim and claim.sent and not submission and not is_told),
        told_on=claim.told_on if claim and is_told else None,
        is_probable=signal.kind == "denied" and signal.bucket == "PATIENT",
        awaiting_since=waiting.awaiting_since if waiting else None,
        hold=signal.hold,
        rebill_on=signal.rebill_on,
        promise_due_on=account.promise_due_on if account else None,
        promise_broken_on=item.promise_broken_on,
        plan_kept_until=account.plan_kept_until if account else None,
        plan_is=account.plan_is if account else "",
        statements=account.statements if account else (),
        pause=account.pause if account else None,
    )


def propose_again(
    item: WorkItem,
    signal: BookSignal,
    scope: RuleScope,
    context: ScoringContext,
    *,
    claim: ClaimFacts | None,
    account: AccountFacts | None,
) -> None:
    """Count an interval anew; a day that is due already and stays due is kept, so it keeps its age."""
    if item.decided_at is not None or item.next_on is None:
        return
    if item.kind != "no_response" and (item.woken_by or item.snoozed_until or item.pinned_at):
        return
    step = first_step(_case(item, signal, scope, context, claim, account), context.rules, today=context.today)
    if step.due_on is None or (item.next_on <= context.today and step.due_on <= context.today):
        return
    item.next_action, item.next_on, item.because = step.next_action, step.due_on, step.because[:200]
    item.wake_events = " ".join(step.wakes_on)


def _is_answered(item: WorkItem, account: AccountFacts) -> bool:
    """Whether somebody worked the item since its promise was found broken. A day that opens late finds it late: a touch
    before that knew nothing of it."""
    if item.last_worked_at is None or account.promise_broken_on is None:
        return False
    if account.promise_broken_at is None:
        return timezone.localdate(item.last_worked_at) >= account.promise_broken_on
    return item.last_worked_at >= account.promise_broken_at
