"""Nobody is written to who said stop: by a reply, by one click, at once (47 CFR 64.1200(a)(10) allows ten business
days).

What is stopped is one number or one e-mail address, for everybody whose it is; what still waits for it never leaves.
Nobody has to sign in, say why, or be known by name.
"""

import datetime as dt

from django.db import models, transaction

from claims.parties.models import PersonEmail, PersonPhone
from collections_app.contacts.consents import consented_addresses, give_consent, revoke_consent
from collections_app.deliveries import history
from collections_app.deliveries.links import email_of
from collections_app.deliveries.models import Delivery

State = Delivery.State


def is_known(token: str) -> bool:
    """Whether a signed link names an address of ours."""
    return PersonEmail.objects.filter(pk=email_of(token) or 0).exists()


def stop_emails(token: str, *, now: dt.datetime, today: dt.date) -> bool:
    """Stop e-mails to the address that a signed link names; whether there is such a link. Twice is no error."""
    email = PersonEmail.objects.filter(pk=email_of(token) or 0).first()
    if email is None:
        return False
    with transaction.atomic():
        if email.pk in consented_addresses([email.person_id], channel="email", on=today).get(email.person_id, ()):
            revoke_consent(
                actor=None, person_id=email.person_id, channel="email", address_id=email.pk, source="email",
                said_on=today, now=now, today=today, words="one click in a message",
            )  # fmt: skip
        _stop_waiting(Delivery.objects.filter(email=email), now=now)
    return True


def stop_texts(number: str, *, now: dt.datetime, today: dt.date) -> bool:
    """Stop texts to a number, whoever has it here; whether that changed anything (then one text confirms it)."""
    is_news = False
    with transaction.atomic():
        for phone in PersonPhone.objects.filter(number=number).order_by("pk"):
            if phone.pk in consented_addresses([phone.person_id], channel="text", on=today).get(phone.person_id, ()):
                is_news = True
            revoke_consent(
                actor=None, person_id=phone.person_id, channel="text", address_id=phone.pk, source="reply",
                said_on=today, now=now, today=today, words="STOP by text",
            )  # fmt: skip
            _stop_waiting(Delivery.objects.filter(phone=phone, channel=Delivery.Channel.TEXT), now=now)
    return is_news


def start_texts(number: str, *, now: dt.datetime, today: dt.date) -> bool:
    """Somebody wants texts again; whether that changed anything."""
    is_news = False
    with transaction.atomic():
        for phone in PersonPhone.objects.filter(number=number, is_wrong=False).order_by("pk"):
            allowed = consented_addresses([phone.person_id], channel="text", on=today)
            if phone.pk not in allowed.get(phone.person_id, ()):
                is_news = True
                give_consent(
                    actor=None, person_id=phone.person_id, channel="text", address_id=phone.pk, source="reply",
                    said_on=today, now=now, today=today, is_opt_in=True, words="START by text",
                )  # fmt: skip
    return is_news


def _stop_waiting(rows: models.QuerySet[Delivery], *, now: dt.datetime) -> None:
    for one in rows.select_for_update().filter(state=State.QUEUED, left_at=None).order_by("pk"):
        why = "they asked us to stop"
        history.step(one, State.REFUSED, words=why, now=now, problem=why)
