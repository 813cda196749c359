"""The forgotten password: asking for a link by e-mail, and choosing a new one behind it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff import password_links
from arwork.staff.access import Capability
from arwork.web.forms import ForgottenForm, NewPasswordForm
from arwork.web.pages import page, posted


@page(Capability.PUBLIC)
def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask for a link; the answer is the same for a name that is nobody's."""
    _require_email()
    form = ForgottenForm(posted(request))
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked:
        password_links.ask(form.cleaned_data["who"], base=f"{request.scheme}://{request.get_host()}")
    status = 422 if form.errors else 200
    return TemplateResponse(request, "staff/forgotten.html", {"form": form, "is_asked": is_asked}, status=status)


@sensitive_post_parameters()
@page(Capability.PUBLIC)
def choose(request: HttpRequest, who: str, token: str) -> HttpResponseBase:
    """Choose a new password behind a link; then sign in with it."""
    _require_email()
    user = password_links.person_of(who, token)
    form = NewPasswordForm(user, posted(request))
    if request.method == "POST" and form.is_valid():
        password_links.choose(who, token, form.cleaned_data["new"], now=clock.now())
        messages.success(request, "Your password is changed, and you are signed out everywhere. Sign in with it.")
        return redirect("staff:login")
    status = 422 if form.errors else 200
    return TemplateResponse(request, "staff/forgotten_link.html", {"form": form, "person": user}, status=status)


def _require_email() -> None:
    if not settings.EMAIL_CONFIGURED:
        raise NotFound("No e-mail leaves this installation. An administrator can set a new password under People.")
