"""From an 837 claim as it was read to a bill, its people and its cover. Pure: no Django import.

What the file leaves open is decided here, once: who is the guarantor, which rank a coverage has, what a claim
without dates is. Each decision that a person should know of is returned as a note.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from claims.billing.submitted_claims import ENTIRE_CLAIM, Bill, BillLine
from claims.edi.x12.records import Claim837, Envelope, Line837, Party, Problem, Subscriber, Where
from claims.edi.x12.records import Payer837 as PayerRead
from claims.parties.party_drafts import CoverageDraft, PersonDraft
from claims.plausible.contacts import phone_of
from claims.plausible.particulars import ADULT, age_on, birth_problem
from claims.plausible.places import state_of, zip_of

SELF, CHILD, SELF_PAY = "18", "19", "09"
PREDETERMINATION = "PB"  # CLM19
REPORTING = "RP"  # BHT06: an encounter, told for the record and owed by nobody
_RANK = {"P": 1, "S": 2, "T": 3}
_MOST_UNITS = Decimal(10) ** 8
_MILLI = Decimal("0.001")
ZERO = Decimal("0.00")
_LONGEST_NUMBER = 38


@dataclass(frozen=True, slots=True)
class NamedCoverage:
    """One coverage with its payer as the file names it."""

    rank: int
    payer: PayerRead | None
    subscriber: Subscriber
    insured: PersonDraft | None
    prior_paid: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TranslatedClaim:
    """A bill with its people and cover, before any of them is a row; `destination` is the rank it was sent to,
    `patient_key` the match key by which the books know the patient, once somebody has asked them."""

    bill: Bill
    patient: PersonDraft
    guarantor: PersonDraft
    covers: tuple[NamedCoverage, ...]
    destination: int
    notes: tuple[Problem, ...]
    patient_key: str = ""


@dataclass(frozen=True, slots=True)
class TransactionContext:
    """What stands around the claims of one transaction."""

    envelope: Envelope
    usage: str  # BHT06
    source: str  # the file and transaction, to which the claim's position is added
    today: dt.date


def is_number_too_long(claim: Claim837) -> bool:
    """Whether CLM01 is longer than X12 allows, so that no payer could repeat it."""
    return len(claim.number) > _LONGEST_NUMBER


def translate_claim(claim: Claim837, *, practice_id: int, around: TransactionContext) -> TranslatedClaim:
    """Translate one claim."""
    notes: list[Problem] = []
    first, last = _days(claim, around, notes)
    lines = _lines(claim, first, last)
    patient, insured = _people(claim, around.today)
    notes += _births(claim, around.today)
    covers, destination = _covers(claim, patient, insured, today=around.today)
    is_charged = _is_charged(claim, around, notes)
    if not is_charged:  # the books charge what somebody owes; what was reported stands in the kept file
        lines = tuple(replace(line, charge=ZERO) for line in lines if line.number != ENTIRE_CLAIM)
    is_self_pay = claim.subscriber.filing == SELF_PAY
    if claim.payer is None and not is_self_pay:
        notes.append(_note(claim, "NM1", 9, "no_payer", "The claim names no payer (NM1*PR); set the payer by hand."))
    prior_paid = _prior_paid(claim, covers, destination)
    if prior_paid:
        message = (
            f"Payers before this one paid {prior_paid:.2f}; that money is not in the books until their remittance is "
            "read."
        )
        notes.append(_note(claim, "AMT", 2, "prior_payment", message))
    bill = Bill(
        practice_id=practice_id,
        number=claim.number,
        form=claim.form,
        charge=claim.charge if is_charged else ZERO,
        service_from=first,
        service_to=last,
        submitted_on=claim.submitted_on or around.envelope.date or around.today,
        source=f"{around.source}/{claim.position}",
        frequency=claim.frequency[:1] or "1",
        sequence={1: "P", 2: "S", 3: "T"}[destination],
        bucket="PATIENT" if is_self_pay else "PAYER1",
        is_charged=is_charged,
        facility_code=claim.facility_code,
        original_icn=claim.original_icn,
        prior_auth=claim.prior_auth,
        medical_record=claim.medical_record,
        diagnoses=_joined([code.code for code in claim.diagnoses], 255),
        billing_npi=claim.billing.npi if claim.billing else "",
        rendering_npi=_rendering_npi(claim),
        rendering_name=claim.rendering.name if claim.rendering else "",
        accident_on=claim.accident_on,
        prior_paid=prior_paid,
        patient_paid=claim.patient_paid,
        isa_control=around.envelope.isa_control,
        gs_control=around.envelope.gs_control,
        sent_by=around.envelope.sender,
        sent_to=around.envelope.receiver,
        st_control=around.envelope.st_control,
        lines=lines,
    )
    guarantor = _guarantor(claim, patient, insured, on=first)
    return TranslatedClaim(bill, patient, guarantor, covers, destination, tuple(notes))


def _days(claim: Claim837, around: TransactionContext, notes: list[Problem]) -> tuple[dt.date, dt.date]:
    first = claim.service_from or claim.service_to or claim.admitted_on
    if first is None:
        first = claim.submitted_on or around.envelope.date or around.today
        if claim.submission_reason != PREDETERMINATION:
            message = "The claim has no date of service (DTP*472 or 434); the day it was sent stands in for it."
            notes.append(_note(claim, "DTP", 3, "no_service_date", message))
    return first, max(first, claim.service_to or first)


def _is_charged(claim: Claim837, around: TransactionContext, notes: list[Problem]) -> bool:
    if around.usage == REPORTING:
        message = "An encounter (BHT06 RP) reports services; it was recorded, and nothing was charged."
        notes.append(_note(claim, "BHT", 6, "encounter", message))
        return False
    if claim.submission_reason == PREDETERMINATION:
        message = "The claim asks for a predetermination (CLM19 PB); it was recorded, and nothing was charged."
        notes.append(_note(claim, "CLM", 19, "predetermination", message))
        return False
    return True


def _lines(claim: Claim837, first: dt.date, last: dt.date) -> tuple[BillLine, ...]:
    """The service lines, and line 0 for what CLM02 charges beyond them, so that a claim's lines sum to its charge."""
    numbers = [line.number for line in claim.lines]
    is_sound = len(set(numbers)) == len(numbers) and all(0 < number < 32_000 for number in numbers)
    lines = [
        _line(line, line.number if is_sound else ordinal, first, last) for ordinal, line in enumerate(claim.lines, 1)
    ]
    rest = claim.charge - sum((line.charge for line in lines), Decimal("0.00"))
    if rest or not lines:
        lines.append(BillLine(ENTIRE_CLAIM, rest, first, last))
    return tuple(lines)


