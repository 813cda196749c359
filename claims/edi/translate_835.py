"""From the records of an 835 to the rows that staging keeps."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from arwork.lib.money import ZERO, to_cents
from claims.edi.files import MOST_PROBLEMS
from claims.edi.x12.records import Cas, Clp, Plb, RemitPerson, Svc, TransactionEnd
from claims.payers.identify import PayerName
from claims.remits.coverage_models import InsuredCorrection
from claims.remits.era import ExceptionReason, Trouble, figure, is_crossover
from claims.remits.match_rules import SoughtClaim, SoughtLine, charge_as_billed
from claims.remits.models import (
    ProviderAdjustment,
    RemitClaimRow,
    RemitLineRow,
    Remittance,
)
from claims.remits.provider_adjustments import INTEREST_AT_CLAIM
from claims.remits.staging import ClaimPaymentDraft

#: Findings that posting makes itself, in its own words; the reader's do not make a claim unreadable.
BALANCE_PROBLEMS = frozenset({"unbalanced_line", "unbalanced_claim", "unbalanced_transaction"})
_QUESTIONS = {"unknown_status": ExceptionReason.STATUS, "no_patient": ExceptionReason.NO_PATIENT}


def claim_payment_draft(claim: Clp, remittance: Remittance) -> ClaimPaymentDraft:
    """One CLP as staging takes it."""
    row = RemitClaimRow(
        remittance_id=remittance.pk,
        position=claim.position,
        segment=claim.first_segment,
        number=claim.clp01[:50],
        status=claim.status[:2],
        charge=claim.charge,
        paid=claim.paid,
        patient_responsibility=claim.patient_responsibility,
        filing_code=claim.filing[:2],
        icn=claim.icn[:50],
        patient_name=_name(_person(claim))[:100],
        member_id=_member_id(claim)[:80],
        service_from=claim.service_from,
        service_to=claim.service_to,
        rarcs=_joined(claim.moa_mia_codes, 60),
        adjustments=_triplets(claim.adjustments),
        is_forwarded=_is_forwarded(claim),
        rendering_npi=claim.rendering_npi[:10],
    )
    return ClaimPaymentDraft(
        row=row,
        sought=sought_claim_of(claim),
        lines=[_line(line) for line in claim.lines],
        sought_lines=[_sought_line(line, claim.charge) for line in claim.lines],
        trouble=_trouble(claim),
        corrected=_corrected(claim.corrected) if claim.corrected else None,
        carrier=carrier_of(claim),
    )


def sought_claim_of(claim: Clp) -> SoughtClaim:
    """One CLP as the claim ladder looks for its claim."""
    person = _person(claim)
    return SoughtClaim(
        number=claim.clp01[:50],
        icn=claim.icn[:50],
        member_id=_member_id(claim)[:80],
        last=person.last,
        first=f"{person.first} {person.middle}".strip(),
        charge=abs(claim.charge),
        service_from=claim.service_from,
        service_to=claim.service_to,
        rendering_npi=claim.rendering_npi[:10],
    )


def claim_payment_facts(claim: Clp) -> tuple[str, str, Decimal, Decimal]:
    """What tells one claim payment from another, as it is kept."""
    return claim.clp01[:50], claim.status[:2], claim.charge, claim.paid


def provider_rows(remittance: Remittance, plbs: Iterable[Plb]) -> list[ProviderAdjustment]:
    """The PLB pairs of a transaction, in order."""
    return [
        ProviderAdjustment(
            remittance_id=remittance.pk,
            position=position,
            code=plb.code[:2],
            reference=plb.reference[:50],
            amount=plb.amount,
        )
        for position, plb in enumerate(plbs, 1)
    ]


def interest_rows(remittance: Remittance, interest: Mapping[str, Decimal], *, after: int) -> list[ProviderAdjustment]:
    """The interest that a payer named at its claims (AMT*I by claim number) as provider adjustments, where it is
    exactly what the deposit has more than it explains: the payer left out its PLB*L6. Else none.

    Counts it to the totals of `remittance`, unsaved. `after` is how many adjustments the payer sent itself.
    """
    total = sum(interest.values(), ZERO)
    if not total or remittance.amount - remittance.total_paid + remittance.total_provider != total:
        return []
    remittance.total_provider -= total
    return [
        ProviderAdjustment(
            remittance_id=remittance.pk,
            position=position,
            code=INTEREST_AT_CLAIM,
            reference=number[:50],
            amount=-amount,
        )
        for position, (number, amount) in enumerate(interest.items(), after + 1)
    ]


def interest_words(interest: Mapping[str, Decimal], *, is_posted: bool) -> str:
    """What is told of interest at claims."""
    named = ", ".join(f"{number} {figure(amount)}" for number, amount in list(interest.items())[:4])
    more = f" and {len(interest) - 4} more" if len(interest) > 4 else ""
    text = f"AMT*I names interest of {figure(sum(interest.values(), ZERO))} ({named}{more}) without a PLB*L6."
    return f"{text} It is exactly what the deposit has more, and posted as interest." if is_posted else text


def set_totals(remittance: Remittance, end: TransactionEnd) -> None:
    """Set on `remittance`, unsaved, what its transaction adds up to and what was wrong with it."""
    totals = end.totals
    remittance.claim_count = totals.claims
    remittance.total_charge = totals.charge
    remittance.total_paid = totals.paid
    remittance.total_patient = totals.patient_responsibility
    remittance.total_provider = totals.plb
    remittance.is_balanced = bool(totals.balanced)
    remittance.problems = [
        {"where": str(one.where), "code": one.code, "message": one.message} for one in end.problems[:MOST_PROBLEMS]
    ]


def _line(line: Svc) -> RemitLineRow:
    return RemitLineRow(
        position=line.position,
        code=line.code[:12],
        modifiers=_joined(line.modifiers, 11),
        revenue_code=line.revenue_code[:4],
        submitted_code=line.submitted_code[:12],
        control=line.control[:50],
        charge=line.charge,
        paid=line.paid,
        units=line.units,
        allowed=line.allowed,
        service_from=line.service_from,
        service_to=line.service_to,
        adjustments=_triplets(line.adjustments),
        rarcs=_joined(line.rarcs, 60),
    )


def _sought_line(line: Svc, of_claim: Decimal) -> SoughtLine:
    return SoughtLine(
        control=line.control,
        code=line.code,
        modifiers=_joined(line.modifiers, 11),
        submitted_code=line.submitted_code,
        charge=charge_as_billed(line.charge, of_claim),
        service_from=line.service_from,
        revenue_code=line.revenue_code,
    )


def _is_forwarded(claim: Clp) -> bool:
    remarks = chain(claim.moa_mia_codes, *(line.rarcs for line in claim.lines))
    return is_crossover(claim.status, remarks, names_next_payer=bool(claim.crossover_payer or claim.crossover_payer_id))


def _person(claim: Clp) -> RemitPerson:
    return claim.patient if claim.patient.last or not claim.subscriber else claim.subscriber


def _member_id(claim: Clp) -> str:
    """The id the claim was sent under; a corrected one (NM1*74) is only the payer's news."""
    return claim.patient.member_id or (claim.subscriber.member_id if claim.subscriber else "")


