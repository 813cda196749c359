"""How the secrets of second factors are kept: encrypted under a key that is made of `SECRET_KEY`.

AES-256-GCM with a fresh nonce for each. A database that leaks alone thus gives nobody a second factor. When
`SECRET_KEY` is replaced, the old one goes to `SECRET_KEY_FALLBACKS`: what was encrypted with it still opens.
"""

import base64
import secrets
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"arwork second factor 1"
_NONCE = 12  # bytes


class FactorAdapter(DefaultMFAAdapter):
    """What allauth's authenticators ask."""

    def encrypt(self, text: str) -> str:
        """`text` as it is stored."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), _PURPOSE)
        return base64.b64encode(nonce + sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted; raises `InvalidTag` where no key that is known fits."""
        kept = base64.b64decode(encrypted_text)
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return _cipher(key).decrypt(kept[:_NONCE], kept[_NONCE:], _PURPOSE).decode()
            except InvalidTag:
                continue
        raise InvalidTag

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)

    def _get_site_name(self) -> str:
        return "arwork"


def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(key.encode()))
