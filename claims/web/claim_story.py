"""Everything the page of one claim shows, gathered from the books in a fixed number of queries."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.billing import detail
from claims.billing.detail import Covered, Sending, acknowledgment_words
from claims.denials.claim_windows import windows_of
from claims.denials.selectors import denials_of, underpayments_of
from claims.ledger.story import Books, Told, books_of
from claims.payers.code_words import adjustment_words, frequency_words, place_of_service_words
from claims.payers.deadlines import Deadline
from claims.payers.phones import COPY_KEYS, spoken
from claims.remits.explain import ExplainedPayment, payments_of_claims
from claims.web.claim_words import (
    RELATIONSHIPS,
    SHORT,
    movement_words,
    posting_words,
    submission_tag,
)

if TYPE_CHECKING:
    from claims.billing.models import Acknowledgment, Claim
    from claims.denials.models import Denial, Underpayment
    from claims.payers.models import PayerContact


@dataclass(frozen=True)
class Refused:
    """A denial in words."""

    row: "Denial"
    words: str


@dataclass(frozen=True)
class Answered:
    """An acknowledgment in words."""

    row: "Acknowledgment"
    words: str
    is_proof: bool


@dataclass(frozen=True)
class Sent:
    """A sending in words, with what came back."""

    sending: Sending
    kind: str
    tag: str
    answers: list[Answered]


@dataclass(frozen=True)
class Cover:
    """A coverage in words."""

    covered: Covered
    relationship: str


@dataclass(frozen=True)
class Posted:
    """A posting in words."""

    told: Told
    words: str
    movement: str


@dataclass(frozen=True)
class Story:
    """One claim, told."""

    owes_next: str
    owes_next_short: str
    place: str
    books: Books
    columns: list[str]
    covers: list[Cover]
    sent: list[Sent]
    loose: list[Answered]
    payments: list[ExplainedPayment]
    denials: list[Refused]
    underpayments: "list[Underpayment]"
    deadlines: list[Deadline]
    ledger: list[Posted]
    override_is_idle: bool
    contacts: "list[tuple[PayerContact, str, str]]"


def told(claim: "Claim") -> Story:
    """The whole story of a claim that `detail.claim_seen_by` gave. About a dozen queries, whatever it holds."""
    lines = detail.lines_of(claim)
    books = books_of(claim, lines)
    sendings, loose = detail.sendings_of(claim)
    denials, underpayments = list(denials_of(claim.pk)), list(underpayments_of(claim.pk))
    payments = list(reversed(payments_of_claims([claim.pk], denials=denials)[claim.pk]))
    primary = [one.paid_on for one in payments if one.row.bucket == "PAYER1"]
    deadlines = windows_of(
        claim,
        sendings=sendings,
        denials=denials,
        underpayments=underpayments,
        primary_eob_on=min(primary, default=None),
    )
    owed = dict(zip(books.grid.buckets, books.grid.totals, strict=True))
    return Story(
        owes_next=detail.payer_words(claim, claim.responsible),
        owes_next_short=SHORT[claim.responsible],
        place=place_of_service_words(claim.facility_code) if claim.form == "P" and claim.facility_code else "",
        books=books,
        columns=[SHORT[bucket] for bucket in books.grid.buckets],
        covers=[
            Cover(one, RELATIONSHIPS.get(one.coverage.relationship, one.coverage.relationship))
            for one in detail.covers_of(claim)
        ],
        sent=[_sent(one) for one in sendings],
        loose=[Answered(one, acknowledgment_words(one), is_proof=False) for one in loose],
        payments=payments,
        denials=[
            Refused(row, adjustment_words(row.group, row.carc, [one for one in row.rarcs.split() if one]))
            for row in denials
        ],
        underpayments=underpayments,
        deadlines=deadlines,
        ledger=[Posted(one, posting_words(one.posting), movement_words(one.posting)) for one in books.postings],
        override_is_idle=bool(claim.responsible_set_by_id) and owed.get(claim.responsible, 0) <= 0,
        contacts=_contacts(claim),
    )


def _sent(sending: Sending) -> Sent:
    proof = sending.proof
    return Sent(
        sending=sending,
        kind=frequency_words(sending.submission.frequency),
        tag=submission_tag(sending.submission.state),
        answers=[Answered(one, acknowledgment_words(one), is_proof=one is proof) for one in sending.acknowledgments],
    )


def _contacts(claim: "Claim") -> "list[tuple[PayerContact, str, str]]":
    """Each way to the payer, how it is shown, and the key that copies it: that of the desk, for the first of a kind."""
    keys = dict(COPY_KEYS)
    return [
        (one, spoken(one.value).removeprefix("https://"), keys.pop(one.kind, "")) for one in detail.contacts_of(claim)
    ]
