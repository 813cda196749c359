"""The words that a practice may change on its statements: a message for each level, and what help there is. They are
texts as those of letters: versioned, by practice, language and state."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from collections_app.letters.kinds import FactShape, LetterKind, MergeField
from collections_app.letters.merging import fill
from collections_app.letters.texts import TextBook

SEED = Path(__file__).parent / "seeds" / "texts.yaml"
GROUP = "Statements"
FIRST, REMINDER, LATER, LAST = "statement_first", "statement_reminder", "statement_later", "statement_last"
PLAN, DEMAND, HELP = "statement_plan", "statement_demand", "statement_help"
_FIELDS = (
    MergeField("amount", "what the statement asks for", FactShape.MONEY),
    MergeField("due_day", "day by which it is to be paid", FactShape.DAY),
)
_NAMES = {
    FIRST: "Statement: the first about a balance",
    REMINDER: "Statement: the second",
    LATER: "Statement: the third, and those between it and the last",
    LAST: "Statement: the last before somebody decides",
    PLAN: "Statement: a payment plan is kept",
    DEMAND: "Statement: on request",
    HELP: "Statement: what help there is",
}
_SAMPLE = {"amount": Decimal("240.00"), "due_day": dt.date(2026, 12, 11)}
KINDS = tuple(
    LetterKind(
        code=code, name=name, group=GROUP, fields=_FIELDS, must=("amount",) if code in (REMINDER, LATER, LAST) else (),
        sample=_SAMPLE, seed=SEED, is_written=False, does="A paragraph of statements",
    )
    for code, name in _NAMES.items()
)  # fmt: skip
_BY_CODE = {kind.code: kind for kind in KINDS}
CODES = tuple(_BY_CODE)


def message_code(level: int, levels: int) -> str:
    """Which message a statement of a level bears, where `levels` are sent in all."""
    if level <= 1:
        return FIRST
    if level >= levels:
        return LAST
    return REMINDER if level == 2 else LATER  # noqa: PLR2004 (the second one)


def elements(
    book: TextBook, code: str, facts: Mapping[str, Any], *, language: str, practice_id: int, state: str, on: dt.date
) -> tuple[list[dict[str, Any]], str]:
    """A text in force with its facts, as elements for a template, and which version it is. Raises `MissingFact`."""
    text = book.text(code, language=language, practice_id=practice_id, state=state, on=on)
    return fill(_BY_CODE[code], text.body, facts, language=language), text.version
