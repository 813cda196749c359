"""Setup of questions to payers: which are asked, which way, and who lets coverage be looked for."""

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.payers.selectors import payers
from claims.web.setup_pages import form_page, may_change
from collections_app.status_requests import ways
from collections_app.status_requests.network import is_network_set
from collections_app.web.status_request_forms import AskingWayForm, DiscoveryForm


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("setup"), "Setup"), (reverse("asking_setup"), "Questions to payers")]


@page(Capability.SEE_CLAIMS)
def asking_setup(request: StaffRequest) -> HttpResponseBase:
    """Every payer that is asked, and the practices that let coverage be looked for."""
    context = {
        "ways": ways.all_ways(),
        "practices": ways.discoveries(request.user),
        "has_network": is_network_set(),
        "may_change": may_change(request),
    }
    return TemplateResponse(request, "collections/status_requests/setup.html", context)


@page(Capability.CONFIGURE_PAYERS)
def new_way(request: StaffRequest) -> HttpResponseBase:
    """Have a payer asked."""
    return _way_page(request, AskingWayForm(posted(request), payers=_payers(request)), "Ask a payer")


@page(Capability.CONFIGURE_PAYERS)
def change_way(request: StaffRequest, way_id: int) -> HttpResponseBase:
    """Change how a payer is asked, or ask it no longer."""
    found = ways.all_ways().filter(pk=way_id).first()
    if found is None:
        raise NotFound("This payer is not asked any more.")
    initial = {name: getattr(found, name) for name in AskingWayForm.base_fields}
    only = [(found.payer_id, found.payer.name)]
    return _way_page(request, AskingWayForm(posted(request), payers=only, initial=initial), f"Ask {found.payer.name}")


@page(Capability.CONFIGURE_PAYERS)
def discovery(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Let a practice's uninsured patients be asked about, or no longer."""
    practice = next((one for one, _ in ways.discoveries(request.user) if one.pk == practice_id), None)
    if practice is None:
        raise NotFound("There is no such practice among yours.")
    said = ways.discovery_of(practice.pk)
    initial = {"is_on": said.is_on, "most_a_month": said.most_a_month} if said else {}
    form = DiscoveryForm(posted(request), initial=initial)

    def save() -> str:
        ways.set_discovery(practice.pk, **form.cleaned_data, actor=request.user, now=clock.now())
        return ""

    return form_page(
        request, form, save, title=f"Look for coverage: {practice.name}", crumbs=_crumbs(),
        done=reverse("asking_setup"),
    )  # fmt: skip


def _way_page(request: StaffRequest, form: AskingWayForm, title: str) -> HttpResponseBase:
    def save() -> str:
        told = dict(form.cleaned_data)
        payer_id, topic = told.pop("payer_id"), told.pop("topic")
        ways.set_way(payer_id, topic, **told, actor=request.user, now=clock.now())
        return ""

    return form_page(request, form, save, title=title, crumbs=_crumbs(), done=reverse("asking_setup"))


def _payers(request: StaffRequest) -> list[tuple[int, str]]:
    return [(one.pk, one.name) for one in payers(actor=request.user)]
