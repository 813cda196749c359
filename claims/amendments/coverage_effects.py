"""What a coverage does to claims: which bear it or could, what would move there, and moving it.

A claim is touched only while the payer in question has not answered for it. A coverage that is added takes its place
on claims of its days that name none there, and what was put to the patient meanwhile goes to it (`late_coverage`, as
when a bill names it); one that is taken off makes room for those behind it, and what it still owes goes to the patient
where nobody is behind it. Everything is a posting; taking the change back reverses these.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO
from claims.amendments import subjects
from claims.amendments.models import PersonChange
from claims.amendments.subjects import Step
from claims.billing.buckets import BUCKETS, PAYERS, Bucket
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.balances import redate_receivables
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting, Receivable
from claims.parties.models import Coverage
from claims.remits.late_coverage import answers_so_far, bring_back

if TYPE_CHECKING:
    from arwork.staff.models import User

Ids = tuple[int | None, int | None, int | None]

_LATE, _OFF = "late coverage", "coverage off"  # kinds of posting keys
MEMO = "coverage ended"


@dataclass(frozen=True, slots=True)
class MovedShare:
    """Dollars of one claim that go from one bucket to another."""

    claim: Claim
    of: str
    to: str
    amount: Decimal

    @property
    def of_words(self) -> str:
        return _party(self.of)

    @property
    def to_words(self) -> str:
        return _party(self.to)


@dataclass(frozen=True, slots=True)
class CoverEffect:
    """What a change of coverages does: the claims whose payers change, what moves, and the open buckets of the payer
    that stay as they are."""

    claims: Sequence[Claim]
    moved: Sequence[MovedShare]
    staying: Sequence[tuple[Claim, Bucket, Decimal]]

    @property
    def total(self) -> Decimal:
        return sum((one.amount for one in self.moved), ZERO)


def put_on(cover: Coverage) -> list[Step]:
    """Steps that give a new coverage to the claims of its days with an open balance that name none in its place."""
    column = cover.rank - 1

    def placed(ids: Ids, payers: Sequence[int | None]) -> Ids | None:
        is_reached = column == 0 or ids[column - 1] is not None
        if ids[column] is not None or cover.payer_id in payers or not is_reached:
            return None
        return _replaced(ids, column, cover.pk)

    rows = _claims(cover.patient_id).filter(balance__gt=0)
    if cover.valid_from:
        rows = rows.filter(service_from__gte=cover.valid_from)
    if cover.valid_to:
        rows = rows.filter(service_from__lte=cover.valid_to)
    return _steps(rows, placed, {cover.pk: cover})


def take_off(cover: Coverage, *, after: dt.date) -> list[Step]:
    """Steps that take a coverage off claims of services after its last day, for which its payer has not answered."""
    rows = list(bearing(cover).filter(service_from__gt=after))
    answered = answers_so_far([row.pk for row in rows])

    def placed(claim: Claim, ids: Ids) -> Ids | None:
        column = ids.index(cover.pk)
        last = answered[claim.pk].bucket if claim.pk in answered else ""
        if PAYERS[column] <= last:
            return None
        kept = [one for one in ids if one != cover.pk]
        return (kept[0], kept[1], None)

    return _steps_each(rows, placed, _covers_of(rows))


def put_in_order(patient_id: int, ranks: dict[int, int]) -> list[Step]:
    """Steps that bring the claims no payer has answered for to a new order of these coverages (id -> rank)."""
    rows = list(_claims(patient_id).filter(balance__gt=0, coverage1__in=ranks))
    answered = answers_so_far([row.pk for row in rows])

    def placed(claim: Claim, ids: Ids) -> Ids | None:
        named = [one for one in ids if one]
        if claim.pk in answered or not set(named) <= ranks.keys():
            return None
        ordered = sorted(named, key=lambda one: ranks[one])
        filled: list[int | None] = [*ordered, None, None, None]
        return (filled[0], filled[1], filled[2])

    return _steps_each(rows, placed, _covers_of(rows))


def bearing(cover: Coverage) -> "QuerySet[Claim]":
    """The claims that name a coverage, void ones left out."""
    named = Q(coverage1=cover.pk) | Q(coverage2=cover.pk) | Q(coverage3=cover.pk)
    return _claims(cover.patient_id).filter(named)


def move(steps: Sequence[Step], change: PersonChange, actor: "User", *, today: dt.date, now: dt.datetime) -> None:
    """After the claims were written: dates and payers of their receivables, and what moves because of them."""
    ids = [step.row_id for step in steps if step.kind == subjects.CLAIM]
    if not ids:
        return
    redate_receivables(ids)
    bring_back(dict.fromkeys(ids, (_source(change), today)), today=today, now=now, actor=actor)
    ledger.post(_to_the_patient(ids, change, today), now=now, actor=actor, reason="coverage")


def undo_moves(steps: Sequence[Step], undone: PersonChange, actor: "User", *, today: dt.date, now: dt.datetime) -> None:
    """Reverse what a change had moved, after its claims were set back."""
    ids = [step.row_id for step in steps if step.kind == subjects.CLAIM]
    if not ids:
        return
    ledger.reverse(
        postings_of(undone).values_list("pk", flat=True), posted_on=today, now=now, actor=actor,
        memo="coverage as it was", reason="coverage",
    )  # fmt: skip
    redate_receivables(ids)


def ensure_may_be_undone(steps: Sequence[Step], change: PersonChange) -> None:
    """Raise `Conflict` where something was posted since on a claim of a change, or a bill named what it added."""
    ids = [step.row_id for step in steps if step.kind == subjects.CLAIM]
    own = postings_of(change).values("pk")
    later = Posting.objects.filter(bulk.Among("claim", ids), created_at__gt=change.at).exclude(pk__in=own)
    if (one := later.select_related("claim").first()) and one.claim:
        raise Conflict(f"Something was posted since on claim {one.claim.number}. Enter what is right now instead.")
    for step in steps:
        if step.kind == subjects.COVERAGE and step.before is None:
            given = {one.row_id for one in steps if one.kind == subjects.CLAIM}
            cover = Coverage.objects.get(pk=step.row_id)
            if named := bearing(cover).exclude(pk__in=given).first():
                raise Conflict(f"Claim {named.number} was billed under this coverage since. End it instead.")


def postings_of(change: PersonChange) -> "QuerySet[Posting]":
    """What a change moved; of one that took another back, what reversed that."""
    if change.undoes is not None:
        return Posting.objects.filter(reverses__in=postings_of(change.undoes).values("pk"))
    source, wanted = _source(change), Q(pk=None)
    for kind in (_LATE, _OFF):
        mark = posting_key(kind, source).bytes[:4]
        wanted |= Q(key__range=(UUID(bytes=mark + bytes(12)), UUID(bytes=mark + b"\xff" * 12)))
    return Posting.objects.filter(wanted, created_at=change.at)


def effect_of(change: PersonChange, steps: Iterable[Step], cover: Coverage | None) -> CoverEffect:
    """What a change did, or, told before it is rolled back, would do."""
    ids = [step.row_id for step in steps if step.kind == subjects.CLAIM]
    claims = list(Claim.objects.filter(bulk.Among("id", ids)).select_related("payer").order_by("service_from", "id"))
    by_id = {claim.pk: claim for claim in claims}
    sums: dict[tuple[int, str, str], Decimal] = {}
    for posting in postings_of(change):
        place = (posting.claim_id or 0, posting.credit, posting.debit)
        sums[place] = sums.get(place, ZERO) + posting.amount
    moved = [MovedShare(by_id[pk], of, to, amount) for (pk, of, to), amount in sorted(sums.items()) if pk in by_id]
    return CoverEffect(claims, moved, open_under(cover, besides=ids) if cover else [])


def open_under(cover: Coverage, *, besides: Iterable[int] = ()) -> list[tuple[Claim, Bucket, Decimal]]:
    """The open buckets of a coverage's payer, by claim."""
    found = []
    left = {row.pk: row for row in bearing(cover).exclude(pk__in=list(besides)).order_by("service_from", "id")}
    rows = Receivable.objects.filter(bulk.Among("claim", list(left)), bucket__in=PAYERS, amount__gt=0)
    for claim_id, bucket, amount in rows.order_by("service_on", "claim_id").values_list("claim_id", "bucket", "amount"):
        if _ids(left[claim_id])[PAYERS.index(bucket)] == cover.pk:
            found.append((left[claim_id], Bucket(bucket), amount))
    return found


