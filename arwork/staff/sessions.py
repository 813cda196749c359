"""Sessions: their two ends, the practice chosen in the frame, and emergencies.

A session ends when nothing was asked for during `IDLE_LOGOFF_SECONDS` (45 CFR 164.312(a)(2)(iii)), and
`SESSION_LIMIT_SECONDS` after it began, whatever was done in it. What a page asks by itself (header `X-Background: 1`)
neither counts as work nor keeps anybody signed in. What somebody signed in was shown is kept by no browser, whether a
page, an endpoint or an error: workstations are shared.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject

from arwork.lib import clock
from arwork.staff import devices, emergencies, lockout, people, second_factor
from arwork.staff.access import choose_practice, enter_emergency
from arwork.staff.models import User
from arwork.staff.session_store import ADDRESS, BEGAN, DEVICE, SEEN

PRACTICE = "practice_id"
EMERGENCY = "emergency_id"
FACTOR = "second_factor"  # by which one this session was begun
PROVED = "proved_at"
WRITE_EVERY = 30  # seconds; so a session row is not written by every request


class StaffSession:
    """Middleware, after authentication: ends sessions in time, narrows the user to the chosen practice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "_auth_user_id" in request.session:
            _note_activity(request, now=clock.now())
        is_emergency = EMERGENCY in request.session and _enter_emergency(request, now=clock.now())
        if not is_emergency and (practice_id := request.session.get(PRACTICE)) is not None:
            request.user = _narrowed(request.user, practice_id)  # type: ignore[assignment]
        response = self.get_response(request)
        if EMERGENCY in request.session and request.method == "GET" and response.status_code == 200:
            emergencies.note_page(request.path, actor=request.user, now=clock.now())  # type: ignore[arg-type]
        if "_auth_user_id" in request.session:
            patch_cache_control(response, private=True, no_store=True)
        return response


def begin(request: HttpRequest, user: User, *, factor: str = "", now: dt.datetime) -> None:
    """Sign `user` in, who has proved who they are (`factor`: by which second one); the session has a new key."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    _begin(request, now=now)
    request.session[FACTOR] = factor
    people.note_sign_in(user, factor=factor, now=now)


def note_factor(request: HttpRequest, factor: str) -> None:
    """The person of this session has just set up a second factor."""
    request.session[FACTOR] = factor


def lacks_factor(request: Any) -> bool:
    """Whether the role of who is signed in asks for a second factor that they did not give. No query."""
    return second_factor.is_required(request.user) and not request.session.get(FACTOR)


def is_proved(request: HttpRequest, *, now: dt.datetime) -> bool:
    """Whether who is signed in proved in the last `PROVED_SECONDS` who they are; signing in was such a proof."""
    at = request.session.get(PROVED) or request.session.get(BEGAN) or 0
    return now.timestamp() - at <= settings.PROVED_SECONDS


def note_proof(request: HttpRequest, *, now: dt.datetime) -> None:
    """The person of this session has just proved again who they are."""
    request.session[PROVED] = now.timestamp()


def _begin(request: HttpRequest, *, now: dt.datetime) -> None:
    request.session.pop(PROVED, None)
    request.session[BEGAN] = request.session[SEEN] = now.timestamp()
    request.session[ADDRESS] = lockout.address(request)
    request.session[DEVICE] = devices.device(request.headers.get("User-Agent", ""))


def _note_activity(request: HttpRequest, *, now: dt.datetime) -> None:
    seen, began, moment = request.session.get(SEEN), request.session.get(BEGAN), now.timestamp()
    if seen is None or began is None:
        _begin(request, now=now)
        return
    if (why := _over(moment, seen=seen, began=began)) is not None:
        if request.user.is_authenticated:
            people.note_sign_out(request.user, why=why, now=now)
        logout(request)
        request.session_over = why  # type: ignore[attr-defined]
        return
    if request.headers.get("X-Background") != "1" and moment - seen >= WRITE_EVERY:
        request.session[SEEN] = moment


def _enter_emergency(request: HttpRequest, *, now: dt.datetime) -> bool:
    """Let the user read the practice that they opened, while it lasts; False where it is over and all is as before."""
    user, emergency_id = request.user, request.session[EMERGENCY]
    found = emergencies.running(emergency_id, user_id=user.pk, now=now) if user.is_authenticated else None
    if found is None:
        request.session.pop(EMERGENCY, None)
        return False
    enter_emergency(user, found)  # type: ignore[arg-type]
    return True


def _over(moment: float, *, seen: float, began: float) -> str | None:
    if moment - seen > settings.IDLE_LOGOFF_SECONDS + WRITE_EVERY:
        return "idle"
    return "limit" if moment - began > settings.SESSION_LIMIT_SECONDS else None


def _narrowed(user: object, practice_id: int) -> object:
    # Lazy as Django's own: a request that never looks at the user doesn't fetch it.
    def fetch() -> object:
        if user.is_authenticated:  # type: ignore[attr-defined]
            choose_practice(user, practice_id)  # type: ignore[arg-type]
        return user

    return SimpleLazyObject(fetch)
