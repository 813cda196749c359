"""The life of an authorization, of an entry and of a file, in words. Pure.

An entry:  held -> pending -> sent -> settled -> returned
             |        |         `-> returned          the bank sent it back before or after its day
             `--------`-> cancelled                   nothing was debited

`held` waits for a second person or for the account to be checked; `pending` for the next file; `sent` for its day.
"""

from enum import StrEnum


class AuthorizationState(StrEnum):
    """Whether a person's word to debit their account still holds."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REVOKED = "revoked"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return _AUTHORIZATION_WORDS[self]


class EntryState(StrEnum):
    """Where a debit stands."""

    HELD = "held"
    PENDING = "pending"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _ENTRY_WORDS[self]


class FileState(StrEnum):
    """What became of a file."""

    MADE = "made"
    SENT = "sent"
    VOID = "void"

    @property
    def label(self) -> str:
        return _FILE_WORDS[self]


class AnswerKind(StrEnum):
    """What the bank says of an entry."""

    RETURN = "return"
    NOC = "noc"
    DISHONORED = "dishonored"
    CONTESTED = "contested"

    @property
    def label(self) -> str:
        return _ANSWER_WORDS[self]


class AnswerState(StrEnum):
    """What became of a line of the bank's."""

    APPLIED = "applied"
    WAITING = "waiting"
    SEEN_TO = "seen_to"

    @property
    def label(self) -> str:
        return _ANSWER_STATE_WORDS[self]


class SecCode(StrEnum):
    """How the person authorized (Standard Entry Class): by phone, on the internet, in writing."""

    TEL = "TEL"
    WEB = "WEB"
    PPD = "PPD"

    @property
    def label(self) -> str:
        return _SEC_WORDS[self]


_AUTHORIZATION_WORDS = {
    "active": "In force",
    "disabled": "Stopped by a return",
    "revoked": "Revoked",
    "ended": "Ended",
}
_ENTRY_WORDS = {
    "held": "Held for a check",
    "pending": "For the next file",
    "sent": "In a file",
    "settled": "Settled",
    "returned": "Returned",
    "cancelled": "Canceled",
}
_FILE_WORDS = {"made": "Made, not yet sent", "sent": "Sent", "void": "Void"}
_ANSWER_WORDS = {
    "return": "Return",
    "noc": "Notice of change",
    "dishonored": "Dishonored return",
    "contested": "Contested return",
}
_ANSWER_STATE_WORDS = {"applied": "Applied", "waiting": "Waits", "seen_to": "Seen to"}
_SEC_WORDS = {"TEL": "By phone (TEL)", "WEB": "Online (WEB)", "PPD": "In writing (PPD)"}

AUTHORIZATION_STATES = [(one.value, one.label) for one in AuthorizationState]
ENTRY_STATES = [(one.value, one.label) for one in EntryState]
FILE_STATES = [(one.value, one.label) for one in FileState]
ANSWER_KINDS = [(one.value, one.label) for one in AnswerKind]
ANSWER_STATES = [(one.value, one.label) for one in AnswerState]
SEC_CODES = [(one.value, one.label) for one in SecCode]
#: One debit, or several under one authorization.
ONCE, RECURRING = "once", "recurring"
FREQUENCIES = [(ONCE, "One debit"), (RECURRING, "Several debits")]
#: What proves the words of a call: the recording, or a notice sent before the money moves; else a signed paper.
RECORDING, NOTICE, SIGNED = "recording", "notice", "signed"
PROOFS = [(RECORDING, "The call is recorded"), (NOTICE, "A written notice goes out"), (SIGNED, "Signed or confirmed")]
#: Why a call may lead to a debit (TEL): they know us, or they called.
KNOWN, CALLED_US = "known", "called_us"
RELATIONSHIPS = [(KNOWN, "They are our patient or guarantor"), (CALLED_US, "They called us")]
#: How the account was known to be open and theirs before the first debit.
BY_HAND, PRENOTE, HISTORY = "hand", "prenote", "history"
VALIDATIONS = [(BY_HAND, "Confirmed by a person"), (PRENOTE, "Prenote"), (HISTORY, "Debited before without a return")]
DEBIT, PRENOTE_ENTRY = "debit", "prenote"
ENTRY_KINDS = [(DEBIT, "Debit"), (PRENOTE_ENTRY, "Prenote of $0.00")]
