"""Leave a whole deposit out of the books: a test file, or a payment that is not the practice's.

Only a deposit that is held, and of which nothing was booked; so taking it up again finds it exactly as it was. It keeps
its key: the same payment in another file is still the same payment.
"""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.lib.errors import Conflict
from claims.remits import aftermath
from claims.remits.deciding import note
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.remits.replacing import has_posted

if TYPE_CHECKING:
    from arwork.staff.models import User

HOW = "left out"


def may_leave_out(remittance: Remittance) -> bool:
    """Whether the deposit is held and nothing of it was booked."""
    return remittance.state == Remittance.State.STAGED and not has_posted(remittance)


def leave_out(exception: RemitException, *, reason: str, actor: "User", now: dt.datetime) -> None:
    """Set the deposit of a hold aside, with every question about it. Call under its lock; raises `Conflict`."""
    remittance = exception.remittance
    if not may_leave_out(remittance):
        raise Conflict("Part of this deposit is booked already, so it can't be left out. Work what waits of it.")
    waiting = list(remittance.exceptions.filter(state=RemitException.State.OPEN))
    state = RemitException.State.DISMISSED
    aftermath.resolve(waiting, how=HOW, reason=reason, now=now, actor=actor, state=state)
    _put(remittance, Remittance.State.LEFT_OUT, RemitClaim.State.STAGED, RemitClaim.State.DISMISSED)
    note(exception, actor, "leave_out", None, {"code": exception.code, "amount": remittance.amount}, now)


def take_up(exception: RemitException, *, actor: "User", now: dt.datetime) -> None:
    """Hold the deposit again, as it was before it was left out. Call under its lock; raises `Conflict`."""
    remittance = exception.remittance
    if remittance.state != Remittance.State.LEFT_OUT:
        raise Conflict("This deposit is not left out any more. Look at the remittance.")
    left = list(remittance.exceptions.filter(state=RemitException.State.DISMISSED, resolution=HOW))
    state = RemitException.State.OPEN
    aftermath.resolve(left, how="", reason="", now=None, actor=None, state=state)
    _put(remittance, Remittance.State.STAGED, RemitClaim.State.DISMISSED, RemitClaim.State.STAGED)
    note(exception, actor, "take_up", {"reason": exception.reason}, None, now)


def _put(remittance: Remittance, state: str, before: str, after: str) -> None:
    Remittance.objects.filter(pk=remittance.pk).update(state=state)
    RemitClaim.objects.filter(remittance=remittance, state=before).update(state=after)
