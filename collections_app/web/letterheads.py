"""Letterheads on pages: how each practice heads its letters, and changing it."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page, posted
from claims.practices.selectors import practices_of
from claims.web.setup_pages import form_page, may_change
from collections_app.letters.letterhead_changes import MOST_KB, HeadDraft, own_letterhead, save_letterhead
from collections_app.letters.letterheads import head_of

if TYPE_CHECKING:
    from arwork.staff.models import User


def _incomplete_count(actor: "User", _today: dt.date) -> int | None:
    """For the hub: practices whose letters would name no address or no phone."""
    heads = [head_of(one) for one in practices_of(actor) if one.is_active]
    return sum(not (head.lines and head.phone) for head in heads)


PLACE = HubPlace(
    "letterheads", "Letterheads", "Logo, hours, and where payments are sent, by practice", _incomplete_count
)


class LetterheadForm(forms.Form):
    """How a practice heads its letters."""

    name = forms.CharField(label="Name", max_length=120, required=False, help_text="Left open: as the practice.")
    phone = forms.CharField(label="Phone", max_length=20, required=False, help_text="Left open: as the practice.")
    hours = forms.CharField(label="Business hours", max_length=80, required=False, help_text="Monday to Friday, 8 to 5")
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    website = forms.CharField(label="Website", max_length=120, required=False)
    remit_name = forms.CharField(label="Payments to: name", max_length=120, required=False)
    remit_address = forms.CharField(label="Street or P.O. box", max_length=120, required=False)
    remit_city = forms.CharField(label="City", max_length=60, required=False)
    remit_state = forms.CharField(label="State", max_length=2, required=False)
    remit_zip = forms.CharField(label="ZIP", max_length=10, required=False)
    logo = forms.FileField(
        label="Logo", required=False, help_text=f"PNG, up to {MOST_KB} kB. It stands in place of the name.",
        widget=forms.FileInput(attrs={"accept": ".png"}),
    )  # fmt: skip
    drops_logo = forms.BooleanField(label="Take the logo out", required=False)


@page(Capability.SEE_CLAIMS)
def letterheads(request: StaffRequest) -> HttpResponseBase:
    """The practices of the reader with what stands on their letters."""
    context = {
        "heads": [(one, head_of(one)) for one in practices_of(request.user)],
        "may_change": may_change(request),
    }
    return TemplateResponse(request, "collections/letters/letterheads.html", context)


@page(Capability.CONFIGURE_PAYERS)
def letterhead(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Change how one practice heads its letters."""
    found = own_letterhead(practice_id, actor=request.user)
    names = tuple(HeadDraft.__dataclass_fields__)
    form = LetterheadForm(
        posted(request), request.FILES or None, initial={name: getattr(found, name) for name in names}
    )

    def save() -> str:
        data: dict[str, Any] = form.cleaned_data
        draft = HeadDraft(**{name: data[name] for name in names})
        logo = data["logo"].read() if data["logo"] else None
        save_letterhead(
            practice_id, draft, logo=logo, drops_logo=data["drops_logo"], actor=request.user, now=clock.now()
        )
        messages.success(request, "Saved. Letters made from now on have it.")
        return ""

    crumbs = [(reverse("letters"), "Letters"), (reverse("letterheads"), "Letterheads")]
    return form_page(
        request, form, save, title=found.practice.name, crumbs=crumbs, done=reverse("letterheads"), said=""
    )


@page(Capability.SEE_CLAIMS)
def letterhead_logo(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """The logo of a practice."""
    found = own_letterhead(practice_id, actor=request.user)
    if not found.logo:
        raise NotFound("This practice has no logo.")
    return HttpResponse(bytes(found.logo), content_type="image/png", headers={"X-Content-Type-Options": "nosniff"})
