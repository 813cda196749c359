"""The verbs of the worklist, in one place for pages, endpoints and tasks.

Every verb takes `actor` (who must hold the capability and see the practice), `now` and, where days matter, `today`.
Errors are `DomainError`s whose sentence says what to do and whose facts name the field or the holder.
"""

from collections_app.worklist.actions import (
    StillOpen,
    TooLate,
    record_outcome,
    undo_action,
)
from collections_app.worklist.answers import BadField, EnteredOutcome, MissingField
from collections_app.worklist.leases import (
    HeldByOther,
    ItemClosed,
    LeaseLost,
    open_item,
    open_together,
    release_all,
    release_expired,
    release_item,
    renew,
    take_next,
)
from collections_app.worklist.proposals import preview_outcome, previews_of
from collections_app.worklist.refresh import Refreshed, refresh, refresh_all, refresh_payer
from collections_app.worklist.supervising import (
    NotAnOwner,
    answer_escalation,
    escalate,
    pin,
    reassign,
    snooze,
)
from collections_app.worklist.withdrawn_calls import withdraw_call

__all__ = [
    "BadField", "EnteredOutcome", "HeldByOther", "ItemClosed", "LeaseLost", "MissingField", "NotAnOwner",
    "Refreshed", "StillOpen", "TooLate", "answer_escalation", "escalate", "open_item", "open_together", "pin",
    "preview_outcome", "previews_of", "reassign", "record_outcome", "refresh", "refresh_all", "refresh_payer",
    "release_all", "release_expired", "release_item", "renew", "snooze", "take_next", "undo_action",
    "withdraw_call",
]  # fmt: skip
