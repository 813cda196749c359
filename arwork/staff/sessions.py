"""Sessions: automatic logoff, the practice chosen in the frame, and emergencies.

A session ends when nothing was asked for during `IDLE_LOGOFF_SECONDS` (45 CFR 164.312(a)(2)(iii)). What a page
asks by itself (header `X-Background: 1`) neither counts as work nor keeps anybody signed in. What somebody signed in
was shown is kept by no browser, whether a page, an endpoint or an error: workstations are shared.
"""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.cached_db import SessionStore
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject

from arwork.lib import clock
from arwork.staff import emergencies, people
from arwork.staff.access import choose_practice, enter_emergency

SEEN = "seen_at"
PRACTICE = "practice_id"
EMERGENCY = "emergency_id"
WRITE_EVERY = 30  # seconds; so a session row is not written by every request


class StaffSession:
    """Middleware, after authentication: ends idle sessions, narrows the user to the chosen practice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "_auth_user_id" in request.session:
            _note_activity(request, now=clock.now())
        if (emergency_id := request.session.get(EMERGENCY)) is not None:
            _enter_emergency(request, emergency_id, now=clock.now())
        elif (practice_id := request.session.get(PRACTICE)) is not None:
            request.user = _narrowed(request.user, practice_id)  # type: ignore[assignment]
        response = self.get_response(request)
        if EMERGENCY in request.session and request.method == "GET" and response.status_code == 200:
            emergencies.note_page(request.path, actor=request.user, now=clock.now())  # type: ignore[arg-type]
        if "_auth_user_id" in request.session:
            patch_cache_control(response, private=True, no_store=True)
        return response


def drop_ended() -> None:
    """Delete the sessions whose time ran out: they hold what people searched for, which may be names."""
    SessionStore.clear_expired()


def _note_activity(request: HttpRequest, *, now: dt.datetime) -> None:
    seen, moment = request.session.get(SEEN), now.timestamp()
    if seen is not None and moment - seen > settings.IDLE_LOGOFF_SECONDS + WRITE_EVERY:
        if request.user.is_authenticated:
            people.note_sign_out(request.user, now=now, idle=True)
        logout(request)
        return
    working = request.headers.get("X-Background") != "1"
    if seen is None or (working and moment - seen >= WRITE_EVERY):
        request.session[SEEN] = moment


def _enter_emergency(request: HttpRequest, emergency_id: int, *, now: dt.datetime) -> None:
    """Let the user read the practice that they opened, while it lasts; after that everything is as before."""
    user = request.user
    found = emergencies.running(emergency_id, user_id=user.pk, now=now) if user.is_authenticated else None
    if found is None:
        request.session.pop(EMERGENCY, None)
    else:
        enter_emergency(user, found)  # type: ignore[arg-type]


def _narrowed(user: object, practice_id: int) -> object:
    # Lazy as Django's own: a request that never looks at the user doesn't fetch it.
    def fetch() -> object:
        if user.is_authenticated:  # type: ignore[attr-defined]
            choose_practice(user, practice_id)  # type: ignore[arg-type]
        return user

    return SimpleLazyObject(fetch)
