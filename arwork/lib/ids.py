"""Ids as addresses and forms name them: text that anybody may have written."""

import re
from collections.abc import Iterable

from arwork.lib.errors import NotFound

#: The largest id that both engines take; serializers of endpoints say it too.
LARGEST = 10**18 - 1
_ID = re.compile(r"[0-9]{1,18}")


def id_of(text: str) -> int | None:
    """The id that `text` names; None where it names none (`²` is a digit to Python and no number)."""
    return int(text) or None if _ID.fullmatch(text) else None


def ensure_possible(parts: Iterable[object]) -> None:
    """Raises `NotFound` for a number of an address that no engine could look up. Pages and endpoints ask it first."""
    if any(isinstance(part, int) and part > LARGEST for part in parts):
        raise NotFound("There is no such thing: nothing here has so large a number.")
