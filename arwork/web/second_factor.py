"""The second factor: given at the sign-in, set up, replaced and removed on one's own pages."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import lockout, people, second_factor, sessions
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from arwork.web.proof import parsed_passkey, proved
from arwork.web.signin import HALF_WAY, let_in

PATIENCE = dt.timedelta(minutes=10)  # between the password and the second factor
APP_SECRET = "app_secret"  # in the session: of the app that is being set up  # noqa: S105


@sensitive_post_parameters()
@page(Capability.PUBLIC)
def ask(request: HttpRequest) -> HttpResponseBase:
    """The second step of signing in. Wrong codes count like wrong passwords, under the same name."""
    half, now = request.session.get(HALF_WAY) or {}, clock.now()
    user: Any = people.half_signed_in(half["user"], half["of"]) if half else None
    if user is None or now.timestamp() - half["at"] > PATIENCE.total_seconds():
        request.session.pop(HALF_WAY, None)
        return redirect("staff:login")
    problem = None
    if request.method == "POST" and not lockout.is_locked(request, user.username):
        try:
            return let_in(request, user, half["next"], factor=_checked(request, user, now=now))
        except second_factor.WrongCode as error:
            second_factor.note_refused(user, now=now)
            lockout.note_wrong(request, user.username)
            problem = error
    found = second_factor.factors(user)
    options = second_factor.begin_check(user) if found.has_passkey else None
    context = {"factors": found, "options": options, "problem": problem, "person": user}
    return TemplateResponse(request, "staff/second_factor.html", context, status=problem.status if problem else 200)


@page(Capability.SIGNED_IN)
def setup(request: StaffRequest) -> HttpResponseBase:
    """Which kind to set up; here lands whose role needs one."""
    context = {
        "factors": second_factor.factors(request.user),
        "is_required": sessions.lacks_factor(request),
    }
    return TemplateResponse(request, "staff/factor_setup.html", context)


@sensitive_post_parameters("code")
@page(Capability.SIGNED_IN)
@proved
def add_app(request: StaffRequest) -> HttpResponseBase:
    """Set up an authenticator app: photograph the square, type what it shows."""
    user, problem = request.user, None
    secret = request.session.get(APP_SECRET)
    if request.method == "POST" and secret and "code" in request.POST:
        try:
            codes = second_factor.add_app(
                user, secret, request.POST["code"], here=request.session.session_key, now=clock.now()
            )
        except DomainError as error:
            problem = error
        else:
            del request.session[APP_SECRET]
            return _added(request, second_factor.APP, codes)
    if not secret:
        secret = request.session[APP_SECRET] = second_factor.new_app_secret()
    width, path = second_factor.qr_path(user, secret)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"width": width, "path": path, "secret": grouped, "problem": problem}
    return TemplateResponse(request, "staff/factor_app.html", context, status=problem.status if problem else 200)


@page(Capability.SIGNED_IN)
@proved
def add_passkey(request: StaffRequest) -> HttpResponseBase:
    """Make a passkey in this browser, its device or a key in its port."""
    user, problem = request.user, None
    if request.method == "POST" and "passkey" in request.POST:
        try:
            codes = second_factor.add_passkey(
                user,
                parsed_passkey(request.POST["passkey"]),
                name=request.POST.get("name", ""),
                here=request.session.session_key,
                now=clock.now(),
            )
        except DomainError as error:
            problem = error
        else:
            return _added(request, second_factor.PASSKEY, codes)
    context = {
        "options": second_factor.begin_passkey(user),
        "name": request.POST.get("name") or request.session.get("device", ""),
        "problem": problem,
    }
    return TemplateResponse(request, "staff/factor_passkey.html", context, status=problem.status if problem else 200)


@require_POST
@page(Capability.SIGNED_IN)
@proved
def new_codes(request: StaffRequest) -> HttpResponseBase:
    """New recovery codes in place of those of before, shown once."""
    codes = second_factor.new_recovery_codes(request.user, now=clock.now())
    return TemplateResponse(request, "staff/factor_codes.html", {"codes": codes})


@require_POST
@page(Capability.SIGNED_IN)
@proved
def remove(request: StaffRequest, factor_id: int) -> HttpResponseBase:
    """Remove the app or a passkey."""
    second_factor.remove(request.user, factor_id, now=clock.now())
    messages.success(request, "Removed. It no longer opens your account.")
    return redirect("staff:security")


def _checked(request: HttpRequest, user: Any, *, now: dt.datetime) -> str:
    if "passkey" in request.POST:
        return second_factor.check_passkey(user, parsed_passkey(request.POST["passkey"]), now=now)
    return second_factor.check_code(user, request.POST.get("code", ""), now=now)


def _added(request: StaffRequest, kind: str, codes: list[str]) -> HttpResponseBase:
    sessions.note_factor(request, kind)
    if codes:
        return TemplateResponse(request, "staff/factor_codes.html", {"codes": codes, "is_first": True})
    messages.success(request, "It is set up. From now on you can sign in with it.")
    return redirect("staff:security")
