"""Offering a settlement: what may be settled and what not, the terms, what they come to, and then the offer.

One form that works without a script: looked at as often as it takes, kept only when it is offered. The discount for
paying soon stands beside it, where the practice has one.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.dates import next_business_day
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.parties.selectors import guarantor_account
from collections_app.settlements import drafts, prompt_pay, services, terms
from collections_app.settlements.selectors import standing_offer
from collections_app.settlements.terms import BadSettlement
from collections_app.web.settlement_forms import SettlementTermsForm

_TO_DUE = 14  # days to the first payment, where nobody says otherwise
_PAGE = "collections/settlements/new.html"


@page(Capability.WORK_ITEMS)
def settlement_new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """What may be settled on an account, and the terms; `step=look` says what they come to, `step=offer` keeps them."""
    actor, today = request.user, clock.today()
    found = guarantor_account(actor=actor, account_id=account_id)
    audit.record_read(actor, "account", account_id, practice_id=found.account.practice_id, now=clock.now())
    step = request.POST.get("step", "")
    chosen = {one for text in request.POST.getlist("visit") if (one := id_of(text))} if step else None
    ground = drafts.ground_of(actor=actor, account_id=account_id, today=today, claim_ids=chosen)
    form = SettlementTermsForm(
        request.POST if step else None,
        initial={"due_on": next_business_day(today + dt.timedelta(days=_TO_DUE))},
    )
    context: dict[str, Any] = {
        "account": found.account, "guarantor": found.guarantor, "ground": ground, "chosen": chosen, "form": form,
        "standing": standing_offer(account_id), "prompt": _prompt(request, account_id), "today": today,
    }  # fmt: skip
    if not step:
        return TemplateResponse(request, _PAGE, context)
    if not form.is_valid():
        return TemplateResponse(request, _PAGE, context, status=422)
    try:
        draft = drafts.draft_settlement(
            ground, offer=_offered(form, ground), due_days=form.due_days, hardship=form.cleaned_data["hardship"]
        )
        context["draft"] = draft
        if step == "offer":
            made = services.offer(draft, actor=actor, today=today, now=clock.now(), reason=form.cleaned_data["reason"])
            waits = made.state == made.State.WAITING
            messages.success(
                request, "A second person is asked. Nothing may be accepted before." if waits else "Offered."
            )
            return redirect("settlement", made.pk)
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return TemplateResponse(request, _PAGE, context | {"problem": error}, status=error.status)
    return TemplateResponse(request, _PAGE, context)


@require_POST
@page(Capability.WORK_ITEMS)
def prompt_pay_new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Offer the discount for paying soon, by the policy of the practice."""
    today = clock.today()
    draft = prompt_pay.draft_prompt_pay(actor=request.user, account_id=account_id, today=today)
    made = services.offer(draft, actor=request.user, today=today, now=clock.now())
    messages.success(request, "Offered. They accept by saying so, or by sending the money.")
    return redirect("settlement", made.pk)


def _offered(form: SettlementTermsForm, ground: drafts.SettlementGround) -> Decimal:
    """The dollars that were entered, or those that the percent leave."""
    entered: Decimal | None = form.cleaned_data["offer"]
    if entered:
        return entered
    return terms.offer_of(ground.total, form.cleaned_data["percent"])


def _prompt(request: StaffRequest, account_id: int) -> drafts.SettlementDraft | None:
    """The discount as it would be offered; None where there is none."""
    try:
        return prompt_pay.draft_prompt_pay(actor=request.user, account_id=account_id, today=clock.today())
    except BadSettlement:
        return None
