"""When a declined automatic payment is tried again (RULES 13.3, 13.7). Pure.

Card brands allow a declined card to be tried again only where its bank may change its mind, and only so often (Visa:
15 times in 30 days, never after a decline of the first category: lost, stolen, closed). We try seldom: by the dated
figures `autopay_retries` and `autopay_retry_days`. A bank debit is presented again by the ACH rules, not by these.
"""

import datetime as dt

#: Declines after which the card is not charged again, whoever asks.
FINAL = frozenset(
    {
        "lost_card", "stolen_card", "pickup_card", "restricted_card", "expired_card", "invalid_account",
        "incorrect_number", "invalid_number", "invalid_expiry_month", "invalid_expiry_year",
        "new_account_information_available", "revocation_of_authorization", "revocation_of_all_authorizations",
        "stop_payment_order", "no_such_card",
        "fraudulent", "merchant_blacklist", "card_not_supported", "currency_not_supported", "authentication_required",
    }
)  # fmt: skip
_WORDS = {
    "insufficient_funds": "Not enough funds",
    "card_declined": "Declined by the card's bank",
    "generic_decline": "Declined by the card's bank",
    "do_not_honor": "Declined by the card's bank",
    "expired_card": "The card has run out",
    "lost_card": "The card was reported lost",
    "stolen_card": "The card was reported stolen",
    "incorrect_cvc": "Wrong security code",
    "processing_error": "The card's bank could not be reached",
    "issuer_not_available": "The card's bank could not be reached",
    "authentication_required": "The card's bank wants its holder to confirm",
    "no_such_card": "The processor keeps this card no longer",
}


def is_final(code: str) -> bool:
    """Whether a card declined for this reason is never charged again."""
    return code in FINAL


def words_of(code: str) -> str:
    """A decline in words."""
    return _WORDS.get(code, code.replace("_", " ").capitalize())


def retry_on(code: str, attempt: int, *, declined_on: dt.date, retries: int, days: int) -> dt.date | None:
    """The day on which a payment declined at its `attempt` (the first is 1) is tried again; None where it is not.

    `retries` and `days` are the figures in force: so many more attempts, each so many days times its number after the
    one before, so that a payday lies between.
    """
    if is_final(code) or attempt > retries:
        return None
    return declined_on + dt.timedelta(days=days * attempt)
