"""What answers did to a line whose charge was taken back since: reductions and transfers are undone as far as the
charge that is left no longer holds them; payments always stand (RULES 3.2, 3.3).

A void line, or one that a replacement dropped, keeps nothing but payments: what was paid is a credit of its payer until
that takes it back. A line that charges less keeps the payments first, then what was transferred, then what was written
off. Undoing is reversing; where a part stands, it is posted anew in the name of the same source.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.billing.models import ClaimLine
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting

if TYPE_CHECKING:
    from arwork.staff.models import User

TRANSFER = "transfer"
#: What is no payment and no charge.
REDUCTIONS = ("contractual", "sequestration", "statutory", "write_off")


@dataclass(frozen=True, slots=True)
class StandingMove:
    """A reduction or a transfer on a line that nothing has reversed."""

    id: int
    kind: str
    debit: str
    credit: str
    amount: Decimal


def left_standing(
    moves: Sequence[StandingMove], owed: Mapping[str, Decimal], *, bucket: str, taken_back: Decimal
) -> dict[int, Decimal]:
    """What is left of each move that has to give, by its id; `moves` are the oldest first.

    `owed` is what each bucket owes once `bucket` was charged `taken_back` less. A bucket gives back no more than it
    was deprived of: what was paid beyond what it owed stands.
    """
    left: dict[int, Decimal] = {}
    missing = defaultdict(lambda: ZERO, {bucket: taken_back})
    stands = dict(owed)
    for place in BUCKETS:
        out = [one for one in moves if one.credit == place]
        for one in [
            *reversed([one for one in out if one.kind != TRANSFER]),
            *reversed([one for one in out if one.kind == TRANSFER]),
        ]:
            gives = min(one.amount, missing[place], max(-stands.get(place, ZERO), ZERO))
            if gives <= 0:
                continue
            left[one.id] = one.amount - gives
            missing[place] -= gives
            stands[place] = stands.get(place, ZERO) + gives
            if one.debit in BUCKETS:
                missing[one.debit] += gives
                stands[one.debit] = stands.get(one.debit, ZERO) - gives
    return left


def fit_lines(
    taken_back: Mapping[int, tuple[str, Decimal]],
    *,
    dropped: Sequence[int] = (),
    posted_on: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    memo: str,
) -> None:
    """Undo what lines no longer hold: by line id the bucket that was charged less, and by how much; of the `dropped`
    ones everything but payments. Call with the charges posted as they are now. Three queries, and those of posting.
    """
    ids = sorted({*taken_back, *dropped})
    if not ids:
        return
    gone = set(dropped)
    rows = Posting.objects.filter(
        bulk.Among("line", ids), kind__in=(*REDUCTIONS, TRANSFER), reverses=None, reversed_by=None
    )
    postings: dict[int, list[Posting]] = defaultdict(list)
    for row in rows.order_by("id"):
        postings[row.line_id or 0].append(row)
    owed = {line.pk: line for line in ClaimLine.objects.filter(bulk.Among("id", sorted(postings)))}
    entries: list[Entry] = []
    for line_id, standing in postings.items():
        if line_id in gone:
            left = dict.fromkeys((row.pk for row in standing), ZERO)
        else:
            bucket, amount = taken_back[line_id]
            moves = [StandingMove(row.pk, row.kind, row.debit, row.credit, row.amount) for row in standing]
            buckets = {name: getattr(owed[line_id], name.lower()) for name in BUCKETS}
            left = left_standing(moves, buckets, bucket=bucket, taken_back=amount)
        for row in standing:
            if row.pk in left:
                entries.append(ledger.mirror(row, posted_on=posted_on, memo=memo))
            if left.get(row.pk):
                entries.append(_rest(row, left[row.pk], posted_on=posted_on, memo=memo))
    if entries:
        ledger.post(entries, now=now, actor=actor, reason="posting")


def _rest(row: Posting, amount: Decimal, *, posted_on: dt.date, memo: str) -> Entry:
    """What still stands of a posting that was undone, as it was posted."""
    return ledger.mirror(row, posted_on=posted_on, memo=memo)._replace(
        debit=row.debit,
        credit=row.credit,
        amount=amount,
        effective_on=row.effective_on,
        key=posting_key("rest", row.key),
        reverses_id=None,
    )
