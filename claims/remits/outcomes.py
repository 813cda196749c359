"""What was posted, told to whoever keeps denials and underpayments, inside the transaction that posted it.

`remits` stands below `denials`, so it can't call it; and an announcement after the commit would let a crash lose
a denial. So followers subscribe here, get whole batches, and a follower that fails takes the batch back with it.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from claims.remits.era import LineResult, Reduction, Refusal


@dataclass(frozen=True, slots=True)
class Outcome:
    """One posted claim payment. `reversed_id` is the remit claim that a reversal took back."""

    practice_id: int
    remit_claim_id: int
    claim_id: int
    payer_id: int | None
    bucket: str
    paid_on: dt.date
    refusals: Sequence[Refusal]
    reductions: Sequence[Reduction]
    results: Mapping[int, LineResult]
    reversed_id: int | None = None


Follower = Callable[[Sequence[Outcome], dt.date], None]
_followers: list[Follower] = []


def follow(follower: Follower) -> Follower:
    """Register `follower` for every batch of this process; usable as a decorator."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def tell(outcomes: Sequence[Outcome], *, today: dt.date) -> None:
    """Hand a batch to every follower, in the caller's transaction."""
    if outcomes:
        for follower in _followers:
            follower(outcomes, today)
