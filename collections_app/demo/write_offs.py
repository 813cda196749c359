"""What a practice gives up in the demo: most denials that nobody overturned are written off once appealing is over."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from random import Random

from arwork.lib.money import ZERO
from claims.denials.models import Denial
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Receivable

#: Later than any answer to an appeal (`answers`), and than most windows.
GIVEN_UP_AFTER = dt.timedelta(days=125)
SHARE = 0.85


def write_off(*, seed: int, on: dt.date, now: dt.datetime) -> int:
    """Write off what was denied long ago and is open still; how many lines."""
    rows = Denial.objects.filter(
        state=Denial.State.OPEN, initial_on__lte=on - GIVEN_UP_AFTER, bucket__startswith="PAYER", line__isnull=False
    ).order_by("claim__number", "pk")
    given_up = [row for row in rows.select_related("claim") if _is_given_up(seed, row.claim.number)]
    owed: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for claim, bucket, amount in Receivable.objects.filter(claim__in={row.claim_id for row in given_up}).values_list(
        "claim_id", "bucket", "amount"
    ):
        owed[claim, bucket] = amount
    entries = []
    for row in given_up:
        amount = min(row.amount, owed[row.claim_id, row.bucket])
        if amount <= 0:
            continue
        owed[row.claim_id, row.bucket] -= amount
        entries.append(
            Entry(
                practice_id=row.practice_id,
                kind="write_off",
                debit="WO_TIMELY" if row.carc == "29" else "WO_DENIAL",
                credit=row.bucket,
                amount=amount,
                posted_on=on,
                effective_on=row.initial_on,
                key=posting_key("write_off", "demo", row.claim.number, row.line_id, row.group, row.carc),
                claim_id=row.claim_id,
                line_id=row.line_id,
                account_id=row.claim.account_id,
                group=row.group,
                carc=row.carc,
                memo="denied, not overturned",
            )
        )
    ledger.post(entries, now=now)
    Denial.objects.filter(pk__in=[row.pk for row in given_up]).update(state=Denial.State.ACCEPTED, closed_on=on)
    return len(entries)


def _is_given_up(seed: int, number: str) -> bool:
    return Random(f"{seed}/gives-up/{number}").random() < SHARE  # noqa: S311
