"""Doors of pages behind a link: tries are counted before their answers are looked at.

A try is written down first, and counted with the others: whoever asks a thousand times at once gets no more tries than
who asks one after the other. Tries count by link and by network address, and for links that are not there as for those
that are: a stranger learns neither that a link exists nor what is behind it (RULES 12.4).
"""

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.crypto import salted_hmac

from arwork.lib.retention import Due, drop_rows, due_rows
from collections_app.deliveries.door_models import DoorTry
from collections_app.limits.selectors import limit_book

FROM_ONE_PLACE = 4  # as many times the tries of one link: a waiting room or a family shares one address
_SALT = "portal-origin"


def digest_of(token: str) -> str:
    """As a token is kept; a random one needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def take_try(digest: str, *, origin: str, now: dt.datetime, today: dt.date) -> DoorTry | None:
    """One more try at the link with that digest, from that network address; None where there were too many and nobody
    is let in for a while. The address is kept as a keyed digest, while tries count."""
    book = limit_book()
    most = book.value("portal_tries", on=today)
    since = now - dt.timedelta(minutes=book.value("portal_pause", on=today))
    place = salted_hmac(_SALT, origin).hexdigest()[:32]
    with transaction.atomic():  # seen by everybody before the answer is looked at
        made = DoorTry.objects.create(digest=digest, origin=place, at=now)
    wrong = DoorTry.objects.filter(at__gt=since, is_right=False)
    if wrong.filter(digest=digest).count() > most or wrong.filter(origin=place).count() > most * FROM_ONE_PLACE:
        return None
    return made


def note_right(made: DoorTry) -> None:
    """The answer was right: the try counts no more. In the transaction that lets them in."""
    DoorTry.objects.filter(pk=made.pk).update(is_right=True)


def tries_due(before: dt.datetime) -> Due:
    """Tries of before that moment."""
    return due_rows(DoorTry.objects.filter(at__lt=before), "at")


def forget_tries(before: dt.datetime) -> int:
    """Forget them; how many. What was refused of a link stays in the trail."""
    return drop_rows(DoorTry.objects.filter(at__lt=before))
