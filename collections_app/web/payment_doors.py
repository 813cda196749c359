"""Doors that need no seat: a processor's messages, the page a patient comes back to, and the sandbox's own page.

The sandbox's page stands in for the page of a processor, which in production is at the processor. It takes published
test numbers only; what is typed is no field of any form of ours, is marked so that no report of an error repeats it,
and is gone with the request.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import RawPostDataException
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.staff.access import Capability
from arwork.web.pages import page
from collections_app.payments import messages
from collections_app.payments.sandbox.processor import Sandbox

if TYPE_CHECKING:
    from collections_app.payments.sandbox.processor import SandboxPage

_LARGEST = 256 * 1024  # bytes of a message


@csrf_exempt  # signed by the processor, and read by its signature alone
@require_POST
@page(Capability.PUBLIC)
def payment_message(request: HttpRequest, processor: str) -> HttpResponseBase:
    """A message of a card processor. 204 where it was taken, 503 where it is to be sent again."""
    try:
        said = request.body
    except RawPostDataException:  # a form, which the net under all pages has read: no processor sends one
        return HttpResponse(status=415)
    if len(said) > _LARGEST:
        return HttpResponse(status=413)
    try:
        messages.take_message(processor, said, request.headers, today=clock.today(), now=clock.now())
    except DomainError as error:
        return HttpResponse(status=error.status)
    except (KeyError, TypeError, ValueError):  # signed, and no message we know
        return HttpResponse(status=400)
    return HttpResponse(status=204)


@page(Capability.PUBLIC)
def paid(request: HttpRequest) -> HttpResponseBase:
    """Where a patient comes back to who paid by a link: nothing of them is shown."""
    return TemplateResponse(request, "collections/payments/paid.html", {})


@sensitive_post_parameters("number", "code", "expiry")
@page(Capability.PUBLIC, takes_cards=True)
def sandbox_page(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The sandbox's own page, on which a test card is typed."""
    if settings.CARD_PROCESSOR.name != Sandbox.name:
        raise NotFound("There is no such page.")
    there = Sandbox(settings.CARD_PROCESSOR.webhook_secret)
    said = ""
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:40] for name in ("number", "expiry", "code")}
        said = there.type_card(ref, **typed, now=clock.now(), today=clock.today())[1]
    shown = there.shown(ref)
    if request.method == "POST" and not said:
        return _back(request, shown)
    context = {"shown": shown, "said": said}
    return TemplateResponse(request, "collections/payments/sandbox.html", context, status=422 if said else 200)


def _back(request: HttpRequest, shown: "SandboxPage") -> HttpResponseBase:
    if not url_has_allowed_host_and_scheme(shown.return_url, allowed_hosts={request.get_host()}):
        raise NotFound("There is no such page.")
    response = HttpResponse(status=303)
    response["Location"] = shown.return_url
    return response
