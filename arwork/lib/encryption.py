"""Encrypt single values, and digest them so that they can be found without being read (45 CFR 164.312(a)(2)(iv)).

A sealed value is AES-256-GCM: a version byte, the id of its key, a random nonce, ciphertext and tag. What it belongs to
(`table.column`) is associated data, so a value that was moved to another column does not open. Nonces are random:
replace a key long before it has encrypted 2^32 values (NIST SP 800-38D, 8.3).

Digests are HMAC-SHA256 under `INDEX_KEY`, which no rotation of `FIELD_KEYS` touches. Equal values of one column have
equal digests, which is what lets them be found, and is all that they tell.
"""

import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from arwork.lib.errors import DomainError
from arwork.lib.keyring import Keyring, read_keys

VERSION = 1
NONCE = 12
_TAG = 16


class Undecipherable(DomainError):
    """A value whose key is not here, or that is not what was written. Nothing of it is shown."""

    code = "undecipherable"
    status = 503


def keyring() -> Keyring:
    """The keys that settings name."""
    return read_keys(settings.FIELD_KEYS)


def seal(plain: bytes, *, bound_to: bytes) -> bytes:
    """`plain` under the newest key; opens only with the same `bound_to`."""
    keys = keyring()
    nonce = os.urandom(NONCE)
    return b"".join((_header(keys.newest), nonce, keys.ciphers[keys.newest].encrypt(nonce, plain, bound_to)))


def unseal(sealed: bytes, *, bound_to: bytes) -> bytes:
    """What was sealed. Raises `Undecipherable` where its key is missing, or it was changed or moved."""
    name = key_id_of(sealed)
    cipher = keyring().ciphers.get(name)
    if cipher is None:
        raise Undecipherable(
            f"Patient data were encrypted with the key {name}, which this installation does not have, so they can't be "
            "read. Whoever runs arwork must add that key to FIELD_KEYS.",
            key=name,
        )
    at = 2 + len(name)
    return opened(cipher, sealed[at : at + NONCE], sealed[at + NONCE :], bound_to)


def opened(cipher: AESGCM, nonce: bytes, sealed: bytes, bound_to: bytes | None) -> bytes:
    """What `cipher` makes of ciphertext and tag. Raises `Undecipherable`."""
    try:
        return cipher.decrypt(nonce, sealed, bound_to)
    except (InvalidTag, ValueError):
        raise Undecipherable(
            "Encrypted patient data can't be read: the key of their name is another one, or they were changed outside "
            "arwork. Nothing of them is shown. Tell whoever runs arwork."
        ) from None


def key_id_of(sealed: bytes) -> str:
    """The id of the key of a sealed value. Raises `Undecipherable` where it is none."""
    if len(sealed) < 2 or sealed[0] != VERSION or len(sealed) < 2 + sealed[1] + NONCE + _TAG:
        raise Undecipherable("What should be encrypted is not. Nothing of it is shown. Tell whoever runs arwork.")
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")


def newest_header() -> bytes:
    """What every value under the newest key begins with."""
    return _header(keyring().newest)


def digest(*parts: bytes, size: int) -> bytes:
    """The keyed digest of `parts`, cut to `size` bytes."""
    return hmac.digest(_index_key(settings.INDEX_KEY), b"\x1f".join(parts), "sha256")[:size]


def _header(name: str) -> bytes:
    return bytes((VERSION, len(name))) + name.encode()


@cache
def _index_key(secret: str) -> bytes:
    return hashlib.sha256(b"arwork blind index\x1f" + secret.encode()).digest()
