"""Assistance policies in the setup: what holds; a row entered or ended in two steps, with who falls where."""

import datetime as dt
import re
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.ids import id_of
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.practices.selectors import practices_of
from claims.web.rule_words import STANDING_TAGS
from claims.web.setup_forms import Choices, day_field
from claims.web.setup_pages import may_change, may_change_shared, two_steps
from collections_app.assistance import policies as assistance_policies
from collections_app.assistance.policy import DOCUMENTS, PRESUMPTIVE, AssistancePolicy, policy_for

_BAND = re.compile(r"(\d{1,4})\s*[:=]\s*(\d{1,3})")


class AssistancePolicyForm(forms.Form):
    """One policy, from a day on."""

    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)
    is_501r = forms.BooleanField(
        label="A non-profit hospital: 501(r) binds", required=False,
        help_text="26 CFR 1.501(r)-4 to -6: 120, 30 and 240 days, the AGB cap, money back.",
    )  # fmt: skip
    bands = forms.CharField(
        label="Sliding scale", max_length=200,
        help_text="Percent of the poverty guideline up to which: percent taken off. Such as 200: 100, 300: 75.",
    )  # fmt: skip
    agb_percent = forms.DecimalField(
        label="Generally billed, % of gross charges", min_value=0, max_value=100, max_digits=5, decimal_places=2,
        help_text="Counts where 501(r) binds: nobody eligible pays more.",
    )  # fmt: skip
    assets_most = forms.DecimalField(
        label="Assets up to", required=False, min_value=0, max_digits=9, decimal_places=2,
        help_text="Dollars. Empty: assets are not asked for.",
    )  # fmt: skip
    indigent_percent = forms.IntegerField(
        label="A bill above so many % of yearly income", required=False, min_value=1, help_text="Empty: no such rule."
    )
    indigent_discount = forms.IntegerField(label="takes off, percent", min_value=0, max_value=100, initial=0)
    presumptive = forms.MultipleChoiceField(
        label="Given without proof of income", required=False, choices=list(PRESUMPTIVE.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    documents = forms.MultipleChoiceField(
        label="Documents asked for", required=False, choices=list(DOCUMENTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    valid_days = forms.IntegerField(label="A decision covers new visits for days", min_value=1, initial=180)
    earlier_days = forms.IntegerField(label="Visits first billed within days are covered", min_value=1, initial=240)
    reply_days = forms.IntegerField(label="Days to send what is missing", min_value=1, initial=30)
    appeal_days = forms.IntegerField(label="Days to ask again after a denial", min_value=1, initial=60)
    valid_from = day_field("For applications from")
    valid_to = day_field("To", required=False)
    source = forms.CharField(label="Source", max_length=300, help_text="Who decided it, and where it is written.")

    def __init__(self, *args: Any, practices: Choices, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [("", "Every practice" if may_share else "Choose one"), *practices]
        practice.required = not may_share

    def clean_bands(self) -> tuple[tuple[int, int], ...]:
        """Pairs of `200: 100`, divided by commas."""
        parts = [part.strip() for part in self.cleaned_data["bands"].split(",") if part.strip()]
        found = [_BAND.fullmatch(part) for part in parts]
        if not found or None in found:
            raise forms.ValidationError("Write each band as 200: 100, and a comma between them.")
        return tuple((int(one[1]), int(one[2])) for one in found if one is not None)

    def row(self) -> AssistancePolicy:
        """What was entered."""
        told = dict(self.cleaned_data)
        lists = {name: tuple(told[name]) for name in ("presumptive", "documents")}
        return AssistancePolicy(**{**told, **lists})


class AssistanceEndForm(forms.Form):
    """The last day of a row."""

    last_day = day_field("Last day in force", help_text="Applications that come later go by the row behind it.")


@page(Capability.SEE_CLAIMS)
def policies(request: StaffRequest) -> HttpResponseBase:
    """Every policy: what holds first."""
    today, may_share = clock.today(), may_change_shared(request)
    rows = []
    for one in assistance_policies.listed_policies(actor=request.user, today=today):
        can_end = one.row.rule_id is not None and one.stands != "ended" and (may_share or bool(one.row.practice_id))
        presumptive = [PRESUMPTIVE[code] for code in one.row.presumptive]
        rows.append((one, STANDING_TAGS[one.stands], presumptive, can_end))
    context = {"rows": rows, "may_change": may_change(request), "may_share": may_share}
    return TemplateResponse(request, "collections/assistance/policies.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter a policy; the first step shows who would fall where, the second saves it."""
    form = AssistancePolicyForm(
        posted(request), initial=_initial(request),
        practices=[(one.pk, one.name) for one in practices_of(request.user)],
        may_share=may_change_shared(request),
    )  # fmt: skip

    def save() -> HttpResponseBase:
        assistance_policies.add_policy(form.row(), actor=request.user, now=clock.now())
        messages.success(request, "Saved. It counts for applications that come from its first day on.")
        return redirect("assistance_policies")

    return two_steps(
        request, form, _frame(request, "An assistance policy", saves=True), template="claims/setup/two_steps.html",
        save=save, preview=lambda: _preview(request, form.row()),
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def end(request: StaffRequest, assistance_policy_id: int) -> HttpResponseBase:
    """End a row, or withdraw one that has not begun: the same two steps."""
    today = clock.today()
    found = assistance_policies.assistance_rule(assistance_policy_id, actor=request.user)
    is_planned = found.valid_from > today
    initial = {"last_day": found.valid_from if is_planned else max(today - dt.timedelta(days=1), found.valid_from)}
    form = AssistanceEndForm(posted(request), initial=initial)
    row = next(one for one in assistance_policies.policy_rows() if one.rule_id == assistance_policy_id)

    def save() -> HttpResponseBase:
        assistance_policies.end_policy(
            assistance_policy_id, last_day=form.cleaned_data["last_day"], actor=request.user, today=today,
            now=clock.now(),
        )  # fmt: skip
        messages.success(request, "Ended. The row behind it holds from then on.")
        return redirect("assistance_policies")

    title = f"{'Withdraw' if is_planned else 'End'} the assistance policy"
    return two_steps(
        request, form, _frame(request, title) | {"ending": found, "is_planned": is_planned},
        template="claims/setup/two_steps.html", save=save,
        preview=lambda: _preview(request, row, last_day=form.cleaned_data["last_day"], is_planned=is_planned),
    )  # fmt: skip


def _frame(request: StaffRequest, title: str, **more: Any) -> dict[str, Any]:
    return more | {
        "title": title,
        "crumbs": [(reverse("setup"), "Setup"), (reverse("assistance_policies"), "Assistance policies")],
        "cancel": reverse("assistance_policies"),
        "may_share": may_change_shared(request),
        "lead": "It decides about applications that come from its first day on. What is decided stays.",
    }


def _preview(
    request: StaffRequest, row: AssistancePolicy, *, last_day: dt.date | None = None, is_planned: bool = False
) -> tuple[str, dict[str, Any]]:
    today = clock.today()
    return "collections/assistance/policy_preview.html", {
        "row": row,
        "last_day": last_day,
        "is_planned": is_planned,
        "examples": assistance_policies.examples_of(row, on=max(today, row.valid_from or today)),
        "falls": assistance_policies.falls_of(row, actor=request.user, today=today),
        "waiting": assistance_policies.open_under(row, actor=request.user),
    }


def _initial(request: StaffRequest) -> dict[str, Any]:
    """The policy that holds: an admin rarely starts from nothing."""
    today, practice = clock.today(), id_of(request.GET.get("practice", "")) or None
    rows = [one.row for one in assistance_policies.listed_policies(actor=request.user, today=today)]
    row = policy_for(rows, on=today, practice_id=practice or 0)
    names = ("is_501r", "agb_percent", "assets_most", "indigent_percent", "indigent_discount", "valid_days",
             "earlier_days", "reply_days", "appeal_days")  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    told |= {"presumptive": list(row.presumptive), "documents": list(row.documents)}
    told["bands"] = ", ".join(f"{up_to}: {off}" for up_to, off in row.bands)
    return told | {"valid_from": today, "practice_id": practice}
