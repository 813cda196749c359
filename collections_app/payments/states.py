"""What state a payment is in, from what its processor says. Pure.

Cumulative facts only grow, so the state does not depend on the order in which they are heard: money that was taken
outweighs a decline that was heard later, and what was given back stays given back.
"""

from decimal import Decimal

from arwork.lib.money import ZERO
from collections_app.payments.processors import DECLINED, EXPIRED, PENDING, WON

SUCCEEDED, VOIDED, REFUNDED, CHARGED_BACK, RETURNED = "succeeded", "voided", "refunded", "charged_back", "returned"
#: Where the patient has not paid: whoever counted on the money is told.
FAILED = (DECLINED, CHARGED_BACK, RETURNED)
_UNPAID = (PENDING, EXPIRED, DECLINED)


def standing(
    *, before: str, status: str, captured: Decimal, refunded: Decimal, is_void: bool, dispute: str = ""
) -> str:
    """The state of a payment of which `captured` dollars were taken and `refunded` given back; `dispute` is the state
    of the dispute that weighs most, if any."""
    if captured == ZERO:
        heard = [one for one in (before, status) if one in _UNPAID]
        return max(heard, key=_UNPAID.index, default=PENDING)
    if refunded >= captured:
        return VOIDED if is_void or before == VOIDED else REFUNDED
    if dispute and dispute != WON:
        return CHARGED_BACK
    return SUCCEEDED


def weightiest(disputes: list[str]) -> str:
    """Of the states of disputes, the one that says where the money is: lost, then open, then won; "" for none."""
    order = ("won", "open", "lost")
    return max(disputes, key=order.index, default="")


def later(before: str, told: str) -> str:
    """The state of a dispute of which both were heard: once it ended it is never open again."""
    return before if before != "open" else told