def _to_the_patient(claim_ids: Sequence[int], change: PersonChange, today: dt.date) -> list[Entry]:
    """What buckets owe behind which no coverage stands any more."""
    entries = []
    names = {bucket: f"coverage{place}_id" for place, bucket in enumerate(PAYERS, 1)}
    rows = ClaimLine.objects.filter(bulk.Among("claim", claim_ids)).select_related("claim").order_by("claim", "number")
    for line in rows:
        for bucket, column in names.items():
            amount = getattr(line, bucket.lower())
            if amount <= 0 or getattr(line.claim, column) is not None:
                continue
            entries.append(
                Entry(
                    practice_id=line.claim.practice_id,
                    kind="transfer",
                    debit="PATIENT",
                    credit=bucket,
                    amount=amount,
                    posted_on=today,
                    effective_on=today,
                    key=posting_key(_OFF, _source(change), line.pk, bucket),
                    claim_id=line.claim_id,
                    line_id=line.pk,
                    memo=MEMO,
                )
            )
    return entries


def _party(account: str) -> str:
    return Bucket(account).label if account in BUCKETS else account.replace("_", " ").lower()


def _source(change: PersonChange) -> str:
    return f"change {change.pk}"


def _claims(patient_id: int) -> "QuerySet[Claim]":
    rows = Claim.objects.select_for_update(of=("self",)).filter(patient=patient_id).exclude(state=Claim.State.VOID)
    return rows.order_by("pk")


