"""What looks like a password in a text that names none. Pure.

Deliberately strict: a harmless word that is refused is written differently, a password that is kept leaks.
"""

import re
from urllib.parse import urlsplit

_NAMED = re.compile(r"\b(?:pass\s?(?:word|code|phrase)?|pwd?|pin|secret)\s*(?:is\b|[:=])\s*\S", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_SYMBOL = re.compile(r"[!@#$%^&*?_+=~|<>\\]")
_SHORTEST = 8


def looks_like_password(text: str) -> bool:
    """A password that is named (`pw: x`), or a word of eight or more that only a password would be: letters and digits
    with a symbol among them, or small and capital letters with digits."""
    return bool(_NAMED.search(text)) or any(_is_password(word) for word in text.split())


def carries_password(address: str) -> bool:
    """A web address with a name and a password before its host, or with one among its parameters."""
    parts = urlsplit(address)
    return "@" in parts.netloc or bool(re.search(r"(?:^|[&?])(?:pass|pwd?|pin|secret)\w*=", parts.query, re.IGNORECASE))


def _is_password(word: str) -> bool:
    bare = word.strip(".,;:()[]\"'")
    if len(bare) < _SHORTEST or "://" in bare or _MAIL.fullmatch(bare):
        return False
    has_digit = any(one.isdigit() for one in bare)
    is_mixed = any(one.islower() for one in bare) and any(one.isupper() for one in bare)
    has_letter = any(one.isalpha() for one in bare)
    return has_digit and has_letter and (is_mixed or bool(_SYMBOL.search(bare)))
