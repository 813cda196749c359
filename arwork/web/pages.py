"""The one decorator every page carries: it declares a capability and enforces it.

`@page(Capability.X)` sends who is not signed in to the login page and back again, forbids other roles with 403 and
turns a `DomainError` that a view did not handle into a problem page that says what happened and what to do. Pages are
never kept by a browser: a shared workstation shows no patient after signing out. The capability is kept on the view
(`view.capability`), for the navigation and for the convention test that walks the resolver.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from arwork.lib.errors import DomainError
from arwork.lib.ids import ensure_possible
from arwork.lib.races import LOST_RACE, ChangedMeanwhile, is_lost_race
from arwork.lib.sensitive import SensitiveText
from arwork.lib.typed_text import doubting, ensure_no_cards
from arwork.lib.uploads import ensure_taken
from arwork.staff.access import Capability, may, why_not
from arwork.staff.sessions import lacks_factor
from arwork.web.expired_form import came_from, too_late

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from arwork.staff.models import User

log = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]
# What somebody whose password was chosen by another may still do before choosing their own.
_BEFORE_OWN_PASSWORD = frozenset({"staff:password", "staff:logout", "staff:theme", "staff:extend"})
# What somebody whose role needs a second factor may do before it is set up.
_BEFORE_FACTOR = _BEFORE_OWN_PASSWORD | {
    "staff:factor_setup",
    "staff:factor_app",
    "staff:factor_passkey",
    "staff:proof",
}


class StaffRequest(HttpRequest):
    """The request as a page behind `@page` sees it: somebody is signed in. For annotations only."""

    user: "User"
    htmx: "HtmxDetails"


def page(capability: Capability, *, takes_cards: bool = False) -> Callable[[View], View]:
    """Declare and enforce the capability of a page. One that `takes_cards` stands in for a page of the processor: card
    numbers may be typed there, and nowhere else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = _forbidden(request, capability) or _answer(view, request, args, kwargs, takes_cards=takes_cards)
            patch_cache_control(response, private=True, no_store=True)
            return response

        wrapped.capability = capability  # type: ignore[attr-defined]
        return wrapped

    return decorate


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent, also where it was sent empty; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def problem(request: HttpRequest, error: DomainError, *, status: int) -> TemplateResponse:
    """A page (or an htmx fragment) that states an error in words."""
    name = "components/problem.html" if getattr(request, "htmx", False) else "problem.html"
    return TemplateResponse(request, name, {"problem": error, "back": came_from(request)}, status=status)


def _answer(view: View, request: HttpRequest, args: Any, kwargs: Any, *, takes_cards: bool) -> HttpResponseBase:
    try:
        ensure_possible(kwargs.values())
        ensure_taken(request)
        if request.method == "POST" and not takes_cards and (refused := _says_too_much(request)) is not None:
            return _answer_to_cards(view, request, args, kwargs, refused)
        return view(request, *args, **kwargs)
    except DomainError as error:
        return problem(request, error, status=error.status)
    except OperationalError as error:
        if not is_lost_race(error):
            raise
        log.warning("a page lost a race", exc_info=error)
        return problem(request, ChangedMeanwhile(LOST_RACE), status=ChangedMeanwhile.status)


def _says_too_much(request: HttpRequest) -> SensitiveText | None:
    try:
        ensure_no_cards((name, text) for name, texts in request.POST.lists() for text in texts)
    except SensitiveText as error:
        return error
    return None


def _answer_to_cards(
    view: View, request: HttpRequest, args: Any, kwargs: Any, refused: SensitiveText
) -> HttpResponseBase:
    """The page's own answer where it refuses, beside what was typed; else a problem page, and nothing was done."""
    with doubting(refused), transaction.atomic():
        response = view(request, *args, **kwargs)
        if response.status_code < 400:
            transaction.set_rollback(True)  # noqa: FBT003
    if response.status_code >= 400:
        return response
    list(get_messages(request))  # it is not so: nothing was saved
    return problem(request, refused, status=refused.status)


def _forbidden(request: HttpRequest, capability: Capability) -> HttpResponseBase | None:
    if capability == Capability.PUBLIC:
        return None
    if not request.user.is_authenticated:
        return _to_login(request)
    if request.user.must_change_password and _name(request) not in _BEFORE_OWN_PASSWORD:
        return _go(request, resolve_url("staff:password"))
    if lacks_factor(request) and _name(request) not in _BEFORE_FACTOR:
        return _go(request, resolve_url("staff:factor_setup"))
    if not may(request.user, capability):
        error = DomainError(why_not(request.user, capability, "this page"))
        error.status = 403
        return problem(request, error, status=403)
    return None


def _to_login(request: HttpRequest) -> HttpResponseBase:
    """To the login page, and after it to the page that the browser showed; a form's words are shown again first."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        shown = urlsplit(htmx.current_url_abs_path or "")
        query = urlencode({"next": shown.geturl() or resolve_url(settings.LOGIN_REDIRECT_URL)})
        return HttpResponseClientRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")
    if request.method not in {"GET", "HEAD"}:
        return too_late(request)
    response = redirect_to_login(request.get_full_path())
    if getattr(request, "session_over", "") == "limit":
        response["Location"] += "&limit=1"
    return response


def _go(request: HttpRequest, url: str) -> HttpResponseBase:
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else redirect(url)


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""
