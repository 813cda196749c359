"""Keyset paging: a page is found by the last key of the one before it, so page 2,000 costs what page 1 does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Rows of one page, and the cursors of its neighbours (None where there is none)."""

    rows: Sequence[Row]
    next_cursor: str | None = None
    previous_cursor: str | None = None
    total: int | None = None

    @property
    def shown(self) -> int:
        return len(self.rows)
