"""What an 837 (professional, institutional, dental; 004010 and 005010) says, as frozen records.

Amounts are dollars as `Decimal` with two places; text that the file left out is "".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .problems import Problem
from .records_835 import Cas


@dataclass(frozen=True, slots=True)
class Submission837:
    """The header of one 837: BHT, submitter (1000A) and receiver (1000B)."""

    reference: str  # BHT03
    submitted_on: date | None  # BHT04
    purpose: str  # BHT02: 00 original, 18 reissue
    usage: str  # BHT06: CH chargeable, RP reporting
    submitter_name: str
    submitter_id: str
    receiver_name: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organization with what the loop around its NM1 says of it."""

    last: str = ""  # an organization's name stands here
    first: str = ""
    middle: str = ""
    suffix: str = ""
    is_person: bool = True
    birth_on: date | None = None
    sex: str = ""  # F, M, U
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # NM108 -> NM109 and REF01 -> REF02


@dataclass(frozen=True, slots=True)
class Provider:
    """A billing, pay-to, rendering, referring or facility provider."""

    name: str  # an organization's name, or "LAST, FIRST"
    npi: str
    tin: str
    taxonomy: str  # PRV03
    party: Party


@dataclass(frozen=True, slots=True)
class Payer837:
    """A payer named by NM1*PR."""

    name: str
    id_qualifier: str
    id: str
    party: Party


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The insured of one coverage: SBR and NM1*IL."""

    party: Party
    member_id: str
    sequence: str  # SBR01: P, S, T, ...
    relationship: str  # of the patient to the subscriber: SBR02, or PAT01 (18 is self)
    group_number: str  # SBR03
    group_name: str  # SBR04
    filing: str  # SBR09


@dataclass(frozen=True, slots=True)
class OtherCoverage:
    """One loop 2320: another payer's coverage and, if it has paid already, what it did."""

    subscriber: Subscriber
    payer: Payer837 | None
    paid: Decimal | None  # AMT*D
    remaining_patient_liability: Decimal | None  # AMT*EAF
    adjustments: tuple[Cas, ...]
    adjudicated_on: date | None  # DTP*573
    icn: str  # REF*F8 of the other payer


@dataclass(frozen=True, slots=True)
class Code:
    """One code of an HI segment: qualifier (BK, ABK, BF, ...), code and what follows it."""

    qualifier: str
    code: str
    on: str = ""  # date or period, as written
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Svd:
    """What another payer did with one line (2430)."""

    payer_id: str
    paid: Decimal
    units: Decimal | None
    code: str
    adjustments: tuple[Cas, ...]
    adjudicated_on: date | None


@dataclass(frozen=True, slots=True)
class Line837:
    """One service line (LX loop)."""

    number: int  # LX01, or the ordinal where LX01 is unreadable
    control: str  # REF*6R
    code: str
    qualifier: str
    modifiers: tuple[str, ...]
    revenue_code: str
    charge: Decimal
    units: Decimal
    unit_basis: str
    dx_pointers: tuple[int, ...]
    place: str
    service_from: date | None
    service_to: date | None
    ndc: str
    description: str
    rendering_npi: str
    svds: tuple[Svd, ...]
    segment: int


@dataclass(frozen=True, slots=True)
class Claim837:
    """One claim (CLM loop) with everything above and below it."""

    position: int  # 1-based within the transaction
    number: str  # CLM01
    charge: Decimal
    form: str  # P, I or D
    facility_code: str  # CLM05-1
    frequency: str  # CLM05-3: 1 original, 7 replacement, 8 void
    assignment: str  # CLM07
    benefits_assigned: str  # CLM08
    service_from: date | None  # DTP*434 or 472; where absent, the span of the lines
    service_to: date | None
    admitted_on: date | None  # DTP*435
    onset_on: date | None  # DTP*431
    accident_on: date | None  # DTP*439
    related_causes: tuple[str, ...]  # CLM11: AA auto, EM employment, OA other
    accident_state: str
    original_icn: str  # REF*F8
    prior_auth: str  # REF*G1
    referral: str  # REF*9F
    claim_control: str  # REF*D9
    medical_record: str  # REF*EA
    patient_paid: Decimal | None  # AMT*F5
    refs: Mapping[str, str]
    diagnoses: tuple[Code, ...]  # in the order line pointers count them
    codes: tuple[Code, ...]  # every other HI code: procedures, occurrences, values, conditions, DRG
    billing: Provider | None
    pay_to: Provider | None
    rendering: Provider | None
    referring: Provider | None
    facility: Provider | None
    attending: Provider | None
    subscriber: Subscriber
    patient: Party  # the subscriber's party where the patient is the subscriber
    payer: Payer837 | None
    other_coverages: tuple[OtherCoverage, ...]
    lines: tuple[Line837, ...]
    submitted_on: date | None  # BHT04
    problems: tuple[Problem, ...]
    first_segment: int
    last_segment: int
    submission_reason: str = ""  # CLM19: PB asks for a predetermination

    @property
    def patient_is_subscriber(self) -> bool:
        """Whether the file names no patient apart from the subscriber (no loop 2000C)."""
        return self.patient is self.subscriber.party
