"""Bring a batch of staged claim payments together with the claims they meet: a fixed number of queries a batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arwork.lib import bulk
from arwork.lib.money import from_cents
from claims.billing.buckets import BUCKETS, PAYERS
from claims.billing.models import Claim, ClaimLine
from claims.ledger.models import Posting
from claims.payers.models import PayerClass
from claims.remits.era import (
    OF_IDENTITY,
    OF_THE_FILE,
    REVERSAL_STATUS,
    STATUSES_WITHOUT_MONEY,
    Adjustment,
    ClaimPayment,
    ExceptionReason,
    OpenClaim,
    OpenLine,
    OriginalPayment,
    PostedMove,
    ServicePayment,
    Trouble,
)
from claims.remits.models import RemitClaim, RemitException, RemitLine, Remittance

_OF_STATUS = {"1": "PAYER1", "19": "PAYER1", "2": "PAYER2", "20": "PAYER2", "3": "PAYER3", "21": "PAYER3"}
_MEDICAID = (PayerClass.MEDICAID, PayerClass.MEDICAID_MCO)
_CLAIM_COLUMNS = (
    "id",
    "practice_id",
    "form",
    "state",
    "coverage1__payer_id",
    "coverage2__payer_id",
    "coverage3__payer_id",
    "coverage1__payer__payer_class",
    "coverage2__payer__payer_class",
    "coverage3__payer__payer_class",
)


#: How a payment found its claim where a person said so (`RemitClaim.matched_by`).
BY_A_PERSON = ("person", "created")
#: An answer in time: the day of its remittance, and its row.
AnswerPlace = tuple[dt.date, int]


@dataclass(slots=True)
class PaymentCase:
    """One staged claim payment, the claim it meets, and what is known to be wrong before any arithmetic.

    `practice_id` is whose claim it is. `payer_id` is the payer of the coverage that pays; payers sign remittances
    with other ids than claims bear. Of a reversal whose original is not found, `taken_back_on` is the day when one
    like it reversed that already.
    """

    row: RemitClaim
    paid: ClaimPayment
    owed: OpenClaim | None = None
    original: OriginalPayment | None = None
    original_id: int | None = None
    original_on: dt.date | None = None
    taken_back_on: dt.date | None = None
    payer_id: int | None = None
    practice_id: int | None = None
    trouble: Trouble | None = None


def load_cases(rows: Sequence[RemitClaim], *, remittance: Remittance, lock: bool) -> list[PaymentCase]:
    """The cases of `rows`, in order; with `lock` their claims are locked in id order first."""
    lines = _paid_lines(row.pk for row in rows)
    claims = _claims({row.claim_id for row in rows if row.claim_id}, lock=lock)
    open_lines = _open_lines(claims)
    found_before = _found_before(rows)
    cases = []
    for row in rows:
        case = PaymentCase(row, paid_claim(row, lines.get(row.pk, ())))
        facts = claims.get(row.claim_id or 0)
        if facts:
            payers = [facts[f"coverage{rank}__payer_id"] for rank in (1, 2, 3)]
            case.owed = _owed(row, facts, tuple(open_lines.get(facts["id"], ())), remittance.payer_id)
            case.practice_id = facts["practice_id"]
            case.payer_id = payers[PAYERS.index(case.owed.bucket)] or remittance.payer_id
            if facts["state"] == Claim.State.VOID:
                case.trouble = Trouble(ExceptionReason.VOID_CLAIM, "The claim is void. Match another claim, or accept.")
        case.trouble = found_before.get(row.pk) or case.trouble
        cases.append(case)
    _find_originals([case for case in cases if row_is_reversal(case.row) and case.row.claim_id], remittance)
    for case in cases:
        if case.original_id and case.trouble and case.trouble.reason == ExceptionReason.VOID_CLAIM:
            case.trouble = None  # what was paid before the claim was voided may be reversed on it
    return cases


def row_is_reversal(row: RemitClaim) -> bool:
    """Whether the payer reverses an earlier payment (CLP02 22)."""
    return row.status == REVERSAL_STATUS


def is_correction(answer: AnswerPlace, *, reversed_on: dt.date, taken: AnswerPlace) -> bool:
    """Whether an answer came after the one that a reversal reversed: on a later day than the reversal, or beside it.

    Files are read in any order, so numbers tell answers apart only where the payer dated them alike.
    """
    return answer[0] > reversed_on or (answer[0] == reversed_on and answer > taken)


def payer_bucket(status: str, payer_id: int | None, payers: Sequence[int | None]) -> str:
    """Whose payment it is: the coverage of this payer if it is one of the claim's, else what CLP02 says."""
    ranks = [bucket for bucket, payer in zip(PAYERS, payers, strict=True) if payer and payer == payer_id]
    said = _OF_STATUS.get(status, "")
    return said if said in ranks or not ranks else ranks[0]


