"""Bring a batch of staged claim payments together with the claims they meet: a fixed number of queries a batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from arwork.lib.money import ZERO, from_cents
from claims.billing.billed_lines import BilledSubmission, billed_submissions_of
from claims.billing.buckets import BUCKETS, PAYERS, next_payer
from claims.billing.models import Claim
from claims.ledger.models import Posting
from claims.payers.models import PayerClass
from claims.remits.billed_submissions import answered_submission
from claims.remits.era import (
    REVERSAL_STATUS,
    STATUSES_WITHOUT_MONEY,
    ClaimPayment,
    ExceptionReason,
    OpenClaim,
    OpenLine,
    OriginalPayment,
    PostedMove,
    StandingPostings,
    Trouble,
    denies_duplicate,
    names_prior_payer,
)
from claims.remits.late_coverage import (
    AnswersSoFar,
    answers_so_far,
    charged_ahead,
    patient_shares,
    payer_behind,
    standing_on,
)
from claims.remits.models import RemitClaim, Remittance
from claims.remits.payment_records import paid_claim, paid_line, payer_bucket
from claims.remits.plain_payments import KeptLine
from claims.remits.posting_facts import PostingFacts, payers_in_turn, read_facts
from claims.remits.revenue_sums import split_sums

_MEDICAID = (PayerClass.MEDICAID, PayerClass.MEDICAID_MCO)
_MEDICAID_FILING = "MC"
#: An answer in time: the day of its remittance, and its row.
AnswerPlace = tuple[dt.date, int]


@dataclass(slots=True)
class PaymentCase:
    """One staged claim payment, the claim it meets, and what is known to be wrong before any arithmetic.

    `answered` is the submission that it answers, where those of the claim differ. `practice_id` is whose claim it is,
    `payers` are those of its coverages.
    `payer_id` is the payer of the coverage that pays; payers sign remittances with other ids than claims bear. Of a
    reversal whose original is not found, `taken_back_on` is the day when one like it reversed that already. `later` are
    the answers of later payers that were posted ahead of it (`later_answers`).
    """

    row: RemitClaim
    paid: ClaimPayment
    owed: OpenClaim | None = None
    original: OriginalPayment | None = None
    original_id: int | None = None
    original_on: dt.date | None = None
    taken_back_on: dt.date | None = None
    payer_id: int | None = None
    answered: BilledSubmission | None = None
    practice_id: int | None = None
    patient_id: int | None = None
    payers: Sequence[int | None] = (None, None, None)
    trouble: Trouble | None = None
    later: list[RemitClaim] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        """Whose payment it is; "" where no claim is known."""
        return self.owed.bucket if self.owed else ""

    @property
    def denies_duplicate(self) -> bool:
        """Whether the payer only says that the claim is a duplicate of another."""
        return denies_duplicate(self.paid)


def load_cases(rows: Sequence[RemitClaim], *, remittance: Remittance, lock: bool) -> list[PaymentCase]:
    """The cases of `rows`, in order; with `lock` their claims are locked in id order first."""
    return cases_of(rows, read_facts(rows, lock=lock), remittance=remittance)


def cases_of(rows: Sequence[RemitClaim], found: PostingFacts, *, remittance: Remittance) -> list[PaymentCase]:
    """The cases of `rows`, in order, from what was read for them."""
    mine = {row.claim_id or 0 for row in rows} & found.claims.keys()
    sent = billed_submissions_of(pk for pk in mine if found.claims[pk]["is_revised"])
    cases = []
    for row in rows:
        case = PaymentCase(row, paid_claim(row, [paid_line(one) for one in found.services.get(row.pk, ())]))
        facts = found.claims.get(row.claim_id or 0)
        if facts:
            payers = case.payers = [facts[f"coverage{rank}__payer_id"] for rank in (1, 2, 3)]
            case.patient_id = facts["patient_id"]
            case.owed = _owed(case, facts, tuple(map(_open_line, found.lines.get(facts["id"], ()))), remittance)
            case.answered = answered_submission(
                sent.get(facts["id"], ()), charge=abs(row.charge), lines=case.paid.lines, icn=row.icn,
                paid_on=remittance.paid_on,
            )  # fmt: skip
            case.owed = _as_answered(case.owed, case.answered, state=facts["state"])
            case.practice_id = facts["practice_id"]
            case.payer_id = payers[PAYERS.index(case.owed.bucket)] or remittance.payer_id
            if facts["state"] == Claim.State.VOID:
                case.trouble = Trouble(ExceptionReason.VOID_CLAIM, "The claim is void. Match another claim, or accept.")
        case.trouble = found.troubles.get(row.pk) or case.trouble
        cases.append(case)
    split_sums(cases)
    _place_among_payers(cases, found.claims, remittance)
    _find_originals([case for case in cases if row_is_reversal(case.row) and case.row.claim_id], remittance)
    for case in cases:
        if case.original_id and case.trouble and case.trouble.reason == ExceptionReason.VOID_CLAIM:
            case.trouble = None  # what was paid before the claim was voided may be reversed on it
    _find_standing([case for case in cases if case.owed and (takes_back(case.paid) or was_asked(case.owed))])
    return cases


def takes_back(paid: ClaimPayment) -> bool:
    """Whether any figure of a payment is below zero."""
    amounts = [one.amount for one in paid.adjustments] + [paid.paid]
    amounts += [one.amount for line in paid.lines for one in line.adjustments]
    return min(amounts) < 0


def was_asked(owed: OpenClaim) -> bool:
    """Whether the patient was asked for what is this payer's to answer for."""
    return any(line.patient.total for line in owed.lines)


