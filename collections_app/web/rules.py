"""Payer rules on pages: what applies to whom, and a change that shows which open items it moves before it is saved."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.background import enqueue
from arwork.lib.ids import id_of
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page, posted
from claims.payers import selectors, services
from claims.payers.rule_entry import RuleChange
from claims.payers.rules import RULE_KINDS
from claims.payers.selectors import PAYER_CLASSES
from claims.practices.selectors import practices_in_view
from claims.web.rule_words import figure, shown
from claims.web.setup_pages import two_steps
from collections_app.web.rule_forms import EndForm, RuleForm, shown_value
from collections_app.worklist import answer_times, rule_changes

_REFRESH = "collections_app.tasks.refresh_rules"


@page(Capability.SEE_CLAIMS)
def rules(request: StaffRequest) -> HttpResponseBase:
    """Rules that speak for a class of payers or for everybody: shipped ones with source and confidence, own ones."""
    today = clock.today()
    chosen, state = request.GET.get("class", ""), request.GET.get("state", "").strip().upper()
    practices = {one.pk: one.name for one in practices_in_view(request.user)}
    unverified = selectors.unverified(today=today, state=state)
    is_unverified = request.GET.get("show") == "unverified"
    found = (
        unverified
        if is_unverified
        else selectors.class_rules(today=today, payer_class=chosen, state=state, practices=practices)
    )
    names = {"": "every payer", **dict(PAYER_CLASSES)}
    context = {
        "rows": [
            (
                shown(one.row, today=today),
                RULE_KINDS[one.row.kind].label,
                one.is_in_force,
                names[one.row.payer_class or ""],
                practices.get(one.row.practice_id or 0, ""),
            )
            for one in found
        ],
        "classes": [("", "Every payer"), *PAYER_CLASSES],
        "chosen": chosen,
        "is_unverified": is_unverified,
        "unverified": len(unverified),
        "state": state,
        "may_change": may(request.user, Capability.CONFIGURE_PAYERS),
        "may_share": may(request.user, Capability.CONFIGURE_SHARED),
    }
    return TemplateResponse(request, "claims/payers/rules.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter a rule; the first step shows what it moves, the second saves it."""
    payer = _payer(request)
    plans = None if payer is None else [(plan.pk, plan.name) for plan in payer.plans.all()]
    form = RuleForm(
        posted(request),
        initial=_initial(request, payer),
        plans=plans,
        practices=[(one.pk, one.name) for one in practices_in_view(request.user)],
        may_share=may(request.user, Capability.CONFIGURE_SHARED),
    )
    confirms = "confirm" in request.GET
    listed = f"{reverse('rules')}?show=unverified" if confirms and payer is None else ""
    payer_id = payer.pk if payer else None
    context = {
        "payer": payer, "crumbs": _crumbs(payer), "cancel": listed or _back(payer), "confirms": confirms,
        "may_share": may(request.user, Capability.CONFIGURE_SHARED),
    }  # fmt: skip

    def save() -> HttpResponseBase:
        draft = form.draft(payer_id)
        _, change = services.add_rule(draft, actor=request.user, now=clock.now())
        return _saved(request, change, "The rule is saved.", listed or _back(payer, draft.payer_class))

    return two_steps(
        request, form, context, template="claims/payers/rule_form.html", save=save,
        preview=lambda: _preview(request, services.plan_rule(form.draft(payer_id))),
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, rule_id: int) -> HttpResponseBase:
    """End a rule, or withdraw one that has not begun: the same two steps."""
    today = clock.today()
    row = selectors.rule(rule_id, actor=request.user)
    services.ensure_may_set(request.user, row.practice_id)
    payer = selectors.payer(row.payer_id, actor=request.user) if row.payer_id else None
    form = EndForm(posted(request), initial={"last_day": today - dt.timedelta(days=1)})
    context = {
        "payer": payer, "crumbs": _crumbs(payer), "cancel": _back(payer, row.payer_class or ""),
        "ending": shown(row, today=today), "label": RULE_KINDS[row.kind].label, "is_planned": row.valid_from > today,
    }  # fmt: skip

    def last_day() -> dt.date:
        return form.cleaned_data["last_day"]

    def save() -> HttpResponseBase:
        change = services.end_rule(rule_id, last_day=last_day(), actor=request.user, today=today, now=clock.now())
        return _saved(request, change, "The rule is ended.", _back(payer, row.payer_class or ""))

    return two_steps(
        request, form, context, template="claims/payers/rule_end.html", save=save,
        preview=lambda: _preview(request, services.plan_end(rule_id, last_day=last_day(), today=today)),
    )  # fmt: skip


