"""What matters most is done only by somebody who has lately proved who they are.

A browser that was left open is not the person. So a view behind `@proved` takes a form only within `PROVED_SECONDS` of
the sign-in or of the last proof. Later it first asks for whatever the person signs in with, on a page that keeps what
was filled in: a password, a code, a passkey, or signing in anew where single sign-on knows them. Proving it sends the
form on. Wrong passwords, codes and passkeys count like wrong passwords; what fails elsewhere is counted there.

Somebody who goes elsewhere leaves the form in the session, and comes back to it (`go_on`).
"""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import lockout, people, second_factor, sessions, single_sign_on
from arwork.staff.access import Capability
from arwork.web.expired_form import came_from
from arwork.web.pages import StaffRequest, View, page
from arwork.web.signin import sign_ons

PROOF, PASSKEY, ELSEWHERE = "proof", "proof_passkey", "proof_elsewhere"
LEFT = "left_form"  # in the session: the form of who has gone elsewhere to prove who they are
LONGEST = (
    20_000  # characters a browser says of a passkey (attestations of hardware keys take some thousand), or of a form
)
_NOT_KEPT = frozenset({PROOF, PASSKEY, ELSEWHERE, "csrfmiddlewaretoken"})
Fields = Sequence[Sequence[str]]  # names and values


class FormTooLong(DomainError):
    """More was filled in than a session keeps."""

    code = "form_too_long"


def proved(view: View) -> Callable[..., HttpResponseBase]:
    """Ask for a proof before the form is taken; what is only looked at needs none. Stands below `@page`."""

    @sensitive_post_parameters(PROOF)
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = clock.now()
        if request.method != "POST":
            return view(request, *args, **kwargs)
        if not sessions.is_proved(request, now=now):
            fields = [(name, one) for name, values in request.POST.lists() if name not in _NOT_KEPT for one in values]
            elsewhere = _addresses(request.user).get(request.POST.get(ELSEWHERE, ""))
            if elsewhere is not None:
                return _leave(request, elsewhere, fields)
            is_tried = bool(request.POST.get(PROOF) or request.POST.get(PASSKEY))
            if not is_tried or not _is_theirs(request, now=now):
                wrong = "here" if is_tried else ""
                return _asking(request, fields, request.get_full_path(), came_from(request), wrong=wrong)
            sessions.note_proof(request, now=now)
        request.session.pop(LEFT, None)
        return view(request, *args, **kwargs)

    wrapped.asks_for_proof = True  # type: ignore[attr-defined]
    return wrapped


@page(Capability.SIGNED_IN)
def go_on(request: StaffRequest) -> HttpResponseBase:
    """Back from elsewhere: the form goes on with one press if that was a proof, else the proof is asked for again."""
    left, now = request.session.get(LEFT), clock.now()
    if left is None:
        return redirect("home")
    if single_sign_on.is_answered(left.get("question", "")):
        sessions.note_proof(request, now=now)
        del left["question"]
        request.session.modified = True
    if not sessions.is_proved(request, now=now):
        return _asking(request, left["fields"], left["to"], left["back"], wrong="elsewhere")
    return TemplateResponse(request, "staff/proved.html", left)


def is_asked_elsewhere(request: HttpRequest) -> bool:
    """Whether who is signed in has left a form to prove elsewhere who they are, and goes there now."""
    return "proof" in request.GET and request.user.is_authenticated and LEFT in request.session


def note_question(request: HttpRequest, question: str) -> None:
    """Keep the question that a browser takes elsewhere without its session: once it is answered, that is the proof."""
    request.session[LEFT] |= {"question": question}


def parsed_passkey(said: str) -> Any:
    """What the browser says of a passkey; nothing for what is no JSON, or none that a database keeps."""
    if len(said) > LONGEST or "\\u0000" in said:
        return None
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return None


def _addresses(user: Any) -> dict[str, str]:
    """Where `user` may sign in anew, by provider."""
    linked = single_sign_on.providers_of(user)
    return {one.provider: one.address for one in sign_ons() if one.provider in linked}


def _leave(request: HttpRequest, address: str, fields: Fields) -> HttpResponseBase:
    if sum(len(name) + len(value) for name, value in fields) > LONGEST:
        raise FormTooLong("What you filled in is too long to be kept meanwhile. Sign out and in, and fill it in again.")
    request.session[LEFT] = {"to": request.get_full_path(), "back": came_from(request), "fields": fields}
    return redirect(f"{address}?proof=1")


def _asking(request: HttpRequest, fields: Fields, to: str, back: str, *, wrong: str) -> HttpResponseBase:
    user: Any = request.user
    found = second_factor.factors(user)
    linked = single_sign_on.providers_of(user)
    context = {
        "kept": fields,
        "to": to,
        "back": back,
        "wrong": wrong,
        "factors": found,
        "types": user.has_usable_password() or found.has_app or found.codes_left,
        "options": second_factor.begin_check(user) if found.has_passkey else None,
        "elsewhere": [one for one in sign_ons() if one.provider in linked],
    }
    return TemplateResponse(request, "staff/prove.html", context, status=403)


def _is_theirs(request: HttpRequest, *, now: dt.datetime) -> bool:
    """Whether what was typed is the password or a code of who is signed in, or the passkey one of theirs."""
    user: Any = request.user
    typed = request.POST.get(PROOF, "")
    if not lockout.is_locked(request, user.username):
        try:
            if said := request.POST.get(PASSKEY):
                second_factor.check_passkey(user, parsed_passkey(said), now=now)
            else:
                second_factor.check_code(user, typed, now=now)
        except second_factor.WrongCode:
            pass
        else:
            return True
    # Counts what is wrong, and says so on the request when it was too often.
    found = authenticate(request, username=user.username, password=typed)
    if found is None:
        people.note_refused_proof(user, now=now)
    return found is not None