def _ids(claim: Claim) -> Ids:
    return (claim.coverage1_id, claim.coverage2_id, claim.coverage3_id)


def _replaced(ids: Ids, column: int, cover_id: int) -> Ids:
    filled = list(ids)
    filled[column] = cover_id
    return (filled[0], filled[1], filled[2])


def _covers_of(claims: Sequence[Claim]) -> dict[int, Coverage]:
    ids = {one for claim in claims for one in _ids(claim) if one}
    return Coverage.objects.in_bulk(sorted(ids))


def _steps(
    rows: Iterable[Claim], placed: Callable[[Ids, Sequence[int | None]], Ids | None], more: dict[int, Coverage]
) -> list[Step]:
    claims = list(rows)
    covers = _covers_of(claims) | more

    def by_payers(claim: Claim, ids: Ids) -> Ids | None:
        return placed(ids, [covers[one].payer_id if one else None for one in ids])

    return _steps_each(claims, by_payers, covers)


def _steps_each(
    claims: Sequence[Claim], placed: Callable[[Claim, Ids], Ids | None], covers: dict[int, Coverage]
) -> list[Step]:
    """A step for each claim whose coverages change; its primary payer and plan follow."""
    steps = []
    for claim in claims:
        ids = placed(claim, _ids(claim))
        if ids is None or ids == _ids(claim):
            continue
        first = covers[ids[0]] if ids[0] else None
        asked = dict(zip(("coverage1_id", "coverage2_id", "coverage3_id"), ids, strict=True))
        if ids[0] != claim.coverage1_id:
            asked |= {"payer_id": first.payer_id if first else None, "plan_id": first.plan_id if first else None}
        before = {name: getattr(claim, name) for name in asked}
        steps.append(subjects.changed(subjects.CLAIM, claim.pk, asked, standing=before))
    return [step for step in steps if step]
