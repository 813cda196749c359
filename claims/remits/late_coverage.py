"""Payers found to answer for a claim after others did, and what was put to the patient meanwhile (RULES 3.4, 3.6).

Who owes what the payers so far have left is a function of their answers and of the coverages: the first payer behind
the last one that has answered, else the patient. It is worked out anew whenever a submission names a coverage or a
payer answers, so that the books are the same whatever is read first.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PATIENT_SIDE, PAYERS
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.chart import WRITE_OFFS
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.parties.models import Coverage
from claims.remits.era import (
    ADJUDICATED_STATUSES,
    QMB_RARCS,
    AskedOfPatient,
    OpenClaim,
    OpenLine,
    PostingPlan,
    StandingPostings,
    StandingWriteOff,
)
from claims.remits.models import RemitClaim, RemitLine
from claims.remits.patient_share import taken_back, with_share_taken_back

if TYPE_CHECKING:
    from arwork.staff.models import User

_COVERED = ("coverage1__payer_id", "coverage2__payer_id", "coverage3__payer_id")
#: Whose dollars on the patient's side were left to the patient; the rest came from the patient, or moved on there.
_LEFT_TO_IT = (*PAYERS, "OTHER", "REVENUE")
FOUND_LATE = "coverage found late"
_SOURCES = ("coverage1__source", "coverage2__source", "coverage3__source")


@dataclass(slots=True)
class AnswersSoFar:
    """What stands of the payers' answers to one claim: the first and the last bucket that answered ("" if none), the
    day of the newest answer, and whether one of them called the patient a Qualified Medicare Beneficiary."""

    first: str = ""
    bucket: str = ""
    on: dt.date | None = None
    is_qmb: bool = False


def answers_so_far(claim_ids: Iterable[int]) -> dict[int, AnswersSoFar]:
    """By claim. Two queries."""
    rows = RemitClaim.objects.filter(
        bulk.Among("claim", claim_ids), state=RemitClaim.State.POSTED, status__in=ADJUDICATED_STATUSES,
        reversals__isnull=True,
    )  # fmt: skip
    found: dict[int, AnswersSoFar] = defaultdict(AnswersSoFar)
    owners = {}
    for pk, claim_id, bucket, rarcs, on in rows.values_list("id", "claim_id", "bucket", "rarcs", "remittance__paid_on"):
        one = found[claim_id or 0]
        one.first = min(one.first or bucket, bucket)
        one.bucket, one.on = max(one.bucket, bucket), max(one.on or on, on)
        one.is_qmb |= not QMB_RARCS.isdisjoint(rarcs.split())
        owners[pk] = one
    remarked = RemitLine.objects.filter(bulk.Among("remit_claim", owners)).exclude(rarcs="")
    for pk, rarcs in remarked.values_list("remit_claim_id", "rarcs"):
        owners[pk].is_qmb |= not QMB_RARCS.isdisjoint(rarcs.split())
    return dict(found)


def patient_shares(claim_ids: Iterable[int]) -> dict[int, AskedOfPatient]:
    """What was put to the patient of each line, by line. One query."""
    on_the_patient = Q(debit__in=PATIENT_SIDE) | Q(credit__in=PATIENT_SIDE) | Q(kind="statutory")
    rows = Posting.objects.filter(bulk.Among("claim", claim_ids)).filter(on_the_patient).order_by()
    put: dict[int, Decimal] = defaultdict(lambda: ZERO)
    statutory: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line_id, debit, credit, amount in rows.values_list("line_id", "debit", "credit").annotate(Sum("amount")):
        for account, other, change in ((debit, credit, amount), (credit, debit, -amount)):
            if account in PATIENT_SIDE and other in _LEFT_TO_IT:
                put[line_id or 0] += change
            elif account in WRITE_OFFS and other in PAYERS:
                statutory[line_id or 0] += change
    return {pk: AskedOfPatient(max(put[pk], ZERO), max(statutory[pk], ZERO)) for pk in {*put, *statutory}}


def standing_on(claim_ids: Iterable[int]) -> dict[int, StandingPostings]:
    """What stands on claims besides what is owed, by claim. One query."""
    moved: dict[int, dict[tuple[int, str, str], Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    kinds = ("contractual", "patient_payment", "write_off")
    rows = Posting.objects.filter(bulk.Among("claim", claim_ids), kind__in=kinds).order_by()
    columns = ("claim_id", "line_id", "debit", "credit")
    for claim_id, line_id, debit, credit, amount in rows.values_list(*columns).annotate(total=Sum("amount")):
        sums = moved[claim_id or 0]
        if credit in BUCKETS:
            sums[line_id or 0, credit, debit] += amount
        else:
            sums[line_id or 0, debit, credit] -= amount
    return {claim_id: _standing(sums) for claim_id, sums in moved.items()}


def _standing(moved: Mapping[tuple[int, str, str], Decimal]) -> StandingPostings:
    def of(*accounts: str) -> Decimal:
        return sum((amount for (_, _, account), amount in moved.items() if account in accounts), ZERO)

    written_off = (
        StandingWriteOff(line_id, bucket, account, amount)
        for (line_id, bucket, account), amount in sorted(moved.items())
        if account in WRITE_OFFS and amount > 0
    )
    patients = {place: amount for place, amount in moved.items() if place[1] in PATIENT_SIDE}
    paid = sum((amount for (_, _, account), amount in patients.items() if account in ("CASH", "UNAPPLIED")), ZERO)
    return StandingPostings(of("CONTRACTUAL"), paid, tuple(written_off))


def charged_ahead(claim_ids: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """What stands charged to later payers of each line because the first one was not known, by line and bucket; less
    what went back to the first one since. One query."""
    later = PAYERS[1:]
    charged = Q(kind="charge") & (Q(debit__in=later) | Q(credit__in=later))
    returned = Q(kind="transfer", group="", debit__in=PAYERS, credit__in=PAYERS)
    rows = Posting.objects.filter(bulk.Among("claim", claim_ids)).filter(charged | returned).order_by()
    found: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for line_id, debit, credit, amount in rows.values_list("line_id", "debit", "credit").annotate(Sum("amount")):
        for account, change in ((debit, amount), (credit, -amount)):
            if account in later:
                found[line_id or 0][account] += change
    return {line_id: {one: left for one, left in of.items() if left > 0} for line_id, of in found.items()}


def payer_behind(answered: str, payers: Iterable[int | None]) -> str:
    """The bucket of the first known payer behind the last that answered; "" where there is none. `payers` are those of
    the coverages, in their order."""
    known = (bucket for bucket, payer in zip(PAYERS, payers, strict=True) if payer)
    return next((bucket for bucket in known if bucket > answered), "")


def in_turn(payers: Sequence[int | None], sources: Sequence[str | None]) -> list[int | None]:
    """The payers of a claim's coverages as `payer_behind` and those who wait for payers know them: a tertiary payer
    that is known from its answer alone says that there is a secondary one, which has to be found first."""
    first, second, third = payers
    is_apart = third and not second and sources[2] == Coverage.Source.REMITTANCE
    return [first, second, None if is_apart else third]


def bring_back(
    named: Mapping[int, tuple[str, dt.date]], *, today: dt.date, now: dt.datetime, actor: "User | None" = None
) -> None:
    """Give what was put to the patient of these claims to the payer behind the last answer, where one is known by now.

    `named` gives the source of the submission that was read, and its day. A void claim is left alone. Set-based: a
    fixed number of queries a batch; call inside the transaction that noted the submissions.
    """
    claims = Claim.objects.select_for_update(of=("self",)).filter(bulk.Among("id", sorted(named))).order_by("id")
    standing = claims.exclude(state=Claim.State.VOID).values_list("id", "practice_id", *_COVERED, *_SOURCES)
    answers = answers_so_far(named)
    owing = {
        claim_id: (practice_id, bucket)
        for claim_id, practice_id, *covers in standing
        if (bucket := payer_behind(answers.get(claim_id, AnswersSoFar()).bucket, in_turn(covers[:3], covers[3:])))
    }
    shares = patient_shares(owing)
    lines = _lines_with(shares, owing)
    standing_now = standing_on(lines) if lines else {}
    entries = []
    for claim_id, theirs in lines.items():
        practice_id, bucket = owing[claim_id]
        source, sent_on = named[claim_id]
        answered_on = answers[claim_id].on if claim_id in answers else None
        owed = OpenClaim(bucket, tuple(theirs), standing=standing_now.get(claim_id, StandingPostings()))
        back = tuple(move for line in theirs for move in taken_back(line, bucket, line.patient.total))
        for place, move in enumerate(with_share_taken_back(PostingPlan(moves=back), owed).moves):
            entries.append(
                Entry(
                    practice_id=practice_id,
                    kind=move.kind,
                    debit=move.debit,
                    credit=move.credit,
                    amount=move.amount,
                    posted_on=today,
                    effective_on=answered_on or sent_on,
                    key=posting_key("late coverage", source, move.line_id, place),
                    claim_id=claim_id,
                    line_id=move.line_id,
                    memo=FOUND_LATE,
                )
            )
    if entries:
        ledger.post(entries, now=now, actor=actor, reason="coverage")


def _lines_with(shares: Mapping[int, AskedOfPatient], claim_ids: Collection[int]) -> dict[int, list[OpenLine]]:
    """The lines of which something was put to the patient, by claim."""
    asked = [line_id for line_id, share in shares.items() if share.total]
    rows = ClaimLine.objects.filter(bulk.Among("id", asked), claim__in=claim_ids).order_by("claim_id", "number")
    found: dict[int, list[OpenLine]] = defaultdict(list)
    columns = ("id", "claim_id", "number", "charge", "patient", "agency")
    for pk, claim_id, number, charge, patient, agency in rows.values_list(*columns):
        found[claim_id].append(OpenLine(pk, number, charge, {"PATIENT": patient, "AGENCY": agency}, patient=shares[pk]))
    return found
