"""The events that reading a file gives, in file order, and the records they carry.

A file of 50,000 claims is read one claim at a time: for each transaction a `TransactionStart`, its claims,
statuses or acknowledgments one by one, then a `TransactionEnd` with totals and what only the end can tell;
after the last one `FileEnd`. `read_all` gathers the same into `Transaction`s for small files.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .problems import Problem, Severity, Where
from .records_271 import Benefit, CoverageAnswer
from .records_835 import Cas, Clp, Plb, RemitPerson, Remittance835, Svc
from .records_837 import (
    Claim837,
    Code,
    Line837,
    OtherCoverage,
    Party,
    Payer837,
    Provider,
    Submission837,
    Subscriber,
    Svd,
)
from .records_status import (
    Ack,
    AckError,
    ClaimStatus,
    GroupAck,
    InterchangeAck,
    SetAck,
    StatusCode,
)

Kind = Literal["837P", "837I", "837D", "835", "277CA", "277", "276", "271", "999", "997", "TA1", "other"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The control numbers and parties around one transaction; "" where the file has no such envelope."""

    isa_control: str = ""
    gs_control: str = ""
    st_control: str = ""
    set_code: str = ""  # ST01
    version: str = ""  # ST03, else GS08
    sender: str = ""  # ISA06, else GS02
    receiver: str = ""  # ISA08, else GS03
    date: datetime.date | None = None  # ISA09, else GS04
    usage: str = ""  # ISA15: P production, T test


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over one transaction. `bpr` and `balanced` are None where the notion does not apply.

    `adjustments` sums CAS of claims and lines by group; `plb` sums the provider adjustments with their sign
    (positive decreases the payment). `balanced` says whether lines, claims and the transaction all tie out.
    """

    claims: int = 0
    charge: Decimal = Decimal("0.00")
    paid: Decimal = Decimal("0.00")
    patient_responsibility: Decimal = Decimal("0.00")
    bpr: Decimal | None = None
    plb: Decimal = Decimal("0.00")
    adjustments: Mapping[str, Decimal] = field(default_factory=dict)
    balanced: bool | None = None
    subscribers: int = 0
    patients: int = 0


@dataclass(frozen=True, slots=True)
class TransactionStart:
    """A transaction begins. `header` is None for kinds without one and where BPR or BHT is missing."""

    kind: Kind
    envelope: Envelope
    first_segment: int
    header: Remittance835 | Submission837 | None = None


@dataclass(frozen=True, slots=True)
class ClaimRead:
    """One claim of an 835 (`Clp`) or of an 837 (`Claim837`)."""

    claim: Clp | Claim837


@dataclass(frozen=True, slots=True)
class StatusRead:
    """One status of a 277CA or 277."""

    status: ClaimStatus


@dataclass(frozen=True, slots=True)
class AckRead:
    """One acknowledgment of a 999, 997 or TA1."""

    ack: Ack


@dataclass(frozen=True, slots=True)
class CoverageRead:
    """What a 271 says of one person."""

    answer: CoverageAnswer


@dataclass(frozen=True, slots=True)
class TransactionEnd:
    """A transaction ends. Its problems are those of header, envelope and transaction balance, not of claims."""

    kind: Kind
    last_segment: int
    totals: Totals
    plbs: tuple[Plb, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The file is at its end; problems here are of no transaction (no X12 at all, junk, lost envelopes)."""

    segments: int
    interchanges: int
    problems: tuple[Problem, ...] = ()


Event = TransactionStart | ClaimRead | StatusRead | CoverageRead | AckRead | TransactionEnd | FileEnd


@dataclass(frozen=True, slots=True)
class Transaction:
    """One whole transaction in memory, for small files and tests."""

    kind: Kind
    envelope: Envelope
    first_segment: int
    last_segment: int
    header: Remittance835 | Submission837 | None
    body: tuple[Clp | Claim837 | ClaimStatus | CoverageAnswer | Ack, ...]
    totals: Totals
    plbs: tuple[Plb, ...]
    problems: tuple[Problem, ...]


__all__ = [
    "Ack",
    "AckError",
    "AckRead",
    "Benefit",
    "Cas",
    "Claim837",
    "ClaimRead",
    "ClaimStatus",
    "Clp",
    "Code",
    "CoverageAnswer",
    "CoverageRead",
    "Envelope",
    "Event",
    "FileEnd",
    "GroupAck",
    "InterchangeAck",
    "Kind",
    "Line837",
    "RemitPerson",
    "OtherCoverage",
    "Party",
    "Payer837",
    "Plb",
    "Problem",
    "Provider",
    "Remittance835",
    "SetAck",
    "Severity",
    "StatusCode",
    "StatusRead",
    "Submission837",
    "Subscriber",
    "Svc",
    "Svd",
    "Totals",
    "Transaction",
    "TransactionEnd",
    "TransactionStart",
    "Where",
]
