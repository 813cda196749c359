"""The page of who is asked about a bill: a link, a code, one question, one answer.

Nothing here asks who of the staff is signed in, and no cookie of the patient's page opens anything here. The token of a
link leaves the address with its first request, as at the door of the patient's page.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import lockout
from arwork.staff.access import Capability
from arwork.web.pages import page
from claims.documents.media import MOST_MB
from claims.payers.phones import shown_number
from collections_app.disputes import guests
from collections_app.disputes.words import CHOICES
from collections_app.web.patient_door import LONGEST_TOKEN, cookie, guarded, set_cookie

if TYPE_CHECKING:
    from typing import BinaryIO

    from collections_app.disputes.models import GuestVisit

DOOR, VISIT = "askeddoor", "asked"
DOOR_SECONDS = 30 * 60
WRONG = "This does not match, or the link has ended. Look at the code again, or ask for a new link."
PAUSED = "Too many tries. Wait half an hour, or ask for a new link."
AWAY = "You were away for a while, or the question has ended. Open the link again."
COOKIES = "Your browser refused our cookie. Allow cookies for this page, and open the link again."
NO_LINK = "Open the link that you were sent."
GuestView = Callable[..., HttpResponseBase]


def guest_page(view: GuestView) -> GuestView:
    """Let who has a visit in, as `visit`; send everybody else to the door."""

    @page(Capability.PUBLIC)
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        visit = guests.visit_of(request.COOKIES.get(cookie(VISIT), ""), now=clock.now())
        if visit is None:
            return guarded(_door(request, why=AWAY, status=404 if request.method == "GET" else 422))
        try:
            return guarded(view(request, visit, *args, **kwargs))
        except DomainError as error:
            return guarded(_question(request, visit, problem=error, status=error.status))

    return wrapped


@require_GET
@page(Capability.PUBLIC)
def asked(request: HttpRequest) -> HttpResponseBase:
    """The question of who has a visit; the door for everybody else."""
    visit = guests.visit_of(request.COOKIES.get(cookie(VISIT), ""), now=clock.now())
    if visit is not None:
        return guarded(_question(request, visit))
    return guarded(_door(request, why=COOKIES if "cookies" in request.GET else ""))


@require_GET
@page(Capability.PUBLIC)
def open_link(request: HttpRequest) -> HttpResponseBase:
    """A link was opened: its token goes into the cookie of the door, and out of the address."""
    response = redirect("asked")
    set_cookie(response, DOOR, request.GET.get("key", "")[:LONGEST_TOKEN], seconds=DOOR_SECONDS)
    response.delete_cookie(cookie(VISIT))
    return guarded(response)


@sensitive_post_parameters()
@require_POST
@page(Capability.PUBLIC)
def give_code(request: HttpRequest) -> HttpResponseBase:
    """The code was typed. Wrong ones, unknown links and links that ended look alike."""
    token = request.COOKIES.get(cookie(DOOR), "")
    if not token:
        return guarded(_door(request, why=NO_LINK, status=422))
    opened = guests.open_question(
        token=token, code=request.POST.get("code", ""), origin=lockout.address(request) or "", now=clock.now(),
        today=clock.today(),
    )  # fmt: skip
    if not opened.secret:
        is_paused = opened.why == "paused"
        return guarded(_door(request, why=PAUSED if is_paused else WRONG, status=429 if is_paused else 422))
    response = redirect("asked")
    set_cookie(response, VISIT, opened.secret, seconds=int(guests.LONGEST.total_seconds()))
    return guarded(response)


@sensitive_post_parameters()
@require_POST
@guest_page
def reply(request: HttpRequest, visit: "GuestVisit") -> HttpResponseBase:
    """The answer, once."""
    file = request.FILES.get("file")
    brought = guests.BroughtAlong(cast("BinaryIO", file.file), file.name or "") if file and file.file else None
    guests.reply(
        visit, choice=request.POST.get("choice", ""), words=request.POST.get("words", ""), brought=brought,
        now=clock.now(), today=clock.today(),
    )  # fmt: skip
    return redirect("asked")


@require_POST
@guest_page
def close(request: HttpRequest, visit: "GuestVisit") -> HttpResponseBase:
    """They are done."""
    guests.leave(visit, now=clock.now())
    response = redirect("asked")
    for name in (VISIT, DOOR):
        response.delete_cookie(cookie(name))
    return response


@require_GET
@guest_page
def document(request: HttpRequest, visit: "GuestVisit", document_id: int) -> HttpResponseBase:
    """A document that is shown with the question, as a file."""
    found, blocks = guests.read_document(visit, document_id, now=clock.now())
    answer = StreamingHttpResponse(blocks, content_type=found.media)
    answer["Content-Disposition"] = f'attachment; filename="document.{found.shown_as.suffix}"'
    answer["Content-Length"] = str(found.size)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _question(
    request: HttpRequest, visit: "GuestVisit", *, problem: DomainError | None = None, status: int = 200
) -> HttpResponseBase:
    visit.question.refresh_from_db()
    question = visit.question
    context = {
        "visit": visit,
        "question": question,
        "practice": question.practice,
        "phone": shown_number(question.practice.phone) if question.practice.phone else "",
        "documents": question.documents.filter(withdrawn_at=None, bytes_dropped_at=None).order_by("pk"),
        "choices": CHOICES,
        "problem": problem,
        "typed": {name: request.POST.get(name, "") for name in ("choice", "words")},
        "most_mb": MOST_MB,
    }
    return TemplateResponse(request, "asked/question.html", context, status=status)


def _door(request: HttpRequest, *, why: str = "", status: int = 200) -> HttpResponseBase:
    has_link = bool(request.COOKIES.get(cookie(DOOR)))
    context = {"why": why, "has_link": has_link, "no_link": NO_LINK}
    return TemplateResponse(request, "asked/door.html", context, status=status)
