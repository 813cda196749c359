"""API tokens: what programs act with; one's own, and those of services."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import api_tokens
from arwork.staff.access import Capability, NamedPractice, may, practice_choice
from arwork.staff.api_tokens import LONGEST, TokenFacts
from arwork.staff.people import grantable_practices, grantable_roles
from arwork.web.forms import ROLES
from arwork.web.pages import StaffRequest, page, posted
from arwork.web.proof import proved

if TYPE_CHECKING:
    from arwork.staff.models import User

CAPABILITY_WORDS: dict[str, str] = {
    Capability.WORK_ITEMS: "Work items: take, record, undo",
    Capability.SEE_CLAIMS: "Read claims, accounts and remittance exceptions",
    Capability.IMPORT_FILES: "Bring files, and see what became of them",
    Capability.RESOLVE_EXCEPTIONS: "Resolve remittance exceptions",
    Capability.SEE_REPORTS: "Read reports",
    Capability.SEE_UNCLAIMED_FILES: "See files of unknown practices",
}
_FIRST_DAYS = 90


class TokenForm(forms.Form):
    """What a token may do, where, and how long."""

    name = forms.CharField(label="What it is for", max_length=60, help_text="Such as: nightly export to the warehouse")
    capabilities = forms.MultipleChoiceField(
        label="It may", widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"})
    )
    practice = forms.TypedChoiceField(label="Practices", coerce=int, required=False, empty_value=None)
    expires_on = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, owner: "User", today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capabilities"].choices = [  # type: ignore[attr-defined]
            (one.value, CAPABILITY_WORDS[one]) for one in api_tokens.grantable(owner)
        ]
        practices = [(one.id, one.name) for one in practice_choice(owner).practices]
        self.fields["practice"].choices = [("", "All practices of the owner"), *practices]  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = today + dt.timedelta(days=_FIRST_DAYS)
        self.fields["expires_on"].help_text = f"At most until {today + LONGEST}"

    def facts(self) -> TokenFacts:
        """What was entered, after validation."""
        data = self.cleaned_data
        return TokenFacts(data["name"], frozenset(data["capabilities"]), data["practice"], data["expires_on"])


class ServiceForm(forms.Form):
    """An account for a program."""

    name = forms.CharField(label="Name of the program", max_length=60)
    role = forms.ChoiceField(label="Role", help_text="Its tokens can do no more than this.")
    practices = forms.TypedMultipleChoiceField(
        label="Practices", coerce=int, widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"})
    )

    def __init__(self, *args: Any, practices: Sequence[NamedPractice], roles: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [one for one in ROLES if one[0] in roles]  # type: ignore[attr-defined]
        self.fields["practices"].choices = [(one.id, one.name) for one in practices]  # type: ignore[attr-defined]


@page(Capability.SIGNED_IN)
def tokens(request: StaffRequest) -> HttpResponseBase:
    """One's own tokens; for administrators those of the people and services they manage too."""
    now = clock.now()
    found = list(api_tokens.tokens_seen_by(request.user))
    manages = may(request.user, Capability.MANAGE_PEOPLE)
    names = {one.id: one.name for one in practice_choice(request.user).practices}
    rows = [
        {
            "token": one,
            "state": "ended" if one.ended_at else "expired" if one.expires_at <= now else "open",
            "may": [CAPABILITY_WORDS.get(name, name.replace("_", " ")) for name in one.capabilities],
            "practice": names.get(one.practice_id, "") if one.practice_id else "all of the owner’s",
            "last_day": timezone.localdate(one.expires_at),
        }
        for one in found
    ]
    services = api_tokens.services_seen_by(request.user) if manages else []
    context = {
        "rows": rows,
        "services": services,
        "manages": manages,
        "sees_webhooks": may(request.user, Capability.CONFIGURE_INTEGRATIONS),
    }
    return TemplateResponse(request, "staff/tokens.html", context)


@page(Capability.SIGNED_IN)
@proved
def new(request: StaffRequest) -> HttpResponseBase:
    """Open a token for oneself, or (`?for=`) for a service; its text is shown once."""
    owner = api_tokens.owner_for(id_of(request.GET.get("for", "")), actor=request.user)
    today = clock.today()
    form = TokenForm(posted(request), owner=owner, today=today)
    failed = None
    if request.method == "POST" and form.is_valid():
        try:
            token, text = api_tokens.open_token(
                form.facts(), owner=owner, actor=request.user, today=today, now=clock.now()
            )
        except DomainError as error:
            failed = error
        else:
            return TemplateResponse(request, "staff/token_once.html", {"token": token, "text": text})
    status = failed.status if failed else 422 if form.errors else 200
    context = {"form": form, "owner": owner, "is_own": owner.pk == request.user.pk, "problem": failed}
    return TemplateResponse(request, "staff/token_new.html", context, status=status)


@require_POST
@page(Capability.SIGNED_IN)
def end(request: StaffRequest, token_id: int) -> HttpResponseBase:
    """End a token at once."""
    token = api_tokens.end_token(token_id, actor=request.user, now=clock.now())
    messages.success(request, f"The token {token.name} has ended. Whatever used it is answered with 401.")
    return redirect("staff:tokens")


@page(Capability.MANAGE_PEOPLE)
@proved
def new_service(request: StaffRequest) -> HttpResponseBase:
    """Open an account for a program, then a token for it."""
    form = ServiceForm(
        posted(request), practices=grantable_practices(request.user), roles=grantable_roles(request.user)
    )
    failed = None
    if request.method == "POST" and form.is_valid():
        try:
            service = api_tokens.open_service_account(**form.cleaned_data, actor=request.user, now=clock.now())
        except DomainError as error:
            failed = error
        else:
            messages.success(request, f"{service} is open. Now a token for it.")
            return redirect(f"{reverse('staff:token_new')}?for={service.pk}")
    status = failed.status if failed else 422 if form.errors else 200
    return TemplateResponse(request, "staff/service_new.html", {"form": form, "problem": failed}, status=status)
