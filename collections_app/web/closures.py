"""Holidays and closed days of offices: what the law closes, computed; what a practice closes, entered and withdrawn."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.background import enqueue
from arwork.lib.dates import federal_holidays, long_day
from arwork.staff.access import Capability, practice_choice
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page, posted
from claims.practices import closures
from claims.web.setup_forms import day_field
from claims.web.setup_pages import form_page, may_change, may_change_shared

_REFRESH = "collections_app.tasks.refresh_closures"


class ClosureForm(forms.Form):
    """A closed day of one of `practices`, or of all."""

    day = day_field("Day")
    name = forms.CharField(label="Why", max_length=80, help_text="Day after Thanksgiving, storm, move.")
    practice_id = forms.TypedChoiceField(label="Practice", coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, practices: Sequence[tuple[int, str]], may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        practice = cast(forms.TypedChoiceField, self.fields["practice_id"])
        practice.choices = [*([("", "Every practice")] if may_share else []), *practices]
        practice.required = not may_share


@page(Capability.SEE_CLAIMS)
def holidays(request: StaffRequest) -> HttpResponseBase:
    """Days on which nothing falls due: federal holidays, this year and the next, and the closed days of offices."""
    today, share = clock.today(), may_change_shared(request)
    closed = list(closures.closures_of(request.user, since=today.replace(month=1, day=1)))
    if kind := asked_for(request):
        return table_response(kind, "closed-days", _sheet(closed))
    change = may_change(request)
    context = {
        "closed": [(row, row.day > today and (share if row.practice_id is None else change)) for row in closed],
        "years": [(year, list(federal_holidays(year).items())) for year in (today.year, today.year + 1)],
        "today": today,
        "may_change": change,
    }
    return TemplateResponse(request, "collections/holidays.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Close an office, or all, on a day."""
    practices = [(practice.id, practice.name) for practice in practice_choice(request.user).practices]
    form = ClosureForm(posted(request), practices=practices, may_share=may_change_shared(request))

    def save() -> str:
        data = form.cleaned_data
        row = closures.add_closure(
            data["day"], data["name"], practice_id=data["practice_id"], actor=request.user, today=clock.today(),
            now=clock.now(),
        )  # fmt: skip
        _follow(row.day, row.practice_id)
        messages.success(request, f"Closed on {long_day(row.day)}. What was planned for it moves within a minute.")
        return ""

    return form_page(
        request, form, save, title="Close the office on a day", submit="Close on this day", said="",
        done=reverse("holidays"), crumbs=[(reverse("setup"), "Setup"), (reverse("holidays"), "Holidays")],
        intro="No follow-up falls on it, and what has to be done by it is done before. Last days of payers stay. "
        "A day that has begun can’t be withdrawn.",
    )  # fmt: skip


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def withdraw(request: StaffRequest, closure_id: int) -> HttpResponseBase:
    """Open the office after all, on a day to come."""
    row = closures.withdraw_closure(closure_id, actor=request.user, today=clock.today(), now=clock.now())
    _follow(row.day, row.practice_id)
    messages.success(request, f"Withdrawn: {long_day(row.day)} is a working day.")
    return redirect("holidays")


def _follow(day: dt.date, practice_id: int | None) -> None:
    enqueue(_REFRESH, ordinal=day.toordinal(), practice_id=practice_id)


def _sheet(rows: Sequence[Any]) -> Sheet:
    columns = [
        Column("Day", Kind.DATE), Column("Why", width=36), Column("Practice", width=28), Column("Entered by", width=24)
    ]  # fmt: skip
    found = [
        (row.day, row.name, row.practice.name if row.practice else "every practice", str(row.entered_by))
        for row in rows
    ]
    return Sheet("Closed days", columns, found)
