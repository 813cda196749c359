"""Answers about what was sent: 277CA and 277 (claim status), 999 and 997 (syntax), TA1 (interchange)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from .problems import Problem

Level = Literal["source", "receiver", "provider", "claim", "line"]


@dataclass(frozen=True, slots=True)
class StatusCode:
    """One composite of an STC (STC01, STC10 or STC11)."""

    category: str  # A0..A8 acknowledgment, F0..F4 finalized, P pending, R request, E error, D search
    status: str
    entity: str
    action: str  # STC03: WQ accept, U reject
    effective_on: date | None  # STC02
    amount: Decimal | None  # STC04
    message: str  # STC12


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """The status of one thing that was sent: the whole batch, a provider's part, a claim or a line.

    `codes` holds every status given, in file order; the properties read the first.
    """

    level: Level
    trace: str  # TRN02; in a 277CA at claim level this is our CLM01
    codes: tuple[StatusCode, ...]
    claim_number: str  # our claim number: REF*EJ, or in a 277CA the TRN02 of the claim
    icn: str  # REF*1K, the payer's claim control number
    clearinghouse_control: str  # REF*D9
    refs: Mapping[str, str]
    name: str  # NM1 of the level: "LAST, FIRST" or an organization
    member_id: str
    provider_npi: str  # of the provider level above
    payer_name: str  # of the source level above
    payer_id: str
    service_from: date | None  # DTP*472
    service_to: date | None
    charge: Decimal | None  # STC04, or SVC02 for a line
    paid: Decimal | None  # STC05, or SVC03 for a line
    check_number: str  # STC09
    line_code: str  # SVC01-2
    line_control: str  # REF*FJ
    problems: tuple[Problem, ...]
    first_segment: int
    last_segment: int

    @property
    def category(self) -> str:
        return self.codes[0].category if self.codes else ""

    @property
    def status_code(self) -> str:
        return self.codes[0].status if self.codes else ""

    @property
    def entity(self) -> str:
        return self.codes[0].entity if self.codes else ""

    @property
    def action(self) -> str:
        return self.codes[0].action if self.codes else ""

    @property
    def effective_on(self) -> date | None:
        return self.codes[0].effective_on if self.codes else None

    @property
    def amount(self) -> Decimal | None:
        return self.codes[0].amount if self.codes else None

    @property
    def message(self) -> str:
        return self.codes[0].message if self.codes else ""


@dataclass(frozen=True, slots=True)
class AckError:
    """One complaint of a 999 or 997. The bad value itself (IK404) is patient data and is not kept."""

    segment_id: str  # IK301, of the file we sent
    segment_position: int | None  # IK302, counted from its ST
    loop: str  # IK303
    code: str  # IK304, or IK403 where an element is named
    element: int | None = None  # IK401-1
    component: int | None = None  # IK401-2


@dataclass(frozen=True, slots=True)
class SetAck:
    """The verdict on one transaction set we sent (AK2 to IK5/AK5)."""

    group_code: str  # AK101
    group_control: str  # AK102, the GS06 we sent
    set_code: str  # AK201
    set_control: str  # AK202, the ST02 we sent
    code: str  # IK501: A accepted, E accepted with errors, R rejected, M, W, X
    set_errors: tuple[str, ...]  # IK502..06
    errors: tuple[AckError, ...]
    problems: tuple[Problem, ...] = ()
    first_segment: int = 0
    last_segment: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the set went on to adjudication (A or E)."""
        return self.code in {"A", "E"}


@dataclass(frozen=True, slots=True)
class GroupAck:
    """The verdict on one functional group we sent (AK1 and AK9)."""

    group_code: str
    group_control: str
    code: str  # AK901: A, E, P partially accepted, R, M, W, X
    included: int | None  # AK902
    received: int | None  # AK903
    accepted: int | None  # AK904
    errors: tuple[str, ...]  # AK905..09
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class InterchangeAck:
    """A TA1: the verdict on one interchange we sent."""

    interchange_control: str  # TA101, the ISA13 we sent
    interchange_on: date | None  # TA102
    code: str  # TA104: A accepted, E accepted with errors, R rejected
    note: str  # TA105
    problems: tuple[Problem, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the interchange was taken in (A or E)."""
        return self.code in {"A", "E"}


Ack = SetAck | GroupAck | InterchangeAck
