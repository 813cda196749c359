"""What carriers report of messages that they took along: by the carrier's own name for each, whenever it comes."""

import datetime as dt

from django.db import transaction

from collections_app.deliveries import outcomes
from collections_app.deliveries.links import token_of
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.stopping import stop_emails

#: Of a text, by Twilio's words; what is not among these is on its way.
_TEXT_ARRIVED, _TEXT_FAILED = frozenset({"delivered", "read"}), frozenset({"undelivered", "failed"})
#: Errors after which no text will ever reach the number: unknown, landline, off for good, it has said STOP.
_NUMBER_IS_WRONG = frozenset({"30003", "30005", "30006", "21610", "21211", "21614"})
_TEXT_WORDS = {
    "30003": "the phone can't be reached",
    "30004": "the phone refuses messages",
    "30005": "no such number",
    "30006": "a landline, or a carrier that takes no texts",
    "30007": "the carrier filtered it",
    "21610": "the number has answered STOP",
}


def text_reported(*, provider_id: str, status: str, error: str, now: dt.datetime) -> bool:
    """Take one report about a text; whether there is such a text."""
    with transaction.atomic():
        found = _reported(provider_id)
        if found is None:
            return False
        if status in _TEXT_ARRIVED:
            outcomes.delivered(found, now=now)
        elif status in _TEXT_FAILED:
            why = _TEXT_WORDS.get(error, f"the text service says {error or status}")
            outcomes.bounced(found, why=why, is_for_good=error in _NUMBER_IS_WRONG, now=now)
        return True


def email_reported(*, provider_id: str, event: str, reason: str, now: dt.datetime, today: dt.date) -> bool:
    """Take one report about an e-mail, in the words of django-anymail; whether there is such an e-mail.

    A complaint ("this is spam") and an unsubscription at the service say stop.
    """
    with transaction.atomic():
        found = _reported(provider_id)
        if found is None:
            return False
        if event in ("delivered", "opened", "clicked"):
            outcomes.delivered(found, now=now)
        elif event in ("bounced", "rejected", "failed"):
            is_for_good = event == "bounced" and reason in ("bounced", "invalid", "")
            why = {"bounced": "the address does not exist", "invalid": "the address is not valid"}.get(reason, "")
            outcomes.bounced(found, why=why or f"the e-mail service says {event}", is_for_good=is_for_good, now=now)
        elif event in ("complained", "unsubscribed") and found.email_id:
            stop_emails(token_of(found.email_id), now=now, today=today)
        return True


def _reported(provider_id: str) -> Delivery | None:
    if not provider_id:
        return None
    return Delivery.objects.select_for_update().filter(provider_id=provider_id[:100]).order_by("pk").first()
