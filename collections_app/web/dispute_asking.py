"""Opening a dispute, and asking somebody without a seat here about one."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.parties.selectors import guarantor_account
from collections_app.disputes import asking, services, shown
from collections_app.disputes.selectors import lines_of_visit, visits_to_dispute
from collections_app.web.dispute_forms import DisputeForm, QuestionForm
from collections_app.web.disputes import follow

if TYPE_CHECKING:
    from django import forms

#: Whoever is asked has so many days, where nobody says otherwise.
_DAYS = 7


@sensitive_post_parameters()
@page(Capability.WORK_ITEMS)
def dispute_new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Keep what a patient says is wrong; nothing is asked for it from then on. `claim` names the visit."""
    actor, today, now = request.user, clock.today(), clock.now()
    account = guarantor_account(actor=actor, account_id=account_id).account
    audit.record_read(actor, "account", account.pk, practice_id=account.practice_id, now=now)
    visits = visits_to_dispute(account.pk)
    named = id_of(request.GET.get("claim") or request.POST.get("claim") or "")
    claim_id = named if named in {pk for pk, _ in visits} else None
    form = DisputeForm(
        posted(request),
        visits=visits,
        lines=lines_of_visit(claim_id) if claim_id else (),
        initial={"claim": claim_id or (visits[0][0] if visits else ""), "received_on": today, "came_by": "phone"},
    )
    context: dict[str, Any] = {"account": account, "form": form, "claim_id": claim_id, "today": today}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            found = services.open_dispute(
                account.pk, told["claim"], kind=told["kind"], words=told["words"], amount=told["amount"],
                actor=actor, today=today, now=now,
                entered=form.entered(),
            )  # fmt: skip
        except DomainError as error:
            return _refused(request, "new", form, error, context)
        follow(found)
        messages.success(request, "Kept. Nothing is asked for it until you have answered.")
        return redirect("billing_dispute", found.pk)
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "collections/disputes/new.html", context, status=status)


@sensitive_post_parameters()
@page(Capability.WORK_ITEMS)
def ask(request: StaffRequest, billing_dispute_id: int) -> HttpResponseBase:
    """Ask somebody outside: what, by when, and what they see. The link and its code are shown once."""
    actor, today, now = request.user, clock.today(), clock.now()
    found = services.own_dispute(billing_dispute_id, actor=actor)
    audit.record_read(actor, "account", found.account_id, practice_id=found.practice_id, now=now)
    offered = shown.offers(found)
    form = QuestionForm(
        posted(request),
        facts=[(one.code, f"{one.label}: {one.words}"[:160]) for one in offered],
        documents=[(one.pk, f"{one.get_kind_display()}: {one.name}") for one in shown.documents_offered(found)],
        initial={"due_on": today + dt.timedelta(days=_DAYS), "facts": [one.code for one in offered if one.is_usual]},
    )
    context: dict[str, Any] = {"dispute": found, "form": form, "today": today}
    if request.method == "POST" and form.is_valid():
        try:
            made = asking.ask(found.pk, form.asked(), actor=actor, today=today, now=now)
        except DomainError as error:
            return _refused(request, "ask", form, error, context)
        unsent = asking.mail_link(made, actor=actor, now=now)
        context |= {"made": made, "unsent": unsent}
        return TemplateResponse(request, "collections/disputes/asked.html", context)
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "collections/disputes/ask.html", context, status=status)


def _refused(
    request: StaffRequest, name: str, form: "forms.Form", error: DomainError, context: dict[str, Any]
) -> HttpResponseBase:
    if (field := str(error.facts.get("field", ""))) in form.fields:
        form.add_error(field, error.message)
    context |= {"problem": error}
    return TemplateResponse(request, f"collections/disputes/{name}.html", context, status=error.status)
