"""Secrets that have to be read again: encrypted under a key that is made of `SECRET_KEY`.

AES-256-GCM with a fresh nonce for each. A database that leaks alone thus gives none of them away. When `SECRET_KEY` is
replaced, the old one goes to `SECRET_KEY_FALLBACKS`: what was encrypted with it still opens.
"""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12  # bytes


def encrypt(text: str, *, purpose: bytes) -> str:
    """`text` as it is stored; it opens for the same purpose alone."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher(settings.SECRET_KEY, purpose).encrypt(nonce, text.encode(), purpose)
    return base64.b64encode(nonce + sealed).decode()


def decrypt(kept_text: str, *, purpose: bytes) -> str:
    """What was encrypted; raises `InvalidTag` where no key that is known fits."""
    kept = base64.b64decode(kept_text)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(key, purpose).decrypt(kept[:_NONCE], kept[_NONCE:], purpose).decode()
        except InvalidTag:
            continue
    raise InvalidTag


def _cipher(key: str, purpose: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=purpose).derive(key.encode()))
