"""The one decorator every page carries: it declares a capability and enforces it.

`@page(Capability.X)` sends strangers to the login page, refuses other roles with 403 and turns a `DomainError`
that a view did not handle into a problem page that says what happened and what to do. The capability is kept
on the view (`view.capability`) for the convention test that walks the resolver.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib.errors import DomainError
from arwork.staff.access import Capability, may

View = Callable[..., HttpResponseBase]


def page(capability: Capability) -> Callable[[View], View]:
    """Declare and enforce the capability of a page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if capability != Capability.PUBLIC and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if capability != Capability.PUBLIC and not may(request.user, capability):  # type: ignore[arg-type]
                return problem(
                    request,
                    DomainError("Your role does not allow this page. Ask an administrator for access."),
                    status=403,
                )
            try:
                return view(request, *args, **kwargs)
            except DomainError as error:
                return problem(request, error, status=error.status)

        wrapped.capability = capability  # type: ignore[attr-defined]
        return wrapped

    return decorate


def problem(request: HttpRequest, error: DomainError, *, status: int) -> TemplateResponse:
    """A page (or an htmx fragment) that states a refusal in words."""
    name = "components/problem.html" if getattr(request, "htmx", False) else "problem.html"
    return TemplateResponse(request, name, {"problem": error}, status=status)
