"""What a person's words about a number or an address amount to on a day (RULES 10, rows 11 and 23; 10.2). Pure.

Calls by hand need no consent and stop when somebody forbids them. Automatic calls, texts and e-mail need consent that
was given for that very number or address and channel, and stands: not withdrawn, not expired, given in writing where a
place asks for that. Of two words the later one counts, by the day on which it was said; of two on one day the one
that was recorded last. A number that somebody found has none, because nobody gave any.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

MANUAL, AUTO, TEXT, EMAIL = "manual", "auto", "text", "email"
PHONE_CHANNELS = (MANUAL, AUTO, TEXT)
#: What needs consent before it is used at all.
BY_CONSENT = frozenset({AUTO, TEXT, EMAIL})
#: Channels of the contact log, as consent names them; the others know no consent.
_OF_CONTACT = {"phone": MANUAL, "sms": TEXT, "email": EMAIL}


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """One word of a person; an empty channel speaks of all."""

    channel: str
    is_given: bool
    said_on: dt.date
    order: int
    expires_on: dt.date | None = None
    is_opt_in: bool = False


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """How a channel of one number or address stands on a day, and the word that made it so (None: nobody said any)."""

    channel: str
    word: ConsentWord | None = None
    is_expired: bool = False

    @property
    def is_given(self) -> bool:
        return bool(self.word and self.word.is_given and not self.is_expired)

    @property
    def is_revoked(self) -> bool:
        return bool(self.word and not self.word.is_given)

    def allows(self, *, needs_opt_in: bool = False) -> bool:
        """Whether the channel may be used; `needs_opt_in` where consent must have been given in writing."""
        if self.channel not in BY_CONSENT:
            return not self.is_revoked
        return self.is_given and (not needs_opt_in or bool(self.word and self.word.is_opt_in))

    @property
    def summary(self) -> str:
        """The standing in a few words."""
        if self.word is None:
            return "no consent" if self.channel in BY_CONSENT else "allowed"
        if self.is_revoked:
            return "withdrawn" if self.channel in BY_CONSENT else "forbidden"
        if self.is_expired:
            return "expired"
        return "given in writing" if self.word.is_opt_in else "given"


def consent_channel(channel: str) -> str:
    """A channel of the contact log or of consent, as consent names it; "" for one that knows no consent."""
    known = (*PHONE_CHANNELS, EMAIL)
    return channel if channel in known else _OF_CONTACT.get(channel, "")


def standing_on(words: Iterable[ConsentWord], channel: str, on: dt.date) -> ConsentStanding:
    """How a channel stands on a day by all words about one number or address."""
    said = [one for one in words if one.channel in ("", channel) and one.said_on <= on]
    last = max(said, key=lambda one: (one.said_on, one.order), default=None)
    expired = bool(last and last.is_given and last.expires_on is not None and last.expires_on < on)
    return ConsentStanding(channel, last, expired)
