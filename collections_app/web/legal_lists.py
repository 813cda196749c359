"""Debts that are too old to sue for, validation notices that are due, and cases that nobody follows."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability, practice_ids
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from collections_app.contacts import open_cases
from collections_app.legal import lists, selectors
from collections_app.legal.validation import notices_due
from collections_app.worklist import orphans

PER_PAGE = 50
DATES = HubPlace(
    "legal_dates", "Limitation and validation", "Debts too old to sue for, and validation notices that are due",
    lambda actor, today: len(notices_due(practice_ids(actor), today)),
)  # fmt: skip
ORPHANS = HubPlace(
    "unfollowed", "Without owner or next step", "Cases and balances that nobody follows, and steps that are overdue",
    lambda actor, today: orphans.unfollowed_count(actor=actor, today=today),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def legal_dates(request: StaffRequest) -> HttpResponseBase:
    """What became too old to sue for or does so soon, and where a validation notice has to be sent."""
    actor, today, now = request.user, clock.today(), clock.now()
    due = notices_due(practice_ids(actor), today)
    aging = lists.aging_debts(actor, today=today)
    shown = Paginator(aging, PER_PAGE).get_page(request.GET.get("page"))
    accounts = selectors.accounts_named([*(one.account_id for one in due), *(row[0].account_id for row in shown)])
    audit_reads.record_listed(actor, "legal_dates", accounts.values(), shows=lambda one: [("account", one.pk)], now=now)
    context = {
        "due": [(accounts[one.account_id], one) for one in due[:PER_PAGE]],
        "due_count": len(due),
        "page": shown,
        "rows": [(accounts[debt.account_id], debt, limit) for debt, limit in shown],
        "soon": lists.SOON_DAYS,
        "most": lists.MOST,
        "today": today,
    }
    return TemplateResponse(request, "collections/legal/dates.html", context)


@page(Capability.ASSIGN_WORK)
def unfollowed(request: StaffRequest) -> HttpResponseBase:
    """Cases without an owner, a next step or a day, and those whose step is overdue; balances without work."""
    actor, today = request.user, clock.today()
    found = orphans.unfollowed_cases(actor=actor, today=today)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    accounts = selectors.accounts_named([one.account_id for one in shown if one.account_id])
    audit_reads.record_listed(
        actor,
        "unfollowed",
        shown,
        shows=lambda one: [("account", one.account_id)],
        now=clock.now(),
    )
    owners = {
        practice: selectors.owner_choices(actor, practice)
        for practice in {one.practice_id for one in accounts.values()}
    }
    context = {
        "page": shown,
        "rows": [
            (one, accounts.get(one.account_id or 0), one.is_overdue(today),
             owners[accounts[one.account_id].practice_id]
             if one.account_id and open_cases.can_assign(one.source) else ())
            for one in shown if one.account_id is None or one.account_id in accounts
        ],
        "balances": orphans.balances_without_work(actor=actor),
        "today": today,
    }  # fmt: skip
    return TemplateResponse(request, "collections/legal/unfollowed.html", context)


@require_POST
@page(Capability.ASSIGN_WORK)
def unfollowed_assign(request: StaffRequest) -> HttpResponseBase:
    """Give one case to somebody."""
    asked = request.POST
    try:
        open_cases.assign_case(
            asked.get("source", ""), id_of(asked.get("case", "")) or 0, kind=asked.get("kind", ""),
            owner_id=id_of(asked.get("owner", "")) or 0, actor=request.user, today=clock.today(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Given. It stands on their list today.")
    return redirect("unfollowed")
