"""The money side of claims taken in: charges onto lines, their reversal, and charges anew."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO
from claims.billing.billed_lines import claims_once_billed_more
from claims.billing.services import ChargeableClaim
from claims.billing.submitted_claims import Bill
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.opening import opened_charges
from claims.ledger.replacement_charges import fit_lines
from claims.ledger.selectors import StandingCharge, standing_charges
from claims.remits.later_answers import answer_anew

if TYPE_CHECKING:
    from arwork.staff.models import User


REPLACED, VOIDED = "claim replaced", "claim voided"


def _entries(bill: Bill, claim: ChargeableClaim, *, bucket: str, today: dt.date) -> list[Entry]:
    """A charge for each line that charges anything; a negative one goes the other way."""
    if not bill.is_charged:
        return []
    return [
        Entry(
            practice_id=bill.practice_id,
            kind="charge",
            debit=bucket if line.charge > 0 else "REVENUE",
            credit="REVENUE" if line.charge > 0 else bucket,
            amount=abs(line.charge),
            posted_on=today,
            effective_on=line.service_from,
            key=posting_key("837 charge", bill.source, line.number),
            claim_id=claim.claim_id,
            line_id=line.line_id,
        )
        for line in claim.lines
        if line.charge
    ]


def post_charges(
    opened: Sequence[tuple[Bill, ChargeableClaim]], *, today: dt.date, now: dt.datetime, actor: "User | None" = None
) -> None:
    """Post each line's charge to the bucket that the bill was sent to."""
    entries = [entry for bill, claim in opened for entry in _entries(bill, claim, bucket=bill.bucket, today=today)]
    if entries:
        ledger.post(entries, now=now, actor=actor, reason="charge")


def repost_charges(
    replaced: Sequence[tuple[Bill, ChargeableClaim]], *, today: dt.date, now: dt.datetime, actor: "User | None" = None
) -> None:
    """Charge the lines of replaced claims what the replacements say, where that is something else; and undo what
    answers did to a line that charges less now and no longer holds it.

    What a line was charged in books before these counts as charged: only the difference is posted here.

    The new charge goes to the bucket that the old one went to: what moved on from there moved for a reason. Where a
    line charges again what an earlier replacement had cut, the answers to it post anew.
    """
    if not replaced:
        return
    standing: dict[int, list[StandingCharge]] = defaultdict(list)
    buckets: dict[int, str] = {}
    before_us = opened_charges([claim.claim_id for _, claim in replaced])
    for one in standing_charges([claim.claim_id for _, claim in replaced]):
        standing[one.line_id].append(one)
        buckets[one.claim_id] = one.bucket
    reversed_: list[int] = []
    entries: list[Entry] = []
    less: dict[int, tuple[str, Decimal]] = {}
    dropped: list[int] = []
    raised: dict[int, Decimal] = {}
    for bill, claim in replaced:
        bucket = buckets.get(claim.claim_id, bill.bucket)
        for line in claim.lines:
            charged, elsewhere = standing[line.line_id], before_us.get(line.line_id, ZERO)
            before = sum((one.amount for one in charged), elsewhere)
            after = line.charge if bill.is_charged else ZERO
            if before == after:
                continue
            reversed_ += [one.posting_id for one in charged]
            ours = replace(line, charge=line.charge - elsewhere)
            entries += _entries(bill, ChargeableClaim(claim.claim_id, (ours,)), bucket=bucket, today=today)
            if not after:
                dropped.append(line.line_id)
            elif before > after:
                less[line.line_id] = bucket, before - after
            elif claim.claim_id in buckets:  # else it was void: the answers of before are its money alone
                raised[line.line_id] = before
    ledger.reverse(reversed_, posted_on=today, now=now, actor=actor, memo=REPLACED)
    if entries:
        ledger.post(entries, now=now, actor=actor, reason="charge")
    fit_lines(less, dropped=dropped, posted_on=today, now=now, actor=actor, memo=REPLACED)
    answer_anew(claims_once_billed_more(raised), today=today, now=now)


def reverse_charges(claim_ids: Sequence[int], *, today: dt.date, now: dt.datetime, actor: "User | None" = None) -> None:
    """Reverse the charges that stand on void claims, or what was brought forward of them, and all that answers and
    people did to them but payments."""
    if not claim_ids:
        return
    standing = standing_charges(claim_ids, kinds=("charge", "opening"))
    ids = [one.posting_id for one in standing]
    ledger.reverse(ids, posted_on=today, now=now, actor=actor, memo=VOIDED)
    lines = [one.line_id for one in standing]
    fit_lines({}, dropped=lines, posted_on=today, now=now, actor=actor, memo=VOIDED)
