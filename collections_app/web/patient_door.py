"""The door of the patient's own page: a link, two questions, a short visit of its own cookie.

Nothing here asks who of the staff is signed in, and nothing of the staff's frame is drawn. The token of a link leaves
the address with its first request: it waits in a cookie of the door while the questions are answered, so no form, link
or log after that names it. What goes wrong is said in the patient's words, never on a page of the staff.
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import lockout
from arwork.staff.access import Capability
from arwork.web.pages import page
from collections_app.portal import door
from collections_app.portal.phrases import LANGUAGES, PHRASES, language_of

if TYPE_CHECKING:
    from collections_app.portal.models import PortalVisit

DOOR, VISIT, SPEAKS = "billdoor", "bill", "billlanguage"
DOOR_SECONDS = 30 * 60
LONGEST_TOKEN = 100
PatientView = Callable[..., HttpResponseBase]


def cookie(name: str) -> str:
    """A cookie of this page by its whole name."""
    return f"{settings.COOKIE_PREFIX}{name}"


def patient_page(view: PatientView) -> PatientView:
    """Let who has a visit in, as `visit`; send everybody else to the door."""

    @page(Capability.PUBLIC)
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        visit = door.visit_of(request.COOKIES.get(cookie(VISIT), ""), now=clock.now())
        if visit is None:
            return guarded(ask(request, why="ended", status=404 if request.method == "GET" else 422))
        try:
            return guarded(view(request, visit, *args, **kwargs))
        except DomainError as error:
            return guarded(problem(request, visit, error))

    return wrapped


def guarded(response: HttpResponseBase) -> HttpResponseBase:
    """A page that no search engine lists and no other site hears of. With `no-referrer` browsers would send its forms
    without an origin, and those are refused."""
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def drawn(
    request: HttpRequest, name: str, context: dict[str, Any], *, language: str, status: int = 200
) -> TemplateResponse:
    """A page in the frame of the patient's own."""
    words = {"t": PHRASES[language], "language": language, "languages": LANGUAGES.items()}
    return TemplateResponse(request, f"portal/{name}.html", words | context, status=status)


def problem(request: HttpRequest, visit: "PortalVisit", error: DomainError) -> HttpResponseBase:
    """What could not be done, in the patient's language, with the way back."""
    words = PHRASES[visit.language]
    told = words.get(f"err_{error.facts.get('field', '')}", words["err_other"])
    return drawn(request, "problem", {"told": told, "visit": visit}, language=visit.language, status=error.status)


@require_GET
@page(Capability.PUBLIC)
def open_link(request: HttpRequest) -> HttpResponseBase:
    """A link was opened: its token goes into the cookie of the door, and out of the address. It says nothing of
    whether there is such a link. It comes as a query, for logs cut those off (`arwork.lib.logs`)."""
    response = redirect("my_bill")
    set_cookie(response, DOOR, request.GET.get("key", "")[:LONGEST_TOKEN], seconds=DOOR_SECONDS)
    response.delete_cookie(cookie(VISIT))
    return guarded(response)


@sensitive_post_parameters()
@require_POST
@page(Capability.PUBLIC)
def answer(request: HttpRequest) -> HttpResponseBase:
    """The two questions were answered. Wrong answers, unknown links and links that ended look alike."""
    language, token = speaks(request), request.COOKIES.get(cookie(DOOR), "")
    if not token:
        return guarded(ask(request, why="no_link", status=422))
    born_on, zip_code = _born(request), request.POST.get("zip", "").strip()
    if born_on is None or not zip_code:
        return guarded(ask(request, why="err_born", status=422))
    opened = door.open_page(
        token=token, born_on=born_on, zip_code=zip_code, origin=lockout.address(request) or "", language=language,
        now=clock.now(), today=clock.today(),
    )  # fmt: skip
    if not opened.secret:
        return guarded(ask(request, why=opened.why, status=429 if opened.why == "paused" else 422))
    response = redirect("my_bill")
    set_cookie(response, VISIT, opened.secret, seconds=int(door.LONGEST.total_seconds()))
    return guarded(response)


def ask(request: HttpRequest, *, why: str = "", status: int = 200) -> HttpResponseBase:
    """The door with its questions, and why it did not open."""
    language = speaks(request)
    has_link = cookie(DOOR) in request.COOKIES
    told = why or next((one for one in ("ended", "closed", "cookies") if one in request.GET), "")
    context = {
        "why": PHRASES[language].get(told, ""),
        "is_mistake": why in ("wrong", "paused", "err_born"),
        "has_link": has_link,
        "typed": {name: request.POST.get(name, "") for name in ("month", "day", "year")},
        "months": range(1, 13),
        "days": range(1, 32),
    }
    return drawn(request, "door", context, language=language, status=status)


@require_POST
@page(Capability.PUBLIC)
def speak(request: HttpRequest) -> HttpResponseBase:
    """The language of the door, before anybody is known."""
    response = redirect("my_bill")
    set_cookie(response, SPEAKS, language_of(request.POST.get("language", "")), seconds=365 * 24 * 3600)
    return guarded(response)


def speaks(request: HttpRequest) -> str:
    """The language that was chosen here, else that of the browser."""
    if chosen := request.COOKIES.get(cookie(SPEAKS)):
        return language_of(chosen)
    wanted = request.headers.get("Accept-Language", "").split(",")
    return next((one for part in wanted if (one := part.strip()[:2].lower()) in LANGUAGES), "en")


def _born(request: HttpRequest) -> dt.date | None:
    try:
        return dt.date(*(int(request.POST.get(name, "")) for name in ("year", "month", "day")))
    except ValueError:
        return None


def set_cookie(response: HttpResponse, name: str, value: str, *, seconds: int) -> None:
    """Keep a secret of this page in the browser for so many seconds; no script reads it."""
    response.set_cookie(
        cookie(name), value, max_age=seconds, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