def _name(person: RemitPerson) -> str:
    given = " ".join(part for part in (person.first, person.middle) if part)
    return ", ".join(part for part in (person.last, given) if part)


def _triplets(adjustments: Sequence[Cas]) -> list[list[object]]:
    return [
        [one.group[:2], one.carc[:5], to_cents(one.amount), None if one.quantity is None else str(one.quantity)]
        for one in adjustments
    ]


def _joined(codes: Iterable[str], limit: int) -> str:
    """Codes separated by spaces, as many whole ones as fit."""
    text = " ".join(codes)
    return text if len(text) <= limit else text[:limit].rpartition(" ")[0]


def carrier_of(claim: Clp) -> PayerName | None:
    """The payer to which the claim was sent on (NM1*TT)."""
    if not (claim.crossover_payer or claim.crossover_payer_id) or not _is_forwarded(claim):
        return None
    return PayerName(claim.crossover_payer, (("PI", claim.crossover_payer_id),))


def _corrected(person: RemitPerson) -> InsuredCorrection:
    return InsuredCorrection(
        last=person.last[:60],
        first=person.first[:35],
        middle=person.middle[:25],
        suffix=person.suffix[:10],
        member_id=person.member_id[:80],
    )


def _trouble(claim: Clp) -> Trouble | None:
    """Why the claim payment can't post unseen, whatever the books say of it."""
    if not claim.problems:
        return None
    found = [one.message for one in claim.problems if one.severity == "error" and one.code not in BALANCE_PROBLEMS]
    if found:
        return Trouble(ExceptionReason.UNREADABLE, " ".join(found)[:400])
    asked = ((_QUESTIONS.get(one.code), one.message) for one in claim.problems)
    return next((Trouble(reason, message) for reason, message in asked if reason), None)
