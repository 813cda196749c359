"""What happened to an outgoing claim, kept once and never changed."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from arwork.lib import bulk
from collections_app.outgoing_claims.models import OutgoingClaim, OutgoingEvent

if TYPE_CHECKING:
    from arwork.staff.models import User


def keep(row: OutgoingClaim, kind: str, *, actor: "User | None", now: dt.datetime, words: str = "") -> OutgoingEvent:
    """Keep one step, in the caller's transaction."""
    return OutgoingEvent.objects.create(outgoing_claim=row, kind=kind, words=words[:2000], by=actor, at=now)


def keep_all(
    outgoing_ids: Iterable[int], kind: str, *, actor: "User | None", now: dt.datetime, words: str = ""
) -> None:
    """Keep one step of many, in the caller's transaction."""
    events = [
        OutgoingEvent(outgoing_claim_id=pk, kind=kind, words=words[:2000], by=actor, at=now) for pk in outgoing_ids
    ]
    bulk.insert(OutgoingEvent, events)
