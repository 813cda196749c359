"""The keys of encrypted values, as settings name them. Pure: no Django import.

`FIELD_KEYS` is a list `id:base64,id:base64` of 256-bit keys, newest first: the first encrypts, all of them decrypt.
"""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_ID = re.compile(r"[a-z0-9_-]{1,16}")


class BadKeys(ValueError):
    """What stands in FIELD_KEYS is no list of keys; the sentence never shows a key."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Ciphers by the id of their key; `newest` encrypts."""

    newest: str
    ciphers: dict[str, AESGCM]


@cache
def read_keys(text: str) -> Keyring:
    """The keyring that `text` names. Raises `BadKeys`."""
    ciphers: dict[str, AESGCM] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, encoded = entry.partition(":")
        if not _ID.fullmatch(name):
            raise BadKeys("FIELD_KEYS: write id:base64, the id in small letters and digits, 16 at most.")
        if name in ciphers:
            raise BadKeys(f"FIELD_KEYS: the id {name} stands there twice.")
        ciphers[name] = AESGCM(_decoded(name, encoded))
    if not ciphers:
        raise BadKeys("FIELD_KEYS is empty: patient data can be neither kept nor read without a key.")
    return Keyring(next(iter(ciphers)), ciphers)


def new_key(name: str) -> str:
    """An entry for FIELD_KEYS with a fresh random key. Raises `BadKeys` for an id that can't be one."""
    if not _ID.fullmatch(name):
        raise BadKeys(f"{name} is no id: small letters and digits, 16 at most.")
    return f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _decoded(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadKeys(f"FIELD_KEYS: the key {name} is not {KEY_BYTES} bytes in base64.")
    return key
