"""Outcomes on pages: how each is followed up, own rules over the shipped list, and a change in two steps."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.dated_rules import standing
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.payers.rule_entry import ensure_may_set
from claims.practices.selectors import practices_of
from claims.web.rule_words import STANDING_TAGS
from claims.web.setup_pages import may_change, may_change_shared, two_steps
from collections_app.web.outcome_rule_forms import OutcomeRuleEndForm, OutcomeRuleForm
from collections_app.worklist import outcome_rules
from collections_app.worklist.dispositions import (
    BY_CODE,
    DISPOSITIONS,
    NEXT_ACTIONS,
    Disposition,
    has_days,
    is_ruleable,
)
from collections_app.worklist.outcome_rules import OutcomeRuleChange


@page(Capability.SEE_CLAIMS)
def outcomes(request: StaffRequest) -> HttpResponseBase:
    """Every outcome: the rules that were entered, then the shipped list."""
    today, may_share = clock.today(), may_change_shared(request)
    own = []
    for row in outcome_rules.outcome_rules(actor=request.user):
        stands = standing(row.valid_from, row.valid_to, today)
        can_end = stands != "ended" and (may_share or row.practice_id is not None)
        step = NEXT_ACTIONS.get(row.next_action, "")
        own.append((row, BY_CODE[row.code].label, step, stands, STANDING_TAGS[stands], can_end))
    context = {
        "own": own,
        "shipped": [(one, _days(one), NEXT_ACTIONS.get(one.next_action, ""), is_ruleable(one)) for one in DISPOSITIONS],
        "may_change": may_change(request),
        "may_share": may_share,
    }
    return TemplateResponse(request, "collections/outcomes.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Change how an outcome is followed up; the first step shows what stands at it, the second saves it."""
    outcome = BY_CODE.get(request.GET.get("code", ""))
    if outcome is None:
        raise NotFound("There is no such outcome. Choose one from the list.")
    form = OutcomeRuleForm(
        posted(request),
        outcome=outcome,
        practices=[(one.pk, one.name) for one in practices_of(request.user)],
        may_share=may_change_shared(request),
        today=clock.today(),
    )
    return _two_steps(
        request, form, outcome, {"title": f"Follow up “{outcome.label}”", "saves": True},
        plan=lambda: outcome_rules.plan_outcome_rule(form.draft()),
        save=lambda: outcome_rules.add_outcome_rule(form.draft(), actor=request.user, now=clock.now()),
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, outcome_rule_id: int) -> HttpResponseBase:
    """End a rule, or withdraw one that has not begun: the same two steps."""
    today = clock.today()
    row = outcome_rules.outcome_rule(outcome_rule_id, actor=request.user)
    ensure_may_set(request.user, row.practice_id)
    is_planned, outcome = row.valid_from > today, BY_CODE[row.code]
    initial = {"last_day": row.valid_from if is_planned else max(today - dt.timedelta(days=1), row.valid_from)}
    form = OutcomeRuleEndForm(posted(request), initial=initial)
    title = f"{'Withdraw' if is_planned else 'End'} the rule for “{outcome.label}”"

    def asked() -> dict[str, Any]:
        return {"last_day": form.cleaned_data["last_day"], "actor": request.user, "today": today}

    return _two_steps(
        request, form, outcome, {"title": title, "ending": row, "is_planned": is_planned},
        plan=lambda: outcome_rules.plan_outcome_end(outcome_rule_id, **asked()),
        save=lambda: outcome_rules.end_outcome_rule(outcome_rule_id, **asked(), now=clock.now()),
    )  # fmt: skip


def _two_steps(
    request: StaffRequest,
    form: Any,
    outcome: Disposition,
    shown: dict[str, Any],
    *,
    plan: Callable[[], OutcomeRuleChange],
    save: Callable[[], object],
) -> HttpResponseBase:
    """The form; what stands at the outcome; saved."""

    def preview() -> tuple[str, dict[str, Any]]:
        change = plan()
        after = change.after
        return "collections/outcome_rule_preview.html", {
            "outcome": outcome,
            "change": change,
            "effects": outcome_rules.outcome_effects(change, actor=request.user),
            "was": (_days(outcome), NEXT_ACTIONS.get(outcome.next_action, "")),
            "will": (_days(after), NEXT_ACTIONS.get(after.next_action, "")) if after else None,
        }

    def saved() -> HttpResponseBase:
        save()
        messages.success(request, "Saved. It counts for what is logged from its first day on.")
        return redirect("outcomes")

    context = shown | {
        "crumbs": [(reverse("setup"), "Setup"), (reverse("outcomes"), "Outcomes")],
        "cancel": reverse("outcomes"),
        "may_share": may_change_shared(request),
        "lead": "It decides about what is logged from its first day on; what was logged before keeps its day.",
    }
    return two_steps(request, form, context, template="claims/setup/two_steps.html", preview=preview, save=saved)


def _days(one: Disposition) -> str:
    if one.closes:
        return "closes it"
    if not has_days(one):
        return "payer rule" if one.rule_kind else "as entered"
    unit = "business day" if one.days <= 3 else "day"
    return f"{one.days} {unit}{'s' * (one.days != 1)}"