def _line(line: Line837, number: int, first: dt.date, last: dt.date) -> BillLine:
    begun = line.service_from or first
    units = line.units if abs(line.units) < _MOST_UNITS else Decimal(1)
    return BillLine(
        number=number,
        charge=line.charge,
        service_from=begun,
        service_to=max(begun, line.service_to or (begun if line.service_from else last)),
        control=line.control,
        code=line.code,
        modifiers=_joined(line.modifiers[:4], 11),
        revenue_code=line.revenue_code,
        units=units.quantize(_MILLI),
        dx_pointers=_joined([str(pointer) for pointer in line.dx_pointers], 12),
        ndc=line.ndc,
    )


def _people(claim: Claim837, today: dt.date) -> tuple[PersonDraft, PersonDraft | None]:
    """The patient, and the insured where it is a person (an employer insures workers' compensation)."""
    member = claim.subscriber.member_id or claim.number
    patient = person_draft(claim.patient, otherwise=member, today=today)
    if claim.patient_is_subscriber or claim.subscriber.relationship == SELF:
        return patient, patient
    party = claim.subscriber.party
    return patient, person_draft(party, otherwise=member, today=today) if party.is_person else None


def _births(claim: Claim837, today: dt.date) -> list[Problem]:
    """A day on which nobody can be born is no key to a person: it is left out, and said."""
    days = {claim.patient.birth_on, claim.subscriber.party.birth_on}
    message = "Nobody can be born on this day; it is left out, and the person is told apart by the member id."
    return [_note(claim, "DMG", 2, "bad_birth_date", message) for day in days if birth_problem(day, today=today)][:1]


