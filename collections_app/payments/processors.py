"""The seam to a card processor: what is asked of one, and what it says. Pure: no Django import.

Whatever brand stands behind it, a processor has a page of its own on which the card number is typed (RULES 13.4, PCI
SAQ A), gives a token for it, and says of a payment what became of it so far (`Snapshot`). A snapshot is cumulative:
what was taken, what was given back, which disputes there are. Messages of a processor are only doorbells: whoever hears
one asks for the snapshot, so that neither their order nor their number matters.

`key` names an intention: a processor that is asked twice with the same key does it once.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO

PENDING, SUCCEEDED, DECLINED, EXPIRED = "pending", "succeeded", "declined", "expired"
OPEN, WON, LOST = "open", "won", "lost"
#: What a message is about.
OF_PAYMENT, OF_PAYOUT, OF_CARD = "payment", "payout", "card"


class ProcessorAway(DomainError):
    """The processor gave no answer, or one that says nothing. What was asked may have happened: look again."""

    code = "processor_away"
    status = 503


class ProcessorRefused(DomainError):
    """The processor does not do what was asked. Facts: `reason`, its code."""

    code = "processor_refused"


class BadSignature(DomainError):
    """A message that does not come from the processor, or is too old."""

    code = "bad_signature"
    status = 400


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What may be known of a card. `token` charges it again; empty where it may not be kept."""

    brand: str = ""
    last4: str = ""
    expires_on: dt.date | None = None
    token: str = ""


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute as the processor tells of it. Dollars; `evidence_by` is the last day to answer."""

    reference: str
    amount: Decimal
    reason: str = ""
    opened_on: dt.date | None = None
    evidence_by: dt.date | None = None
    state: str = OPEN


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that became of a payment so far. Dollars. `key` is ours."""

    status: str
    reference: str = ""
    session: str = ""
    key: str = ""
    captured: Decimal = ZERO
    refunded: Decimal = ZERO
    is_void: bool = False
    decline_code: str = ""
    card: CardFacts | None = None
    disputes: Sequence[DisputeFacts] = ()
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HostedPage:
    """A page at the processor on which one payment is made, open until `expires_at`."""

    session: str
    url: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a processor: which payment (session, reference or key), payout or card it is about."""

    id: str
    kind: str
    subject: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """A line of a payout: a payment (above zero), a refund or a dispute (below). Dollars."""

    reference: str
    amount: Decimal
    fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PayoutFacts:
    """What was paid out at once. `amount` is what the bank gets: the lines less their fees."""

    reference: str
    amount: Decimal
    arrives_on: dt.date
    lines: Sequence[PayoutLine]


class Processor(Protocol):
    """A card processor. Every call may raise `ProcessorAway` and, for what it does not do, `ProcessorRefused`."""

    name: str
    label: str

    def open_page(
        self, *, key: str, amount: Decimal, title: str, return_url: str, keeps_card: bool, now: dt.datetime
    ) -> HostedPage:
        """A page on which `amount` dollars are paid by card; `title` is shown there and names no patient."""

    def close_page(self, session: str) -> Snapshot:
        """Let nobody pay there any more."""

    def charge(self, *, token: str, amount: Decimal, key: str, now: dt.datetime) -> Snapshot:
        """Charge a kept card, nobody being there. A decline is a snapshot, not an error."""

    def fetch(self, *, session: str = "", reference: str = "", key: str = "") -> Snapshot | None:
        """What became of a payment, by whatever is known of it; None where it never reached the processor."""

    def void(self, reference: str, *, key: str) -> Snapshot:
        """Take all of a payment back before it settled."""

    def refund(self, reference: str, *, amount: Decimal, key: str) -> Snapshot:
        """Give `amount` dollars back to the card."""

    def card(self, token: str) -> CardFacts:
        """What is known of a kept card now: banks replace cards, and the processor hears of it."""

    def forget(self, token: str) -> None:
        """Keep a card no longer."""

    def payout(self, reference: str) -> PayoutFacts:
        """A payout with its lines."""

    def read_message(self, body: bytes, headers: Mapping[str, str], *, now: dt.datetime) -> Message:
        """A message, once its signature is checked. Raises `BadSignature`."""
