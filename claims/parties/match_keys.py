"""Keyed digests by which people are found again without storing anything readable beside their rows.

A person is the same when practice, last name, first name and day of birth agree, spelling and punctuation
aside. Where a file gives no day of birth, the member id (or, failing that, the claim number) takes its place:
too careful rather than too bold, because a wrong merge shows one patient's care to another.

The key is derived from `MATCH_KEY_SECRET`, which outside production is `SECRET_KEY` unless it is given. It never
changes in the life of a database: with another one, known people are opened a second time.
"""

import datetime as dt
import hashlib
import hmac
import unicodedata
from functools import cache

from django.conf import settings

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread over the phone


def person_key(*, practice_id: int, last: str, first: str, birth_on: dt.date | None, otherwise: str) -> str:
    """32 hex characters; `otherwise` tells people apart whose day of birth is not known."""
    born = birth_on.isoformat() if birth_on else f"?{_plain(otherwise)}"
    return _digest("person", str(practice_id), _plain(last), _plain(first), born)


def account_number(practice_id: int, match_key: str) -> str:
    """The number an account shows, e.g. `7K2P-9QXM-3F4T`: the same whichever file is read first (60 bits)."""
    bits = int(_digest("account", str(practice_id), match_key)[:15], 16)
    letters = "".join(_BASE32[bits >> shift & 31] for shift in range(55, -5, -5))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _digest(*parts: str) -> str:
    return hmac.new(_key(settings.MATCH_KEY_SECRET), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"arwork match keys\x1f" + secret.encode()).digest()


def _plain(text: str) -> str:
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(filter(str.isalnum, text.upper()))