def person_draft(party: Party, *, otherwise: str, today: dt.date) -> PersonDraft:
    """A party as a person's draft; what can't be true of anybody is left out (the reader says which segment)."""
    birth_on = None if birth_problem(party.birth_on, today=today) else party.birth_on
    return PersonDraft(
        last=party.last or "(not named)",
        first=party.first,
        middle=party.middle,
        suffix=party.suffix,
        birth_on=birth_on,
        sex=party.sex if party.sex in ("F", "M", "U") else "",
        address1=party.address1,
        address2=party.address2,
        city=party.city,
        state=state_of(party.state),
        zip=zip_of(party.zip),
        phone=phone_of(party.phone),
        otherwise="" if birth_on else otherwise,
    )


def _guarantor(claim: Claim837, patient: PersonDraft, insured: PersonDraft | None, *, on: dt.date) -> PersonDraft:
    """An adult answers for himself, a child's insured parent for the child; an 837 names no guarantor."""
    if insured is None or insured is patient:
        return patient
    if patient.birth_on is None:
        return insured if claim.subscriber.relationship == CHILD else patient
    return insured if age_on(patient.birth_on, on) < ADULT else patient


def _covers(
    claim: Claim837, patient: PersonDraft, insured: PersonDraft | None, *, today: dt.date
) -> tuple[tuple[NamedCoverage, ...], int]:
    """Coverages by rank (SBR01: P, S, T; anything else takes the first free rank) and the rank it was sent to."""
    destination = NamedCoverage(0, claim.payer, claim.subscriber, insured)
    named = [destination]
    for other in claim.other_coverages:
        holder = _other_insured(other.subscriber, patient, insured, today=today)
        named.append(NamedCoverage(0, other.payer, other.subscriber, holder, other.paid))
    ranks: dict[int, int] = {}
    taken: set[int] = set()
    for index, cover in enumerate(named):
        rank = _RANK.get(cover.subscriber.sequence)
        if rank and rank not in taken:
            ranks[index] = rank
            taken.add(rank)
    for index in range(len(named)):
        free = next((rank for rank in (1, 2, 3) if rank not in taken), None)
        if index not in ranks and free:
            ranks[index] = free
            taken.add(free)
    is_self_pay = claim.subscriber.filing == SELF_PAY
    placed = tuple(
        replace(cover, rank=ranks[index])
        for index, cover in enumerate(named)
        if index in ranks and cover.payer is not None and not (index == 0 and is_self_pay)
    )
    return placed, ranks.get(0, 3)


def _other_insured(
    subscriber: Subscriber, patient: PersonDraft, insured: PersonDraft | None, *, today: dt.date
) -> PersonDraft | None:
    """Who holds another coverage. Loop 2330A gives no day of birth, so known people are recognized by name."""
    party = subscriber.party
    for known in (patient, insured):
        if known and (subscriber.relationship == SELF or (party.last, party.first) == (known.last, known.first)):
            return known
    return person_draft(party, otherwise=subscriber.member_id, today=today) if party.is_person and party.last else None


def _prior_paid(claim: Claim837, covers: Sequence[NamedCoverage], destination: int) -> Decimal | None:
    """What the payers before this one had paid: of the claim (AMT*D), else of its lines (SVD02). None where none of
    them says what it decided."""
    told = [cover.prior_paid for cover in covers if cover.rank < destination and cover.prior_paid is not None]
    told = told or [svd.paid for line in claim.lines for svd in line.svds]
    return sum(told, ZERO) if told and destination > 1 else None


def coverage_draft(cover: NamedCoverage, payer_id: int) -> CoverageDraft:
    """A coverage whose payer is known by now."""
    subscriber = cover.subscriber
    party = subscriber.party
    return CoverageDraft(
        payer_id=payer_id,
        rank=cover.rank,
        member_id=subscriber.member_id,
        group_number=subscriber.group_number,
        group_name=subscriber.group_name or ("" if party.is_person else party.last),
        filing_code=subscriber.filing,
        relationship=subscriber.relationship,
        subscriber=cover.insured,
    )


def _rendering_npi(claim: Claim837) -> str:
    if claim.rendering and claim.rendering.npi:
        return claim.rendering.npi
    return next((line.rendering_npi for line in claim.lines if line.rendering_npi), "")


def _note(claim: Claim837, tag: str, element: int, code: str, message: str) -> Problem:
    return Problem(Where(claim.first_segment, tag, element), code, message, "warning")


def _joined(words: Sequence[str], longest: int) -> str:
    """Words with blanks between them, as many whole ones as fit."""
    text = ""
    for word in words:
        longer = f"{text} {word}" if text else word
        if len(longer) > longest:
            break
        text = longer
    return text
