"""The test numbers of the sandbox, and what becomes of a payment with each. Pure.

They are the numbers that processors publish for tests; no bank has given them to anybody.
"""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of the sandbox. `decline` is the code by which payments are declined, "" where they are not; `disputes`
    says that its holder disputes every payment at once."""

    __test__ = False
    token: str
    brand: str
    last4: str
    decline: str = ""
    disputes: bool = False


_CARDS = {
    "4242424242424242": TestCard("visa", "Visa", "4242"),
    "5555555555554444": TestCard("mastercard", "Mastercard", "4444"),
    "378282246310005": TestCard("amex", "American Express", "0005"),
    "4000000000000002": TestCard("declined", "Visa", "0002", decline="card_declined"),
    "4000000000009995": TestCard("nofunds", "Visa", "9995", decline="insufficient_funds"),
    "4000000000009987": TestCard("lost", "Visa", "9987", decline="lost_card"),
    "4000000000000069": TestCard("expired", "Visa", "0069", decline="expired_card"),
    "4000000000000341": TestCard("later", "Visa", "0341"),
    "4000000000000259": TestCard("disputed", "Visa", "0259", disputes=True),
}
#: Charged where nobody is there, this card has no funds; on the page it is good: an automatic payment that fails.
FAILS_LATER = "later"


def card_numbered(typed: str) -> TestCard | None:
    """The test card of that number; None for every other number, of which nothing is kept."""
    return _CARDS.get("".join(char for char in typed if char.isdigit()))


def card_of(token: str) -> TestCard | None:
    """The card behind a token of the sandbox, `tok_visa_<n>`."""
    parts = token.split("_")
    name = parts[1] if len(parts) > 1 else ""
    return next((card for card in _CARDS.values() if card.token == name), None)


def last_day_of(expiry: str, *, today: dt.date) -> dt.date | None:
    """The last day of a card from `12/27` as typed; None where that is no month."""
    month, _, year = expiry.replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= 12 and len(year) in (2, 4)):
        return None
    full = int(year) if len(year) == 4 else today.year // 100 * 100 + int(year)
    if not today.year - 1 <= full <= today.year + 30:
        return None
    return dt.date(full, int(month), monthrange(full, int(month))[1])
