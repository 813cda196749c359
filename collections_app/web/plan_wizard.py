"""The plan wizard: what is owed and what they can pay, plans to offer, the terms read back, agreed.

Each step is a form of its own that works without a script; what was entered goes along in the form, never in the
address. Nothing is kept before the terms are: then a proposal stands, to be read and agreed, or asked of a second
person where it leaves the policy.
"""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
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
from claims.approvals.selectors import questions_about
from claims.parties.selectors import guarantor_account
from collections_app.plans import drafts, lists, papers, services
from collections_app.plans.exceptions import EXCEPTION
from collections_app.plans.lending import DISCLOSED, lending_box
from collections_app.plans.schedule import BadPlan
from collections_app.plans.selectors import plan_of, plan_seen_by
from collections_app.plans.visits import visits_for_plan
from collections_app.plans.words import ENGLISH, SPANISH, read_back
from collections_app.web.plan_forms import MeansForm, PlanConsentForm, TermsForm
from collections_app.web.plans import follow

_TO_FIRST = 14  # days to the first installment, where nobody says otherwise
_SHEET, _OFFERS = "collections/plans/wizard.html", "collections/plans/offers.html"


@page(Capability.WORK_ITEMS)
def plan_new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """What is owed visit by visit, and what they can pay; then plans to offer; then the terms are kept."""
    actor, today = request.user, clock.today()
    found = guarantor_account(actor=actor, account_id=account_id)
    audit.record_read(actor, "account", account_id, practice_id=found.account.practice_id, now=clock.now())
    step = request.POST.get("step") or ("look" if "offer" in request.POST else "")
    data = request.POST if step else None
    means = MeansForm(data, initial={"first_due_on": next_business_day(today + dt.timedelta(days=_TO_FIRST))})
    context: dict[str, Any] = {
        "guarantor": found.guarantor, "account": found.account, "means": means, "today": today,
        "standing": plan_of(account_id),
    }  # fmt: skip
    chosen = _chosen(request.POST) if step else None
    try:
        ground = drafts.ground_of(actor=actor, account_id=account_id, today=today, claim_ids=chosen)
    except BadPlan as error:
        whole = visits_for_plan(account_id, today=today)
        context |= {"visits": whole, "problem": error, "is_nothing": chosen is None}
        return TemplateResponse(request, _SHEET, context, status=200 if chosen is None else error.status)
    context |= {"ground": ground, "visits": visits_for_plan(account_id, today=today), "chosen": chosen}
    if step in ("", "edit") or not means.is_valid():
        return TemplateResponse(request, _SHEET, context, status=422 if step not in ("", "edit") else 200)
    return _offered(request, ground, means, context, step)


