"""Who is named in a claim: billing provider, subscriber, patient, payer, other providers. Pure.

Loops 2010AA, 2000B, 2010BA, 2010BB, 2010CA, 2310 of 005010X222A1, X223A2 and X224A2.
"""

import re
from collections.abc import Iterator

from claims.edi.x12.records_837 import Party, Provider
from claims.plausible.places import state_of
from collections_app.claim_edits.code_forms import is_provider_number, is_taxonomy
from collections_app.claim_edits.findings import Finding, stop, warn
from collections_app.claim_edits.subject import Subject, element

_PO_BOX = re.compile(r"\bP\.?\s*O\.?\s*BOX\b|\bPOST OFFICE BOX\b", re.IGNORECASE)
_SEQUENCES = frozenset("PSTABCDEFGHU")
SELF = "18"
_ROLES = (
    ("rendering", "rendering provider", "loop 2310B"),
    ("referring", "referring provider", "loop 2310A"),
    ("facility", "service location", "loop 2310C"),
    ("attending", "attending provider", "loop 2310A"),
)


def check_parties(subject: Subject) -> Iterator[Finding]:
    """Everybody who is named, and who is missing."""
    yield from _billing(subject)
    yield from _subscriber(subject)
    yield from _payer(subject)
    yield from _others(subject)


def _billing(subject: Subject) -> Iterator[Finding]:
    billing = subject.record.billing
    if billing is None:
        yield stop("billing_missing", "loop 2010AA", "The billing provider is missing: name the practice.", "billing")
        return
    yield from _npi(billing, "billing", "billing provider", "loop 2010AA", required=True)
    if not billing.tin:
        words = "The tax number of the billing provider is missing (REF*EI or REF*SY)."
        yield stop("billing_tin_missing", "loop 2010AA, REF", words, "billing_tin")
    elif not re.fullmatch(r"\d{9}", billing.tin.replace("-", "")):
        words = "The tax number of the billing provider has nine digits."
        yield stop("billing_tin_form", "loop 2010AA, REF", words, "billing_tin")
    if billing.taxonomy and not is_taxonomy(billing.taxonomy):
        words = "A taxonomy has ten characters and ends with X, such as 207Q00000X."
        yield stop("taxonomy_form", "loop 2000A, PRV03", words, "billing_taxonomy")
    elif not billing.taxonomy and subject.facts.payer_class.startswith("medicaid"):
        words = "Most Medicaid programs find the provider by the billing taxonomy (PRV*BI*PXC), and it is missing."
        yield warn("taxonomy_missing", "loop 2000A, PRV", words, "billing_taxonomy")
    party = billing.party
    yield from _address(party, "billing", "the billing provider", "loop 2010AA")
    if _PO_BOX.search(f"{party.address1} {party.address2}"):
        words = "The billing provider needs a street address; a post office box belongs in the pay-to address."
        yield stop("billing_po_box", "loop 2010AA, N301", words, "billing_address")
    if party.zip and state_of(party.state) and not re.fullmatch(r"\d{9}", party.zip.replace("-", "")):
        words = "The billing provider's ZIP code needs all nine digits."
        yield stop("billing_zip4", "loop 2010AA, N403", words, "billing_zip")


def _subscriber(subject: Subject) -> Iterator[Finding]:
    record, text = subject.record, subject.text
    one, party = record.subscriber, record.subscriber.party
    place = "loop 2010BA"
    if one.sequence not in _SEQUENCES:
        words = "Say which payer this is for: P primary, S secondary, T tertiary (SBR01)."
        yield stop("sequence_form", "loop 2000B, SBR01", words, "sequence")
    elif subject.facts.sequence and one.sequence != subject.facts.sequence:
        words = f"The claim is for payer {subject.facts.sequence} but says {one.sequence} (SBR01)."
        yield stop("sequence_other", "loop 2000B, SBR01", words, "sequence")
    if not one.filing:
        yield warn("filing_missing", "loop 2000B, SBR09", "The kind of insurance is missing (SBR09).", "filing")
    if not party.last:
        yield stop("subscriber_name", f"{place}, NM103", "The subscriber's name is missing.", "subscriber_last")
    if not one.member_id:
        yield stop("member_id_missing", f"{place}, NM109", "The member id is missing.", "member_id")
    elif not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z -]{1,79}", one.member_id):
        words = "A member id has letters and digits only: look at the card."
        yield stop("member_id_form", f"{place}, NM109", words, "member_id")
    if text.patient:
        if subject_says_self(subject):
            words = "The subscriber is the patient (SBR02 18), and yet a patient is named: leave one of them out."
            yield stop("patient_twice", "loop 2000B, SBR02", words, "relationship")
        yield from _patient(subject)
        return
    if one.relationship != SELF:
        words = "Either the subscriber is the patient (SBR02 18) or the patient is named by himself."
        yield stop("patient_missing", "loop 2000B, SBR02", words, "relationship")
    yield from _person(subject, party, "subscriber", "the subscriber", place)


