"""How the secrets of second factors are kept: encrypted under a key that is made of `SECRET_KEY`.

AES-256-GCM with a fresh nonce for each. A database that leaks alone thus gives nobody a second factor. When
`SECRET_KEY` is replaced, the old one goes to `SECRET_KEY_FALLBACKS`: what was encrypted with it still opens. What is
used is encrypted anew, and `rotate_keys` does so with the rest.
"""

import base64
import secrets
from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

_PURPOSE = b"arwork second factor 1"
_NONCE = 12  # bytes
_SECRETS = ("secret", "seed")  # of an app; of recovery codes
_BATCH = 500
TABLE = Authenticator._meta.db_table


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


def renewed(data: dict[str, Any]) -> dict[str, Any]:
    """What a factor keeps, its secrets encrypted anew with the key of today. Raises `InvalidTag`."""
    adapter = FactorAdapter()
    return {
        name: adapter.encrypt(adapter.decrypt(value)) if name in _SECRETS else value for name, value in data.items()
    }


def count_outdated() -> int:
    """How many factors have a secret under a key of before. Each is tried: nothing tells keys apart."""
    rows = Authenticator.objects.order_by("pk").values_list("data", flat=True)
    return sum(_can_be_renewed(data) for data in rows.iterator(chunk_size=_BATCH))


def renew_outdated(*, say: Callable[[str], object]) -> int:
    """Encrypt those anew, in batches; how many. Safe to stop and to start again."""
    done = last = 0
    while True:
        with transaction.atomic():
            rows = list(Authenticator.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:_BATCH])
            old = [row for row in rows if _can_be_renewed(row.data)]
            for row in old:
                row.data = renewed(row.data)
            Authenticator.objects.bulk_update(old, ["data"])
        if not rows:
            break
        done, last = done + len(old), rows[-1].pk
    if done:
        say(f"{TABLE}: {done:,} rows")
    return done


def _can_be_renewed(data: dict[str, Any]) -> bool:
    """Whether a secret is under a key of before that is known; one whose key is lost opens nothing any more."""
    kept = [data[name] for name in _SECRETS if name in data]
    before = settings.SECRET_KEY_FALLBACKS
    return any(not _opens(text, settings.SECRET_KEY) and any(_opens(text, old) for old in before) for text in kept)


def _opens(text: str, key: str) -> bool:
    kept = base64.b64decode(text)
    try:
        _cipher(key).decrypt(kept[:_NONCE], kept[_NONCE:], _PURPOSE)
    except InvalidTag:
        return False
    return True


def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(key.encode()))
