"""Plan policies in the setup: the bands that hold; a row entered or ended in two steps, with whom it speaks for."""

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.lib.ids import id_of
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.practices.selectors import practices_of
from claims.web.rule_words import STANDING_TAGS
from claims.web.setup_forms import Choices, day_field
from claims.web.setup_pages import may_change, may_change_shared, two_steps
from collections_app.plans import policies as plan_policies
from collections_app.plans.lending import POSITIONS
from collections_app.plans.policy import CONSEQUENCES, PolicyRow


class PolicyForm(forms.Form):
    """One band, from a day on."""

    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    balance_from = forms.DecimalField(
        label="For balances of at least", min_value=0, max_digits=9, decimal_places=2,
        help_text="Dollars; it holds up to the next band.",
    )  # fmt: skip
    minimum = forms.DecimalField(
        label="Smallest installment a month", min_value=Decimal("0.01"), max_digits=9, decimal_places=2
    )
    longest_months = forms.IntegerField(label="Longest, in months", min_value=1)
    down_percent = forms.IntegerField(label="Down payment, percent", min_value=0, initial=0)
    grace_days = forms.IntegerField(label="Grace, in business days", min_value=0)
    broken_after = forms.IntegerField(label="Broken after installments missed", min_value=1, initial=1)
    consequence = forms.ChoiceField(label="A broken plan leads to", choices=list(CONSEQUENCES.items()))
    position = forms.ChoiceField(
        label="More than four installments are", choices=list(POSITIONS.items()),
        help_text="12 CFR 1026.2(a)(17). Ask your counsel before you choose a workout.",
    )  # fmt: skip
    valid_from = day_field("For plans agreed from")
    valid_to = day_field("To", required=False)
    source = forms.CharField(label="Source", max_length=300, help_text="Who decided it, and why.")

    def __init__(self, *args: Any, practices: Choices, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share

    def row(self) -> PolicyRow:
        """What was entered."""
        return PolicyRow(**self.cleaned_data)


class PolicyEndForm(forms.Form):
    """The last day of a row."""

    last_day = day_field("Last day in force", help_text="Plans agreed later go by the row behind it.")


@page(Capability.SEE_CLAIMS)
def policies(request: StaffRequest) -> HttpResponseBase:
    """Every band: what holds first."""
    today, may_share = clock.today(), may_change_shared(request)
    rows = []
    for one in plan_policies.listed_policies(actor=request.user, today=today):
        is_own = one.row.rule_id is not None
        can_end = is_own and one.stands != "ended" and (may_share or one.row.practice_id is not None)
        rows.append((one, STANDING_TAGS[one.stands], CONSEQUENCES[one.row.consequence], POSITIONS[one.row.position],
                     can_end))  # fmt: skip
    context = {"rows": rows, "may_change": may_change(request), "may_share": may_share}
    return TemplateResponse(request, "collections/plans/policies.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter a band; the first step shows for whom it would speak, the second saves it."""
    form = PolicyForm(
        posted(request),
        initial=_initial(request),
        practices=[(one.pk, one.name) for one in practices_of(request.user)],
        may_share=may_change_shared(request),
    )

    def save() -> HttpResponseBase:
        plan_policies.add_policy(form.row(), actor=request.user, now=clock.now())
        messages.success(request, "Saved. It counts for plans agreed from its first day on.")
        return redirect("plan_policies")

    return two_steps(
        request, form, _frame(request, "A band of the plan policy", saves=True),
        template="claims/setup/two_steps.html", save=save,
        preview=lambda: _preview(request, form.row()),
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, policy_id: int) -> HttpResponseBase:
    """End a row, or withdraw one that has not begun: the same two steps."""
    today = clock.today()
    found = plan_policies.plan_policy(policy_id, actor=request.user)
    is_planned = found.valid_from > today
    initial = {"last_day": found.valid_from if is_planned else max(today - dt.timedelta(days=1), found.valid_from)}
    form = PolicyEndForm(posted(request), initial=initial)
    row = next(one for one in plan_policies.policy_rows() if one.rule_id == policy_id)

    def save() -> HttpResponseBase:
        plan_policies.end_policy(
            policy_id, last_day=form.cleaned_data["last_day"], actor=request.user, today=today, now=clock.now()
        )
        messages.success(request, "Ended. The row behind it holds from then on.")
        return redirect("plan_policies")

    title = f"{'Withdraw' if is_planned else 'End'} the band from ${found.balance_from:,.2f}"
    return two_steps(
        request, form, _frame(request, title) | {"ending": found, "is_planned": is_planned},
        template="claims/setup/two_steps.html", save=save,
        preview=lambda: _preview(request, row, last_day=form.cleaned_data["last_day"], is_planned=is_planned),
    )  # fmt: skip


def _frame(request: StaffRequest, title: str, **more: Any) -> dict[str, Any]:
    return more | {
        "title": title,
        "crumbs": [(reverse("setup"), "Setup"), (reverse("plan_policies"), "Plan policies")],
        "cancel": reverse("plan_policies"),
        "may_share": may_change_shared(request),
        "lead": "It decides about plans agreed from its first day on. A plan in force keeps its terms.",
    }


def _preview(
    request: StaffRequest, row: PolicyRow, *, last_day: dt.date | None = None, is_planned: bool = False
) -> tuple[str, dict[str, Any]]:
    return "collections/plans/policy_preview.html", {
        "row": row,
        "last_day": last_day,
        "is_planned": is_planned,
        "consequence": CONSEQUENCES.get(row.consequence, ""),
        "position": POSITIONS.get(row.position, ""),
        "effects": plan_policies.effects_of(row, actor=request.user),
    }


def _initial(request: StaffRequest) -> dict[str, Any]:
    """The band that is to be changed: an admin rarely starts from nothing."""
    today, asked = clock.today(), request.GET.get("band", "")
    initial: dict[str, Any] = {"valid_from": today, "practice_id": id_of(request.GET.get("practice", "")) or None}
    if not asked:
        return initial
    rows = [one.row for one in plan_policies.listed_policies(actor=request.user, today=today) if one.stands != "ended"]
    row = next((one for one in rows if str(one.balance_from) == asked), None)
    if row is None:
        raise NotFound("There is no such band.")
    names = ("balance_from", "minimum", "longest_months", "down_percent", "grace_days", "broken_after", "consequence",
             "position")  # fmt: skip
    return {name: getattr(row, name) for name in names} | initial
