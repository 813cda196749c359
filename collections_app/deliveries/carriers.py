"""Who carries messages: e-mail by Django's back ends and django-anymail, texts by a seam with files and Twilio's API.

A carrier answers with its own name for the message, or raises: `TryLater` where nothing left and it may be tried
again, `NotTaken` where it never will. Whatever else is raised leaves open whether the message left.
"""

import json
import smtplib
from dataclasses import dataclass
from email.utils import formataddr, make_msgid
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import requests
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from urllib3.exceptions import NewConnectionError

TWILIO = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json"
SECONDS = 15
#: Answers of Twilio about a number that no text reaches: wrong, a landline, or it has answered STOP.
_NO_NUMBER = {21211, 21214, 21217, 21408, 21610, 21612, 21614, 30003, 30005, 30006}


class TryLater(Exception):
    """Nothing left; it may be tried again."""


class NotTaken(Exception):
    """The carrier will not take this message, ever; in our words, without what it holds."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a carrier is given. `stop_url` is where one click ends such e-mails (RFC 8058)."""

    key: str
    to: str
    words: str
    subject: str = ""
    sender: str = ""
    stop_url: str = ""


class Carrier(Protocol):
    """Takes one message and says its own name for it. Raises `TryLater`, `NotTaken`."""

    def carry(self, message: Message) -> str: ...


class EmailCarrier:
    """E-mail, by whatever back end the settings name."""

    def carry(self, message: Message) -> str:
        """Hand it over; the name is that of the service, else the Message-ID."""
        chosen = settings.MESSAGES
        if chosen.email == "file":
            (chosen.folder / "email").mkdir(parents=True, exist_ok=True)
        connection = get_connection(chosen.email_backend, fail_silently=False, **chosen.email_options)
        own_id = make_msgid(idstring=message.key, domain=chosen.email_from.rpartition("@")[2].strip("> "))
        headers = {"Message-ID": own_id, "Auto-Submitted": "auto-generated"}
        if message.stop_url:
            headers |= {
                "List-Unsubscribe": f"<{message.stop_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
        sender = formataddr((message.sender, chosen.email_from)) if message.sender else chosen.email_from
        letter = EmailMessage(message.subject, message.words, sender, [message.to], headers=headers)
        letter.connection = connection
        try:
            letter.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise NotTaken("the mail server does not take this address") from error
        except AnymailRecipientsRefused as error:
            raise NotTaken("the e-mail service does not take this address") from error
        except (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as error:
            raise TryLater("the mail server was not reached or did not let us in") from error
        except AnymailAPIError as error:
            status = getattr(error.response, "status_code", None) if error.response is not None else None
            raise TryLater(f"the e-mail service answered {status}" if status else "no e-mail service") from error
        except (ConnectionRefusedError, TimeoutError) as error:
            raise TryLater("the mail server was not reached") from error
        status = getattr(letter, "anymail_status", None)
        return str(status.message_id) if status is not None and status.message_id else own_id.strip("<>")


class FileTexts:
    """Texts as files, one each, for trying."""

    def carry(self, message: Message) -> str:
        """Write it into `DATA_DIR/outbox/texts`."""
        folder: Path = settings.MESSAGES.folder / "texts"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"text-{uuid4().hex}"
        (folder / f"{name}.json").write_text(json.dumps({"to": message.to, "words": message.words}, ensure_ascii=False))
        return name


class TwilioTexts:
    """Texts by the API of Twilio, and of whoever copies it."""

    def carry(self, message: Message) -> str:
        """Hand it over; the name is its SID."""
        chosen = settings.MESSAGES
        told = {"To": message.to, "From": chosen.texts_from, "Body": message.words}
        if chosen.public_url:
            told["StatusCallback"] = f"{chosen.public_url}/deliveries/hooks/texts"
        try:
            answer = requests.post(
                TWILIO.format(account=chosen.twilio_account),
                data=told,
                auth=(chosen.twilio_account, chosen.twilio_token),
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.ConnectTimeout as error:
            raise TryLater("the text service was not reached") from error
        except requests.ConnectionError as error:
            if not isinstance(getattr(error.args[0], "reason", None), NewConnectionError):
                raise  # it broke half way: the text may have left
            raise TryLater("the text service was not reached") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise TryLater(f"the text service answered {answer.status_code}")
        found = answer.json()
        if answer.status_code >= 400:
            code = int(found.get("code") or 0)
            if code in _NO_NUMBER:
                raise NotTaken(f"no text reaches this number ({code})")
            raise TryLater(f"the text service refused it ({code or answer.status_code})")
        return str(found["sid"])


@cache
def _texts(name: str) -> Carrier:
    return TwilioTexts() if name == "twilio" else FileTexts()


def carrier_of(channel: str) -> Carrier | None:
    """Who carries messages of a channel (email, text) here; None where nobody does."""
    if channel == "email":
        return EmailCarrier() if settings.MESSAGES.email else None
    return _texts(settings.MESSAGES.texts) if settings.MESSAGES.texts else None
