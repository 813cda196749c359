"""What a timeline is made of. Pure."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, in words.

    `tone` is red, amber, green or "". `step` orders events of one day that have no minute. `lines` are details for
    who wants to see them; `remittance_id` leads to the payment.
    """

    on: dt.date
    kind: str
    words: str
    detail: str = ""
    amount: Decimal | None = None
    at: dt.datetime | None = None
    by: str = ""
    tone: str = ""
    step: int = 0
    lines: tuple[str, ...] = ()
    remittance_id: int | None = None
    is_undone: bool = False
    is_new: bool = False
    by_id: int | None = None


@dataclass(frozen=True, slots=True)
class PaidLine:
    """What a payer said about one service line: paid, allowed, and each reduction in words."""

    line_id: int | None
    code: str
    charge: Decimal
    paid: Decimal
    allowed: Decimal | None
    reductions: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    """One claim payment of a remittance, decoded. `denied` are the refusals it brought, in words."""

    remittance_id: int
    trace: str
    method: str
    payer: str
    on: dt.date
    at: dt.datetime | None
    status: str
    status_code: str
    state: str
    bucket: str
    charge: Decimal
    paid: Decimal
    patient: Decimal
    icn: str
    reductions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    lines: tuple[PaidLine, ...] = field(default=())

    @property
    def is_reversal(self) -> bool:
        """The payer took an earlier payment back (CLP02 = 22)."""
        return self.status_code == "22"
