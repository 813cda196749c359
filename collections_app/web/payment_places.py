"""Beside payments: disputes, saved cards that run out, payouts; the panel of an account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.web.shown import receipts_shown
from collections_app.payments import disputes, methods, selectors, services
from collections_app.payments.choosing import processor_named, takes_cards
from collections_app.payments.words import dispute_words

if TYPE_CHECKING:
    from claims.parties.models import Account
    from claims.web.shown import Shown

PER_PAGE = 50


def disputes_shown(row: Any) -> "Shown":
    """The account of a disputed payment."""
    return [("account", row.payment.account_id)]


@page(Capability.SEE_CLAIMS)
def payment_disputes(request: StaffRequest) -> HttpResponseBase:
    """Disputes: open ones by the day evidence is due, and what became of others."""
    shows_ended = request.GET.get("show") == "ended"
    rows = selectors.disputes(request.user, is_open=not shows_ended)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "disputes", shown, shows=disputes_shown, after={}, now=clock.now())
    context = {
        "page": shown,
        "rows": [(one, dispute_words(one.reason)) for one in shown],
        "shows_ended": shows_ended,
        "may_post": may(request.user, Capability.POST_MONEY),
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/payments/disputes.html", context)


@require_POST
@page(Capability.POST_MONEY)
def dispute_answered(request: StaffRequest, dispute_id: int) -> HttpResponseBase:
    """Evidence was given at the processor, or nothing is to be said."""
    disputes.note_answered(dispute_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "Noted. It waits for the bank of the card now.")
    return redirect("payment_disputes")


@page(Capability.SEE_CLAIMS)
def payment_cards(request: StaffRequest) -> HttpResponseBase:
    """Saved cards that run out soon, or have."""
    rows = selectors.expiring_cards(request.user)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "cards", shown, shows=receipts_shown, after={}, now=clock.now())
    context = {"page": shown, "today": clock.today(), "may_work": may(request.user, Capability.WORK_ITEMS)}
    return TemplateResponse(request, "collections/payments/cards.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def method_remove(request: StaffRequest, method_id: int) -> HttpResponseBase:
    """Keep a saved card or bank account no longer."""
    row = methods.own_method(method_id, actor=request.user)
    there = processor_named(row.processor) if row.processor else None
    methods.remove(method_id, processor=there, actor=request.user, now=clock.now())
    messages.success(request, f"{row.label} is removed: it can't be charged any more.")
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else reverse("account", args=[row.account_id]))


@page(Capability.SEE_CLAIMS)
def payouts(request: StaffRequest) -> HttpResponseBase:
    """What card processors paid out to the bank, and what they have not yet."""
    shown = Paginator(selectors.payouts(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "unsettled": selectors.unsettled(request.user)}
    return TemplateResponse(request, "collections/payments/payouts.html", context)


@page(Capability.SEE_CLAIMS)
def payout(request: StaffRequest, payout_id: int) -> HttpResponseBase:
    """One payout with its payments."""
    found, rows = selectors.payout_seen_by(request.user, payout_id)
    audit_reads.record_listed(request.user, "payments", rows, shows=receipts_shown, after={}, now=clock.now())
    return TemplateResponse(request, "collections/payments/payout.html", {"payout": found, "rows": rows})


def payments_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """Saved methods and the latest payments of an account, with the way to take one."""
    if not may(request.user, Capability.SEE_CLAIMS):
        return None
    return "collections/payments/panel.html", {
        "account": account,
        "methods": services.methods_of(account.pk),
        "payments": selectors.payments_of_account(account.pk),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "takes_cards": takes_cards(),
        "today": clock.today(),
    }
