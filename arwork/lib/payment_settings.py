"""The card processor, as the environment names it; half of one, and the sandbox in production, are refused."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured

SANDBOX, STRIPE = "sandbox", "stripe"
_STRIPE = "https://api.stripe.com"


@dataclass(frozen=True)
class CardProcessor:
    """Who charges cards. `name` is `sandbox`, `stripe`, or empty: no cards are taken."""

    name: str = ""
    secret_key: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    api_url: str = _STRIPE


def card_processor(env: Any, *, is_production: bool) -> CardProcessor:
    """The processor. Raises `ImproperlyConfigured` for half of one, and for the sandbox in production."""
    name = env.str("CARD_PROCESSOR", "" if is_production else SANDBOX)
    if name not in ("", SANDBOX, STRIPE):
        raise ImproperlyConfigured("CARD_PROCESSOR is `stripe`, or empty where no cards are taken.")
    if name == SANDBOX and is_production:
        raise ImproperlyConfigured("CARD_PROCESSOR=sandbox takes no real money: it is for the demo and for tests.")
    if name != STRIPE:
        return CardProcessor(name, webhook_secret="sandbox" if name else "")
    key, secret = env.str("STRIPE_SECRET_KEY", ""), env.str("STRIPE_WEBHOOK_SECRET", "")
    if not key or not secret:
        raise ImproperlyConfigured("CARD_PROCESSOR=stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.")
    return CardProcessor(name, key, secret, env.str("STRIPE_API_URL", "") or _STRIPE)
