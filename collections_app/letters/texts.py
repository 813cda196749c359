"""Which text of a kind holds on a day, for a practice, a language and the state where somebody lives.

Shipped texts stand in the seed of each kind; an admin's own comes before them as every dated rule does
(`arwork.lib.dated_rules`): one of a state before one of all, one of a practice before one of all practices.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import Book, DatedRule, read_seed
from collections_app.letters.kinds import LetterKind, all_kinds
from collections_app.letters.models import LetterText

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class TextRow(DatedRule):
    """The words of a kind in a language. An empty state or practice speaks for all."""

    SCOPE: ClassVar[tuple[str, ...]] = ("state", "practice_id")
    kind: str
    language: str
    subject: str
    body: str
    state: str = ""
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return f"{self.kind}.{self.language}"

    @property
    def version(self) -> str:
        """Which text it is, in words that stay true: `shipped, 2026-11-30`, `no. 12, 2026-12-01`."""
        named = SHIPPED if self.rule_id is None else f"no. {self.rule_id}"
        return f"{named}, {self.valid_from or 'from the first day'}"


class TextBook(Book[TextRow]):
    """Texts, and which of them holds."""

    def text(self, kind: str, *, language: str, practice_id: int, state: str, on: dt.date) -> TextRow:
        """The text that holds. Raises `LookupError` where a kind has none in a language: every kind ships both."""
        row = self.look_up(f"{kind}.{language}", on=on, asked=(state, practice_id))
        if row is None:
            raise LookupError(f"no text of {kind!r} in {language!r} holds on {on}")
        return row


def text_book(kinds: Iterable[str] | None = None) -> TextBook:
    """The texts of `kinds` (None: of all), admins' and shipped. One query: read it once for a batch."""
    rows = LetterText.objects.order_by("pk")
    asked = None if kinds is None else frozenset(kinds)
    own = rows if asked is None else rows.filter(kind__in=asked)
    shipped = (row for kind in all_kinds() if asked is None or kind.code in asked for row in shipped_texts(kind))
    return TextBook((*(as_row(one) for one in own), *shipped))


def in_force(kind: str, *, practice_id: int, language: str, state: str, on: dt.date) -> TextRow:
    """The text of one kind that holds on a day. One query. Raises `LookupError`."""
    return text_book([kind]).text(kind, language=language, practice_id=practice_id, state=state, on=on)


def as_row(text: LetterText) -> TextRow:
    """A stored text as the pure modules want it."""
    return TextRow(
        kind=text.kind,
        language=text.language,
        subject=text.subject,
        body=text.body,
        state=text.state,
        practice_id=text.practice_id,
        valid_from=text.valid_from,
        valid_to=text.valid_to,
        source=text.source,
        rule_id=text.pk,
    )


def shipped_texts(kind: LetterKind) -> tuple[TextRow, ...]:
    """The texts that hold until an admin enters others."""
    return tuple(row for row in _seed(kind.seed) if row.kind == kind.code)


@cache
def _seed(path: Path) -> tuple[TextRow, ...]:
    return tuple(
        TextRow(kind=kind, language=language, **_facts(told))
        for kind, by_language in read_seed(path)["texts"].items()
        for language, told in by_language.items()
    )


def _facts(told: dict[str, Any]) -> dict[str, Any]:
    return {name: _unwrapped(value) if isinstance(value, str) else value for name, value in told.items()}


def _unwrapped(words: str) -> str:
    """A text of the file as an admin would type it: lines are joined, but for items and after a backslash."""
    joined = re.sub(r"(?<![\\\n])\n(?![\n-])", " ", words.strip())
    return joined.replace("\\\n", "\n")
