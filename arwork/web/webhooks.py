"""Webhooks on pages: opening them, what was sent to each, sending again, switching off and on, ending."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff.access import Capability, NamedPractice, practice_choice, practice_ids
from arwork.web.pages import StaffRequest, page, posted
from arwork.web.proof import proved
from arwork.webhooks import selectors, services
from arwork.webhooks.listening import EVENTS, TEST
from arwork.webhooks.services import WebhookFacts

_WORDS = {**EVENTS, TEST: "A test"}
_STATES = (("", "All"), ("waiting", "Waiting"), ("failed", "Failed"), ("sent", "Sent"))


class WebhookForm(forms.Form):
    """Who is told what, and where."""

    name = forms.CharField(label="What it is for", max_length=60, help_text="Such as: patient portal")
    practice = forms.TypedChoiceField(label="Practice", coerce=int)
    url = forms.CharField(
        label="Address", max_length=500, help_text="https://… What happens is sent there by POST.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label="It is told when",
        choices=list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
    )

    def __init__(self, *args: Any, practices: Sequence[NamedPractice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].choices = [(one.id, one.name) for one in practices]  # type: ignore[attr-defined]

    def facts(self) -> WebhookFacts:
        """What was entered, after validation."""
        data = self.cleaned_data
        return WebhookFacts(data["name"], data["url"].strip(), data["practice"], frozenset(data["events"]))


@page(Capability.CONFIGURE_INTEGRATIONS)
def webhooks(request: StaffRequest) -> HttpResponseBase:
    """The webhooks of one's practices, and how they fare."""
    names = _practice_names(request)
    found = selectors.with_figures(selectors.webhooks_seen_by(request.user))
    rows = [{"webhook": one, "practice": names.get(one.practice_id, ""), "health": _health(one)} for one in found]
    return TemplateResponse(request, "staff/webhooks.html", {"rows": rows, "mine": _switched_off_of(request, rows)})


@page(Capability.CONFIGURE_INTEGRATIONS)
@proved
def new(request: StaffRequest) -> HttpResponseBase:
    """Open a webhook; its secret is shown once."""
    seen = practice_ids(request.user)
    practices = [one for one in practice_choice(request.user).practices if one.id in seen]
    form, problem = WebhookForm(posted(request), practices=practices), None
    if request.method == "POST" and form.is_valid():
        try:
            found, secret = services.open_webhook(form.facts(), actor=request.user, now=clock.now())
        except DomainError as error:
            problem = error
            field = error.facts.get("field")
            if field in form.fields:
                form.add_error(field, error.message)
        else:
            return TemplateResponse(request, "staff/webhook_once.html", {"webhook": found, "secret": secret})
    status = problem.status if problem else 422 if form.errors else 200
    context = {"form": form, "problem": problem, "has_practice": bool(practices)}
    return TemplateResponse(request, "staff/webhook_new.html", context, status=status)


@page(Capability.CONFIGURE_INTEGRATIONS)
def webhook(request: StaffRequest, webhook_id: int) -> HttpResponseBase:
    """One webhook with the last hundred deliveries."""
    found = selectors.webhook(webhook_id, actor=request.user)
    state = request.GET.get("state", "")
    shown = selectors.latest_deliveries(found, state=state)
    context = {
        "webhook": found,
        "health": _health(found),
        "practice": _practice_names(request).get(found.practice_id, ""),
        "told": [_WORDS[event] for event in EVENTS if event in found.events],
        "rows": [(one, _WORDS.get(one.event, one.event), list(one.data.items())) for one in shown],
        "states": _STATES,
        "state": state,
        "most": selectors.SHOWN,
    }
    return TemplateResponse(request, "staff/webhook.html", context)


@require_POST
@page(Capability.CONFIGURE_INTEGRATIONS)
def send_test(request: StaffRequest, webhook_id: int) -> HttpResponseBase:
    """Send a test that names nothing."""
    services.send_test(webhook_id, actor=request.user, now=clock.now())
    messages.success(request, "A test is on its way. Load this page again to see what became of it.")
    return redirect("webhook", webhook_id)


@require_POST
@page(Capability.CONFIGURE_INTEGRATIONS)
def send_again(request: StaffRequest, webhook_id: int, delivery_id: int) -> HttpResponseBase:
    """Send one delivery once more."""
    services.send_again(webhook_id, delivery_id=delivery_id, actor=request.user, now=clock.now())
    messages.success(request, "It is on its way again. Load this page again to see what became of it.")
    return redirect("webhook", webhook_id)


@require_POST
@page(Capability.CONFIGURE_INTEGRATIONS)
def switch(request: StaffRequest, webhook_id: int) -> HttpResponseBase:
    """Switch it on (`on=1`) or off."""
    is_on = request.POST.get("on") == "1"
    found = services.switch(webhook_id, on=is_on, actor=request.user, now=clock.now())
    messages.success(request, f"{found.name} is {'on: what waited for it is sent now' if is_on else 'off'}.")
    return redirect("webhook", webhook_id)


@require_POST
@page(Capability.CONFIGURE_INTEGRATIONS)
def end(request: StaffRequest, webhook_id: int) -> HttpResponseBase:
    """End it for good."""
    found = services.end(webhook_id, actor=request.user, now=clock.now())
    messages.success(request, f"{found.name} has ended. Its log stays for thirty days.")
    return redirect("webhooks")


def _practice_names(request: StaffRequest) -> dict[int, str]:
    return {one.id: one.name for one in practice_choice(request.user).practices}


def _switched_off_of(request: StaffRequest, rows: Sequence[dict[str, Any]]) -> list[Any]:
    """Those that failed for so long that they were switched off, and that the reader had opened."""
    found = [row["webhook"] for row in rows if row["webhook"].off_because == "failing"]
    return [one for one in found if one.opened_by_id == request.user.pk]


def _health(found: Any) -> tuple[str, str]:
    """How a webhook fares: the colour of its tag, and words."""
    if found.off_at is not None:
        return ("red" if found.off_because == "failing" else "plain"), found.get_off_because_display()
    return ("amber", "failing") if found.first_failed_at else ("green", "on")
