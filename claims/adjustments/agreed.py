"""Write-offs that were agreed to before, by whoever had the authority then: a settlement whose money is all here.

No limit is asked again, for somebody answered for it when it was offered. The house posts them, nobody in person.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from claims.adjustments.classes import class_for
from claims.adjustments.models import WriteOff
from claims.adjustments.services import claims_of_adjustments, post_adjustments, reverse_posted
from claims.adjustments.standing import Target, locked_standing
from claims.ledger.balances import lock_claims


def post_agreed(
    targets: Sequence[Target], *, books_to: str, reasons: Mapping[int, str], today: dt.date, now: dt.datetime
) -> list[WriteOff]:
    """Post what was agreed of claims, in the caller's transaction: each target names its claim, `reasons` are by claim.

    Raises `WrongClass`, `MoreThanOpen`, `PeriodClosed`; nothing is posted then.
    """
    if not targets:
        return []
    standing = locked_standing(targets)
    rows = []
    for target in targets:
        class_for(books_to, target.bucket)
        claim = standing.locked[target.claim_id or 0]
        rows.append(
            WriteOff(
                practice_id=claim.facts["practice_id"], account_id=claim.account_id, claim_id=target.claim_id,
                bucket=target.bucket, books_to=books_to, amount=target.amount, reason=reasons[target.claim_id or 0],
                state=WriteOff.State.WAITING, asked_by=None, asked_at=now,
            )
        )  # fmt: skip
    WriteOff.objects.bulk_create(rows, batch_size=500)
    post_adjustments(rows, standing, actor=None, today=today, now=now)
    return rows


def take_back_agreed(rows: Sequence[WriteOff], *, reason: str, today: dt.date, now: dt.datetime) -> None:
    """Reverse what was posted, for what it was agreed for did not hold: it is owed again. In the caller's
    transaction."""
    posted = [row for row in rows if row.state == WriteOff.State.POSTED]
    if posted:
        lock_claims(claims_of_adjustments(posted))
        reverse_posted(posted, reason=reason, actor=None, today=today, now=now)