def row_is_reversal(row: RemitClaim) -> bool:
    """Whether the payer reverses an earlier payment (CLP02 22)."""
    return row.status == REVERSAL_STATUS


def is_correction(answer: AnswerPlace, *, reversed_on: dt.date, taken: AnswerPlace) -> bool:
    """Whether an answer came after the one that a reversal reversed: on a later day than the reversal, or beside it.

    Files are read in any order, so numbers tell answers apart only where the payer dated them alike.
    """
    return answer[0] > reversed_on or (answer[0] == reversed_on and answer > taken)


def _open_line(line: KeptLine) -> OpenLine:
    owed = zip(BUCKETS, map(from_cents, line.owed), strict=True)
    return OpenLine(line.id, line.number, from_cents(line.charge), dict(owed))


def _bucket_of(row: RemitClaim, paid: ClaimPayment, payers: Sequence[int | None], payer_id: int | None) -> str:
    """Of a payment that is not posted this is found out anew: its coverage may have been read since it was staged."""
    if row.bucket and row.state == RemitClaim.State.POSTED:
        return row.bucket
    every = chain(paid.adjustments, *(line.adjustments for line in paid.lines))
    found = payer_bucket(row.status, payer_id, payers, names_prior_payer=names_prior_payer(one.carc for one in every))
    return found or row.bucket or PAYERS[0]


def _owed(
    case: PaymentCase, facts: Mapping[str, Any], lines: tuple[OpenLine, ...], remittance: Remittance
) -> OpenClaim:
    bucket = _bucket_of(case.row, case.paid, case.payers, remittance.payer_id)
    behind = payer_behind(bucket, payers_in_turn(facts))
    return OpenClaim(bucket=bucket, lines=lines, next_payer=behind, form=facts["form"])


def _is_medicaid(case: PaymentCase, facts: Mapping[str, Any], remittance: Remittance) -> bool:
    """Whether Medicaid answers: by the class of the payer, or by what the bill (SBR09) or the payment (CLP06) calls
    it, for a payer that a file opened is of no class yet."""
    cover = f"coverage{1 + PAYERS.index(case.owed.bucket if case.owed else PAYERS[0])}"
    payer_class = facts[f"{cover}__payer__payer_class"]
    if payer_class is None and remittance.payer:
        payer_class = remittance.payer.payer_class
    return payer_class in _MEDICAID or _MEDICAID_FILING in (facts[f"{cover}__filing_code"], case.row.filing_code)


def _place_among_payers(cases: Sequence[PaymentCase], claims: Mapping[int, Any], remittance: Remittance) -> None:
    """Bring each case beside the answers of the other payers: what stands with the patient or with a later payer may
    be its own to answer for. No query for a first payer's payment of a claim that was charged to it alone."""
    later = [case for case in cases if case.owed and _may_be_late(case.owed, claims[case.row.claim_id or 0])]
    answers = answers_so_far({case.row.claim_id or 0 for case in later}) if later else {}
    shares = patient_shares({case.row.claim_id or 0 for case in later}) if later else {}
    moved = {case.row.claim_id or 0 for case in cases if case.owed and _is_short(case.owed)}
    opening = [case for case in later if case.owed and _is_opening(case, claims, answers)]
    moved |= {case.row.claim_id or 0 for case in opening}
    ahead = charged_ahead(moved) if moved else {}
    for case in cases:
        if case.owed and ahead:
            lines = (replace(line, ahead=ahead.get(line.id, {})) for line in case.owed.lines)
            case.owed = replace(case.owed, lines=tuple(lines))
    for case in later:
        assert case.owed
        facts, owed = claims[case.row.claim_id or 0], case.owed
        so_far = answers.get(case.row.claim_id or 0, AnswersSoFar())
        is_early = _is_awaited_before(owed.bucket, so_far.bucket, payers_in_turn(facts))
        is_last = owed.bucket != PAYERS[0] and not owed.next_payer
        case.owed = replace(
            owed,
            lines=tuple(replace(line, patient=shares.get(line.id, line.patient)) for line in owed.lines),
            is_late=so_far.bucket < owed.bucket and not is_early,
            is_early=is_early,
            is_opening=case in opening,
            rest_is_statutory=is_last and (so_far.is_qmb or _is_medicaid(case, facts, remittance)),
        )


