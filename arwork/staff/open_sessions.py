"""Sessions that are open: whose, in which browser, from where, since when; and their end.

A session ends when its row goes: `session_store` then finds nothing to read and nothing to write.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from arwork.lib.errors import NotFound
from arwork.lib.retention import drop_rows
from arwork.staff import audit
from arwork.staff.models import BrowserSession, User
from arwork.staff.session_store import SessionStore


@dataclass(frozen=True)
class OpenSession:
    """One browser in which somebody is signed in. `handle` names it on a page, where its key may not stand."""

    handle: str
    device: str
    address: str
    began_at: dt.datetime | None
    seen_at: dt.datetime | None
    is_here: bool


def open_sessions(user: User, *, here: str | None = None, now: dt.datetime) -> list[OpenSession]:
    """Where `user` is signed in, this browser (`here`, its session key) first, then the last seen. One query."""
    found = [
        OpenSession(
            _handle(row.session_key), row.device, row.address, row.began_at, row.seen_at, row.session_key == here
        )
        for row in _rows(user, now=now).order_by("-seen_at")
    ]
    return sorted(found, key=lambda one: not one.is_here)


@transaction.atomic
def end_session(user: User, handle: str, *, actor: User, now: dt.datetime) -> None:
    """End one session of `user`; raises `NotFound` where it has ended already."""
    keys = [row.session_key for row in _rows(user, now=now) if _handle(row.session_key) == handle]
    if not keys:
        raise NotFound("That session has ended already.")
    _delete(keys)
    audit.record(actor, "session_ended", "user", user.pk, practice_id=None, after={"sessions": 1}, now=now)


@transaction.atomic
def end_others(user: User, *, here: str | None, actor: User, now: dt.datetime) -> int:
    """End every session of `user` but the one `here`; how many there were."""
    count = drop_all(user, but=here)
    if count:
        audit.record(actor, "session_ended", "user", user.pk, practice_id=None, after={"sessions": count}, now=now)
    return count


def drop_all(user: User, *, but: str | None = None) -> int:
    """End the sessions of `user`, as part of another deed that is recorded; how many there were."""
    keys = BrowserSession.objects.filter(user=user).exclude(session_key=but or "").values_list("session_key", flat=True)
    return _delete(list(keys))


def drop_ended(before: dt.datetime) -> int:
    """Delete them, and say how many: they hold what people searched for, which may be names."""
    return drop_rows(BrowserSession.objects.filter(expire_date__lt=before))


def _rows(user: User, *, now: dt.datetime) -> QuerySet[BrowserSession]:
    began = now - dt.timedelta(seconds=settings.SESSION_LIMIT_SECONDS)
    return BrowserSession.objects.filter(user=user, expire_date__gt=now, began_at__gt=began)


def _delete(keys: Iterable[str]) -> int:
    count = 0
    for key in keys:
        SessionStore(key).delete()
        count += 1
    return count


def _handle(session_key: str) -> str:
    return salted_hmac("arwork.staff.open_sessions", session_key).hexdigest()[:20]
