"""The accounts of a general ledger that the accounts of these books go to. Pure: no Django import.

Every account has a shipped number and name, so that a journal balances from the first day; a practice maps its own from
a day on. What a practice mapped later than a day, that day does not know.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from arwork.lib.dated_rules import in_force


class GlName(NamedTuple):
    """An account of a general ledger."""

    number: str
    name: str


_RECEIVABLE = {
    "PAYER1": ("1210", "Accounts receivable, primary payers"),
    "PAYER2": ("1220", "Accounts receivable, secondary payers"),
    "PAYER3": ("1230", "Accounts receivable, tertiary payers"),
    "PATIENT": ("1240", "Accounts receivable, patients"),
    "OTHER": ("1250", "Accounts receivable, others"),
    "AGENCY": ("1260", "Accounts receivable, at agencies"),
}
SHIPPED: Mapping[str, GlName] = {
    name: GlName(*given)
    for name, given in {
        **_RECEIVABLE,
        "CASH": ("1010", "Cash in bank"),
        "INTERPRACTICE": ("1300", "Due from and to sister practices"),
        "UNAPPLIED": ("2110", "Unapplied cash"),
        "REFUND": ("2120", "Refunds payable"),
        "FORWARD_BALANCE": ("2210", "Payers' forward balances"),
        "RECOUPMENT": ("2220", "Payers' recoupments"),
        "PROVIDER_ADJUSTMENT": ("2230", "Payers' other provider adjustments"),
        "OPENING": ("3900", "Opening balances"),
        "REVENUE": ("4010", "Patient service revenue"),
        "CONTRACTUAL": ("4510", "Contractual adjustments"),
        "SEQUESTRATION": ("4520", "Sequestration"),
        "WO_STATUTORY": ("4530", "Not billable by law"),
        "WO_CHARITY": ("4610", "Charity care"),
        "WO_DISCOUNT": ("4620", "Uninsured and prompt-pay discounts"),
        "WO_SETTLEMENT": ("4630", "Settlements"),
        "WO_ADMIN": ("4640", "Administrative and courtesy adjustments"),
        "WO_SMALL": ("4650", "Small balances"),
        "WO_DENIAL": ("4710", "Denials written off"),
        "WO_TIMELY": ("4720", "Timely filing written off"),
        "INTEREST": ("4910", "Interest of payers"),
        "WO_BAD_DEBT": ("6510", "Bad debt"),
        "WO_BANKRUPTCY": ("6520", "Bankruptcy"),
        "OVER_SHORT": ("6910", "Cash over and short"),
    }.items()
}


@dataclass(frozen=True, slots=True)
class GlMapping:
    """A row of a practice: where an account goes from a day to a day (None: until another row begins)."""

    row_id: int
    account: str
    gl: GlName
    valid_from: dt.date
    valid_to: dt.date | None


def gl_names(rows: Iterable[GlMapping], *, on: dt.date) -> dict[str, GlName]:
    """Where every account goes on a day: the practice's row that began last, else what is shipped."""
    found = dict(SHIPPED)
    for row in sorted(rows, key=lambda one: (one.valid_from, one.row_id)):
        if in_force(row.valid_from, row.valid_to, on):
            found[row.account] = row.gl
    return found
