"""Open claims, record their submissions, restate and void them. Money is the ledger's business, one layer up.

Everything takes a batch and costs a fixed number of queries; callers hold the transaction.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.buckets import SEQUENCES
from claims.billing.models import Claim, ClaimLine, Submission
from claims.billing.submitted_claims import VOID, Bill, BillLine
from claims.parties.party_drafts import Parties

_RANKS = (1, 2, 3)


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
    lines = [[_line(claim.pk, line) for line in bill.lines] for claim, (bill, _, _) in zip(claims, bills, strict=True)]
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

    The newest submission says which payer stands in its rank: a claim that went to the wrong one is sent to the right
    one.
    """
    newest: dict[int, list[tuple[Bill, ResolvedCoverage]]] = {}
    for claim_id, bill, cover in sent:
        newest.setdefault(claim_id, []).append((bill, cover))
    changed: dict[int, list[Any]] = {}
    facts: list[Any]
    for batch in bulk.chunks(sorted(newest)):
        rows = Claim.objects.filter(id__in=batch).values_list(
            "id", "first_billed_on", "last_billed_on", "coverage1_id", "coverage2_id", "coverage3_id", "payer_id",
            "plan_id", "coverage1__payer_id", "coverage2__payer_id", "coverage3__payer_id",
        )  # fmt: skip
        for claim_id, *facts in rows:
            before, payers = facts[:7], facts[7:]
            after = _widened(before, payers, newest[claim_id])
            if after != before:
                changed[claim_id] = after
    columns = ["first_billed_on", "last_billed_on", "coverage1", "coverage2", "coverage3", "payer", "plan"]
    bulk.write(Claim, columns, changed)
    return set(changed)


def restate_claims(bills: Mapping[int, Bill]) -> list[tuple[Bill, ChargeableClaim]]:
    """Bring claims and lines to what their replacements say; the ones that did change, with all their lines.

    Lines keep their rows, because postings name them; a line that the replacement dropped charges nothing.
    """
    standing: dict[int, dict[int, ClaimLine]] = {claim_id: {} for claim_id in bills}
    for line in ClaimLine.objects.filter(claim__in=list(bills)).order_by("claim_id", "number"):
        standing[line.claim_id][line.number] = line
    changed: list[tuple[Bill, ChargeableClaim]] = []
    added: list[ClaimLine] = []
    written: dict[int, list[Any]] = {}
    restated: dict[int, list[ClaimLine]] = {}
    voided = set(Claim.objects.filter(id__in=list(bills), state=Claim.State.VOID).values_list("id", flat=True))
    for claim_id, bill in bills.items():
        before, after = standing[claim_id], {line.number: _line(claim_id, line) for line in bill.lines}
        if claim_id not in voided and _content(before.values()) == _content(after.values()):
            continue
        for number, line in before.items():
            target = after.pop(number, None)
            values = [getattr(target, name) if target else ZERO for name in _LINE_COLUMNS[:1]]
            values += [getattr(target or line, name) for name in _LINE_COLUMNS[1:]]
            written[line.pk] = values
            line.charge = values[0]
        added += after.values()
        restated[claim_id] = [*before.values(), *after.values()]
    bulk.insert(ClaimLine, added)
    bulk.write(ClaimLine, _LINE_COLUMNS, written)
    bulk.write(Claim, _CLAIM_COLUMNS, {claim_id: _restated(bill) for claim_id, bill in bills.items()})
    for claim_id, lines in restated.items():
        changed.append((bills[claim_id], ChargeableClaim(claim_id, tuple(_chargeable(line) for line in lines))))
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


def _content(lines: Iterable[ClaimLine]) -> list[tuple[Any, ...]]:
    return sorted(
        (line.number, line.charge, line.code, line.modifiers, line.revenue_code, line.units, line.service_from)
        for line in lines
        if line.charge or line.code or line.revenue_code
    )


def _widened(
    before: Sequence[Any], payers: Sequence[int | None], submissions: Sequence[tuple[Bill, ResolvedCoverage]]
) -> list[Any]:
    days = [bill.submitted_on for bill, _ in submissions] + [day for day in before[:2] if day]
    coverages, payer, plan = list(before[2:5]), before[5], before[6]
    for bill, cover in sorted(submissions, key=lambda one: one[0].submitted_on):
        for rank in _RANKS:
            coverages[rank - 1] = coverages[rank - 1] or cover.coverages.get(rank)
        payer = payer or cover.payers.get(1)
        rank = next((rank for rank in _RANKS if bill.bucket == f"PAYER{rank}"), 0)
        is_newest = before[1] is None or bill.submitted_on > before[1]
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


def _line(claim_id: int, line: BillLine) -> ClaimLine:
    return ClaimLine(
        claim_id=claim_id,
        number=line.number,
        control=line.control[:50],
        code=line.code[:12],
        modifiers=line.modifiers[:11],
        revenue_code=line.revenue_code[:4],
        units=line.units,
        charge=line.charge,
        service_from=line.service_from,
        service_to=line.service_to,
        dx_pointers=line.dx_pointers[:12],
        ndc=line.ndc[:15],
    )


def _chargeable(line: ClaimLine) -> ChargeableLine:
    return ChargeableLine(line.pk, line.number, line.charge, line.service_from)
