"""A payer's takeback ends an open refund of the same money, in the transaction that posts it (RULES 3.3).

What was paid is returned once: a refund to that payer that has not gone out is canceled by itself, its posting
mirrored; one that went out is marked, and somebody asks the payer for one of the two.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib.dates import long_day
from claims.refunds import postings
from claims.refunds.models import Refund
from claims.refunds.requests import note, overtake_question, settle
from claims.refunds.states import OPEN, RefundState
from claims.remits.models import RemitClaim

if TYPE_CHECKING:
    from claims.remits.after_posting import PostedPayment

_OUT = (RefundState.ISSUED, RefundState.CLEARED)


def follow_reversals(posted: "Sequence[PostedPayment]", today: dt.date) -> None:
    """A follower of posted payments: those that reverse an earlier one took it back."""
    taken = {(one.claim_id, one.bucket) for one in posted if one.reversed_id is not None}
    if taken:
        rows = RemitClaim.objects.filter(pk__in=[one.remit_claim_id for one in posted]).order_by("-posted_at")
        now = rows.values_list("posted_at", flat=True).first()
        if now is not None:
            follow_takeback(taken, today=today, now=now)


def follow_takeback(taken: Collection[tuple[int, str]], *, today: dt.date, now: dt.datetime) -> None:
    """Cancel what is open, mark what is out, of refunds to the payers behind these buckets of claims. The claims are
    locked by whoever posts. One query where there is none."""
    places = Q()
    for claim_id, bucket in sorted(taken):
        places |= Q(claim=claim_id, bucket=bucket)
    rows = Refund.objects.select_for_update().filter(places, state__in=(*OPEN, *_OUT)).order_by("pk")
    for refund in rows:
        if refund.state in OPEN:
            postings.take_back(refund, posted_on=today, actor=None, now=now)
            refund.ended_on = today
            refund.ended_because = f"The payer took the money back itself on {long_day(today)}."
            settle(refund, RefundState.CANCELED, actor=None, now=now)
            overtake_question(refund, now=now)
        elif refund.doubled_on is None:
            refund.doubled_on = today
            refund.save(update_fields=["doubled_on"])
            note(refund, "refund_doubled", actor=None, now=now)
