"""What matters most is done only by somebody who has lately proved who they are.

A browser that was left open is not the person. So a view behind `@proved` takes a form only within `PROVED_SECONDS` of
the sign-in or of the last proof. Later it first asks for the password or a code, on a page that keeps what was
filled in: proving it sends the form on. Wrong proofs count like wrong passwords.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from arwork.lib import clock
from arwork.staff import lockout, people, second_factor, sessions
from arwork.web.expired_form import came_from
from arwork.web.pages import View

PROOF = "proof"
_NOT_KEPT = frozenset({PROOF, "csrfmiddlewaretoken"})


def proved(view: View) -> Callable[..., HttpResponseBase]:
    """Ask for a proof before the form is taken; what is only looked at needs none. Stands below `@page`."""

    @sensitive_post_parameters(PROOF)
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = clock.now()
        if request.method != "POST" or sessions.is_proved(request, now=now):
            return view(request, *args, **kwargs)
        typed = request.POST.get(PROOF, "")
        if typed and _is_theirs(request, typed):
            sessions.note_proof(request, now=now)
            return view(request, *args, **kwargs)
        kept = [(name, one) for name, values in request.POST.lists() if name not in _NOT_KEPT for one in values]
        context = {"kept": kept, "is_wrong": bool(typed), "back": came_from(request)}
        return TemplateResponse(request, "staff/prove.html", context, status=403)

    return wrapped


def _is_theirs(request: HttpRequest, typed: str) -> bool:
    """Whether `typed` is the password or a code of who is signed in."""
    user: Any = request.user
    if not lockout.is_locked(request, user.username):
        try:
            second_factor.check_code(user, typed, now=clock.now())
        except second_factor.WrongCode:
            pass
        else:
            return True
    # Counts what is wrong, and says so on the request when it was too often.
    found = authenticate(request, username=user.username, password=typed)
    if found is None:
        people.note_refused_proof(user, now=clock.now())
    return found is not None
