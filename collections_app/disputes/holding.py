"""The hold of a dispute: placed when one is opened, lifted when the last one of the visit is closed.

Nobody lifts it by hand meanwhile: it would ask a patient for what they dispute, and the case would not know.
"""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from claims.parties.models import Account
from collections_app.contacts import services as contacts
from collections_app.contacts.models import Hold
from collections_app.disputes.models import BillingDispute
from collections_app.disputes.states import STANDING

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Above its estimate: the No Surprises Act stops more than a dispute does (45 CFR 149.620).
_REASONS = {BillingDispute.Kind.ESTIMATE: Hold.Reason.NSA}


def reason_of(kind: str) -> str:
    """The reason of the hold that a kind of dispute places."""
    return _REASONS.get(BillingDispute.Kind(kind), Hold.Reason.DISPUTE)


def held(
    account: Account, claim_id: int | None, kind: str, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> Hold:
    """The hold on a visit, or on the whole account: the one that stands without an end, or a new one."""
    return contacts.ensure_held(
        account, reason_of(kind), claim_id=claim_id, note="Disputed: see the case.", actor=actor, today=today, now=now
    )


def release(found: BillingDispute, *, actor: "User", why: str, now: dt.datetime) -> bool:
    """Lift the hold of a case that has just been closed, unless another one stands on it; whether it was lifted."""
    if BillingDispute.objects.filter(hold=found.hold_id, state__in=STANDING).exists():
        return False
    contacts.lift_hold(actor=actor, hold_id=found.hold_id, now=now, why=why)
    return True


def kept_by_disputes(hold_ids: Collection[int]) -> dict[int, str]:
    """Why a hold can't be lifted by hand, by hold: a case stands on it (`contacts.services.register_keeper`)."""
    rows = BillingDispute.objects.filter(hold__in=hold_ids, state__in=STANDING).values_list("hold_id", flat=True)
    return dict.fromkeys(rows, "A dispute is open. Answer it on its own page: the hold ends with it.")
