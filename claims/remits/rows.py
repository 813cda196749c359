"""Claim payments on their way into the tables: light records with the columns of `RemitClaim` and `RemitLine`.

A file of 50,000 claims has 150,000 of these, and making that many model instances took longer than reading it.
"""

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter

from claims.remits.models import RemitClaim


@dataclass(slots=True)
class ClaimRow:
    """One CLP as it is to be kept; see `RemitClaim`."""

    remittance_id: int
    position: int
    segment: int
    number: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    filing_code: str
    icn: str
    patient_name: str
    member_id: str
    service_from: dt.date | None
    service_to: dt.date | None
    rarcs: str
    adjustments: list[list[object]]
    id: int = 0
    claim_id: int | None = None
    matched_by: str = ""
    bucket: str = ""
    state: str = RemitClaim.State.STAGED.value


@dataclass(slots=True)
class LineRow:
    """One SVC as it is to be kept; see `RemitLine`."""

    position: int
    code: str
    modifiers: str
    revenue_code: str
    submitted_code: str
    control: str
    charge: Decimal
    paid: Decimal
    units: Decimal | None
    allowed: Decimal | None
    service_from: dt.date | None
    service_to: dt.date | None
    adjustments: list[list[object]]
    rarcs: str
    remit_claim_id: int = 0
    line_id: int | None = None


CLAIM_COLUMNS = tuple(field.name for field in fields(ClaimRow))
LINE_COLUMNS = tuple(field.name for field in fields(LineRow))
values_of_claim = attrgetter(*CLAIM_COLUMNS)
values_of_line = attrgetter(*LINE_COLUMNS)
