"""Tables of dated rules that people keep: a row is added, ended or withdrawn, each with its event in the trail.

The same three verbs for every such table; what a row means, who may enter it and whether it makes sense is asked by
the slice that owns it, before. The arithmetic of validity is `arwork.lib.dated_rules`.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models

from arwork.lib.dated_rules import ending
from arwork.lib.errors import NotFound
from arwork.staff import audit

if TYPE_CHECKING:
    from arwork.staff.models import User

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class DatedTable(Generic[M]):
    """One table: what the trail calls its rows (`subject`) and their deeds (`deed`: `rule` makes `rule_added`), and
    what it notes of one. Its rows have `valid_from`, `valid_to` and, where they are a practice's, `practice_id`."""

    model: type[M]
    subject: str
    deed: str
    facts: Callable[[M], Mapping[str, Any]]

    def add(self, row: M, *, ended: Mapping[int, dt.date], actor: "User", now: dt.datetime) -> M:
        """Store a row and end those that it replaces (id -> last day), in the caller's transaction."""
        for old in self.model._default_manager.select_for_update().filter(pk__in=ended).order_by("pk"):
            self._shorten(old, ended[old.pk], actor=actor, now=now)
        row.save(force_insert=True)
        self._note(row, "added", actor=actor, now=now, after=self.facts(row))
        return row

    def end(
        self, row_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
    ) -> dt.date | None:
        """End a row after `last_day`, or as soon as may be (None); one that has not begun is taken out.

        Returns the last day, None for one taken out. Raises `NotFound`, `BadDates`. In the caller's transaction.
        """
        row: Any = self.model._default_manager.select_for_update().filter(pk=row_id).first()
        if row is None:
            raise NotFound("It is not there any more. Look at the list again.")
        last = ending(row.valid_from, row.valid_to, wanted=last_day, today=today)
        if last is not None:
            self._shorten(row, last, actor=actor, now=now)
            return last
        self._note(row, "withdrawn", actor=actor, now=now, before=self.facts(row))
        row.delete()
        return None

    def _shorten(self, row: Any, last: dt.date, *, actor: "User", now: dt.datetime) -> None:
        before, row.valid_to = {"valid_to": row.valid_to}, last
        row.save(update_fields=["valid_to"])
        self._note(row, "ended", actor=actor, now=now, before=before, after={"valid_to": last})

    def _note(self, row: M, deed: str, *, actor: "User", now: dt.datetime, **facts: Any) -> None:
        practice_id = getattr(row, "practice_id", None)
        audit.record(actor, f"{self.deed}_{deed}", self.subject, row.pk, practice_id=practice_id, now=now, **facts)
