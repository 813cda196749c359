"""What is on its way to patients: the outbox, one delivery, failures dealt with by one key, and what is configured."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.hub import HubPlace, OpenPlace, open_places
from arwork.web.pages import StaffRequest, page
from collections_app.deliveries import checking, replies, resolving, selectors, services
from collections_app.deliveries.numbers import number_of
from collections_app.portal import requests as portal_requests

if TYPE_CHECKING:
    from arwork.staff.models import User

PER_PAGE = 50


def _asked_count(actor: "User", _today: dt.date) -> int:
    return portal_requests.open_requests(actor).count() + replies.open_replies(actor).count()


def _waiting_count(actor: "User", _today: dt.date) -> int:
    return sum(one.count for one in selectors.waiting_mail(actor))


#: The pages about deliveries.
ASKED = HubPlace("patients_asked", "Patients asked", "From their own page, or in answer to a text", _asked_count)
PLACES = (
    HubPlace("deliveries", "Outbox", "What left, what waits, what did not arrive", selectors.failed_count),
    HubPlace("print_batches", "Print batches", "Letters printed together, here or elsewhere", _waiting_count),
    HubPlace("mail_returned", "Returned mail", "Envelopes that came back, many in a row"),
    ASKED,
    HubPlace("carriers", "What is configured", "Who carries messages here, with a test"),
)
CHANNELS = (("", "Every way"), ("mail", "Mail"), ("email", "E-mail"), ("text", "Text"))


@page(Capability.SEE_CLAIMS)
def deliveries(request: StaffRequest) -> HttpResponseBase:
    """The outbox: what is to see to, what waits, what left."""
    which = request.GET.get("list", "failed")
    which = which if which in selectors.LISTS else "failed"
    channel = request.GET.get("channel", "")
    rows = selectors.deliveries(request.user, which, channel=channel)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        request.user, "deliveries", shown, shows=_shown, after={"list": which}, now=clock.now()
    )  # fmt: skip
    today = clock.today()
    counts = selectors.counts(request.user)
    context = {
        "page": shown,
        "rows": [
            (row, number_of(row.pk), resolving.ways_of(row, today=today) if which == "failed" else ()) for row in shown
        ],
        "tabs": [(code, words, counts.get(code)) for code, (words, _) in selectors.LISTS.items()],
        "which": which,
        "channel": channel,
        "channels": CHANNELS,
        "places": places(request),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "today": today,
    }
    return TemplateResponse(request, "collections/deliveries/outbox.html", context)


@page(Capability.SEE_CLAIMS)
def delivery(request: StaffRequest, sent_id: int) -> HttpResponseBase:
    """One delivery: what it says, where it went, each step."""
    found = services.own_delivery(sent_id, actor=request.user)
    audit.record_read(
        request.user, "delivery", found.pk, practice_id=found.practice_id, now=clock.now(),
        seen={"account": [found.account_id]},
    )  # fmt: skip
    today = clock.today()
    context = {
        "delivery": found,
        "number": number_of(found.pk),
        "events": selectors.events_of(found),
        "ways": resolving.ways_of(found, today=today) if found.is_failure else (),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "places": places(request),
        "today": today,
    }
    return TemplateResponse(request, "collections/deliveries/delivery.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def cancel(request: StaffRequest, sent_id: int) -> HttpResponseBase:
    """It is not sent after all."""
    services.cancel(delivery_id=sent_id, why=request.POST.get("why", ""), actor=request.user, now=clock.now())
    messages.success(request, "It will not leave.")
    return redirect("delivery", sent_id=sent_id)


@require_POST
@page(Capability.WORK_ITEMS)
def resolve(request: StaffRequest, sent_id: int) -> HttpResponseBase:
    """A failure is dealt with: another way, or nothing more to do."""
    made = resolving.resolve(
        delivery_id=sent_id, how=request.POST.get("how", ""), actor=request.user, now=clock.now(),
        today=clock.today(),
    )  # fmt: skip
    if made is None:
        messages.success(request, "Seen to. Nothing more is sent.")
    elif made.is_failure:
        messages.warning(request, f"Seen to, but the new one may not leave: {made.problem}")
    else:
        messages.success(request, f"Seen to: {number_of(made.pk)} takes its place.")
    return redirect("deliveries")


class CarrierTestForm(forms.Form):
    """A test message to an address or number of one's own."""

    channel = forms.ChoiceField(
        label="Test", choices=(("email", "E-mail"), ("text", "Text"), ("vendor", "Print vendor"), ("bank", "Bank"))
    )
    to = forms.CharField(label="To (your own)", max_length=254, required=False)


@page(Capability.CONFIGURE_INTEGRATIONS)
def carriers(request: StaffRequest) -> HttpResponseBase:
    """What is configured here, with a test."""
    form = CarrierTestForm(request.POST or None)
    answer, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            answer = checking.test(**form.cleaned_data, actor=request.user, now=clock.now())
        except DomainError as error:
            form.add_error(error.facts.get("field"), error.message)
            status = error.status
    context = {"configured": checking.configured(), "form": form, "answer": answer, "places": places(request)}
    return TemplateResponse(request, "collections/deliveries/carriers.html", context, status=status)


def places(request: StaffRequest) -> list[OpenPlace]:
    """The pages about deliveries that this role may open, with what waits there."""
    return open_places(request, PLACES)


def _shown(row: Any) -> list[tuple[str, int | None]]:
    return [("account", row.account_id)]
