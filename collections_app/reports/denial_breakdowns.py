"""How denials can be cut: the rows of the report, what became of them, and what is asked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

from arwork.lib.ids import id_of


class DenialsBy(TextChoices):
    """What the rows of the report are. The key of a row is text: an id, a code, a month as 2026-11."""

    PAYER = "payer", "Payer"
    REASON = "reason", "Reason"
    CATEGORY = "category", "Category"
    PROCEDURE = "procedure", "Procedure"
    PROVIDER = "provider", "Rendering provider"
    PRACTICE = "practice", "Practice"
    MONTH = "month", "Month"

    def key_of(self, value: Any) -> str:
        """A value as the database groups it, as the key of its row."""
        if isinstance(value, dt.date):
            return f"{value:%Y-%m}"
        return "" if value is None else str(value)

    def value_of(self, key: str) -> Any:
        """The value that `key` stands for; what can't be one stands for nothing that exists."""
        if self in (DenialsBy.PAYER, DenialsBy.PRACTICE):
            return id_of(key) or 0
        if self is DenialsBy.MONTH:
            try:
                return dt.date.fromisoformat(f"{key}-01")
            except ValueError:
                return dt.date.min
        return key


class DenialOutcome(TextChoices):
    """What became of denials; `ALL` is every one of them."""

    ALL = "all", "denied"
    OPEN = "open", "still open"
    OVERTURNED = "overturned", "overturned"
    ACCEPTED = "accepted", "accepted"
    REVERSED = "reversed", "reversed by the payer"


@dataclass(frozen=True, kw_only=True)
class DenialQuery:
    """Denials first given in a period to some practices, narrowed to a payer, a reason (CO-16) or a category."""

    practice_ids: Sequence[int]
    since: dt.date
    until: dt.date
    by: DenialsBy = DenialsBy.PAYER
    payer_id: int | None = None
    reason: str = ""
    category: str = ""
