"""The columns of an aging table and the ways to cut it. Pure.

Positive amounts are aged; a negative amount is a credit and is shown as one, never netted against somebody's debt
(RULES 4.3). Figures are kept with the oldest bucket split and folded into the five of RULES 5.2 for display.
"""

from dataclasses import dataclass
from enum import StrEnum

from collections_app.aging.buckets import AGE_BUCKETS, LONG_AGE_BUCKETS, NOT_YET_DUE, UNDATED, Basis

CREDIT = "credit"
#: The code of every stored column and the field that holds its cents; counts are in `<field>_n`.
FIELDS = {
    NOT_YET_DUE.code: "future",
    **{bucket.code: f"d{bucket.first}" for bucket in LONG_AGE_BUCKETS},
    UNDATED.code: "undated",
    CREDIT: "credit",
}
CODES = tuple(FIELDS)
#: The stored codes of the columns that are shown as one: the oldest bucket of the five.
_FOLDED = {
    bucket.code: tuple(part.code for part in LONG_AGE_BUCKETS if bucket.holds(part.first or 0))
    for bucket in AGE_BUCKETS
}
#: The column of `Receivable` that a basis reads.
DATES = {
    Basis.DOS: "service_on",
    Basis.FIRST_BILLED: "first_billed_on",
    Basis.LAST_BILLED: "last_billed_on",
    Basis.RESPONSIBILITY: "since_on",
    Basis.FIRST_STATEMENT: "first_statement_on",
}
TOTAL = "total"
NET = "net"


class AgingBy(StrEnum):
    """What a row of the table is."""

    PAYER = "payer"
    PAYER_CLASS = "payer_class"
    PLAN = "plan"
    RESPONSIBILITY = "responsibility"
    PRACTICE = "practice"

    @property
    def label(self) -> str:
        return {"payer_class": "payer class", "responsibility": "who owes"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class AgingColumn:
    """One column as shown: the stored codes that it adds up."""

    code: str
    label: str
    parts: tuple[str, ...]


def columns(*, split_oldest: bool = False) -> tuple[AgingColumn, ...]:
    """Every column left to right, without the credits: not yet due, the buckets, no date."""
    shown = LONG_AGE_BUCKETS if split_oldest else AGE_BUCKETS
    return tuple(
        AgingColumn(bucket.code, bucket.label, parts_of(bucket.code)) for bucket in (NOT_YET_DUE, *shown, UNDATED)
    )


def parts_of(code: str) -> tuple[str, ...]:
    """The stored codes that a column, `total` (all debits), `credit` or `net` (all) adds up; KeyError if unknown."""
    special = _FOLDED | {TOTAL: tuple(one for one in CODES if one != CREDIT), NET: CODES}
    if code in special:
        return special[code]
    if code not in FIELDS:
        raise KeyError(code)
    return (code,)
