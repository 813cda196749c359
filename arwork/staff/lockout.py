"""Wrong passwords: how many are borne, from whom, and who is kept out for a while.

Five lock a name, whoever typed them: else guessing would cost nothing. But then anybody who knows a name could keep
its owner out all day. So a browser from which the name has signed in before is known again, by a signed cookie, and
counted by itself: strangers lock strangers out, and the owner goes on working (OWASP calls them device cookies).

A name at a time is not how passwords are guessed: one password is tried with every name. So an address, too, bears
only so many, `FROM_AN_ADDRESS`: enough for a whole office behind one. Known browsers are not held to that either.
"""

import ipaddress
import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core import signing
from django.db.models import Sum
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from arwork.lib.retention import Due, drop_rows, due_rows
from arwork.staff.origin import client_address

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from arwork.staff.models import User

FROM_AN_ADDRESS = 50
_SALT = "known-browser"
_YEAR = 365 * 24 * 3600
_MOST_NAMES = 20  # of a workstation that many share
_BETWEEN = " "  # stands in no digest


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """What wrong passwords are counted under: the name, in a browser that it knows the two together.

    Digested, for what is typed as a name may be a password.
    """
    name: str | None = (request.POST if credentials is None else credentials).get("username")
    if name is None:
        return None
    mark = _marks(request).get(key := _key(name))
    return f"{key}{_BETWEEN}{mark}" if mark else key


def count_blank(request: HttpRequest, username: str) -> None:
    """Count a form whose name or password was left out, which is compared with nothing, like a wrong password."""
    credentials = {"username": username}
    if AxesProxyHandler.is_locked(request, credentials):
        request.axes_locked_out = True  # type: ignore[attr-defined]  # the answer becomes the page that says so
    else:
        user_login_failed.send(__name__, credentials=credentials, request=request)


def cookie_name() -> str:
    """Of the cookie by which a browser is known again."""
    return f"{settings.COOKIE_PREFIX}known"


def remember_browser(request: HttpRequest, response: HttpResponseBase, user: "User") -> None:
    """Know the browser again that `user` has just signed in from."""
    marks, key = dict(_marks(request)), _key(user.username)
    mark = marks.pop(key, None) or secrets.token_hex(8)
    kept = dict([*marks.items(), (key, mark)][-_MOST_NAMES:])
    response.set_cookie(
        cookie_name(), signing.dumps(kept, salt=_SALT), max_age=_YEAR, samesite="Lax", httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def address(request: HttpRequest) -> str | None:
    """Where a request comes from; of an IPv6 address the half that a provider gives out: the other is the customer's
    to choose."""
    found = client_address(request)
    if found is not None and found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return None if found is None else str(found)


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether no further try is taken for the name from here; the answer then becomes the page that says so."""
    locked = AxesProxyHandler.is_locked(request, {"username": username})
    if locked:
        request.axes_locked_out = True  # type: ignore[attr-defined]
    return locked


def note_wrong(request: HttpRequest, username: str) -> None:
    """Count what was wrong beside the password, a code, like a wrong password."""
    user_login_failed.send(__name__, credentials={"username": username}, request=request)


def locked_names(usernames: Collection[str], *, now: "dt.datetime") -> set[str]:
    """Which of the names are locked somewhere. One query."""
    attempts = AccessAttempt.objects.filter(attempt_time__gte=now - get_cool_off())
    counts = attempts.order_by().values_list("username").annotate(count=Sum("failures_since_start"))
    full = counts.filter(count__gte=settings.AXES_FAILURE_LIMIT)
    keys = {counted.partition(_BETWEEN)[0] for counted, _ in full if counted}
    return {name for name in usernames if _key(name) in keys}


def unlock(username: str) -> None:
    """Forget the wrong passwords of a name, from wherever they came."""
    AccessAttempt.objects.filter(username__startswith=_key(username)).delete()


def attempts_due(before: "dt.datetime") -> Due:
    """Tries and sign-ins, with their addresses and browsers, of before that moment."""
    return sum((due_rows(rows, "attempt_time") for rows in _kept_before(before)), start=Due())


def forget_attempts(before: "dt.datetime") -> int:
    """Forget them; how many rows. Who signed in and who was refused stays in the audit trail."""
    return sum(drop_rows(rows) for rows in _kept_before(before))


def _kept_before(before: "dt.datetime") -> "list[QuerySet]":
    return [model.objects.filter(attempt_time__lt=before) for model in (AccessAttempt, AccessFailureLog, AccessLog)]


class Handler(AxesDatabaseHandler):
    """What django-axes asks; `sprayed` on the request says that it is the address that is kept out."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The failures of the name; those of the address in proportion, where the browser is not known."""
        of_name: int = super().get_failures(request, credentials)
        where = request.axes_ip_address  # type: ignore[attr-defined]
        if where is None or _BETWEEN in (counted_name(request, credentials) or ""):
            return of_name
        near = AccessAttempt.objects.filter(ip_address=where, attempt_time__gte=get_cool_off_threshold(request))
        count = near.exclude(username__contains=_BETWEEN).aggregate(count=Sum("failures_since_start"))["count"] or 0
        of_address = count * settings.AXES_FAILURE_LIMIT // FROM_AN_ADDRESS
        request.sprayed = of_name < settings.AXES_FAILURE_LIMIT <= of_address  # type: ignore[attr-defined]
        return max(of_name, of_address)


def _key(name: str) -> str:
    return salted_hmac(_SALT, name).hexdigest()[:16]


def _marks(request: HttpRequest) -> dict[str, str]:
    """The names that this browser knows, digested, each with its mark here."""
    try:
        marks = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=_SALT, max_age=_YEAR)
    except signing.BadSignature:
        return {}
    return marks if isinstance(marks, dict) else {}
