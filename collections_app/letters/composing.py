"""A letter put together: the text that holds, its facts, the letterhead and the address, as data for a template. Pure
but for what it is given."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collections_app.letters.kinds import LetterKind
from collections_app.letters.letterheads import Head
from collections_app.letters.merging import fill, fill_line
from collections_app.letters.texts import TextRow
from collections_app.letters.words import day_words

_WORDS = {
    "en": {"page": "Page", "of": "of", "account": "Account"},
    "es": {"page": "Página", "of": "de", "account": "Cuenta"},
}


@dataclass(frozen=True, slots=True)
class Whereto:
    """Who a letter goes to, line by line as the window of the envelope shows it, and the account it is about."""

    lines: Sequence[str]
    account_number: str


def composed(
    kind: LetterKind,
    text: TextRow,
    facts: Mapping[str, Any],
    *,
    head: Head,
    to: Whereto,
    on: dt.date,
    overlays: Sequence[str] = (),
) -> dict[str, Any]:
    """The data of one letter. `overlays` are paragraphs that a state asks for: at the end, before what is cut
    off. Raises `MissingFact`."""
    language = text.language
    elements = fill(kind, text.body, facts, language=language)
    at = next((n for n, one in enumerate(elements) if one["kind"] == "form"), len(elements))
    elements[at:at] = [{"kind": "small", "text": words} for words in overlays]
    return {
        "title": fill_line(kind, text.subject, facts, language=language),
        "letterhead": head.shown(),
        "to": list(to.lines),
        "day": day_words(on, language),
        "account": to.account_number,
        "reference": [{"label": _WORDS[language]["account"], "value": to.account_number}],
        "words": _WORDS[language],
        "elements": elements,
    }
