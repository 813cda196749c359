"""Absences under Team: who is away, who stands in, ended early; and how much everybody works in a day."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff import audit
from arwork.staff.access import Capability
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page, posted
from claims.payers import selectors as payers
from claims.web.setup_pages import form_page
from collections_app.web.absence_forms import AbsenceForm, CapacityForm
from collections_app.worklist import absences as services
from collections_app.worklist.absences import NamedStandIn

if TYPE_CHECKING:
    from collections_app.worklist.absence_models import Absence, StandIn


@dataclass(frozen=True, slots=True)
class ShownAbsence:
    """One row for people."""

    absence: "Absence"
    stand_ins: tuple[str, ...]
    state: str
    tag: str
    verb: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it can be changed or ended."""
        return bool(self.verb)


@page(Capability.ASSIGN_WORK)
def absences(request: StaffRequest) -> HttpResponseBase:
    """Who is away, will be, or was in the last month; what everybody works in a day."""
    actor, today = request.user, clock.today()
    rows = [_shown(one, today) for one in services.absences(actor=actor, today=today)]
    if kind := asked_for(request):
        audit.record(actor, "exported", "absences", None, practice_id=None, now=clock.now())
        return table_response(kind, f"absences-{today}", _sheet(rows))
    context = {"rows": rows, "people": services.worker_days(actor=actor, today=today)}
    return TemplateResponse(request, "collections/absences.html", context)


@page(Capability.ASSIGN_WORK)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter an absence with its stand-ins."""
    form = AbsenceForm(posted(request), initial={"starts_on": clock.today()}, **_choices(request))
    return _absence_page(request, form, title="New absence")


@page(Capability.ASSIGN_WORK)
def change(request: StaffRequest, absence_id: int) -> HttpResponseBase:
    """Other days, other stand-ins."""
    absence = services.absence_in_sight(absence_id, actor=request.user, today=clock.today())
    found = absence.shown  # type: ignore[attr-defined]
    named = [NamedStandIn(one.person_id, one.payer_id, one.kind) for one in found]
    initial = {"starts_on": absence.starts_on, "ends_on": absence.ends_on, "note": absence.note}
    form = AbsenceForm(posted(request), initial=initial, absent=absence.person_id, named=named, **_choices(request))
    return _absence_page(request, form, title=f"Absence of {absence.person}", absence_id=absence_id)


@require_POST
@page(Capability.ASSIGN_WORK)
def end(request: StaffRequest, absence_id: int) -> HttpResponseBase:
    """They are back today, or do not go."""
    absence = services.end_absence(actor=request.user, absence_id=absence_id, today=clock.today(), now=clock.now())
    said = "will not be away" if absence.was_withdrawn else "is back"
    messages.success(request, f"{absence.person} {said}. Their work is theirs again.")
    return redirect("absences")


@page(Capability.ASSIGN_WORK)
def capacity(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """How many minutes of items somebody works in a day."""
    known = {one.person.pk: one for one in services.worker_days(actor=request.user, today=clock.today())}
    if user_id not in known:
        raise NotFound("Nobody of that kind works in your practices.", person_id=user_id)
    worker = known[user_id]
    form = CapacityForm(posted(request), initial={"minutes": None if worker.is_usual else worker.minutes})

    def save() -> str:
        minutes = form.cleaned_data["minutes"]
        services.set_capacity(actor=request.user, person_id=user_id, minutes=minutes, now=clock.now())
        return ""

    return form_page(
        request, form, save, title=f"Day of {worker.person}", crumbs=_crumbs(), done=reverse("absences"),
    )  # fmt: skip


def _absence_page(
    request: StaffRequest, form: AbsenceForm, *, title: str, absence_id: int | None = None
) -> HttpResponseBase:
    def save() -> str:
        services.save_absence(
            actor=request.user, draft=form.draft(), today=clock.today(), now=clock.now(), absence_id=absence_id
        )
        return ""

    intro = (
        "The closest stand-in is offered the work: for payer and kind, then payer, kind, everything. "
        "Several alike share it by what they work in a day."
    )
    crumbs = _crumbs()
    return form_page(request, form, save, title=title, crumbs=crumbs, done=reverse("absences"), intro=intro)


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("team"), "Team"), (reverse("absences"), "Absences")]


def _choices(request: StaffRequest) -> dict[str, Any]:
    people = services.people_shared(request.user)
    return {
        "people": [(one.pk, str(one)) for one in people],
        "payers": [(one.pk, str(one)) for one in payers.payers(actor=request.user)],
    }


def _shown(absence: "Absence", today: dt.date) -> ShownAbsence:
    words = tuple(_stand_in_words(one) for one in absence.shown)  # type: ignore[attr-defined]
    if absence.was_withdrawn:
        return ShownAbsence(absence, words, "withdrawn", "")
    if absence.until < today:
        return ShownAbsence(absence, words, "over" if absence.back_on is None else "ended early", "")
    if absence.runs_on(today):
        return ShownAbsence(absence, words, "away", "tag-amber", "Back today")
    return ShownAbsence(absence, words, "to come", "tag-blue", "Withdraw")


def _stand_in_words(one: "StandIn") -> str:
    """`Milo Standish for Meridian, denied`."""
    what = ", ".join(
        part for part in (str(one.payer or ""), one.get_kind_display().lower() if one.kind else "") if part
    )
    return f"{one.person} for {what}" if what else str(one.person)


def _sheet(rows: list[ShownAbsence]) -> Sheet:
    columns = [
        Column("Who"), Column("First day", Kind.DATE), Column("Last day", Kind.DATE), Column("State"),
        Column("Stand-ins"), Column("Note"),
    ]  # fmt: skip
    values = [
        (str(a.person), a.starts_on, a.ends_on, one.state, "; ".join(one.stand_ins), a.note)
        for one in rows
        for a in (one.absence,)
    ]
    return Sheet("Absences", columns, values, None)
