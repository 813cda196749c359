"""What earlier payers decided on a claim, from the books: their posted answers that nobody took back.

Of several answers of one payer the latest says what holds, line by line; a denial as an exact duplicate (CARC 18) of
what was decided before says nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from arwork.lib.money import ZERO
from claims.billing.buckets import PAYERS, SEQUENCES
from claims.billing.models import Claim
from claims.edi.x12.claim_text import ClaimText
from claims.parties.models import Coverage
from claims.payers.models import Payer, PayerIdentifier
from claims.remits.era import ADJUDICATED_STATUSES
from claims.remits.models import RemitClaim, RemitLine
from claims.remits.payment_records import adjustments_of
from collections_app.outgoing_claims.earlier_payers import CasAmount, Insured, LineDecision, PayerDecision
from collections_app.outgoing_claims.reading import read_claim

_DUPLICATE = "18"
_SELF = "18"
_ID_ORDER = ("PI", "XV", "2U", "FI")


def decisions_before(claim: Claim, rank: int, text: ClaimText) -> list[PayerDecision]:
    """The decisions of the payers before this rank, in their order. A payer that has not decided is left out; its
    coverage is told of all the same where it stands before one that did. A fixed number of queries."""
    found = []
    for place in range(1, rank):
        cover: Coverage | None = getattr(claim, f"coverage{place}")
        if cover is not None:
            found.append(_decision(claim, cover, PAYERS[place - 1], text))
    return found


def is_sent_on(claim: Claim, rank: int) -> bool:
    """Whether a payer before this rank sent the claim on itself: then nobody bills it again (RULES 3.1)."""
    rows = _answers(claim, PAYERS[rank - 2]) if rank > 1 else []
    return bool(rows) and rows[-1].is_forwarded


def has_decided(claim: Claim, rank: int) -> bool:
    """Whether the payer of this rank has answered, and its answer stands."""
    return bool(_answers(claim, PAYERS[rank - 1]))


def last_icn(claim: Claim, rank: int) -> str:
    """The number under which the payer of this rank last answered; "" where it told none."""
    told = [row.icn for row in _answers(claim, PAYERS[rank - 1]) if row.icn]
    return told[-1] if told else (claim.icn if rank == 1 else "")


def payer_id_of(payer: Payer) -> str:
    """The id by which files name a payer (NM1*PR-09); "" where the books know none."""
    known = dict(PayerIdentifier.objects.filter(payer=payer).order_by("-pk").values_list("qualifier", "value"))
    return next((known[qualifier] for qualifier in _ID_ORDER if known.get(qualifier)), "")


def insured_of(cover: Coverage, claim: Claim) -> Insured:
    """Who holds a coverage: its subscriber, or the patient who is their own."""
    person = claim.patient.person if cover.relationship in (_SELF, "") else cover.subscriber
    if person is None:
        return Insured(cover.group_name or "", is_person=False, member_id=cover.member_id)
    return Insured(person.last, person.first, person.middle, member_id=cover.member_id)


def _decision(claim: Claim, cover: Coverage, bucket: str, text: ClaimText) -> PayerDecision:
    rows = _answers(claim, bucket)
    lines, paid, claim_level = _merged(rows, text)
    last = rows[-1] if rows else None
    return PayerDecision(
        sequence=SEQUENCES[bucket],
        relationship=cover.relationship or _SELF,
        insured=insured_of(cover, claim),
        payer_name=cover.payer.name,
        payer_id=payer_id_of(cover.payer),
        filing=cover.filing_code,
        group_number=cover.group_number,
        group_name=cover.group_name,
        icn=last.icn if last else "",
        decided_on=last.remittance.paid_on if last else None,
        paid=paid,
        adjustments=claim_level,
        remarks=tuple(last.rarcs.split()) if last else (),
        lines=lines,
    )


def _answers(claim: Claim, bucket: str) -> list[RemitClaim]:
    """The posted answers of a payer that stand, oldest first."""
    rows = RemitClaim.objects.filter(
        claim=claim,
        bucket=bucket,
        state=RemitClaim.State.POSTED,
        status__in=ADJUDICATED_STATUSES,
        reversals__isnull=True,
    )
    found = list(rows.select_related("remittance").order_by("remittance__paid_on", "pk"))
    meant = [row for row in found if not _is_duplicate(row)]
    return meant or found


def _is_duplicate(row: RemitClaim) -> bool:
    return not row.paid and any(one[1] == _DUPLICATE for one in row.adjustments)


def _merged(
    rows: Sequence[RemitClaim], text: ClaimText
) -> tuple[tuple[LineDecision, ...], Decimal, tuple[CasAmount, ...]]:
    if not rows:
        return (), ZERO, ()
    by_row: dict[int, list[RemitLine]] = {row.pk: [] for row in rows}
    told = RemitLine.objects.filter(remit_claim__in=list(by_row)).select_related("line").order_by("position")
    for line in told:
        by_row[line.remit_claim_id].append(line)
    ordinals = _ordinals(text)
    latest: dict[int, LineDecision] = {}
    for row in rows:
        decided: dict[int, LineDecision] = {}
        for line in by_row[row.pk]:
            if any(one[1] == _DUPLICATE for one in line.adjustments) and not line.paid and len(rows) > 1:
                continue
            place = ordinals.get(line.line.number) if line.line else None
            if place is not None:
                decided[place] = _joined(decided.get(place), _line(line, place))
        latest |= decided
    last = rows[-1]
    if not latest:
        return (), last.paid, _triplets(last.adjustments)
    claim_level = _triplets(last.adjustments)
    paid = sum((one.paid for one in latest.values()), ZERO) - sum((amount for _, _, amount in claim_level), ZERO)
    return tuple(latest[place] for place in sorted(latest)), paid, claim_level


def _line(line: RemitLine, place: int) -> LineDecision:
    return LineDecision(
        line=place,
        paid=line.paid,
        adjustments=_triplets(line.adjustments),
        code=line.code,
        modifiers=tuple(line.modifiers.split()),
        revenue_code=line.revenue_code,
        units=line.units,
    )


def _joined(one: LineDecision | None, other: LineDecision) -> LineDecision:
    """A line that was paid in two parts (SVC twice) is one decision."""
    if one is None:
        return other
    return replace(other, paid=one.paid + other.paid, adjustments=one.adjustments + other.adjustments)


def _triplets(stored: Sequence[Sequence[Any]]) -> tuple[CasAmount, ...]:
    return tuple((one.group, one.carc, one.amount) for one in adjustments_of(stored))


def _ordinals(text: ClaimText) -> dict[int, int]:
    """The ordinal of each line by the number under which the books keep it: LX01, or the ordinal where these repeat."""
    numbers = [line.number for line in read_claim(text).lines]
    is_sound = len(set(numbers)) == len(numbers)
    return {(number if is_sound else ordinal): ordinal for ordinal, number in enumerate(numbers, 1)}
