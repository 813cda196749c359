"""The money side of claims taken in: charges onto lines, their reversal, and charges anew."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from claims.billing.services import ChargeableClaim
from claims.billing.submitted_claims import Bill
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.selectors import standing_charges

if TYPE_CHECKING:
    from arwork.staff.models import User


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
    """Reverse what stands charged on replaced claims, and charge what the replacements say.

    The new charge goes to the bucket that the old one went to: what moved on from there moved for a reason.
    """
    if not replaced:
        return
    claim_ids = [claim.claim_id for _, claim in replaced]
    buckets = reverse_charges(claim_ids, today=today, now=now, actor=actor, memo="claim replaced")
    entries = [
        entry
        for bill, claim in replaced
        for entry in _entries(bill, claim, bucket=buckets.get(claim.claim_id, bill.bucket), today=today)
    ]
    if entries:
        ledger.post(entries, now=now, actor=actor, reason="charge")


def reverse_charges(
    claim_ids: Sequence[int], *, today: dt.date, now: dt.datetime, actor: "User | None" = None, memo: str
) -> dict[int, str]:
    """Reverse the charges that stand on these claims; the bucket that each claim had been charged to."""
    if not claim_ids:
        return {}
    standing = standing_charges(claim_ids)
    ledger.reverse([posting_id for posting_id, _, _ in standing], posted_on=today, now=now, actor=actor, memo=memo)
    return {claim_id: bucket for _, claim_id, bucket in standing}