def _is_awaited_before(bucket: str, answered: str, payers: Sequence[int | None]) -> bool:
    """Whether a payer before `bucket` has not answered: one that is known, or that this payer's rank speaks of."""
    if not answered:
        return bucket > PAYERS[0]
    awaited = payer_behind(answered, payers) or next_payer(answered)
    return bool(awaited) and awaited < bucket


def _may_be_late(owed: OpenClaim, facts: Mapping[str, Any]) -> bool:
    return owed.bucket != PAYERS[0] or facts["coverage1__payer_id"] is None


def _is_opening(case: PaymentCase, claims: Mapping[int, Any], answers: Mapping[int, AnswersSoFar]) -> bool:
    """Whether it is the answer of a later payer, the earliest so far, of a claim that was opened from a remittance."""
    first = answers.get(case.row.claim_id or 0, AnswersSoFar()).first
    is_earliest = case.owed is not None and PAYERS[0] < case.owed.bucket < (first or "~")
    return is_earliest and claims[case.row.claim_id or 0]["origin"] == "835"


def _is_short(owed: OpenClaim) -> bool:
    """Whether less than the whole charge stands with the first payer, whose answer it is."""
    return owed.bucket == PAYERS[0] and any(line.buckets.get(PAYERS[0], ZERO) < line.charge for line in owed.lines)


def _as_answered(owed: OpenClaim, submission: BilledSubmission | None, *, state: str) -> OpenClaim:
    """The claim with what the submission that is answered billed, if that was taken back or is not what it charges."""
    charged = {line.id: line.charge for line in owed.lines if line.charge}
    billed = {line.id: line.charge for line in submission.lines if line.charge} if submission else charged
    is_void = state == Claim.State.VOID or (submission is not None and submission.is_voided)
    return owed if billed == charged and not is_void else replace(owed, billed=billed, is_void=is_void)


def _find_originals(cases: Sequence[PaymentCase], remittance: Remittance) -> None:
    """Give each reversal the earlier payment of its claim that it reverses, with what that posted."""
    if not cases:
        return
    candidates: dict[int, list[RemitClaim]] = defaultdict(list)
    posted = RemitClaim.objects.filter(
        claim__in={case.row.claim_id for case in cases}, state=RemitClaim.State.POSTED, reversals__isnull=True
    ).exclude(status=REVERSAL_STATUS)
    posted = posted.exclude(status__in=STATUSES_WITHOUT_MONEY, paid=0)
    if remittance.reverses_id:
        posted = posted.filter(remittance=remittance.reverses_id)
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
    mine = {case.original_id: case.row.claim_id for case in cases}
    away: set[int | None] = set()
    columns = ("remit_claim_id", "practice_id", "id", "kind", "debit", "credit", "amount", "line_id", "group", "carc")
    for owner, practice_id, *facts, claim_id in postings.order_by("id").values_list(*columns, "claim_id"):
        if claim_id and claim_id != mine[owner]:
            away.add(owner)
        elif practice_id == of_practice[owner]:  # what a sister practice booked of it stays hers
            moves[owner].append(PostedMove(*facts))
    for case in cases:
        if case.original and case.original_id:
            case.original = OriginalPayment(case.original.charge, case.original.paid, tuple(moves[case.original_id]))
            if case.original_id in away:
                case.original = case.original_id = case.original_on = None
                case.trouble = Trouble(ExceptionReason.NO_ORIGINAL, _MOVED_BY_HAND)
    _find_earlier_reversals([case for case in cases if not case.original_id])


_MOVED_BY_HAND = (
    "A part of the payment that is reversed was moved by hand to another claim. Move it back on that claim, then post."
)


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


def _find_standing(cases: Sequence[PaymentCase]) -> None:
    """Give the claims of `cases` what stands on them besides what is owed. One query."""
    found = standing_on(case.row.claim_id or 0 for case in cases) if cases else {}
    for case in cases:
        if case.owed:
            case.owed = replace(case.owed, standing=found.get(case.row.claim_id or 0, StandingPostings()))


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
