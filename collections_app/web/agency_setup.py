"""Agencies in the setup: entered, changed, with their licenses and fees."""

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.web.closing_places import chosen_practice
from claims.web.setup_pages import form_page, may_change
from collections_app.agencies import placing, selectors, setup
from collections_app.agencies.gate_facts import has_agreement
from collections_app.agencies.layouts import COLUMNS, DEFAULT
from collections_app.web.agency_forms import AgencyForm, FeeForm, LicenceEndForm, LicenceForm

_CRUMBS = [("setup", "Setup"), ("agency_setup", "Agencies")]


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse(name), word) for name, word in _CRUMBS]


@page(Capability.SEE_CLAIMS)
def agencies(request: StaffRequest) -> HttpResponseBase:
    """The agencies of the reader's practices, with agreement, licenses and fees."""
    today = clock.today()
    lines = [
        (one, has_agreement(one, today=today), selectors.licences_of(one), selectors.fees_of(one))
        for one in selectors.agencies(actor=request.user)
    ]
    practice = chosen_practice(request)
    context = {"lines": lines, "practice": practice, "may_change": may_change(request), "today": today}
    return TemplateResponse(request, "collections/agencies/setup.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter an agency of a practice."""
    practice = chosen_practice(request)
    initial = {"columns": " ".join(DEFAULT), "needs_offers": True, "is_active": True}
    form = AgencyForm(posted(request), initial=initial)

    def save() -> str:
        setup.enter(practice.id, form.draft(), actor=request.user, today=clock.today(), now=clock.now())
        return ""

    return form_page(
        request, form, save, title=f"An agency of {practice.name}", crumbs=_crumbs(), done=reverse("agency_setup"),
        said="Saved. Enter its licenses and fees.",
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def change(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """Change an agency; the row of its file is shown as it would be."""
    found = placing.agency_of(agency_id, actor=request.user)
    columns = found.columns or list(DEFAULT)
    draft = setup.draft_of(found)
    initial = {name: getattr(draft, name) for name in AgencyForm.base_fields} | {"columns": " ".join(columns)}
    form = AgencyForm(posted(request), initial=initial)

    def save() -> str:
        setup.change(found.pk, form.draft(), actor=request.user, today=clock.today(), now=clock.now())
        return ""

    return form_page(
        request, form, save, title=found.name, crumbs=_crumbs(), done=reverse("agency_setup"),
        intro=f"Its file names, in this order: {', '.join(COLUMNS[name] for name in columns)}.",
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def licence(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """Enter a license of an agency."""
    found = placing.agency_of(agency_id, actor=request.user)
    form = LicenceForm(posted(request), initial={"valid_from": clock.today()})

    def save() -> str:
        setup.add_licence(found.pk, actor=request.user, now=clock.now(), **form.cleaned_data)
        return ""

    return form_page(
        request, form, save, title=f"License of {found.name}", crumbs=_crumbs(), done=reverse("agency_setup")
    )


@page(Capability.CONFIGURE_PAYERS)
def licence_end(request: StaffRequest, agency_licence_id: int) -> HttpResponseBase:
    """Set the last day of a license."""
    found = setup.licence_seen_by(agency_licence_id, actor=request.user)
    form = LicenceEndForm(posted(request), initial={"last_day": clock.today()})

    def save() -> str:
        setup.end_licence(found.pk, actor=request.user, now=clock.now(), **form.cleaned_data)
        return ""

    return form_page(
        request, form, save, title=f"End the license of {found.agency.name} in {found.state}", crumbs=_crumbs(),
        done=reverse("agency_setup"),
    )  # fmt: skip


@page(Capability.CONFIGURE_PAYERS)
def fee(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """Enter a fee of the contract."""
    found = placing.agency_of(agency_id, actor=request.user)
    form = FeeForm(posted(request), initial={"valid_from": clock.today()})

    def save() -> str:
        setup.add_fee(found.pk, actor=request.user, now=clock.now(), **form.cleaned_data)
        return ""

    return form_page(
        request, form, save, title=f"Fee of {found.name}", crumbs=_crumbs(), done=reverse("agency_setup"),
        intro="What was entered is never rewritten: a later day takes its place.",
    )  # fmt: skip
