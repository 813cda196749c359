"""A form that arrives after its session has ended: nothing is saved, but the words that were typed are shown again.

They come back only to the page of ours that sent them, so that no other site can put words into ours.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme

TYPED = ("note", "notes", "reason")
#: Doors of people who have no seat here: they know nothing of signing in, and go back to their own page.
OWN_DOORS = ("/my-bill", "/asked")


def came_from(request: HttpRequest) -> str:
    """The page of ours whose form this is; nothing for any other."""
    came = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    return came if ours and request.method == "POST" else ""


def too_late(request: HttpRequest, reason: str = "", template_name: str = "403_csrf.html") -> HttpResponse:
    """The page that says so, with the way back. Also Django's view for a form whose token does not fit."""
    for door in OWN_DOORS:
        if request.path.startswith(f"{door}/"):
            return redirect(f"{door}?cookies=1")
    back = came_from(request)
    context = {
        "typed": [words for name in TYPED if (words := request.POST.get(name, "").strip())] if back else [],
        "back": back,
        "back_path": urlsplit(back)._replace(scheme="", netloc="").geturl(),
        "login_url": resolve_url(settings.LOGIN_URL),
        "is_signed_in": getattr(request, "user", None) is not None and request.user.is_authenticated,
    }
    response = TemplateResponse(request, template_name, context, status=403)
    response["Cache-Control"] = "no-store, private"
    return response.render()
