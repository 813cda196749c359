"""What a 277 says of a claim, in one word that decides what happens next. Pure.

The category (STC01-1, X12 list 507) decides; a few statuses (STC01-2, list 508) say more than their category: a claim
that nobody finds, or that was sent to the wrong payer. A category that is not known is "unclear", and nothing moves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class StatusVerdict(StrEnum):
    """What became of a claim, as its payer says."""

    PAID = "paid"
    FINALIZED = "finalized"
    PENDING = "pending"
    DENIED = "denied"
    RECORDS = "records"
    PATIENT = "patient"
    NOT_ON_FILE = "not_on_file"
    WRONG_PAYER = "wrong_payer"
    REJECTED = "rejected"
    UNCLEAR = "unclear"

    @property
    def words(self) -> str:
        """`Paid`, `Not on file`."""
        return _WORDS[self]

    @property
    def moves(self) -> bool:
        """Whether the work on the claim follows it by itself."""
        return self is not StatusVerdict.UNCLEAR


_WORDS = {
    StatusVerdict.PAID: "Paid",
    StatusVerdict.FINALIZED: "Decided, nothing more is paid",
    StatusVerdict.PENDING: "Pending",
    StatusVerdict.DENIED: "Denied",
    StatusVerdict.RECORDS: "Waits for records or information from us",
    StatusVerdict.PATIENT: "Waits for the patient",
    StatusVerdict.NOT_ON_FILE: "Not on file",
    StatusVerdict.WRONG_PAYER: "Sent to the wrong payer",
    StatusVerdict.REJECTED: "Returned, not decided",
    StatusVerdict.UNCLEAR: "No clear answer",
}

#: X12 list 507. F0 says "completed" and F3 "revised" whether or not money follows: the amount paid decides these.
CATEGORIES: dict[str, StatusVerdict] = {
    "A0": StatusVerdict.PENDING,
    "A1": StatusVerdict.PENDING,
    "A2": StatusVerdict.PENDING,
    "A3": StatusVerdict.REJECTED,
    "A4": StatusVerdict.NOT_ON_FILE,
    "A5": StatusVerdict.PENDING,
    "A6": StatusVerdict.REJECTED,
    "A7": StatusVerdict.REJECTED,
    "A8": StatusVerdict.REJECTED,
    "D0": StatusVerdict.NOT_ON_FILE,
    "E0": StatusVerdict.UNCLEAR,
    "E1": StatusVerdict.UNCLEAR,
    "E2": StatusVerdict.UNCLEAR,
    "E3": StatusVerdict.UNCLEAR,
    "E4": StatusVerdict.UNCLEAR,
    "F0": StatusVerdict.FINALIZED,
    "F1": StatusVerdict.PAID,
    "F2": StatusVerdict.DENIED,
    "F3": StatusVerdict.FINALIZED,
    "F3F": StatusVerdict.FINALIZED,
    "F3N": StatusVerdict.FINALIZED,
    "F4": StatusVerdict.FINALIZED,
    "F5": StatusVerdict.REJECTED,
    "P0": StatusVerdict.PENDING,
    "P1": StatusVerdict.PENDING,
    "P2": StatusVerdict.PENDING,
    "P3": StatusVerdict.RECORDS,
    "P4": StatusVerdict.PATIENT,
    "P5": StatusVerdict.PENDING,
    "R0": StatusVerdict.RECORDS,
    "R1": StatusVerdict.RECORDS,
    "R3": StatusVerdict.RECORDS,
    "R4": StatusVerdict.RECORDS,
    "R5": StatusVerdict.RECORDS,
    "R6": StatusVerdict.RECORDS,
    "R7": StatusVerdict.RECORDS,
    "R8": StatusVerdict.RECORDS,
    "R9": StatusVerdict.RECORDS,
    "R10": StatusVerdict.RECORDS,
    "R11": StatusVerdict.RECORDS,
    "R12": StatusVerdict.RECORDS,
    "R13": StatusVerdict.RECORDS,
    "R14": StatusVerdict.RECORDS,
    "R15": StatusVerdict.RECORDS,
    "R16": StatusVerdict.RECORDS,
    "R17": StatusVerdict.RECORDS,
    "RQ": StatusVerdict.RECORDS,
    "X0": StatusVerdict.UNCLEAR,
}
#: X12 list 508, where the status says more than a category that refuses or did not find.
_STATUSES = {"35": StatusVerdict.NOT_ON_FILE, "116": StatusVerdict.WRONG_PAYER}
_REFUSALS = (StatusVerdict.REJECTED, StatusVerdict.NOT_ON_FILE, StatusVerdict.DENIED, StatusVerdict.FINALIZED)
#: What decides where an answer carries several codes: what asks something of us before what lets us wait.
_STRONGEST = (
    StatusVerdict.WRONG_PAYER,
    StatusVerdict.NOT_ON_FILE,
    StatusVerdict.REJECTED,
    StatusVerdict.DENIED,
    StatusVerdict.RECORDS,
    StatusVerdict.PATIENT,
    StatusVerdict.PAID,
    StatusVerdict.FINALIZED,
    StatusVerdict.PENDING,
    StatusVerdict.UNCLEAR,
)


@dataclass(frozen=True, slots=True)
class GivenStatus:
    """One status of an answer: category, status and entity codes of a composite C043."""

    category: str
    status: str = ""
    entity: str = ""


def verdict_of_status(given: GivenStatus, *, is_paid: bool) -> StatusVerdict:
    """The verdict of one status; `is_paid` says that the answer names an amount paid above zero."""
    found = CATEGORIES.get(given.category.strip().upper(), StatusVerdict.UNCLEAR)
    if found in _REFUSALS and (said := _STATUSES.get(given.status.strip().lstrip("0"))):
        return said
    if found is StatusVerdict.FINALIZED and is_paid and given.category.strip().upper() in ("F0", "F3"):
        return StatusVerdict.PAID
    return found


def deciding(given: Iterable[GivenStatus], *, is_paid: bool) -> tuple[StatusVerdict, GivenStatus]:
    """The verdict of an answer and the status that decides it; of two alike the first."""
    judged = [(verdict_of_status(one, is_paid=is_paid), one) for one in given]
    if not judged:
        return StatusVerdict.UNCLEAR, GivenStatus("")
    if is_paid and any(verdict is StatusVerdict.PAID for verdict, _ in judged):
        judged = [pair for pair in judged if pair[0] is not StatusVerdict.DENIED] or judged  # paid in part
    return min(judged, key=lambda pair: _STRONGEST.index(pair[0]))
