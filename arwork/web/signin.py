"""Signing in and out, one's password, the theme and the practice to work in."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import lockout, passwords, people, second_factor, sessions
from arwork.staff.access import Capability, practice_choice
from arwork.staff.sessions import PRACTICE
from arwork.web.forms import PasswordForm
from arwork.web.page_frame import THEMES, theme_cookie
from arwork.web.pages import StaffRequest, page, posted

HALF_WAY = "half_way"  # in the session: who gave the right password and not yet the second factor
OIDC, SAML = "oidc", "saml"  # providers, as links name them
YEAR = 365 * 24 * 3600


@sensitive_post_parameters("password")
@page(Capability.PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The login page; afterwards the page that was asked for. `lockout` keeps guessers out."""
    target = next_page(request)
    if request.user.is_authenticated:
        return redirect(target)
    form, refusal = AuthenticationForm(request, data=posted(request)), None
    if request.method == "POST":
        if form.is_valid():
            try:
                return _welcome(request, form.get_user(), target)
            except passwords.PasswordExpired as error:
                refusal = error
        typed = form.cleaned_data.get("username", "")
        if "password" not in form.cleaned_data or not typed:
            lockout.count_blank(request, typed)
        people.note_failed_sign_in(typed, address=lockout.address(request), now=clock.now())
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "refusal": refusal,
        "next": target,
        "sign_ons": sign_ons(),
        "goes_without": not settings.SECOND_FACTOR_ROLES,
        "by_email": settings.EMAIL_CONFIGURED,
        "was_idle": "idle" in request.GET,
        "minutes": settings.IDLE_LOGOFF_SECONDS // 60,
        "limit_hours": settings.SESSION_LIMIT_SECONDS / 3600 if "limit" in request.GET else None,
    }
    return TemplateResponse(request, "staff/login.html", context, status=status)


@dataclass(frozen=True)
class SignOn:
    """A way in by a provider: its code in links, our address that leads there, and what people call it."""

    provider: str
    address: str
    name: str


def sign_ons() -> list[SignOn]:
    """The ways in by a provider that are set up."""
    oidc = [SignOn(OIDC, resolve_url("staff:sso"), settings.OIDC_NAME)] if settings.OIDC_SERVER_URL else []
    return oidc + ([SignOn(SAML, resolve_url("staff:saml"), settings.SAML.name)] if settings.SAML else [])


def _welcome(request: HttpRequest, user: Any, target: str) -> HttpResponseBase:
    passwords.require_in_time(user, now=clock.now())
    if second_factor.has_any(user):
        return half_way(request, user, target)
    return let_in(request, user, target)


def half_way(request: HttpRequest, user: Any, target: str) -> HttpResponse:
    """To the second factor: the password was right, and nobody is signed in yet."""
    request.session.cycle_key()
    moment = clock.now().timestamp()
    request.session[HALF_WAY] = {"user": user.pk, "of": user.get_session_auth_hash(), "at": moment, "next": target}
    return redirect("staff:second_factor")


def let_in(request: HttpRequest, user: Any, target: str, *, factor: str = "") -> HttpResponse:
    """Sign in, know the browser again, and go on to the page that was asked for."""
    request.session.pop(HALF_WAY, None)
    sessions.begin(request, user, factor=factor, now=clock.now())
    response = redirect("staff:password" if user.must_change_password else target)
    lockout.remember_browser(request, response, user)
    return response


@require_POST
@page(Capability.PUBLIC)
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session: by hand, or (`idle`) by the page whose time ran out, which leads back to itself."""
    idle = "idle" in request.POST
    if request.user.is_authenticated:
        people.note_sign_out(request.user, why="idle" if idle else "", now=clock.now())
        logout(request)
    query = f"?{urlencode({'idle': 1, 'next': next_page(request)})}" if idle else ""
    return redirect(resolve_url("staff:login") + query)


@sensitive_post_parameters()
@page(Capability.SIGNED_IN)
def password(request: StaffRequest) -> HttpResponseBase:
    """Change one's own password; the other sessions of the account end."""
    form = PasswordForm(request.user, posted(request))
    if request.method == "POST" and form.is_valid():
        here = request.session.session_key
        user = people.change_own_password(request.user, form.cleaned_data["new"], here=here, now=clock.now())
        update_session_auth_hash(request, user)
        messages.success(request, "Your password is changed. Other browsers of yours are signed out.")
        return redirect("home")
    status = 422 if form.errors else 200
    return TemplateResponse(request, "staff/password.html", {"form": form}, status=status)


@require_POST
@page(Capability.SIGNED_IN)
def extend(request: StaffRequest) -> HttpResponseBase:
    """Stay signed in: having asked is enough."""
    return HttpResponse(status=204)


@require_POST
@page(Capability.PUBLIC)
def theme(request: HttpRequest) -> HttpResponseBase:
    """Light, dark, or as the system has it, kept in a cookie of this browser."""
    response = redirect(next_page(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            theme_cookie(), chosen, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
        )
    else:
        response.delete_cookie(theme_cookie())
    return response


@require_POST
@page(Capability.SIGNED_IN)
def choose_practice(request: StaffRequest) -> HttpResponseBase:
    """Narrow every page to one practice, or widen it to all of one's own again."""
    wanted = request.POST.get("practice", "")
    mine = {str(practice.id): practice.id for practice in practice_choice(request.user).practices}
    if wanted in mine:
        request.session[PRACTICE] = mine[wanted]
    else:
        request.session.pop(PRACTICE, None)
    return redirect(next_page(request))


def next_page(request: HttpRequest) -> str:
    """The page of ours that was asked for, else the start page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    if is_ours and target.startswith("/"):  # anything but a path would be taken for the name of a view
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)
