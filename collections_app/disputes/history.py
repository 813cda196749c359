"""What happened to a dispute, kept once and never changed."""

import datetime as dt
from typing import TYPE_CHECKING

from collections_app.disputes.models import BillingDispute, DisputeEvent, GuestQuestion

if TYPE_CHECKING:
    from arwork.staff.models import User


def keep(
    found: BillingDispute,
    kind: str,
    *,
    actor: "User | None",
    now: dt.datetime,
    words: str = "",
    who: str = "",
    question: GuestQuestion | None = None,
) -> DisputeEvent:
    """Keep one step, in the caller's transaction. `who` names whoever has no seat here."""
    return DisputeEvent.objects.create(
        dispute=found, kind=kind, words=words, who=who, question=question, by=actor, at=now
    )
