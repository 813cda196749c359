"""Many claims moved to an agency and back at once: each a transfer of its own, in a bounded number of queries.

What the patient owes of a claim goes whole; what comes back owes since the day it did before. The caller has judged
whether it may (`agencies.gates`), holds the accounts, and tells the audit trail of it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.balances import lock_claims
from claims.ledger.entries import Entry, posting_key
from claims.ledger.stands_for import standing_postings
from claims.transfers.models import HandTransfer

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class ClaimMove:
    """What is moved of one claim: dollars, and since when the other party owes it."""

    claim_id: int
    amount: Decimal
    since_on: dt.date


@transaction.atomic
def move_many(
    moves: Sequence[ClaimMove],
    *,
    origin: str,
    target: str,
    reason: str,
    words: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> list[HandTransfer]:
    """Move what `origin` owes of each claim to `target`, lines in their order. One claim stands once in `moves`.

    Raises `Conflict` where one of them owes less by now (nothing is moved then), `PeriodClosed`.
    """
    require(actor, Capability.POST_MONEY)
    locked = lock_claims([one.claim_id for one in moves])
    ours, column = set(practice_ids(actor)), origin.lower()
    owing: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    rows = ClaimLine.objects.filter(bulk.Among("claim", locked), **{f"{column}__gt": 0}).order_by("claim_id", "number")
    for claim_id, line_id, owed in rows.values_list("claim_id", "pk", column):
        owing[claim_id].append((line_id, owed))
    for one in moves:
        facts = locked[one.claim_id].facts if one.claim_id in locked else {}
        owed = sum((amount for _, amount in owing[one.claim_id]), ZERO)
        is_gone = not facts or facts["practice_id"] not in ours or facts["state"] == Claim.State.VOID
        if is_gone or not ZERO < one.amount <= owed:
            raise Conflict("The books changed meanwhile: somebody paid or moved a part of it. Look at it again.")
    made = [
        HandTransfer(
            practice_id=locked[one.claim_id].facts["practice_id"], claim_id=one.claim_id, origin=origin, target=target,
            amount=one.amount, reason=reason, words=words, moved_on=today, moved_at=now, moved_by=actor,
        )
        for one in moves
    ]  # fmt: skip
    bulk.insert(HandTransfer, made)
    entries = [
        entry
        for one, row in zip(moves, made, strict=True)
        for entry in _entries(row, owing[row.claim_id], one.since_on)
    ]
    ledger.post(entries, now=now, actor=actor, reason="transfer", locked=locked)
    return made


@transaction.atomic
def undo_many(
    transfers: Collection[HandTransfer], *, because: str, actor: "User", today: dt.date, now: dt.datetime
) -> None:
    """Mirror transfers that nothing was done with since: who owed before owes again, since then.

    Raises `Conflict` where a part of one was paid or moved on (nothing is undone then), `PeriodClosed`.
    """
    require(actor, Capability.POST_MONEY)
    by_pk = {row.pk: row for row in transfers}
    lines: Mapping[int, list[int]] = _lines_of([row.claim_id for row in transfers])
    keys = {posting_key("hand_transfer", row.pk, line_id): row for row in transfers for line_id in lines[row.claim_id]}
    standing = standing_postings(keys)
    lock_claims({one.claim_id for one in standing if one.claim_id})
    owed = _owed_by_line([one.line_id for one in standing if one.line_id], {row.target for row in transfers})
    moved = sum((one.amount for one in standing), ZERO)
    if moved != sum((row.amount for row in transfers), ZERO) or any(
        owed.get((one.line_id or 0, one.debit), ZERO) < one.amount for one in standing
    ):
        raise Conflict("A part of it was paid or moved on since, so it can't go back whole. Call back what is left.")
    entries = [ledger.mirror(one, posted_on=today, memo="Undone: moved by hand") for one in standing]
    ledger.post(entries, now=now, actor=actor, reason="transfer")
    HandTransfer.objects.filter(bulk.Among("pk", by_pk)).update(
        undone_on=today, undone_by=actor, undone_because=because[:200]
    )


def _lines_of(claim_ids: Collection[int]) -> dict[int, list[int]]:
    """The lines of each claim, and of the claim that it was merged into: what was posted may stand there."""
    stands = dict(Claim.objects.filter(bulk.Among("pk", claim_ids)).values_list("pk", "merged_into_id"))
    asked = {*stands, *(one for one in stands.values() if one)}
    found: dict[int, list[int]] = defaultdict(list)
    for claim_id, line_id in ClaimLine.objects.filter(bulk.Among("claim", asked)).values_list("claim_id", "pk"):
        found[claim_id].append(line_id)
    for claim_id, other in stands.items():
        found[claim_id] += found[other] if other else []
    return found


def _owed_by_line(line_ids: Collection[int], buckets: Collection[str]) -> dict[tuple[int, str], Decimal]:
    columns = [one.lower() for one in buckets]
    rows = ClaimLine.objects.filter(bulk.Among("pk", line_ids)).values_list("pk", *columns)
    return {(pk, one): amount for pk, *amounts in rows for one, amount in zip(buckets, amounts, strict=True)}


def _entries(row: HandTransfer, owing: Sequence[tuple[int, Decimal]], since_on: dt.date) -> list[Entry]:
    left, entries = row.amount, []
    for line_id, owed in owing:
        part = min(left, owed)
        left -= part
        if part:
            entries.append(
                Entry(
                    practice_id=row.practice_id, kind="transfer", debit=row.target, credit=row.origin, amount=part,
                    posted_on=row.moved_on, effective_on=since_on, claim_id=row.claim_id, line_id=line_id,
                    key=posting_key("hand_transfer", row.pk, line_id), memo="Moved by hand",
                )
            )  # fmt: skip
    return entries
