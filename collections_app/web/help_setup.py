"""Set-up of settlements and help: who settles how much alone, the prompt-pay discount, the directory of places."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page, posted
from claims.practices.selectors import practices_of
from claims.web.setup_pages import form_page
from collections_app.help_offers import selectors, services
from collections_app.settlements.policies import settlement_policies
from collections_app.web.help_forms import PlaceForm


@page(Capability.SEE_CLAIMS)
def settlement_setup(request: StaffRequest) -> HttpResponseBase:
    """The matrix of each practice of the reader, its prompt-pay discount and its days. Changed as limits are."""
    rows = settlement_policies(request.user, today=clock.today())
    context = {"rows": rows, "may_change": may(request.user, Capability.CONFIGURE_PAYERS)}
    return TemplateResponse(request, "collections/settlements/setup.html", context)


@page(Capability.SEE_CLAIMS)
def referral_places(request: StaffRequest) -> HttpResponseBase:
    """The directory of places, practice by practice."""
    context = {
        "rows": selectors.directory(request.user),
        "may_change": may(request.user, Capability.CONFIGURE_PAYERS),
    }
    return TemplateResponse(request, "collections/help/places.html", context)


@page(Capability.CONFIGURE_PAYERS)
def referral_place_new(request: StaffRequest) -> HttpResponseBase:
    """A place for the directory."""
    practices = [(one.pk, one.name) for one in practices_of(request.user)]
    form = PlaceForm(posted(request), practices=practices)

    def save() -> str:
        services.add_place(**form.cleaned_data, actor=request.user, now=clock.now())
        return reverse("referral_places")

    return form_page(
        request, form, save, title="New place", done="referral_places", said="It stands in the directory.",
        crumbs=[(reverse("setup"), "Setup"), (reverse("referral_places"), "Places for more help")],
    )  # fmt: skip


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def referral_place_turn(request: StaffRequest, place_id: int) -> HttpResponseBase:
    """Take a place out of the directory, or back into it."""
    is_active = request.POST.get("active") == "1"
    services.turn_place(place_id, is_active=is_active, actor=request.user, now=clock.now())
    messages.success(request, "Back in the directory." if is_active else "Out of the directory. Referrals to it stay.")
    return redirect("referral_places")