def _saved(request: StaffRequest, change: RuleChange, said: str, back: str) -> HttpResponseBase:
    enqueue(
        _REFRESH,
        kind=change.kind,
        payer_id=change.payer_id,
        payer_class=change.payer_class,
        practice_id=change.practice_id,
    )
    moves = " Open items follow within a minute." if change.kind in rule_changes.KINDS_OF_WORK else ""
    messages.success(request, said + moves)
    return redirect(back)


def _preview(request: StaffRequest, change: RuleChange) -> tuple[str, dict[str, Any]]:
    today = clock.today()
    effects = rule_changes.effects_of(change, actor=request.user, today=today, now=clock.now())
    by_id = {row.rule_id: row for row in change.before.rules if row.rule_id}
    return "claims/payers/rule_preview.html", {
        "change": change,
        "label": RULE_KINDS[change.kind].label,
        "new": shown(change.new, today=today) if change.new else None,
        "ended": [(figure(by_id[pk]), last) for pk, last in change.ended.items()],
        "effects": effects,
        "is_interval": answer_times.is_interval(change.kind),
        "times": answer_times.answer_times(change, actor=request.user, today=today),
        "today": today,
    }


def _payer(request: StaffRequest) -> Any:
    chosen = id_of(request.GET.get("payer", ""))
    return selectors.payer(chosen, actor=request.user) if chosen else None


def _initial(request: StaffRequest, payer: Any) -> dict[str, Any]:
    """The rule in force, to be changed: an admin rarely starts from nothing."""
    today = clock.today()
    kind = request.GET.get("kind", "filing")
    initial: dict[str, Any] = {
        "kind": kind, "valid_from": today, "payer_class": request.GET.get("class", ""), "confidence": "high",
        "state": request.GET.get("state", ""), "practice_id": id_of(request.GET.get("practice", "")) or None,
    }  # fmt: skip
    if kind not in RULE_KINDS:
        return initial
    if payer is not None:
        rulings = selectors.rulings(payer, today=today, practices=practices_in_view(request.user))
        row = next(one.row for one in rulings if one.kind.code == kind)
    else:
        of_class = (initial["payer_class"], "")  # what holds for every payer, where the class has none of its own
        found = [one for name in of_class for one in selectors.class_rules(today=today, payer_class=name)]
        same = [one.row for one in found if one.is_in_force and one.row.kind == kind]
        row = next((one for one in same if (one.state or "") == initial["state"]), None)
    if row is not None:
        initial |= {"value": shown_value(row.value, RULE_KINDS[kind].unit), "basis": row.basis}
        if "confirm" in request.GET:  # the same figure over the same time: only who stands for it changes
            initial |= {"valid_from": row.valid_from, "valid_to": row.valid_to}
            initial["note"] = f"Checked {today} by {request.user}"
    return initial


def _back(payer: Any, payer_class: str = "") -> str:
    if payer is not None:
        return f"{reverse('payer', args=[payer.pk])}#rules"
    return f"{reverse('rules')}?class={payer_class}" if payer_class else reverse("rules")


def _crumbs(payer: Any) -> list[tuple[str, str]]:
    trail = [(reverse("setup"), "Setup")]
    if payer is None:
        return [*trail, (reverse("rules"), "Rules of classes")]
    return [*trail, (reverse("payers"), "Payers"), (reverse("payer", args=[payer.pk]), payer.name)]