def _owed(row: RemitClaim, facts: Mapping[str, Any], lines: tuple[OpenLine, ...], payer_id: int | None) -> OpenClaim:
    payers = [facts[f"coverage{rank}__payer_id"] for rank in (1, 2, 3)]
    bucket = row.bucket or payer_bucket(row.status, payer_id, payers) or "PAYER1"
    place = PAYERS.index(bucket)
    following = next((PAYERS[rank] for rank in range(place + 1, 3) if payers[rank]), "")
    is_medicaid = facts[f"coverage{place + 1}__payer__payer_class"] in _MEDICAID
    return OpenClaim(
        bucket=bucket,
        lines=lines,
        next_payer=following,
        form=facts["form"],
        rest_is_statutory=is_medicaid and place > 0 and not following,
    )


def paid_claim(row: RemitClaim, lines: Sequence[ServicePayment]) -> ClaimPayment:
    """A stored claim payment as a record, with its lines."""
    return ClaimPayment(
        status=row.status,
        charge=row.charge,
        paid=row.paid,
        adjustments=adjustments_of(row.adjustments),
        lines=tuple(lines),
        rarcs=tuple(row.rarcs.split()),
    )


def adjustments_of(stored: Iterable[Sequence[Any]]) -> tuple[Adjustment, ...]:
    """Stored triplets ([group, carc, cents, quantity]) as records."""
    return tuple(Adjustment(one[0], one[1], from_cents(one[2])) for one in stored)


def paid_line(
    position: int,
    line_id: int | None,
    charge: Decimal,
    paid: Decimal,
    adjustments: Iterable[Sequence[Any]],
    rarcs: str,
) -> ServicePayment:
    """A stored service line payment as a record."""
    return ServicePayment(position, line_id, charge, paid, adjustments_of(adjustments), tuple(rarcs.split()))


def _paid_lines(remit_claim_ids: Iterable[int]) -> dict[int, list[ServicePayment]]:
    lines: dict[int, list[ServicePayment]] = defaultdict(list)
    columns = ("remit_claim_id", "position", "line_id", "charge", "paid", "adjustments", "rarcs")
    ours = RemitLine.objects.filter(bulk.Among("remit_claim", remit_claim_ids))
    rows = ours.order_by("remit_claim_id", "position")
    for owner, position, line_id, charge, paid, adjustments, rarcs in rows.values_list(*columns):
        lines[owner].append(paid_line(position, line_id, charge, paid, adjustments, rarcs))
    return lines


def _claims(ids: set[int], *, lock: bool) -> dict[int, dict[str, Any]]:
    rows = Claim.objects.filter(bulk.Among("id", sorted(ids))).order_by("id")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return {facts["id"]: facts for facts in rows.values(*_CLAIM_COLUMNS)}


def _open_lines(claim_ids: Iterable[int]) -> dict[int, list[OpenLine]]:
    lines: dict[int, list[OpenLine]] = defaultdict(list)
    buckets = [bucket.lower() for bucket in BUCKETS]
    rows = ClaimLine.objects.filter(bulk.Among("claim", claim_ids)).order_by("claim_id", "number")
    for claim_id, pk, number, charge, *owed in rows.values_list("claim_id", "id", "number", "charge", *buckets):
        lines[claim_id].append(OpenLine(pk, number, charge, dict(zip(BUCKETS, owed, strict=True))))
    return lines


