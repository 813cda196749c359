"""Rows of what was offered: visits, payments and events of a settlement. Append-only; nothing else writes them.

Callers hold the transaction and the locks.
"""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.lib import bulk
from arwork.lib.money import ZERO
from collections_app.settlements.drafts import SettlementDraft
from collections_app.settlements.models import Settlement, SettlementEvent, SettlementPayment, SettlementVisit

if TYPE_CHECKING:
    from arwork.staff.models import User

_WORDS = 300


def keep_terms(settlement: Settlement, draft: SettlementDraft) -> None:
    """The visits with what each owes, and the payments with their days."""
    shares = draft.shares or {}
    bulk.insert(
        SettlementVisit,
        [
            SettlementVisit(settlement=settlement, claim_id=claim, owed=owed, share=shares.get(claim, ZERO))
            for claim, owed in draft.ground.owed.items()
        ],
    )
    bulk.insert(
        SettlementPayment,
        [
            SettlementPayment(settlement=settlement, number=number, due_on=due_on, amount=amount)
            for number, (due_on, amount) in enumerate(draft.rows, 1)
        ],
    )


def note_event(
    settlement: Settlement, code: str, words: str, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> None:
    """Add to the history of a settlement."""
    SettlementEvent.objects.create(
        settlement=settlement, code=code, words=" ".join(words.split())[:_WORDS], on=today, at=now, by=actor
    )
