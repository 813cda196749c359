"""The windows that bind a piece of payer-side work, and what keeps them: an answer that was sent, a word of the payer.

The nightly run, the desk and the page of the claim count with the same arithmetic (`claims.denials.claim_windows`).
"""

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
from claims.payers.deadlines import ClaimDates, Deadline, RuleScope, deadlines_of
from collections_app.worklist import facts
from collections_app.worklist.facts import ClaimFacts, ScoringContext
from collections_app.worklist.models import WorkItem

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
    )
    found = list(_unbilled(item, claim, dates, context))
    if opened := _opened(item, claim):
        if item.kind == "credit_balance":  # a denial beside it goes on under its own payer's rules
            scope = context.scope(practice_id=item.practice_id, payer_id=claim.denied_by, plan_id=claim.plan_id)
        found += deadlines_after_notices(claim.correspondence.unkept(opened), dates, scope=scope, rules=context.rules)
    elif item.kind in ("rejected", "no_response") and not is_on_file(item, claim):
        kind = "filing_secondary" if item.bucket in LATER_PAYERS else "filing"
        found += deadlines_of((kind,), dates, scope=scope, rules=context.rules, on=claim.service_from)
    return tuple(sorted(found, key=lambda one: (one.internal_due, one.kind, one.last_day)))


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


def correspondence_of_claim(claim_id: int) -> PayerCorrespondence:
    """For the page of a claim. One query."""
    return facts.correspondence_of_claims([claim_id]).get(claim_id, PayerCorrespondence())


def _opened(item: WorkItem, claim: ClaimFacts) -> frozenset[NoticeWindow]:
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