def _found_before(rows: Sequence[RemitClaim]) -> dict[int, Trouble]:
    """What staging found and no second look changes: what the file leaves open, and whose payment it is. A person who
    named the claim has said who the patient is, too."""
    waiting = RemitException.objects.filter(
        bulk.Among("remit_claim", (row.pk for row in rows)),
        state=RemitException.State.OPEN,
        code__in=[*OF_THE_FILE, *OF_IDENTITY, ExceptionReason.UNMATCHED],
    )
    matched = {row.pk for row in rows if row.claim_id}
    answered = {row.pk for row in rows if row.claim_id and row.matched_by in BY_A_PERSON}
    return {
        pk: Trouble(ExceptionReason(code), detail)
        for pk, code, detail in waiting.values_list("remit_claim_id", "code", "detail")
        if pk not in (answered if code == ExceptionReason.NO_PATIENT else () if code in OF_THE_FILE else matched)
    }


def _find_originals(cases: Sequence[PaymentCase], remittance: Remittance) -> None:
    """Give each reversal the earlier payment of its claim that it reverses, with what that posted."""
    if not cases:
        return
    candidates: dict[int, list[RemitClaim]] = defaultdict(list)
    posted = RemitClaim.objects.filter(
        claim__in={case.row.claim_id for case in cases}, state=RemitClaim.State.POSTED, reversals__isnull=True
    ).exclude(status=REVERSAL_STATUS)
    posted = posted.exclude(status__in=STATUSES_WITHOUT_MONEY, paid=0)
    for row in posted.select_related("remittance").order_by("-id"):
        candidates[row.claim_id or 0].append(row)
    for case in cases:
        chosen = _original_of(case, candidates[case.row.claim_id or 0], remittance)
        if chosen:
            case.original_id, case.original_on = chosen.pk, chosen.remittance.paid_on
            case.original = OriginalPayment(charge=chosen.charge, paid=chosen.paid, moves=())
    moves: dict[int, list[PostedMove]] = defaultdict(list)
    postings = Posting.objects.filter(
        remit_claim_id__in=[case.original_id for case in cases if case.original_id],
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    of_practice = {case.original_id: case.practice_id for case in cases}
    columns = ("remit_claim_id", "practice_id", "id", "kind", "debit", "credit", "amount", "line_id", "group", "carc")
    for owner, practice_id, *facts in postings.order_by("id").values_list(*columns):
        if practice_id == of_practice[owner]:  # what a sister practice booked of it stays hers
            moves[owner].append(PostedMove(*facts))
    for case in cases:
        if case.original and case.original_id:
            case.original = OriginalPayment(case.original.charge, case.original.paid, tuple(moves[case.original_id]))
    _find_earlier_reversals([case for case in cases if not case.original_id])


def _find_earlier_reversals(cases: Sequence[PaymentCase]) -> None:
    """Payers take the same payment back twice: say when the first time was."""
    if not cases:
        return
    made = RemitClaim.objects.filter(
        claim__in={case.row.claim_id for case in cases}, state=RemitClaim.State.POSTED, reverses__isnull=False
    )
    days: dict[tuple[int | None, str], dt.date] = {}
    for claim_id, icn, paid_on in made.values_list("claim_id", "icn", "remittance__paid_on").order_by("id"):
        days[claim_id, icn] = paid_on
    for case in cases:
        case.taken_back_on = days.get((case.row.claim_id, case.row.icn))


def _original_of(case: PaymentCase, rows: Iterable[RemitClaim], remittance: Remittance) -> RemitClaim | None:
    """The newest earlier payment of the same money, not reversed so far, by the same payer: the next payer of the
    claim may have paid, or made patient responsibility, just as much."""
    bucket = case.owed.bucket if case.owed else ""

    def likeness(row: RemitClaim) -> tuple[bool, bool, bool]:
        is_same_icn = bool(row.icn) and row.icn == case.row.icn
        return is_same_icn, row.remittance.payer_id == remittance.payer_id, row.bucket == bucket

    earlier = [row for row in rows if _is_earlier(row, case.row, remittance) and any(likeness(row))]
    earlier.sort(key=likeness, reverse=True)
    same = [row for row in earlier if row.paid == -case.row.paid and row.charge == abs(case.row.charge)]
    return next(iter(same), None) or next((row for row in earlier if likeness(row)[0]), None)


def _is_earlier(row: RemitClaim, reversal: RemitClaim, remittance: Remittance) -> bool:
    """A correction is not what the reversal beside it reverses."""
    if row.remittance_id == reversal.remittance_id:
        return row.position < reversal.position
    return row.remittance.paid_on <= remittance.paid_on
