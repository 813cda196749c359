"""The life of a refund: which state follows which, and what each means. Pure.

    asked -> approved -> issued -> cleared
      |         |          |-> voided          the check was stopped or lost: the credit stands again
      |         |          `-> reported -> paid_to_state    nobody cashed it (unclaimed property)
      |         `-> canceled                  taken back before it went out, by a person or by the payer's takeback
      `-> refused | withdrawn | canceled

Money moves where a refund is approved (the credit becomes a debt of ours, REFUND) and is issued (REFUND is paid from
CASH), and back where one is canceled or voided; nowhere else.
"""

from enum import StrEnum


class RefundState(StrEnum):
    """Where a refund stands."""

    ASKED = "asked"
    APPROVED = "approved"
    ISSUED = "issued"
    CLEARED = "cleared"
    VOIDED = "voided"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELED = "canceled"
    REPORTED = "reported"
    PAID_TO_STATE = "paid_to_state"

    @property
    def label(self) -> str:
        return _WORDS[self]


_WORDS: dict[str, str] = {
    "asked": "Waits for approval",
    "approved": "Approved, not issued",
    "issued": "Issued",
    "cleared": "Cleared",
    "voided": "Voided",
    "refused": "Refused",
    "withdrawn": "Withdrawn",
    "canceled": "Canceled",
    "reported": "Reported to the state",
    "paid_to_state": "Paid to the state",
}
STATES = [(state.value, state.label) for state in RefundState]
_FOLLOWS: dict[RefundState, frozenset[RefundState]] = {
    RefundState.ASKED: frozenset(
        {RefundState.APPROVED, RefundState.REFUSED, RefundState.WITHDRAWN, RefundState.CANCELED}
    ),
    RefundState.APPROVED: frozenset({RefundState.ISSUED, RefundState.CANCELED}),
    RefundState.ISSUED: frozenset({RefundState.CLEARED, RefundState.VOIDED, RefundState.REPORTED}),
    RefundState.CLEARED: frozenset({RefundState.ISSUED}),
    RefundState.REPORTED: frozenset({RefundState.PAID_TO_STATE, RefundState.CLEARED, RefundState.VOIDED}),
}
#: The credit is spoken for, and the money has not gone out yet.
OPEN = (RefundState.ASKED, RefundState.APPROVED)
#: The money went out, or is on its way.
OUT = (RefundState.ISSUED, RefundState.CLEARED, RefundState.REPORTED, RefundState.PAID_TO_STATE)
#: Nothing came of it: the credit stands as if nobody had asked.
ENDED = (RefundState.VOIDED, RefundState.REFUSED, RefundState.WITHDRAWN, RefundState.CANCELED)


def may_follow(state: str, after: str) -> bool:
    """Whether a refund in `state` may come to `after`."""
    return RefundState(after) in _FOLLOWS.get(RefundState(state), frozenset())


#: How a refund goes out, which bank account it goes to, and what a patient who owes elsewhere said to an offset.
CHECK, ACH = "check", "ach"
METHODS = [(CHECK, "Check"), (ACH, "ACH")]
ACCOUNT_KINDS = [("checking", "Checking"), ("savings", "Savings")]
AGREED, DECLINED = "agreed", "declined"
OFFSETS = [(AGREED, "Agreed: what is owed is kept back"), (DECLINED, "Declined: everything goes back")]
