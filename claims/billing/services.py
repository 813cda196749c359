"""Open claims, record their submissions, restate and void them. Money is the ledger's business, one layer up.

Everything takes a batch and costs a fixed number of queries; callers hold the transaction.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.billed_lines import PlacedLines, line_of
from claims.billing.buckets import PAYERS, SEQUENCES
from claims.billing.claim_numbers import tail_of
from claims.billing.models import Claim, ClaimLine, Submission
from claims.billing.submitted_claims import VOID, Bill
from claims.parties.models import Coverage
from claims.parties.party_drafts import Parties

_RANKS = (1, 2, 3)
_SOURCES = ("coverage1__source", "coverage2__source", "coverage3__source")
_RANK_OF = dict(zip(SEQUENCES.values(), _RANKS, strict=True))


@dataclass(frozen=True, slots=True)
class ChargeableLine:
    """A line of a claim as the ledger charges it."""

    line_id: int
    number: int
    charge: Decimal
    service_from: dt.date


@dataclass(frozen=True, slots=True)
class ChargeableClaim:
    """A claim that was opened or restated, with its lines."""

    claim_id: int
    lines: tuple[ChargeableLine, ...]


@dataclass(frozen=True, slots=True)
class ResolvedCoverage:
    """What a bill's coverages resolved to: rank -> coverage id and payer id, and the payer it went to."""

    coverages: Mapping[int, int]
    payers: Mapping[int, int]
    destination: int | None


def open_claims(
    bills: Sequence[tuple[Bill, Parties, ResolvedCoverage]], *, today: dt.date, void: bool = False
) -> list[ChargeableClaim]:
    """Open a claim with its lines for each bill; `void` opens them void, for voids that came first."""
    claims = [_claim(bill, parties, cover, today=today, void=void) for bill, parties, cover in bills]
    bulk.insert(Claim, claims)
    lines = [[line_of(one.pk, line) for line in bill.lines] for one, (bill, _, _) in zip(claims, bills, strict=True)]
    bulk.insert(ClaimLine, [line for group in lines for line in group])
    return [
        ChargeableClaim(claim.pk, tuple(_chargeable(line) for line in group))
        for claim, group in zip(claims, lines, strict=True)
    ]


def record_submissions(sent: Sequence[tuple[int, Bill, ResolvedCoverage]]) -> None:
    """Record each (claim id, bill) as a submission; a source recorded before is left alone."""
    rows = [
        Submission(
            claim_id=claim_id,
            payer_id=cover.destination,
            sequence=bill.sequence if bill.sequence in SEQUENCES.values() else "P",
            frequency=bill.frequency[:1] or "1",
            submitted_on=bill.submitted_on,
            charge=bill.charge,
            prior_paid=bill.prior_paid,
            state_on=bill.submitted_on,
            isa_control=bill.isa_control[:9],
            gs_control=bill.gs_control[:9],
            sent_by=bill.sent_by[:15],
            sent_to=bill.sent_to[:15],
            st_control=bill.st_control[:9],
            source=bill.source,
        )
        for claim_id, bill, cover in sent
    ]
    bulk.insert(Submission, rows)


def note_submissions(sent: Iterable[tuple[int, Bill, ResolvedCoverage]]) -> set[int]:
    """Widen billing dates and fill missing coverages of known claims from later submissions; the ids that changed.

    The newest submission to a rank (SBR01) says which payer stands there: a claim that went to the wrong one is sent to
    the right one, and what another submission mentions beside its own payer (loop 2320) only fills a gap.
    """
    newest: dict[int, list[tuple[Bill, ResolvedCoverage]]] = {}
    for claim_id, bill, cover in sent:
        newest.setdefault(claim_id, []).append((bill, cover))
    changed: dict[int, list[Any]] = {}
    facts: list[Any]
    for batch in bulk.chunks(sorted(newest)):
        last_sent = _last_sent(batch, besides=[bill.source for claim_id in batch for bill, _ in newest[claim_id]])
        rows = Claim.objects.filter(id__in=batch).values_list(
            "id", "first_billed_on", "last_billed_on", "coverage1_id", "coverage2_id", "coverage3_id", "payer_id",
            "plan_id", "coverage1__payer_id", "coverage2__payer_id", "coverage3__payer_id", *_SOURCES,
        )  # fmt: skip
        for claim_id, *facts in rows:
            before, payers = facts[:7], facts[7:10]
            learned = [source == Coverage.Source.REMITTANCE for source in facts[10:]]
            after = _widened(before, payers, learned, newest[claim_id], last_sent.get(claim_id, {}))
            if after != before:
                changed[claim_id] = after
    columns = ["first_billed_on", "last_billed_on", "coverage1", "coverage2", "coverage3", "payer", "plan"]
    bulk.write(Claim, columns, changed)
    return set(changed)


