"""What is read out to patients about their cards, and what codes mean. Pure."""

from collections_app.ach.returns import words_of as return_words
from collections_app.payments.autopay import words_of

#: Reasons that card brands give for a dispute, in words.
_DISPUTES = {
    "fraudulent": "The holder says they did not pay this",
    "duplicate": "The holder says they paid it twice",
    "product_not_received": "The holder says there was no visit",
    "product_unacceptable": "The holder is not content with the visit",
    "credit_not_processed": "The holder waits for money back",
    "subscription_canceled": "The holder had ended automatic payments",
    "unrecognized": "The holder does not know the name on the statement",
    "general": "No reason given",
}


def consent_to_keep(practice: str) -> str:
    """What somebody agrees to whose card is kept, word for word."""
    return (
        f"You agree that {practice} keeps this card with its card processor, and charges it when you ask for it or "
        "by a payment plan that you agreed to. You may have it removed at any time."
    )


def dispute_words(reason: str) -> str:
    """The reason of a dispute in words."""
    return _DISPUTES.get(reason, reason.replace("_", " ").capitalize() or "No reason given")


def decline_words(code: str) -> str:
    """A decline in words; of a bank debit, its return code."""
    is_return = len(code) == 3 and code[:1] == "R"
    return f"Returned by the bank: {code} {return_words(code)}" if is_return else words_of(code)