def _offered(
    request: StaffRequest, ground: drafts.PlanGround, means: MeansForm, context: dict[str, Any], step: str
) -> HttpResponseBase:
    """Plans to offer, and the terms that are being looked at; kept where they are asked for."""
    today = clock.today()
    told, days = means.means(), means.cleaned_data
    try:
        offered = drafts.offers_on(
            ground, told, first_due_on=days["first_due_on"], frequency=days["frequency"], payday=means.payday,
            second_payday=days["second_payday"] if means.payday else None,
        )  # fmt: skip
    except BadPlan as error:
        means.add_error(None, error.message)
        return TemplateResponse(request, _SHEET, context | {"problem": error}, status=error.status)
    data = request.POST.copy()
    if pick := request.POST.get("offer"):
        data["each"] = pick
    elif "each" not in data and offered:
        data["each"], data["down_payment"] = str(offered[0].each), str(offered[0].terms.down_payment)
    form = TermsForm(data)
    context |= {
        "offers": offered, "able": ground.able(told), "form": form, "problem": None,
        "hidden": [(name, value) for name, values in request.POST.lists() for value in values
                   if name not in ("csrfmiddlewaretoken", "step", "offer", *form.fields)],
    }  # fmt: skip
    if not form.is_valid():
        return TemplateResponse(request, _OFFERS, context, status=422)
    try:
        draft = drafts.draft_plan(ground, form.asked(means, today=today), told, today=today)
        context["draft"] = draft
        if step == "propose":
            plan = services.propose(
                draft, actor=request.user, today=today, now=clock.now(), reason=form.cleaned_data["reason"]
            )
            return redirect("plan_agree", plan.pk)
    except DomainError as error:
        if (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return TemplateResponse(request, _OFFERS, context | {"problem": error}, status=error.status)
    return TemplateResponse(request, _OFFERS, context)


@page(Capability.WORK_ITEMS)
def plan_agree(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """Read the terms back, in their language; agreed, they are in force."""
    actor, today, now = request.user, clock.today(), clock.now()
    plan = plan_seen_by(actor, payment_plan_id)
    audit.record_read(actor, "account", plan.account_id, practice_id=plan.practice_id, now=now)
    schedule = plan.proposed
    if schedule is None:
        return redirect("payment_plan", payment_plan_id)
    given = request.POST if request.method == "POST" else None
    guarantor = plan.account.guarantor
    initial = {"said_by": f"{guarantor.first} {guarantor.last}".strip(), "language": _language(guarantor.language)}
    ways = services.ways_to_pay(plan, schedule, today=today)
    methods = [(one.pk, one.label) for one, why_not in ways if not why_not]
    form = PlanConsentForm(given, initial=initial, methods=methods)
    problem = None
    if given is not None and form.is_valid():
        try:
            agreed = services.agree(
                payment_plan_id, schedule_id=id_of(given.get("schedule", "")) or 0, consent=form.consent(), actor=actor,
                today=today, now=now,
            )  # fmt: skip
        except DomainError as error:
            problem = error
            if (name := str(error.facts.get("field", ""))) in form.fields:
                form.add_error(name, error.message)
        else:
            follow(agreed)
            _write_down(request, agreed.pk, form.cleaned_data["language"])
            messages.success(request, "Agreed. The plan is in force; you can take it back for ten minutes.")
            return redirect("payment_plan", payment_plan_id)
    rows = services.installments_of(schedule)
    english, spanish = (
        read_back(
            rows, practice=plan.practice.name, frequency=schedule.frequency, position=schedule.position,
            grace_days=schedule.grace_days, language=language,
        )
        for language in (ENGLISH, SPANISH)
    )  # fmt: skip
    context = {
        "plan": plan,
        "schedule": schedule,
        "guarantor": guarantor,
        "rows": rows,
        "visits": lists.visits_of(schedule),
        "box": lending_box(rows) if schedule.position == DISCLOSED else None,
        "english": english,
        "spanish": spanish,
        "speaks_spanish": _language(guarantor.language) == "es",
        "form": form,
        "unfit": [(one, why_not) for one, why_not in ways if why_not],
        "waiting": None if plan.is_allowed else questions_about(EXCEPTION, plan.pk).filter(state="waiting").first(),
        "problem": problem,
        "today": today,
    }
    status = problem.status if problem else 422 if form.errors else 200
    return TemplateResponse(request, "collections/plans/agree.html", context, status=status)


@require_POST
@page(Capability.WORK_ITEMS)
def plan_drop(request: StaffRequest, payment_plan_id: int) -> HttpResponseBase:
    """The proposal was not agreed: it is none any more."""
    plan = services.drop_proposal(payment_plan_id, actor=request.user, today=clock.today(), now=clock.now())
    messages.success(request, "The proposal is dropped. Nothing else has changed.")
    return redirect("account", plan.account_id)


def _write_down(request: StaffRequest, plan_id: int, language: str) -> None:
    """The agreement as a letter; a patient without an address has none, and it is said."""
    try:
        papers.write_agreement(plan_id, actor=request.user, today=clock.today(), now=clock.now(), language=language)
    except DomainError as error:
        messages.warning(request, f"The agreement could not be written down: {error.message}")


def _chosen(data: QueryDict) -> list[int]:
    return [pk for one in data.getlist("visit") if (pk := id_of(one))]


def _language(code: str) -> str:
    return "es" if code.lower().startswith(("es", "spa")) else "en"
