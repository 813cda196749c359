"""Giving a case or a referral that nobody follows to somebody, from the list of such."""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.staff.access import Capability, require
from collections_app.legal import cases, referrals
from collections_app.legal.selectors import case_seen_by, referral_seen_by

if TYPE_CHECKING:
    from arwork.staff.models import User

REFERRAL = "Legal referral"
_LOOK = "Look at it, and set the next step"


def assign(pk: int, *, owner_id: int, kind: str, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Its owner, and where it has no step to come, a look at it today. Raises `NotFound`, `BadCase`, `BadReferral`."""
    require(actor, Capability.ASSIGN_WORK)
    if kind == REFERRAL:
        referral = referral_seen_by(actor, pk)
        referrals.plan_step(
            pk, next_action=referral.next_action or _LOOK, next_on=max(referral.next_on or today, today),
            owner_id=owner_id, actor=actor, today=today, now=now,
        )  # fmt: skip
        return
    case = case_seen_by(actor, pk)
    cases.plan_step(
        pk, next_action=case.next_action or _LOOK, next_on=max(case.next_on or today, today), owner_id=owner_id,
        actor=actor, today=today, now=now,
    )  # fmt: skip
