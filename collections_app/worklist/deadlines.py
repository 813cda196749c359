"""The windows that still bind a piece of payer-side work, and what keeps them: an answer that was sent, a word of the
payer. A window belongs to a route: what the work answered presses no more.

The nightly run, the desk and the page of the claim count with the same arithmetic (`claims.denials.claim_windows`).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from claims.denials.claim_windows import (
    NoticeWindow,
    PayerCorrespondence,
    deadlines_after_notices,
    is_corrected_on_file,
    is_forwarded_on_file,
    is_said_on_file,
)
from claims.payers.deadlines import (
    APPEALS,
    FILED_WHEN_RECEIVED,
    ClaimDates,
    Deadline,
    RuleScope,
    deadlines_of,
    earliest,
)
from collections_app.worklist import facts
from collections_app.worklist.dispositions import Disposition
from collections_app.worklist.facts import ClaimFacts, ScoringContext
from collections_app.worklist.models import WorkItem
from collections_app.worklist.window_ladder import NeededWindow

LATER_PAYERS = ("PAYER2", "PAYER3")


def deadline_label(kind: str) -> str:
    """The window in a word: `appeal window`, `timely filing`."""
    if kind.startswith("appeal"):
        return "appeal window"
    if kind.startswith("recoupment_stop"):
        return "window to stop recoupment"
    words = {"corrected": "corrected-claim window", "records": "records window"}
    return words.get(kind, "timely filing" if kind else "")


def deadlines_for(item: WorkItem, claim: ClaimFacts, scope: RuleScope, context: ScoringContext) -> tuple[Deadline, ...]:
    """Every window of a payer-side item that nobody has kept yet, the nearest first, each with its reasoning."""
    since_on, submission = claim.since_on(item.bucket), claim.last_submission_to(item.bucket)
    dates = ClaimDates(
        dos_on=claim.service_from,
        through_on=claim.service_to,
        primary_eob_on=since_on,
        submitted_on=submission.on if submission else None,
        is_institutional=claim.is_institutional,
    )
    found = list(_unbilled(item, claim, dates, context))
    if opened := opened_windows(item, claim):
        if item.kind == "credit_balance":  # a denial beside it goes on under its own payer's rules
            scope = context.scope(practice_id=item.practice_id, payer_id=claim.denied_by, plan_id=claim.plan_id)
        found += deadlines_after_notices(claim.correspondence.unkept(opened), dates, scope=scope, rules=context.rules)
    elif item.kind in ("rejected", "no_response") and not is_on_file(item, claim):
        kind = "filing_secondary" if item.bucket in LATER_PAYERS else "filing"
        limits = deadlines_of((kind,), dates, scope=scope, rules=context.rules, on=claim.service_from)
        found += [one for one in limits if not _was_filed_in_time(one, item, claim, context.today)]
    return tuple(sorted(found, key=lambda one: (one.internal_due, one.kind, one.last_day)))


def planned_deadline(item: WorkItem, claim: ClaimFacts, scope: RuleScope, context: ScoringContext) -> Deadline | None:
    """The one to plan by. What another payer should have got in time beside this work closes nothing of its own."""
    known = deadlines_for(item, claim, scope, context)
    own = [one for one in known if item.bucket in LATER_PAYERS or one.kind != "filing_secondary"]
    return earliest(known if any(not one.passed(context.today) for one in known) else own, today=context.today)


def windows_to_answer(
    item: WorkItem, claim: ClaimFacts, scope: RuleScope, context: ScoringContext
) -> dict[NoticeWindow, bool]:
    """The windows, of the notices that the item's own payer gave by now, to which nothing was sent yet; and whether
    something sent today still keeps each."""
    dates = ClaimDates(dos_on=claim.service_from, through_on=claim.service_to, is_institutional=claim.is_institutional)
    found = {}
    for one in claim.correspondence.unkept(claim.notices_to(item.bucket, opened_windows(item, claim))):
        closing = deadlines_after_notices([one], dates, scope=scope, rules=context.rules)
        if one.notice_on > context.today:  # nobody answers what is dated ahead
            continue
        found[one] = not closing or not closing[0].passed(context.today)
    return found


def _was_filed_in_time(limit: Deadline, item: WorkItem, claim: ClaimFacts, today: dt.date) -> bool:
    """Whether a filing limit that has passed took nothing: the claim went out before it, was not rejected, and its
    payer did not say since that it has none. That it arrived is proven by its acknowledgment, not by another sending.
    """
    sent = claim.last_submission_to(item.bucket)
    if not limit.passed(today) or item.kind == "rejected" or sent is None or sent.on > limit.last_day:
        return False
    denied_on = claim.correspondence.not_on_file
    return denied_on is None or denied_on < sent.on


def is_on_file(item: WorkItem, claim: ClaimFacts) -> bool:
    """Whether timely filing is proven: by the acknowledgment, by what the payer who owes said, by the payer before that
    sent the claim on, or of a first payer by what it decided, as the claim to the next one tells."""
    submission = claim.last_submission_to(item.bucket)
    if item.kind == "rejected":
        return is_corrected_on_file(claim.correspondence, submission.on if submission else None)
    if item.submission_state in ("accepted", "pended", "adjudicated"):
        return True
    if item.bucket == "PAYER1" and claim.told_on is not None:
        return True
    if submission is not None and submission.is_forwarded:
        return is_forwarded_on_file(claim.correspondence, submission.on)
    return is_said_on_file(claim.correspondence, claim.since_on(item.bucket) if item.bucket in LATER_PAYERS else None)


def needed_window(item: WorkItem, disposition: str = "", *, closures: frozenset[dt.date]) -> NeededWindow | None:
    """The window that the item still has to keep, as its columns say. A claim that went out in time and was not
    answered has its filing to prove, not to lose, unless its payer says that it has none."""
    if item.deadline_on is None or item.due_on is None:
        return None
    is_sent = item.kind == "no_response" and item.submission_state != ""
    is_denied = disposition in facts.NOT_ON_FILE or item.last_disposition in facts.NOT_ON_FILE
    return NeededWindow(
        item.deadline_kind,
        deadline_label(item.deadline_kind),
        item.due_on,
        item.deadline_on,
        can_be_lost=is_denied or not is_sent,
        closures=closures,
    )


def receipt_day(item: WorkItem, chosen: Disposition, context: ScoringContext) -> dt.date | None:
    """The last day on which what an outcome sends must arrive, where the payer counts that (42 CFR 405.942(a))."""
    is_counted = context.payer_class.get(item.payer_id or 0) in FILED_WHEN_RECEIVED
    return item.deadline_on if is_counted and item.deadline_kind in (set(APPEALS) & set(chosen.answers)) else None


def correspondence_of_claim(claim_id: int) -> PayerCorrespondence:
    """For the page of a claim. One query."""
    return facts.correspondence_of_claims([claim_id]).get(claim_id, PayerCorrespondence())


def opened_windows(item: WorkItem, claim: ClaimFacts) -> frozenset[NoticeWindow]:
    """The windows that the notices behind an item opened, kept or not."""
    if item.kind == "underpaid":
        return claim.short_windows
    return claim.denial_windows if item.kind == "denied" or item.denied_on else frozenset()


def _unbilled(item: WorkItem, claim: ClaimFacts, dates: ClaimDates, context: ScoringContext) -> Iterator[Deadline]:
    """The filing limit of a later payer that owes beside this work and was sent nothing yet: it runs meanwhile."""
    for bucket, owing in claim.owing.items():
        if bucket in LATER_PAYERS and bucket != item.bucket and claim.sent and not claim.last_submission_to(bucket):
            scope = context.scope(practice_id=item.practice_id, payer_id=owing.payer_id, plan_id=None)
            theirs = replace(dates, primary_eob_on=owing.since_on)
            yield from deadlines_of(
                ("filing_secondary",), theirs, scope=scope, rules=context.rules, on=claim.service_from
            )
