"""The words of the claim and account pages: postings, buckets and states as people say them."""

from typing import TYPE_CHECKING

from claims.ledger.posting_words import account_words, posting_words
from claims.payers.code_words import adjustment_words

if TYPE_CHECKING:
    from claims.ledger.models import Posting

RELATIONSHIPS = {"18": "self", "01": "spouse", "19": "child", "20": "employee", "21": "unknown", "G8": "other"}
_SUBMISSION_TAGS = {
    "sent": "blue",
    "received": "blue",
    "accepted": "green",
    "rejected": "red",
    "pended": "amber",
    "adjudicated": "green",
}


def told_posting(row: "Posting") -> str:
    """What a posting did, in a line, with its reason."""
    said = posting_words(row.kind, debit=row.debit, credit=row.credit)
    if row.reverses_id:
        said = f"Reversed: {said[:1].lower()}{said[1:]}"
    if row.carc:
        said = f"{said}: {adjustment_words(row.group, row.carc)}"
    return said


def movement_words(row: "Posting") -> str:
    """Between which accounts: `cash from primary payer`."""
    return f"{account_words(row.debit)} from {account_words(row.credit)}"


def submission_tag(state: str) -> str:
    """The color of a submission's state."""
    return _SUBMISSION_TAGS.get(state, "plain")