def subject_says_self(subject: Subject) -> bool:
    """Whether SBR02 itself says that the subscriber is the patient."""
    found = next((one for one in subject.text.subscriber if one[0] == "SBR"), ())
    return element(found, 2) == SELF


def _patient(subject: Subject) -> Iterator[Finding]:
    pat = next((one for one in subject.text.patient if one[0] == "PAT"), ())
    party = subject.record.patient
    if not element(pat, 1):
        words = "How the patient is related to the subscriber is missing (PAT01)."
        yield stop("relationship_missing", "loop 2000C, PAT01", words, "relationship")
    if not party.last:
        yield stop("patient_name", "loop 2010CA, NM103", "The patient's name is missing.", "patient_last")
    yield from _person(subject, party, "patient", "the patient", "loop 2010CA")


def _person(subject: Subject, party: Party, field: str, who: str, place: str) -> Iterator[Finding]:
    yield from _address(party, field, who, place)
    first_day = subject.record.service_from
    if party.birth_on is None:
        yield stop(
            f"{field}_birth_missing", f"{place}, DMG02", f"The birth date of {who} is missing.", f"{field}_birth"
        )
    elif party.birth_on > subject.facts.today or (first_day and party.birth_on > first_day):
        words = f"The birth date of {who} lies after the service."
        yield stop(f"{field}_birth_late", f"{place}, DMG02", words, f"{field}_birth")
    if party.sex not in ("F", "M", "U"):
        words = f"The sex of {who} is F, M or U (DMG03)."
        yield stop(f"{field}_sex", f"{place}, DMG03", words, f"{field}_sex")


def _address(party: Party, field: str, who: str, place: str) -> Iterator[Finding]:
    told = {"street": party.address1, "city": party.city, "state": party.state, "ZIP": party.zip}
    missing = [name for name, value in told.items() if not value]
    if missing:
        words = f"The address of {who} lacks {', '.join(missing)}."
        yield stop(f"{field}_address", f"{place}, N3 and N4", words, f"{field}_address")


def _payer(subject: Subject) -> Iterator[Finding]:
    payer = subject.record.payer
    if payer is None or not payer.name:
        yield stop("payer_missing", "loop 2010BB, NM103", "The payer's name is missing.", "payer_name")
    if payer is None or not payer.id:
        words = "The payer's id is missing: the clearinghouse finds the payer by it."
        yield stop("payer_id_missing", "loop 2010BB, NM109", words, "payer_id")


def _others(subject: Subject) -> Iterator[Finding]:
    for name, words, place in _ROLES:
        provider: Provider | None = getattr(subject.record, name)
        if provider is not None:
            yield from _npi(provider, name, words, place, required=False)
            if provider.taxonomy and not is_taxonomy(provider.taxonomy):
                text = "A taxonomy has ten characters and ends with X, such as 207Q00000X."
                yield stop(f"{name}_taxonomy_form", f"{place}, PRV03", text, f"{name}_taxonomy")
    for ordinal, line, _ in subject.line_segments():
        if line.rendering_npi and not is_provider_number(line.rendering_npi):
            words = "The NPI of the line's rendering provider does not pass its check digit: look it up again."
            yield stop("line_rendering_npi", f"line {ordinal}, loop 2420A", words, f"lines.{ordinal}.rendering_npi")
    if subject.is_institutional and subject.record.attending is None:
        words = "An institutional claim names the attending provider, except for rides that were not booked."
        yield warn("attending_missing", "loop 2310A", words, "attending_npi")


def _npi(provider: Provider, field: str, words: str, place: str, *, required: bool) -> Iterator[Finding]:
    if provider.npi and not is_provider_number(provider.npi):
        text = f"The NPI of the {words} does not pass its check digit: look it up again."
        yield stop(f"{field}_npi_form", f"{place}, NM109", text, f"{field}_npi")
    elif not provider.npi and required:
        text = f"The NPI of the {words} is missing."
        yield stop(f"{field}_npi_missing", f"{place}, NM109", text, f"{field}_npi")
