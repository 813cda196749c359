"""The kinds of work, each once, with its words. Pure.

A claim is denied (adjudicated, not paid), rejected (never adjudicated), underpaid or unanswered: four kinds of work
for a payer's share. An account owes, or is owed something back; a remittance that could not post waits for a person.
"""

from enum import StrEnum


class WorkKind(StrEnum):
    """What kind of work an item is."""

    REMIT_EXCEPTION = "remit_exception"
    CREDIT_BALANCE = "credit_balance"
    DENIED = "denied"
    REJECTED = "rejected"
    UNDERPAID = "underpaid"
    NO_RESPONSE = "no_response"
    PATIENT_BALANCE = "patient_balance"

    @property
    def label(self) -> str:
        """`Denied`, `Patient balance`."""
        return "Remittance exception" if self == "remit_exception" else self.replace("_", " ").capitalize()


WORK_KINDS = tuple(kind.value for kind in WorkKind)
CHOICES = [(kind.value, kind.label) for kind in WorkKind]
