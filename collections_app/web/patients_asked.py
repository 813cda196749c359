"""What patients asked on their page or answered to a text, and links to their page for who works an account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.parties.selectors import own_account
from collections_app.deliveries import replies
from collections_app.deliveries.selectors import deliveries_of_account
from collections_app.deliveries.services import send
from collections_app.portal import links, requests
from collections_app.web.deliveries import places

if TYPE_CHECKING:
    from claims.parties.models import Account


@page(Capability.WORK_ITEMS)
def asked(request: StaffRequest) -> HttpResponseBase:
    """What waits for an answer."""
    open_requests = list(requests.open_requests(request.user)[:100])
    heard = list(replies.open_replies(request.user)[:100])
    audit_reads.record_listed(
        request.user, "what patients asked", list[Any]([*open_requests, *heard]),
        shows=lambda row: [("account", row.account_id)], now=clock.now(),
    )  # fmt: skip
    context = {"requests": open_requests, "replies": heard, "places": places(request), "today": clock.today()}
    return TemplateResponse(request, "collections/deliveries/asked.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def answer(request: StaffRequest, asked_id: int) -> HttpResponseBase:
    """One of them is answered."""
    requests.answer(
        request_id=asked_id, words=request.POST.get("words", ""), actor=request.user, now=clock.now(),
        today=clock.today(), is_hold_lifted="lift" in request.POST, is_taken="take" in request.POST,
    )  # fmt: skip
    messages.success(request, "Answered. The patient reads it on their page.")
    return redirect("patients_asked")


@require_POST
@page(Capability.WORK_ITEMS)
def settle_reply(request: StaffRequest, reply_id: int) -> HttpResponseBase:
    """A reply was read and seen to."""
    replies.settle_reply(reply_id=reply_id, actor=request.user, now=clock.now())
    messages.success(request, "Seen to.")
    return redirect("patients_asked")


@page(Capability.WORK_ITEMS)
def patient_links(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """The links to the page of an account: made, sent, printed as a code, ended."""
    return _links(request, account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def make_link(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """A new link, shown once with its code for a camera."""
    link = links.link_for(account_id, actor=request.user, now=clock.now(), today=clock.today())
    return _links(request, account_id, link=link)


@require_POST
@page(Capability.WORK_ITEMS)
def send_link(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """A message with a new link, as the patient asked for it."""
    made = send(
        account_id=account_id, channel=request.POST.get("channel", ""), purpose="requested", actor=request.user,
        now=clock.now(), today=clock.today(),
    )  # fmt: skip
    if made.is_failure:
        messages.error(request, f"It may not leave: {made.problem}")
    else:
        messages.success(request, "It leaves within a minute.")
    return redirect("patient_links", account_id=account_id)


@require_POST
@page(Capability.WORK_ITEMS)
def revoke_links(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Nobody opens the page by an earlier link any more."""
    count = links.revoke(account_id=account_id, actor=request.user, now=clock.now())
    messages.success(request, f"{count} link{'s open' if count != 1 else ' opens'} nothing any more.")
    return redirect("patient_links", account_id=account_id)


def patient_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """The patient's page on an account: what was asked there and waits, and the way to its links."""
    waiting = [one for one in requests.requests_of(account) if one.state == "open"]
    return "collections/deliveries/panel.html", {
        "account": account,
        "sent": deliveries_of_account(account.pk)[:3],
        "waiting": waiting,
        "may_work": may(request.user, Capability.WORK_ITEMS),
    }


def _links(request: StaffRequest, account_id: int, *, link: str = "") -> HttpResponseBase:
    account = own_account(account_id, actor=request.user)
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    context = {
        "account": account,
        "links": links.links_of(account_id, actor=request.user),
        "link": link,
        "code": links.qr_path(link) if link else None,
        "missing": links.unanswerable(account),
        "now": clock.now(),
    }
    return TemplateResponse(request, "collections/deliveries/links.html", context)
