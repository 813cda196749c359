"""What an outcome would bring, before it is logged: the desk shows it while a person chooses and types."""

import copy
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects

from claims.denials.claim_windows import NoticeStanding
from collections_app.contacts.frequency import CallPause
from collections_app.worklist import consequences, facts
from collections_app.worklist.answers import EnteredOutcome, check_entered
from collections_app.worklist.deadlines import needed_window, receipt_day
from collections_app.worklist.dispositions import Disposition, OutcomeBook, outcomes_that_fit
from collections_app.worklist.leases import access_item
from collections_app.worklist.models import WorkItem
from collections_app.worklist.next_action import (
    TO_PATIENTS,
    EnteredDates,
    OutcomeSituation,
    Proposal,
    propose_next_action,
)
from collections_app.worklist.outcome_rules import outcome_book
from collections_app.worklist.project import follow_outcome

if TYPE_CHECKING:
    from arwork.staff.models import User


def preview_outcome(
    *,
    actor: "User",
    item_id: int,
    disposition: str,
    now: dt.datetime,
    today: dt.date,
    outcomes: OutcomeBook | None = None,
    **entered: Any,
) -> Proposal:
    """What `record_outcome` would propose, for the desk to show while the person types. Raises as `record_outcome`
    does."""
    item = access_item(actor, item_id)
    given = EnteredOutcome(**entered)
    chosen = check_entered(
        item, disposition, given, note="", next_on=None, next_action=None, today=today,
        outcomes=outcomes or outcome_book(),
    )  # fmt: skip
    around = facts.context_of_item(item, today=today, now=now)
    return proposal_after(item, chosen, given, around, actor=actor)[0]


def proposal_after(
    item: WorkItem,
    chosen: Disposition,
    given: EnteredOutcome,
    around: facts.ScoringContext,
    *,
    actor: "User",
    claim: facts.ClaimFacts | None = None,
    calls: consequences.GuarantorCalls | None = None,
) -> tuple[Proposal, dict[str, NoticeStanding]]:
    """What comes next, and what the outcome does about each notice of a payer. The item's deadline follows; `claim` as
    in `follow_outcome`; `calls` are those to the guarantor, where the caller has read them."""
    receipt_by = receipt_day(item, chosen, around)
    answered = follow_outcome(item, chosen.code, around, decided_on=given.decided_on, claim=claim)
    pause = None
    if chosen.next_action in TO_PATIENTS:
        pause = consequences.pause_after_outcome(
            calls or calls_of(item, around, actor=actor), chosen, item, is_inbound=given.they_called
        )
    situation = _situation(item, chosen, given, around, receipt_by=receipt_by, pause=pause)
    return propose_next_action(chosen, situation, around.today, answer=_answer(given, item, around)), answered


def calls_of(item: WorkItem, around: facts.ScoringContext, *, actor: "User") -> consequences.GuarantorCalls | None:
    """The calls to whoever answers for an item, as the context of a day counts them."""
    return consequences.guarantor_calls(item, actor=actor, now=around.now)


def previews_of(*, actor: "User", item_id: int, now: dt.datetime, today: dt.date) -> dict[str, Proposal]:
    """By outcome, what each that needs no day of its own would propose, for the desk to show beside it. The context,
    the claim and the calls are read once for all."""
    item = access_item(actor, item_id)
    around = facts.context_of_item(item, today=today, now=now)
    prefetch_related_objects([item], "claim", "account__guarantor")  # each outcome is tried on a copy of the item
    claim = facts.claim_facts([item.claim_id])[item.claim_id] if item.claim_id else None
    calls = calls_of(item, around, actor=actor)
    empty, found = EnteredOutcome(), dict[str, Proposal]()
    offered = outcomes_that_fit(
        item.kind, hold=item.hold, bucket=item.bucket, outcomes=outcome_book(), practice_id=item.practice_id, on=today
    )
    for chosen in offered:
        if chosen.is_legal or {"promised_on", "callback_on", "until_on"} & {*chosen.requires}:
            continue
        known = replace(claim, correspondence=copy.deepcopy(claim.correspondence)) if claim else None
        tried = copy.copy(item)
        found[chosen.code] = proposal_after(tried, chosen, empty, around, actor=actor, claim=known, calls=calls)[0]
    return found


def _situation(
    item: WorkItem,
    chosen: Disposition,
    given: EnteredOutcome,
    around: facts.ScoringContext,
    *,
    receipt_by: dt.date | None,
    pause: CallPause | None,
) -> OutcomeSituation:
    plan_id = item.claim.plan_id if item.claim else None
    return OutcomeSituation(
        scope=around.scope(practice_id=item.practice_id, payer_id=item.payer_id, plan_id=plan_id),
        rules=around.rules,
        same_answers=item.same_answers if item.last_disposition == chosen.code else 0,
        touches_without_change=item.quiet_touches,
        quiet_touches=around.limit("quiet_touches", practice_id=item.practice_id),
        window=needed_window(item, chosen.code, closures=around.closures.of(item.practice_id)),
        receipt_by=receipt_by,
        given_up=given.given_up,
        pause=pause,
    )


def _answer(given: EnteredOutcome, item: WorkItem, around: facts.ScoringContext) -> EnteredDates:
    return EnteredDates(
        rep_date=given.rep_date,
        promised_on=given.promised_on,
        callback_on=given.callback_on or (given.callback_at.date() if given.callback_at else None),
        until_on=given.until_on,
        grace_days=around.limit("promise_grace_days", practice_id=item.practice_id),
    )
