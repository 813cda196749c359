"""Receivables, claim balances and who owes next: kept in step by `post`, recomputable from postings.

Who owes next is a function of the ledger (RULES 3.4): the first payer in order that owes anything, else the
patient, another party, the agency. It goes back as readily as it goes forward. A dated override by a person
(`Claim.responsible_set_by`) stands until it is withdrawn.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, Bucket
from claims.billing.claim_numbers import remember_icns
from claims.billing.models import Claim
from claims.ledger import responsibility_dates
from claims.ledger.entries import Entry
from claims.ledger.models import Receivable
from claims.ledger.receivables_as_of import movements_of

_FACTS = (
    "id",
    "practice_id",
    "account_id",
    "balance",
    "responsible",
    "responsible_set_by_id",
    "state",
    "icn",
    "service_to",
    "opened_on",
    "first_billed_on",
    "last_billed_on",
    "first_statement_on",
    "merged_into_id",
)
_COVERAGES = {f"PAYER{n}": (f"coverage{n}__payer_id", f"coverage{n}__plan_id") for n in (1, 2, 3)}
_COVERAGE_COLUMNS = [column for columns in _COVERAGES.values() for column in columns]

_NOTHING = (0, ZERO)


@dataclass(slots=True)
class LockedClaim:
    """A locked claim: its facts and what each bucket owes (row id, dollars)."""

    facts: dict[str, Any]
    buckets: dict[str, tuple[int, Decimal]] = field(default_factory=dict)

    @property
    def account_id(self) -> int:
        return int(self.facts["account_id"])

    def owed(self, bucket: str) -> Decimal:
        """What the bucket owed when the claim was locked, in dollars."""
        return self.buckets.get(bucket, _NOTHING)[1]


def lock_claims(claim_ids: Iterable[int], *, also: Iterable[str] = ()) -> dict[int, LockedClaim]:
    """Lock claims in id order (so that two posters never wait for each other) and read how they stand.

    `also` names columns that the caller needs beside those that posting needs. Two queries, none without claims.
    """
    standing: dict[int, LockedClaim] = {}
    wanted = sorted(claim_ids)
    if not wanted:
        return standing
    locked = Claim.objects.select_for_update(of=("self",)).filter(bulk.Among("id", wanted)).order_by("id")
    for facts in locked.values(*dict.fromkeys((*_FACTS, *_COVERAGE_COLUMNS, *also))):
        standing[facts["id"]] = LockedClaim(facts)
    rows = Receivable.objects.filter(bulk.Among("claim", wanted)).values_list("id", "claim_id", "bucket", "amount")
    for row_id, claim_id, bucket, amount in rows:
        standing[claim_id].buckets[bucket] = (row_id, amount)
    return standing


def apply_changes(standing: Mapping[int, LockedClaim], entries: Sequence[Entry], icns: Mapping[int, str]) -> None:
    """Bring receivables and claims from `standing` to where `entries` take them; `icns` as in `post`."""
    changes: dict[tuple[int, str], Decimal] = {}
    entered: dict[tuple[int, str], dt.date] = {}
    undone: set[int] = set()
    for entry in entries:
        if not entry.claim_id:
            continue
        if responsibility_dates.undoes(entry):
            undone.add(entry.claim_id)
        for bucket, change in entry.bucket_changes():
            place = entry.claim_id, bucket
            claim, before = standing[entry.claim_id], changes.get(place, ZERO)
            if not claim.owed(bucket) + before:  # owing begins anew: see responsibility_dates
                entered[place] = _entered_on(claim, entry)
            changes[place] = before + change
    _continue_periods(standing, entered, undone)
    _write_receivables(standing, changes, entered)
    touched = {claim_id for claim_id, _ in changes}.union(icns)
    _write_claims({claim_id: standing[claim_id] for claim_id in touched}, changes, icns)


def owes_next(owed: Mapping[str, Decimal], current: str) -> str:
    """The bucket that owes next: first in order with a positive balance; `current` when nobody owes."""
    return next((bucket for bucket in BUCKETS if owed.get(bucket, ZERO) > 0), current)


def redate_receivables(claim_ids: Iterable[int]) -> None:
    """Copy billing dates and payers of claims to their receivables after a claim was sent again."""
    for batch in bulk.chunks(sorted(set(claim_ids))):
        movements = movements_of(batch)
        dated: dict[int, tuple[Any, ...]] = {}
        covers = ("claim__coverage1", "claim__coverage2", "claim__coverage3")
        for row in Receivable.objects.filter(claim__in=batch).select_related("claim", *covers):
            claim = row.claim
            owing = responsibility_dates.owing_periods(movements[claim.pk], first_billed_on=claim.first_billed_on)[
                row.bucket
            ]
            billed = (claim.first_billed_on or claim.opened_on, claim.last_billed_on or claim.opened_on)
            cover = getattr(claim, row.bucket.replace("PAYER", "coverage")) if row.bucket in _COVERAGES else None
            owner = (cover.payer_id, cover.plan_id) if cover else (None, None)
            told = claim.first_statement_on if row.bucket == Bucket.PATIENT else None
            dated[row.pk] = (*billed, claim.service_to, owing.since_on, *owner, told)
        columns = ["first_billed_on", "last_billed_on", "service_on", "since_on", "payer", "plan", "first_statement_on"]
        bulk.write(Receivable, columns, dated)


def _continue_periods(
    standing: Mapping[int, LockedClaim], entered: dict[tuple[int, str], dt.date], undone: set[int]
) -> None:
    """Where something was taken back the postings say since when a bucket owes: they stand there already."""
    back = sorted({claim_id for claim_id, _ in entered} & undone)
    movements = movements_of(back) if back else {}
    for claim_id in back:
        first = standing[claim_id].facts["first_billed_on"]
        for bucket, owing in responsibility_dates.owing_periods(movements[claim_id], first_billed_on=first).items():
            if (claim_id, bucket) in entered:
                entered[claim_id, bucket] = owing.since_on


def _entered_on(standing: LockedClaim, entry: Entry) -> dt.date:
    return responsibility_dates.owing_began_on(
        kind=entry.kind,
        posted_on=entry.posted_on,
        effective_on=entry.effective_on,
        first_billed_on=standing.facts["first_billed_on"],
    )


def _write_receivables(
    standing: Mapping[int, LockedClaim],
    changes: Mapping[tuple[int, str], Decimal],
    entered: Mapping[tuple[int, str], dt.date],
) -> None:
    added, changed, settled, begun = [], {}, [], {}
    for (claim_id, bucket), change in changes.items():
        claim = standing[claim_id]
        row_id, before = claim.buckets.get(bucket, _NOTHING)
        after = before + change
        if not row_id and after:
            added.append(_receivable(claim, bucket, after, entered[claim_id, bucket]))
        elif row_id and not after:
            settled.append(row_id)
        elif row_id:
            if change:
                changed[row_id] = {"amount": change}
            if day := entered.get((claim_id, bucket)):  # settled and begun again within these entries
                begun[row_id] = (day,)
    Receivable.objects.filter(bulk.Among("id", settled)).delete()
    bulk.add(Receivable, changed)
    bulk.write(Receivable, ["since_on"], begun)
    bulk.insert_rows(Receivable, _COLUMNS, added)


_COLUMNS = (
    "practice_id",
    "claim_id",
    "account_id",
    "payer_id",
    "plan_id",
    "bucket",
    "amount",
    "service_on",
    "first_billed_on",
    "last_billed_on",
    "since_on",
    "first_statement_on",
)


def _receivable(claim: LockedClaim, bucket: str, amount: Decimal, since_on: dt.date) -> tuple[Any, ...]:
    """The values of `_COLUMNS`."""
    facts = claim.facts
    payer_column, plan_column = _COVERAGES.get(bucket, ("", ""))
    return (
        facts["practice_id"],
        facts["id"],
        facts["account_id"],
        facts.get(payer_column),
        facts.get(plan_column),
        bucket,
        amount,
        facts["service_to"],
        facts["first_billed_on"] or facts["opened_on"],
        facts["last_billed_on"] or facts["opened_on"],
        since_on,
        facts["first_statement_on"] if bucket == Bucket.PATIENT else None,
    )


def _write_claims(
    touched: Mapping[int, LockedClaim], changes: Mapping[tuple[int, str], Decimal], icns: Mapping[int, str]
) -> None:
    rows = {}
    for claim_id, claim in touched.items():
        owed = {bucket: amount for bucket, (_, amount) in claim.buckets.items()}
        for bucket in BUCKETS:
            if change := changes.get((claim_id, bucket)):
                owed[bucket] = owed.get(bucket, ZERO) + change
        facts = claim.facts
        before = (facts["balance"], facts["responsible"], facts["state"], facts["icn"])
        after = (
            sum(owed.values(), ZERO),
            facts["responsible"] if facts["responsible_set_by_id"] else owes_next(owed, facts["responsible"]),
            _state(facts["state"], owed),
            icns.get(claim_id, facts["icn"]),
        )
        if after != before:
            rows[claim_id] = after
    bulk.write(Claim, ["balance", "responsible", "state", "icn"], rows)
    borne = {claim_id: touched[claim_id].facts["icn"] for claim_id in icns if claim_id in rows}
    remember_icns((claim_id, icn) for claim_id, icn in borne.items() if icn != icns[claim_id])


def _state(current: str, owed: Mapping[str, Decimal]) -> str:
    if current == Claim.State.VOID:
        return current
    return Claim.State.OPEN if any(owed.values()) else Claim.State.CLOSED
