"""What each submission of a claim billed, line by line, where its submissions are not all alike.

`ClaimLine` is a service, and stays one row however often it is billed, because postings name it; `BilledLine` is what a
submission asked for it. A plain claim needs none of them: each of its submissions billed the claim's own lines.
Everything takes a batch and costs a fixed number of queries; callers hold the transaction.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from django.db.models import Max

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.models import BilledLine, Claim, ClaimLine, Submission
from claims.billing.service_lines import SentLine, same_services
from claims.billing.submitted_claims import VOID, Bill, BillLine

_COLUMNS = ("number", "control", "code", "modifiers", "revenue_code", "charge", "service_from")
_facts = attrgetter(*_COLUMNS)
PlacedLines = Sequence[tuple[ClaimLine, ClaimLine]]  # as the bill says it, and the service of the claim that it is


@dataclass(frozen=True, slots=True)
class BilledSubmission:
    """A submission that asked for money, with what it billed; `is_voided` if a later one took it back."""

    submission_id: int
    submitted_on: dt.date
    charge: Decimal
    icn: str
    is_voided: bool
    lines: tuple[SentLine, ...]


def place_lines(bills: Mapping[int, Bill]) -> dict[int, PlacedLines]:
    """Each line of a claim's bill with the service of the claim that it is, by claim id. A service that the claim did
    not have is added to it, charging nothing until the claim is restated.

    Keeps what the submissions of the claims billed, from the first bill on that says something else than the claim.
    The bills are recorded as submissions, the claims not restated yet.
    """
    if not bills:
        return {}
    standing: dict[int, list[ClaimLine]] = {claim_id: [] for claim_id in bills}
    for row in ClaimLine.objects.filter(bulk.Among("claim", sorted(bills))).order_by("claim_id", "number"):
        standing[row.claim_id].append(row)
    placed: dict[int, PlacedLines] = {}
    added: list[ClaimLine] = []
    for claim_id, bill in bills.items():
        lines = [line_of(claim_id, line) for line in bill.lines]
        placed[claim_id], fresh = _placed(lines, standing[claim_id])
        added += fresh
    bulk.insert(ClaimLine, added)
    _keep(bills, placed, standing)
    return placed


def billed_submissions_of(claim_ids: Iterable[int]) -> dict[int, list[BilledSubmission]]:
    """The submissions of claims that were revised, oldest first, by claim. Two queries."""
    ids = sorted(set(claim_ids))
    if not ids:
        return {}
    kept: dict[int, list[SentLine]] = defaultdict(list)
    columns = ("line_id", "number", "control", "code", "modifiers", "charge", "service_from", "revenue_code")
    billed = BilledLine.objects.filter(bulk.Among("submission__claim", ids)).order_by("submission_id", "number")
    for submission_id, *facts in billed.values_list("submission_id", *columns):
        kept[submission_id].append(SentLine(*facts))
    revisions: dict[int, list[Submission]] = defaultdict(list)
    for row in Submission.objects.filter(bulk.Among("claim", ids)).order_by("claim_id", "submitted_on", "id"):
        revisions[row.claim_id].append(row)
    return {
        claim_id: [
            BilledSubmission(row.pk, row.submitted_on, row.charge, row.icn, _is_voided(row, rows), tuple(kept[row.pk]))
            for row in rows
            if row.frequency != VOID and row.pk in kept
        ]
        for claim_id, rows in revisions.items()
    }


def claims_once_billed_more(charges: Mapping[int, Decimal]) -> set[int]:
    """The claims of these lines of which some submission asked more than this for one of them. One query."""
    rows = BilledLine.objects.filter(bulk.Among("line", sorted(charges))).order_by()
    highest = rows.values_list("line_id", "line__claim_id").annotate(Max("charge"))
    return {claim_id for line_id, claim_id, charge in highest if charge > charges[line_id]}


def line_of(claim_id: int, line: BillLine) -> ClaimLine:
    """The line of a bill as a row of the claim."""
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


def _is_voided(row: Submission, rows: Sequence[Submission]) -> bool:
    return any(one.frequency == VOID and one.submitted_on >= row.submitted_on for one in rows)


def _placed(lines: Sequence[ClaimLine], standing: Sequence[ClaimLine]) -> tuple[PlacedLines, list[ClaimLine]]:
    """The lines with their services, and those among these that the claim does not have yet."""
    last = max((row.number for row in standing), default=0)
    pairs, fresh = [], []
    for line, place in zip(lines, same_services(lines, standing), strict=True):
        if place is None:
            last += 1
            row = ClaimLine(**{name: getattr(line, name) for name in _ALL_COLUMNS})
            row.number, row.charge = last, ZERO
            fresh.append(row)
        else:
            row = standing[place]
        pairs.append((line, row))
    return pairs, fresh


_ALL_COLUMNS = [field.attname for field in ClaimLine._meta.concrete_fields if not field.primary_key]


def _keep(
    bills: Mapping[int, Bill], placed: Mapping[int, PlacedLines], standing: Mapping[int, Sequence[ClaimLine]]
) -> None:
    known = set(Claim.objects.filter(bulk.Among("id", sorted(bills)), is_revised=True).values_list("id", flat=True))
    unlike = {
        claim_id
        for claim_id, bill in bills.items()
        if bill.frequency == VOID or not _says_the_same(placed[claim_id], standing[claim_id])
    }
    revised = known | unlike
    if not revised:
        return
    sent = Submission.objects.filter(bulk.Among("claim", sorted(revised)), billed_lines=None).exclude(frequency=VOID)
    rows = []
    for submission_id, claim_id, source in sent.values_list("id", "claim_id", "source"):
        if source == bills[claim_id].source:
            rows += [_billed(submission_id, row, line) for line, row in placed[claim_id]]
        elif claim_id not in known:
            rows += [_billed(submission_id, row, row) for row in standing[claim_id] if _bills(row)]
    bulk.insert(BilledLine, rows)
    Claim.objects.filter(bulk.Among("id", sorted(unlike - known))).update(is_revised=True)


def _says_the_same(pairs: PlacedLines, standing: Collection[ClaimLine]) -> bool:
    placed = {row.pk for _, row in pairs}
    left_out = any(row.charge for row in standing if row.pk not in placed)
    return not left_out and all(_facts(line) == _facts(row) for line, row in pairs)


def _bills(row: ClaimLine) -> bool:
    return bool(row.charge or row.code or row.revenue_code)


def _billed(submission_id: int, row: ClaimLine, line: ClaimLine) -> BilledLine:
    return BilledLine(submission_id=submission_id, line=row, **{name: getattr(line, name) for name in _COLUMNS})
