"""Clearinghouses in the setup: connections entered, changed, ended and tested."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page, posted
from claims.payers import selectors as payer_selectors
from claims.practices import selectors as practices
from claims.web.closing_places import chosen_practice
from claims.web.setup_pages import form_page
from collections_app.clearinghouses import selectors, services
from collections_app.clearinghouses.states import FORM_NAMES
from collections_app.web.clearinghouse_forms import ConnectionEndForm, ConnectionForm, initial_of_new

_ENDED = "It carries no file after that day. What was sent stays."


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("setup"), "Setup"), (reverse("clearinghouses"), "Clearinghouses")]


def _payers(request: StaffRequest) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in payer_selectors.payers(actor=request.user)]


@page(Capability.SEE_CLAIMS)
def clearinghouses(request: StaffRequest) -> HttpResponseBase:
    """The connections of the reader's practices, with what they carry and how files get there."""
    connections = list(selectors.connections_seen_by(request.user))
    lines = [(one, ", ".join(name for code, name in FORM_NAMES.items() if code in one.forms)) for one in connections]
    context = {
        "lines": lines,
        "practice": chosen_practice(request),
        "may_change": may(request.user, Capability.CONFIGURE_INTEGRATIONS),
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/clearinghouses/setup.html", context)


@page(Capability.CONFIGURE_INTEGRATIONS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Enter a connection of a practice."""
    chosen = chosen_practice(request)
    practice = practices.practice_of(chosen.id, actor=request.user)
    digits = "".join(one for one in practice.phone if one.isdigit())[-10:]
    initial = initial_of_new(submitter=practice.name[:60], phone=digits) | {"from_on": clock.today()}
    form = ConnectionForm(posted(request), initial=initial, payers=_payers(request))

    def save() -> str:
        services.enter_connection(practice.pk, actor=request.user, now=clock.now(), **form.entered())
        return ""

    return form_page(
        request, form, save, title=f"A clearinghouse of {practice.name}", crumbs=_crumbs(),
        done=reverse("clearinghouses"), intro="Everything is as the clearinghouse registered the practice.",
    )  # fmt: skip


@page(Capability.CONFIGURE_INTEGRATIONS)
def change(request: StaffRequest, clearinghouse_connection_id: int) -> HttpResponseBase:
    """Change a connection."""
    found = selectors.connection_seen_by(request.user, clearinghouse_connection_id)
    initial = {name: getattr(found, name) for name in services.FIELDS} | {
        "carries": list(found.forms),
        "payers": [str(one.payer_id) for one in found.payers.all()],
    }
    form = ConnectionForm(posted(request), initial=initial, payers=_payers(request))

    def save() -> str:
        services.change_connection(found.pk, actor=request.user, now=clock.now(), **form.entered())
        return ""

    return form_page(
        request, form, save, title=f"{found.name} of {found.practice.name}", crumbs=_crumbs(),
        done=reverse("clearinghouses"),
    )  # fmt: skip


@page(Capability.CONFIGURE_INTEGRATIONS)
def end(request: StaffRequest, clearinghouse_connection_id: int) -> HttpResponseBase:
    """Set the last day of a connection."""
    found = selectors.connection_seen_by(request.user, clearinghouse_connection_id)
    form = ConnectionEndForm(posted(request), initial={"until_on": clock.today()})

    def save() -> str:
        services.end_connection(found.pk, actor=request.user, now=clock.now(), **form.cleaned_data)
        return ""

    return form_page(
        request, form, save, title=f"End {found.name}", crumbs=_crumbs(), done=reverse("clearinghouses"), intro=_ENDED
    )


@require_POST
@page(Capability.CONFIGURE_INTEGRATIONS)
def test(request: StaffRequest, clearinghouse_connection_id: int) -> HttpResponseBase:
    """Sign in at the SFTP place of a connection, and say what came of it."""
    try:
        told = services.test_connection(clearinghouse_connection_id, actor=request.user, now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.info(request, told)
    return redirect("clearinghouses")
