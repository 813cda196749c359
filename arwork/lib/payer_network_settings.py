"""The network over which payers are asked at once, as the environment names it (docs/payer-network.md)."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured

SANDBOX = "sandbox"


@dataclass(frozen=True)
class PayerNetwork:
    """Where questions go. `url` is a base address, `sandbox`, or empty: payers are asked in files only."""

    url: str = ""
    token: str = field(default="", repr=False)
    seconds: int = 20

    @property
    def is_set(self) -> bool:
        return bool(self.url)


def payer_network(env: Any, *, is_production: bool) -> PayerNetwork:
    """The network. Raises `ImproperlyConfigured` without a token or TLS, and for the sandbox in production."""
    url = env.str("PAYER_NETWORK_URL", "" if is_production else SANDBOX).rstrip("/")
    if url == SANDBOX:
        if is_production:
            raise ImproperlyConfigured("PAYER_NETWORK_URL=sandbox asks no payer: it is for the demo and for tests.")
        return PayerNetwork(SANDBOX)
    if not url:
        return PayerNetwork()
    token = env.str("PAYER_NETWORK_TOKEN", "")
    if not url.startswith("https://") or not token:
        raise ImproperlyConfigured("PAYER_NETWORK_URL is an https:// address and needs PAYER_NETWORK_TOKEN.")
    return PayerNetwork(url, token, env.int("PAYER_NETWORK_SECONDS", 20))
