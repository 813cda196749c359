"""What an 835 (health care claim payment/advice, 005010X221A1 and 004010X091A1) says, as frozen records.

Amounts are dollars as `Decimal` with two places. An amount that could not be read is 0.00 and its record
carries an error; an amount the payer left out is 0.00 without one. Text the payer left out is "".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .problems import Problem


@dataclass(frozen=True, slots=True)
class Remittance835:
    """The header of one payment: BPR, TRN, payer and payee. Claims and PLBs follow as events."""

    handling: str  # BPR01: I remittance only, C payment with remittance, H notification, D, P, U, X
    bpr02: Decimal  # total actual payment, as written
    credit_debit: str  # BPR03: C or D
    method: str  # BPR04: ACH, CHK, FWT, NON, BOP
    paid_on: date | None  # BPR16, check or settlement date
    trace: str  # TRN02, check or EFT number
    payer_tin: str  # TRN03, as a rule "1" and the payer's tax number
    production_on: date | None  # DTM*405
    payer_name: str
    payer_ids: tuple[tuple[str, str], ...]  # (N103, N104) and every (REF01, REF02) of the payer, e.g. 2U
    payer_phones: tuple[str, ...]  # PER*TE of the payer
    payee_name: str
    payee_npi: str  # N104 where N103 is XX
    payee_tin: str  # N104 where N103 is FI, or REF*TJ
    payee_ids: tuple[tuple[str, str], ...]
    receiver_id: str  # REF*EV


@dataclass(frozen=True, slots=True)
class Cas:
    """One adjustment of a CAS: a positive amount decreases the payment, a negative one increases it."""

    group: str  # CO, PR, OA, PI, CR
    carc: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plb:
    """One provider-level adjustment: a positive amount decreases the payment (RULES 2.7)."""

    provider: str
    fiscal_on: date | None
    code: str
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RemitPerson:
    """A person named in a claim payment: NM1*QC, IL or 74."""

    last: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    member_id: str = ""
    id_qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Svc:
    """One adjudicated service line."""

    position: int  # 1-based within the claim
    code: str  # procedure; "" where the line names only a revenue code (SVC01 NU)
    qualifier: str
    modifiers: tuple[str, ...]
    revenue_code: str
    charge: Decimal
    paid: Decimal
    units: Decimal  # SVC05; 1 where absent, as the guide says
    submitted_code: str  # SVC06, where the payer adjudicated another code than was billed
    submitted_modifiers: tuple[str, ...]
    submitted_units: Decimal | None
    service_from: date | None
    service_to: date | None
    control: str  # REF*6R, the line control number we sent
    adjustments: tuple[Cas, ...]
    rarcs: tuple[str, ...]  # LQ*HE
    amounts: Mapping[str, Decimal]
    refs: Mapping[str, str]
    segment: int

    @property
    def allowed(self) -> Decimal | None:
        """AMT*B6, what the payer allowed for the line; None where it does not say."""
        return self.amounts.get("B6")


@dataclass(frozen=True, slots=True)
class Clp:
    """One claim payment (CLP loop) with its lines."""

    position: int  # 1-based within the transaction
    clp01: str  # our claim number (CLM01), echoed
    status: str  # CLP02
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    filing: str  # CLP06
    icn: str  # CLP07
    facility: str
    frequency: str
    patient: RemitPerson
    subscriber: RemitPerson | None
    corrected: RemitPerson | None  # NM1*74
    rendering_npi: str
    crossover_payer: str
    crossover_payer_id: str
    service_from: date | None  # DTM*232/233; where absent, the span of the lines
    service_to: date | None
    received_on: date | None  # DTM*050
    moa_mia_codes: tuple[str, ...]  # RARCs of MOA and MIA
    adjustments: tuple[Cas, ...]  # claim level only
    amounts: Mapping[str, Decimal]
    refs: Mapping[str, str]
    lines: tuple[Svc, ...]
    problems: tuple[Problem, ...]
    first_segment: int
    last_segment: int

    def all_adjustments(self) -> tuple[Cas, ...]:
        """Claim-level adjustments, then those of every line in order."""
        return self.adjustments + tuple(cas for line in self.lines for cas in line.adjustments)
