"""What of carriers is configured here, and a message of our own to see whether they work. Never about patients."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from arwork.lib.sftp_settings import DebitBank, SftpPlace
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.phones import dialed
from claims.plausible.contacts import email_of
from collections_app.deliveries import sftp, words
from collections_app.deliveries.carriers import NotTaken, OutgoingMessage, TryLater, carrier_of
from collections_app.deliveries.services import NoDelivery

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class Configured:
    """One carrier: its name, what it is set to, and what is missing (empty: nothing)."""

    code: str
    name: str
    value: str
    missing: str = ""


def configured() -> list[Configured]:
    """What is set, in words; no secret is shown."""
    chosen = settings.MESSAGES
    vendor, bank = chosen.vendor, settings.DEBIT_BANK
    return [
        Configured("email", "E-mail", chosen.email or "off", "" if chosen.email else "MESSAGE_EMAIL"),
        Configured("text", "Text messages", chosen.texts or "off", "" if chosen.texts else "MESSAGE_TEXTS"),
        Configured(
            "vendor", "Print vendor", f"{vendor.user} at {vendor.host}" if vendor else "printed here",
        ),
        Configured(
            "bank", "Bank, for files of debits", f"{bank.place.user} at {bank.place.host}" if bank else "downloaded",
        ),
        Configured("links", "Links lead to", chosen.public_url or "nowhere", "" if chosen.public_url else "PUBLIC_URL"),
    ]  # fmt: skip


def has_vendor() -> bool:
    """Whether a print vendor is named."""
    return settings.MESSAGES.vendor is not None


def test(*, channel: str, to: str, actor: "User", now: dt.datetime) -> str:
    """Send a test message, or sign in at the print vendor or the bank; what came of it. Raises `NoDelivery`."""
    require(actor, Capability.CONFIGURE_INTEGRATIONS)
    bank: DebitBank | None = settings.DEBIT_BANK
    places = {"vendor": settings.MESSAGES.vendor, "bank": bank.place if bank else None}
    done = _signed_in(places[channel]) if channel in places else _tested(channel, to)
    audit.record(actor, "carrier_tested", "delivery", None, practice_id=None,
                 after={"channel": channel, "answer": done}, now=now)  # fmt: skip
    return done


def _tested(channel: str, to: str) -> str:
    address = email_of(to) if channel == "email" else dialed(to)
    if not address:
        raise NoDelivery("Enter an address or number of your own to send it to.", field="to")
    carrier = carrier_of(channel)
    if carrier is None:
        raise NoDelivery("Nobody carries these here. Whoever runs arwork can set it up.", field="channel")
    said = words.phrase("test", "en")
    try:
        carrier.carry(OutgoingMessage("test", address, said, "arwork: a test message" if channel == "email" else ""))
    except (TryLater, NotTaken) as error:
        return f"It did not leave: {error}."
    return "It left. Look whether it arrives."


def _signed_in(place: SftpPlace | None) -> str:
    if place is None:
        raise NoDelivery(
            "Nobody is named there. Whoever runs arwork can (PRINT_VENDOR_SFTP, ACH_BANK_SFTP).", field="channel"
        )
    try:
        sftp.check(place)
    except sftp.NotHandedOver as error:
        return f"It does not work: {error}."
    return f"{place.who[:1].upper()}{place.who[1:]} let us in."
