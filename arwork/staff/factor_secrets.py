"""How the secrets of second factors are kept: encrypted, so that a database that leaks alone gives nobody one."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter

from arwork.lib import kept_secrets

_PURPOSE = b"arwork second factor 1"


class FactorAdapter(DefaultMFAAdapter):
    """What allauth's authenticators ask."""

    def encrypt(self, text: str) -> str:
        """`text` as it is stored."""
        return kept_secrets.encrypt(text, purpose=_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted; raises `InvalidTag` where no key that is known fits."""
        return kept_secrets.decrypt(encrypted_text, purpose=_PURPOSE)

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)

    def _get_site_name(self) -> str:
        return "arwork"
