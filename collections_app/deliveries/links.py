"""Links in messages: where a patient reads what waits, and the one click that stops such e-mails.

Where a message is read, a higher room knows (the patient's own page): it registers a source. The address of the click
names an e-mail address by its number, signed, so nobody can stop another's; it opens without signing in and tells
nothing.
"""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.core import signing

from claims.parties.models import Account

LinkSource = Callable[[Account, dt.datetime, dt.date], str]
_sources: list[LinkSource] = []
_SALT = "stop-emails"


def register_link_source(source: LinkSource) -> None:
    """Let `source` say where a patient reads what waits for an account; the app does when it is ready."""
    _sources.append(source)


def link_to_read(account: Account, *, now: dt.datetime, today: dt.date) -> str:
    """Where the patient reads it; empty where there is no such page."""
    for source in _sources:
        if link := source(account, now, today):
            return link
    return ""


def stop_link(email_id: int) -> str:
    """The address whose one click stops e-mails to that address."""
    return f"{settings.MESSAGES.public_url}/stop/{token_of(email_id)}"


def token_of(email_id: int) -> str:
    """What names an e-mail address in such a link."""
    return signing.dumps(email_id, salt=_SALT)


def email_of(token: str) -> int | None:
    """Which e-mail address a click is about; None where the token was not made here. It never runs out: whoever wants
    no more messages may say so in ten years (47 CFR 64.1200(a)(10))."""
    try:
        return int(signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None