def restate_claims(bills: Mapping[int, Bill], placed: Mapping[int, PlacedLines]) -> list[tuple[Bill, ChargeableClaim]]:
    """Bring claims and lines to what their replacements say; the ones that did change, with all their lines.

    `placed` says which service of the claim each line of a bill is (`billed_lines.place_lines`). Services keep their
    rows and numbers, because postings name them; one that the replacement dropped charges nothing.
    """
    if not bills:
        return []
    standing: dict[int, list[ClaimLine]] = {claim_id: [] for claim_id in bills}
    for line in ClaimLine.objects.filter(claim__in=list(bills)).order_by("claim_id", "number"):
        standing[line.claim_id].append(line)
    changed: list[tuple[Bill, ChargeableClaim]] = []
    written: dict[int, list[Any]] = {}
    voided = set(Claim.objects.filter(id__in=list(bills), state=Claim.State.VOID).values_list("id", flat=True))
    for claim_id, bill in bills.items():
        asked = {row.pk: line for line, row in placed[claim_id]}
        is_changed = claim_id in voided
        for row in standing[claim_id]:
            target = asked.get(row.pk)
            before = [getattr(row, name) for name in _LINE_COLUMNS]
            after = [getattr(target, name) for name in _LINE_COLUMNS] if target else [ZERO, *before[1:]]
            if after != before:
                written[row.pk], row.charge, is_changed = after, after[0], True
        if is_changed:
            lines = tuple(_chargeable(row) for row in standing[claim_id])
            changed.append((bill, ChargeableClaim(claim_id, lines)))
    bulk.write(ClaimLine, _LINE_COLUMNS, written)
    bulk.write(Claim, _CLAIM_COLUMNS, {claim_id: _restated(bill) for claim_id, bill in bills.items()})
    return changed


def void_claims(claim_ids: Iterable[int]) -> None:
    """Mark claims void, for which no correction comes any more; their charges are reversed by the caller."""
    claims = Claim.objects.filter(id__in=list(claim_ids))
    claims.update(state=Claim.State.VOID, frequency=VOID, awaiting_correction_since=None)


_LINE_COLUMNS = [
    "charge", "control", "code", "modifiers", "revenue_code", "units", "service_from", "service_to",
    "dx_pointers", "ndc",
]  # fmt: skip
_CLAIM_COLUMNS = [
    "charge", "frequency", "state", "service_from", "service_to", "facility_code", "diagnoses", "patient_paid",
]  # fmt: skip


def _restated(bill: Bill) -> list[Any]:
    return [
        bill.charge,
        bill.frequency[:1] or "1",
        Claim.State.OPEN if bill.is_charged else Claim.State.CLOSED,
        bill.service_from,
        bill.service_to,
        bill.facility_code[:4],
        bill.diagnoses[:255],
        bill.patient_paid,
    ]


def _last_sent(claim_ids: Sequence[int], *, besides: Sequence[str]) -> dict[int, dict[str, dt.date]]:
    """When claims went to each rank last, by sequence, without these submissions."""
    rows = Submission.objects.filter(bulk.Among("claim", claim_ids)).exclude(bulk.Among("source", besides))
    found: dict[int, dict[str, dt.date]] = {}
    for claim_id, sequence, day in rows.order_by().values_list("claim_id", "sequence").annotate(Max("submitted_on")):
        found.setdefault(claim_id, {})[sequence] = day
    return found


def _widened(
    before: Sequence[Any],
    payers: Sequence[int | None],
    learned: Sequence[bool],
    submissions: Sequence[tuple[Bill, ResolvedCoverage]],
    last_sent: Mapping[str, dt.date],
) -> list[Any]:
    days = [bill.submitted_on for bill, _ in submissions] + [day for day in before[:2] if day]
    coverages, payer, plan = list(before[2:5]), before[5], before[6]
    for bill, cover in sorted(submissions, key=lambda one: one[0].submitted_on):
        for rank in _RANKS:
            is_named = learned[rank - 1] and cover.payers.get(rank) == payers[rank - 1]
            standing = None if is_named else coverages[rank - 1]
            coverages[rank - 1] = standing or cover.coverages.get(rank) or coverages[rank - 1]
        payer = payer or cover.payers.get(1)
        rank = _RANK_OF.get(bill.sequence, 0) if bill.bucket in PAYERS else 0
        is_newest = bill.sequence not in last_sent or bill.submitted_on > last_sent[bill.sequence]
        if rank and is_newest and rank in cover.coverages and payers[rank - 1] not in (None, cover.destination):
            coverages[rank - 1] = cover.coverages[rank]
            payer, plan = (cover.destination, None) if rank == 1 else (payer, plan)
    return [min(days), max(days), *coverages, payer, plan]


def _claim(bill: Bill, parties: Parties, cover: ResolvedCoverage, *, today: dt.date, void: bool) -> Claim:
    state = Claim.State.OPEN if bill.is_charged else Claim.State.CLOSED
    return Claim(
        practice_id=bill.practice_id,
        account_id=parties.account_id,
        patient_id=parties.patient_id,
        coverage1_id=cover.coverages.get(1),
        coverage2_id=cover.coverages.get(2),
        coverage3_id=cover.coverages.get(3),
        payer_id=cover.payers.get(1),
        number=bill.number,
        tail=tail_of(bill.number),
        form=bill.form[:1],
        facility_code=bill.facility_code[:4],
        frequency=bill.frequency[:1] or "1",
        state=Claim.State.VOID if void else state,
        service_from=bill.service_from,
        service_to=bill.service_to,
        charge=bill.charge,
        responsible=bill.bucket,
        prior_auth=bill.prior_auth[:50],
        medical_record=bill.medical_record[:50],
        diagnoses=bill.diagnoses[:255],
        billing_npi=bill.billing_npi[:10],
        rendering_npi=bill.rendering_npi[:10],
        rendering_name=bill.rendering_name[:80],
        accident_on=bill.accident_on,
        patient_paid=bill.patient_paid,
        opened_on=today,
        first_billed_on=bill.submitted_on,
        last_billed_on=bill.submitted_on,
    )


def _chargeable(line: ClaimLine) -> ChargeableLine:
    return ChargeableLine(line.pk, line.number, line.charge, line.service_from)
