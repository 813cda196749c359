"""Ids as addresses and forms name them: text that anybody may have written."""

import re

#: The largest id that both engines take; serializers of endpoints say it too.
LARGEST = 10**18 - 1
_ID = re.compile(r"[0-9]{1,18}")


def id_of(text: str) -> int | None:
    """The id that `text` names; None where it names none (`²` is a digit to Python and no number)."""
    return int(text) or None if _ID.fullmatch(text) else None
