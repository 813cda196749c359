"""How every claim of a practice stood at the end of a day, told from its postings alone (RULES 5.3).

The present is kept in `Receivable`. A past day is the present of all claims that stand still since
(`unmoved_receivables`) and, for those that moved, what is read here from their postings in bounded batches
(`moved_receivables`), so a report as of last month can be printed again tomorrow. Amounts and the day a bucket began to
owe come from postings up to the day, billing dates from the submissions known up to the day. What the books don't date
(which payer a coverage names, the first statement) is read as it stands.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from arwork.lib import bulk
from claims.billing.models import Claim, Submission
from claims.ledger.models import Posting, Receivable
from claims.ledger.responsibility_dates import Movement, OwingPeriod, owing_periods

BATCH = 2_000
_COVERAGES = {f"PAYER{n}": (f"coverage{n}__payer_id", f"coverage{n}__plan_id") for n in (1, 2, 3)}


@dataclass(frozen=True, slots=True)
class ReceivableAsOf:
    """What one bucket owed of one claim, with the dates of RULES 5.1. Dollars; negative is a credit."""

    practice_id: int
    claim_id: int
    account_id: int
    payer_id: int | None
    plan_id: int | None
    bucket: str
    amount: Decimal
    service_on: dt.date
    first_billed_on: dt.date
    last_billed_on: dt.date
    since_on: dt.date
    first_statement_on: dt.date | None


def receivables(practice_ids: Sequence[int]) -> QuerySet[Receivable]:
    """What every bucket owes now: the narrow rows, kept by the ledger in step with the postings."""
    return Receivable.objects.filter(practice__in=practice_ids)


def is_posted_after(practice_ids: Sequence[int], day: dt.date) -> bool:
    """Whether the books of these practices hold anything with a later accounting date."""
    return Posting.objects.filter(practice__in=practice_ids, posted_on__gt=day).exists()


def unmoved_receivables(practice_ids: Sequence[int], *, as_of: dt.date, today: dt.date) -> QuerySet[Receivable]:
    """What stood at the end of `as_of` as it stands now: nothing was posted to its claim, or billed, since."""
    rows = receivables(practice_ids)
    later = _posted_after(practice_ids, as_of)
    if later.exists():
        rows = rows.exclude(Exists(later.filter(claim=OuterRef("claim"))))
    return rows.exclude(_billed_since(as_of, today)) if as_of < today else rows


def moved_receivables(practice_ids: Sequence[int], *, as_of: dt.date, today: dt.date) -> Iterator[ReceivableAsOf]:
    """Every bucket that owed something (or held a credit) at the end of `as_of`, of all claims not in
    `unmoved_receivables`."""
    claims = set(_posted_after(practice_ids, as_of).values_list("claim_id", flat=True).iterator())
    if as_of < today:
        claims.update(receivables(practice_ids).filter(_billed_since(as_of, today)).values_list("claim_id", flat=True))
    yield from owed_as_of(sorted(claims), as_of=as_of, today=today)


def owed_as_of(claim_ids: Iterable[int], *, as_of: dt.date, today: dt.date) -> Iterator[ReceivableAsOf]:
    """How these claims stood at the end of `as_of`, told from their postings."""
    for batch in bulk.chunks(claim_ids, BATCH):
        yield from _owed(list(_facts(batch)), as_of=as_of, today=today)


def movements_of(claim_ids: Sequence[int], *, as_of: dt.date | None = None) -> dict[int, list[Movement]]:
    """The postings of claims up to a day, in order of posting, as the parts that `owing_periods` needs."""
    rows = Posting.objects.filter(bulk.Among("claim", claim_ids))
    if as_of:
        rows = rows.filter(posted_on__lte=as_of)
    found: dict[int, list[Movement]] = defaultdict(list)
    columns = (
        "claim_id", "kind", "debit", "credit", "amount", "posted_on", "effective_on", "reverses_id", "remit_claim_id",
    )  # fmt: skip
    for claim_id, *parts in rows.order_by("claim_id", "id").values_list(*columns):
        found[claim_id].append(Movement(*parts))
    return found


def _posted_after(practice_ids: Sequence[int], day: dt.date) -> QuerySet[Posting]:
    return Posting.objects.filter(practice__in=practice_ids, posted_on__gt=day, claim__isnull=False).order_by()


def _billed_since(day: dt.date, today: dt.date) -> Q:
    return Q(last_billed_on__gt=day, last_billed_on__lte=today)


def _facts(claim_ids: Sequence[int]) -> QuerySet[Claim, dict[str, Any]]:
    columns = [name for names in _COVERAGES.values() for name in names]
    return (
        Claim.objects.filter(bulk.Among("pk", claim_ids))
        .order_by("id")
        .values(
            "id", "practice_id", "account_id", "service_to", "opened_on", "first_billed_on", "last_billed_on", *columns
        )
    )


def _owed(claims: Sequence[dict[str, Any]], *, as_of: dt.date, today: dt.date) -> Iterator[ReceivableAsOf]:
    ids = [claim["id"] for claim in claims]
    movements = movements_of(ids, as_of=as_of)
    kept = {
        (claim_id, bucket): facts
        for claim_id, bucket, *facts in Receivable.objects.filter(bulk.Among("claim", ids)).values_list(
            "claim_id", "bucket", "payer_id", "plan_id", "first_statement_on"
        )
    }
    resent = _last_sent([claim for claim in claims if _hidden(claim["last_billed_on"], as_of, today)], as_of=as_of)
    for claim in claims:
        first, last = _billed(claim, as_of=as_of, today=today, last_sent=resent.get(claim["id"]))
        owed = owing_periods(movements.get(claim["id"], ()), first_billed_on=claim["first_billed_on"])
        for bucket, owing in owed.items():
            yield _row(claim, bucket, owing, first, last, kept.get((claim["id"], bucket)))


def _row(
    claim: dict[str, Any], bucket: str, owing: OwingPeriod, first: dt.date, last: dt.date, kept: list[Any] | None
) -> ReceivableAsOf:
    payer_column, plan_column = _COVERAGES.get(bucket, ("", ""))
    payer_id, plan_id, statement = kept or (claim.get(payer_column), claim.get(plan_column), None)
    return ReceivableAsOf(
        practice_id=claim["practice_id"],
        claim_id=claim["id"],
        account_id=claim["account_id"],
        payer_id=payer_id,
        plan_id=plan_id,
        bucket=bucket,
        amount=owing.owed,
        service_on=claim["service_to"],
        first_billed_on=first,
        last_billed_on=last,
        since_on=owing.since_on,
        first_statement_on=statement,
    )


def _hidden(day: dt.date | None, as_of: dt.date, today: dt.date) -> bool:
    """Whether a billing of that day was not yet known at the end of `as_of`."""
    return day is not None and as_of < day <= today


def _billed(
    claim: dict[str, Any], *, as_of: dt.date, today: dt.date, last_sent: dt.date | None
) -> tuple[dt.date, dt.date]:
    """First and last billing as they were known; a claim not yet billed counts from its opening, as the ledger does."""
    first, last, opened = claim["first_billed_on"], claim["last_billed_on"], claim["opened_on"]
    first = opened if _hidden(first, as_of, today) else first or opened
    last = (last_sent or first) if _hidden(last, as_of, today) else last or opened
    return first, last


def _last_sent(claims: Sequence[dict[str, Any]], *, as_of: dt.date) -> dict[int, dt.date]:
    ids = [claim["id"] for claim in claims]
    rows = Submission.objects.filter(bulk.Among("claim", ids), submitted_on__lte=as_of)
    return dict(rows.values_list("claim").annotate(last=Max("submitted_on")).order_by())
