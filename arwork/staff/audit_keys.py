"""The keys that the audit trail is signed with. They are kept outside the database: who can write there cannot sign.

`AUDIT_KEY` holds them, the newest first, separated by commas; outside production they stand in `audit_key` in
`DATA_DIR` instead, one a line, which is made when the first event is written. The first key signs; the others still
verify what they signed once. To rotate, put a new key before the old ones and restart; never take one away while the
trail holds events of it.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from arwork.lib.own_keys import own_key

FILE = "audit_key"
ID = 8  # characters


def keys() -> dict[str, bytes]:
    """Key id -> key, the one that signs first. The id is a digest of the key: no two mean the same by accident."""
    return _read(settings.AUDIT_KEY, Path(settings.DATA_DIR) / FILE)


def signing_key() -> tuple[str, bytes]:
    """The id and the key that sign what is written now."""
    return next(iter(keys().items()))


@lru_cache(maxsize=8)
def _read(given: str, file: Path) -> dict[str, bytes]:
    listed = given.split(",") if given else own_key(file).split()
    known = [one.strip().encode() for one in listed if one.strip()]
    if not known:
        raise ImproperlyConfigured(f"There is no key in {file}: put the one back that signed the audit trail.")
    return {hashlib.sha256(b"audit-key-id:" + key).hexdigest()[:ID]: key for key in known}
