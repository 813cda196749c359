"""Everything the page of one claim shows, gathered from the books in a fixed number of queries."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO
from claims.billing import claim_detail
from claims.billing.buckets import Bucket, next_payer
from claims.billing.claim_detail import RankedCoverage, SubmissionDetail, acknowledgment_words
from claims.denials.claim_windows import deadlines_of_claim
from claims.denials.lists import outcome_words
from claims.denials.payment_standings import payment_standings
from claims.denials.selectors import denials_of, underpayments_of
from claims.denials.triage import PAYMENT_TONES, PaymentStatus, PaymentVerdict, answer_status, sums_by_verdict, triage
from claims.ledger.claim_books import ClaimBooks, PostingWithBalance, books_of, patient_paid
from claims.payers.code_words import adjustment_words, frequency_words, place_of_service_words
from claims.payers.deadlines import Deadline
from claims.payers.phones import COPY_KEYS, shown_number
from claims.remits.corrected_insured import OfferedCorrection, offered_corrections
from claims.remits.explain import ExplainedLine, ExplainedPayment, payments_of_claims
from claims.transfers.posting_moves import is_movable
from claims.web.claim_words import (
    RELATIONSHIPS,
    movement_words,
    submission_tag,
    told_posting,
)

if TYPE_CHECKING:
    from claims.billing.models import Acknowledgment, Claim, ClaimLine
    from claims.denials.models import Denial, Underpayment
    from claims.payers.models import PayerContact


@dataclass(frozen=True)
class ShownDenial:
    """A denial in words."""

    row: "Denial"
    words: str
    stands: str
    tone: str


@dataclass(frozen=True)
class ShownAcknowledgment:
    """An acknowledgment in words."""

    row: "Acknowledgment"
    words: str
    is_proof: bool


@dataclass(frozen=True)
class ShownSubmission:
    """A submission in words, with what came back."""

    detail: SubmissionDetail
    kind: str
    tag: str
    answers: list[ShownAcknowledgment]


@dataclass(frozen=True)
class ShownCoverage:
    """A coverage in words."""

    covered: RankedCoverage
    relationship: str


@dataclass(frozen=True)
class ShownPosting:
    """A posting in words."""

    entry: PostingWithBalance
    words: str
    movement: str
    is_movable: bool


@dataclass(frozen=True)
class AnsweredLine:
    """A line of a payment with how its answer stands, the colour of the tag, and what each dollar taken off is."""

    line: ExplainedLine
    status: PaymentStatus
    tone: str
    verdicts: list[tuple[PaymentVerdict, Decimal]]


@dataclass(frozen=True)
class AnsweredPayment:
    """A payment, each of its lines triaged."""

    told: ExplainedPayment
    lines: list[AnsweredLine]


@dataclass(frozen=True)
class ClaimView:
    """One claim, told."""

    owes_next: str
    owes_next_short: str
    place: str
    books: ClaimBooks
    columns: list[str]
    covers: list[ShownCoverage]
    sent: list[ShownSubmission]
    loose: list[ShownAcknowledgment]
    payments: list[ExplainedPayment]
    denials: list[ShownDenial]
    underpayments: "list[Underpayment]"
    deadlines: list[Deadline]
    ledger: list[ShownPosting]
    override_is_idle: bool
    corrections: list[OfferedCorrection]
    stated_paid: Decimal
    to_sisters: frozenset[int]  # remittances that went to another practice
    contacts: "list[tuple[PayerContact, str, str]]"
    payment_status: PaymentStatus
    payment_tone: str
    lines: "list[tuple[ClaimLine, list[Decimal], Decimal, tuple[str, str] | None]]"
    answers: list["AnsweredPayment"]


def claim_view(claim: "Claim") -> ClaimView:
    """The whole story of a claim that `claim_detail.claim_seen_by` gave. About a dozen queries, whatever it holds."""
    lines = claim_detail.lines_of(claim)
    books = books_of(claim, lines)
    submissions, loose = claim_detail.submissions_with_acknowledgments(claim)
    denials, underpayments = list(denials_of(claim.pk)), list(underpayments_of(claim.pk))
    payments = list(reversed(payments_of_claims([claim.pk], denials=denials)[claim.pk]))
    primary = [one.paid_on for one in payments if one.row.bucket == "PAYER1"]
    deadlines = deadlines_of_claim(
        claim,
        submissions=submissions,
        denials=denials,
        underpayments=underpayments,
        primary_eob_on=min(primary, default=None),
        forwarded_on=_forwarded_on(payments),
    )
    owed = dict(zip(books.grid.buckets, books.grid.totals, strict=True))
    stands = payment_standings([claim.pk])[claim.pk]
    short = {(row.remit_claim_id, row.line_id): row.amount for row in underpayments if row.expected}
    return ClaimView(
        owes_next=claim_detail.payer_words(claim, claim.responsible),
        owes_next_short=Bucket(claim.responsible).short,
        place=place_of_service_words(claim.facility_code) if claim.form == "P" and claim.facility_code else "",
        books=books,
        columns=[Bucket(bucket).short for bucket in books.grid.buckets],
        covers=[
            ShownCoverage(one, RELATIONSHIPS.get(one.coverage.relationship, one.coverage.relationship))
            for one in claim_detail.coverages_of(claim)
        ],
        sent=[_sent(one) for one in submissions],
        loose=[ShownAcknowledgment(one, acknowledgment_words(one), is_proof=False) for one in loose],
        payments=payments,
        denials=[
            ShownDenial(row, adjustment_words(row.group, row.carc, row.rarcs.split()), *outcome_words(row))
            for row in denials
        ],
        underpayments=underpayments,
        deadlines=deadlines,
        ledger=[
            ShownPosting(one, told_posting(one.posting), movement_words(one.posting), is_movable(one.posting))
            for one in books.postings
        ],
        override_is_idle=bool(claim.responsible_set_by_id) and owed.get(claim.responsible, 0) <= 0,
        contacts=_contacts(claim),
        payment_status=stands.status,
        payment_tone=PAYMENT_TONES[stands.status],
        lines=[(*row, _worded(stands.lines.get(row[0].pk))) for row in books.grid.rows],
        answers=[_answered(one, short) for one in payments],
        corrections=offered_corrections(claim),
        to_sisters=frozenset(
            one.row.remittance_id for one in payments if one.row.remittance.practice_id != claim.practice_id
        ),
        stated_paid=max((claim.patient_paid or ZERO) - patient_paid(books.postings), ZERO),
    )


def payment_words(claim_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """How the payment of claims stands, with the colour of its tag, by claim."""
    found = payment_standings(claim_ids)
    return {pk: (str(one.status), PAYMENT_TONES[one.status]) for pk, one in found.items()}


def _worded(status: PaymentStatus | None) -> tuple[str, str] | None:
    return (str(status), PAYMENT_TONES[status]) if status else None


def _answered(one: ExplainedPayment, short: Mapping[tuple[int, int], Decimal]) -> AnsweredPayment:
    lines = []
    for line in one.lines:
        sums = sums_by_verdict(triage(line.cuts, short=short.get((one.row.pk, line.line_id or 0), ZERO)))
        status = answer_status(line.paid, sums)
        lines.append(AnsweredLine(line, status, PAYMENT_TONES[status], sorted(sums.items())))
    return AnsweredPayment(one, lines)


def _forwarded_on(payments: list[ExplainedPayment]) -> dict[str, dt.date]:
    """To which buckets payers sent the claim on themselves, and when last; what was reversed since is not so."""
    taken_back = {one.row.reverses_id for one in payments}
    return {
        next_payer(one.row.bucket): one.paid_on
        for one in sorted(payments, key=lambda one: one.paid_on)
        if one.is_crossover and one.row.state == "posted" and one.row.pk not in taken_back
    }


def _sent(detail: SubmissionDetail) -> ShownSubmission:
    proof = detail.proof
    return ShownSubmission(
        detail=detail,
        kind=frequency_words(detail.submission.frequency),
        tag=submission_tag(detail.submission.state),
        answers=[
            ShownAcknowledgment(one, acknowledgment_words(one), is_proof=one is proof) for one in detail.acknowledgments
        ],
    )


def _contacts(claim: "Claim") -> "list[tuple[PayerContact, str, str]]":
    """Each way to the payer, how it is shown, and the key that copies it: that of the desk, for the first of a kind."""
    keys = dict(COPY_KEYS)
    return [
        (one, shown_number(one.value).removeprefix("https://"), keys.pop(one.kind, ""))
        for one in claim_detail.payer_contacts_of(claim)
    ]
