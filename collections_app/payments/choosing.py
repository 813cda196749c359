"""Which processor takes cards here, and the one by which an older payment was made."""

from django.conf import settings

from arwork.lib.errors import DomainError
from arwork.lib.typed_text import ensure_undoubted
from collections_app.payments.processors import Processor
from collections_app.payments.sandbox.processor import Sandbox
from collections_app.payments.stripe import Stripe


class NoCards(DomainError):
    """No card processor is set up."""

    code = "no_cards"


def takes_cards() -> bool:
    """Whether a processor is set up."""
    return bool(settings.CARD_PROCESSOR.name)


def processor() -> Processor:
    """The processor that takes new payments. Raises `NoCards`."""
    return processor_named(settings.CARD_PROCESSOR.name)


def processor_named(name: str) -> Processor:
    """The processor by which a payment was made. Raises `NoCards` where it is set up no longer, `SensitiveText` where
    what is done will be taken back."""
    ensure_undoubted()
    chosen = settings.CARD_PROCESSOR
    if not name or name != chosen.name:
        raise NoCards("No card processor is set up here. Take a check or cash, or ask whoever runs the installation.")
    if name == Sandbox.name:
        return Sandbox(chosen.webhook_secret)
    return Stripe(chosen.secret_key, webhook_secret=chosen.webhook_secret, api_url=chosen.api_url)
