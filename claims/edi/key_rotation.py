"""Key rotation: everything that is encrypted goes under the newest of FIELD_KEYS, and is encrypted where it is not yet.

Values are encrypted anew; of received files and documents only the wrapped key of each is, unless they were kept before
anything was encrypted. Secrets of second factors go under the `SECRET_KEY` of today. All may stop anywhere and go on.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from arwork.lib import key_rotation
from arwork.lib.encryption import keyring
from arwork.lib.key_rotation import Say
from arwork.staff import audit, factor_secrets
from claims.documents.store import kept_documents
from claims.edi import store

ROTATED = "rotate_keys"
_TELL_EACH = 500


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """What was done: rows of tables, files; and what is left under older keys (files being read, tables of others)."""

    key: str
    rows: int
    files: int
    rows_left: int
    files_left: int

    @property
    def is_complete(self) -> bool:
        return not (self.rows_left or self.files_left)


def outdated() -> tuple[dict[str, int], int]:
    """What is under older keys, or not encrypted: rows by table, and files."""
    tables = key_rotation.count_outdated()
    if factors := factor_secrets.count_outdated():
        tables[factor_secrets.TABLE] = factors
    files = sum(store.is_outdated(sha256) for sha256 in store.stored_hashes())
    return tables, files + sum(map(kept_documents.is_outdated, kept_documents.hashes()))


def rotate_keys(*, say: Say, now: dt.datetime) -> KeyRotation:
    """Put everything under the newest key and leave an event in the trail. Raises `Undecipherable`."""
    rows = key_rotation.rotate_fields(say=say) + factor_secrets.renew_outdated(say=say)
    files = _renew_files(say)
    tables, files_left = outdated()
    found = KeyRotation(keyring().newest, rows, files, sum(tables.values()), files_left)
    facts = {name: getattr(found, name) for name in ("key", "rows", "files", "rows_left", "files_left")}
    with transaction.atomic():
        audit.record(None, ROTATED, "encryption", None, practice_id=None, after=facts, now=now)
    return found


def _renew_files(say: Say) -> int:
    names, done = store.stored_hashes(), 0
    for place, sha256 in enumerate(names, 1):
        try:
            done += store.renew(sha256)
        except BlockingIOError:
            say(f"{sha256}: is being read, and stays as it is")
        if place % _TELL_EACH == 0 or place == len(names):
            say(f"received files: {place:,} of {len(names):,}")
    return done + sum(map(kept_documents.renew, kept_documents.hashes()))
