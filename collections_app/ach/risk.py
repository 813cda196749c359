"""What is looked at before a debit is let through (RULES 13.2, 16: Nacha fraud monitoring). Pure.

Each finding has a code and a sentence. A debit with one waits: for the account to be confirmed where that is all there
is, else for a second person.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO

#: What is settled by confirming the account, without a second person.
UNCONFIRMED = "unconfirmed"
WORDS = {
    UNCONFIRMED: "The account was never debited before and nobody has confirmed it.",
    "large": "The amount is larger than usual.",
    "often": "This bank account was debited often in the last days.",
    "shared": "Another guarantor's authorization names the same bank account.",
    "name": "The name on the bank account is nobody's of this guarantor account.",
    "owed": "It is more than the patient owes now.",
    "bad_before": "Debits of this bank account came back as not authorized.",
}
_LEAST_WORD = 3


@dataclass(frozen=True, slots=True)
class DebitFacts:
    """What is known of a debit and of its bank account. Dollars; `debits` of the last days, this one not counted."""

    amount: Decimal
    owed: Decimal
    is_confirmed: bool
    debits: int
    other_accounts: int
    unauthorized_before: int
    holder: str
    people: Sequence[str]


@dataclass(frozen=True, slots=True)
class RiskFigures:
    """From which amount, and from how many debits in the last days, a debit is looked at."""

    large: Decimal
    often: int


def findings(facts: DebitFacts, figures: RiskFigures) -> list[str]:
    """The codes of what is suspicious, in the order of `WORDS`."""
    found = {
        UNCONFIRMED: not facts.is_confirmed,
        "large": facts.amount > figures.large,
        "often": facts.debits >= figures.often,
        "shared": facts.other_accounts > 0,
        "name": not shares_a_name(facts.holder, facts.people),
        "owed": facts.amount > max(facts.owed, ZERO),
        "bad_before": facts.unauthorized_before > 0,
    }
    return [code for code in WORDS if found[code]]


def in_words(codes: Iterable[str]) -> list[str]:
    """The sentences of findings."""
    return [WORDS[code] for code in codes if code in WORDS]


def shares_a_name(holder: str, people: Iterable[str]) -> bool:
    """Whether the holder bears a name, of three letters at least, of one of the people."""
    theirs = _name_words(holder)
    return any(theirs & _name_words(person) for person in people)


def _name_words(name: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", name.upper()) if len(word) >= _LEAST_WORD}
