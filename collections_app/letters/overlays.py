"""Paragraphs that states want in a letter beside its own text: dated, with their source. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from arwork.lib.dated_rules import in_force, read_seed
from collections_app.letters.kinds import SEEDS


@dataclass(frozen=True, slots=True)
class StateParagraph:
    """What one state wants said in a kind of letter, from a day on."""

    state: str
    kind: str
    source: str
    words: dict[str, str]
    valid_from: dt.date
    valid_to: dt.date | None = None
    is_verified: bool = False


@cache
def state_paragraphs() -> tuple[StateParagraph, ...]:
    """Every paragraph, whatever its day."""
    return tuple(_paragraph(told) for told in read_seed(SEEDS / "overlays.yaml")["overlays"])


def paragraphs_for(kind: str, *, state: str, language: str, on: dt.date) -> Sequence[str]:
    """What a state wants said on a day, in a language."""
    return [
        one.words[language]
        for one in state_paragraphs()
        if (one.kind, one.state) == (kind, state) and in_force(one.valid_from, one.valid_to, on)
    ]


def _paragraph(told: dict[str, Any]) -> StateParagraph:
    words = {language: " ".join(told[language].split()) for language in ("en", "es")}
    return StateParagraph(
        told["state"], told["kind"], told["source"], words, told["valid_from"], told.get("valid_to"), told["verified"]
    )
