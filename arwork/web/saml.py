"""Single sign-on by SAML 2.0: there, back, and in.

The answer is a form that a page of the provider sends here. Browsers leave our session's cookie (SameSite=Lax) out of
such a request, and that is as it should be; so the question that this browser was sent away with waits in a cookie of
its own: signed, for ten minutes, SameSite=None and therefore Secure, worth nothing without the answer that the provider
signs for it. It takes the place of the CSRF token. An answer that no question of this browser stands behind is none.
"""

import logging

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from arwork.lib import clock, saml
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.saml_settings import SamlProvider
from arwork.staff import single_sign_on
from arwork.staff.access import Capability
from arwork.web.pages import page, problem
from arwork.web.signin import next_page
from arwork.web.sso import welcome

PROVIDER = "saml"
COOKIE = f"{settings.COOKIE_PREFIX}signon"
SALT = "arwork.web.saml"
LONGEST = 3500  # characters: a cookie holds 4,096, with its name and what it is for

log = logging.getLogger(__name__)


@require_GET
@page(Capability.PUBLIC)
def begin(request: HttpRequest) -> HttpResponseBase:
    """To the provider, and afterwards to the page that was asked for."""
    provider = _provider()
    target = next_page(request)
    if request.user.is_authenticated:
        return redirect(target)
    request_id = saml.new_request_id()
    response = redirect(
        saml.question_url(provider, _service(request, provider), request_id=request_id, now=clock.now())
    )
    waits = signing.dumps({"id": request_id, "next": target}, salt=SALT)
    if len(waits) > LONGEST:
        waits = signing.dumps({"id": request_id, "next": resolve_url(settings.LOGIN_REDIRECT_URL)}, salt=SALT)
    response.set_cookie(
        COOKIE, waits, max_age=single_sign_on.ANSWER_SECONDS, secure=True, httponly=True, samesite="None"
    )
    return response


@csrf_exempt
@require_POST
@sensitive_post_parameters("SAMLResponse")
@page(Capability.PUBLIC)
def answer(request: HttpRequest) -> HttpResponseBase:
    """Back from the provider; whatever becomes of it, the question is answered."""
    provider = _provider()
    response = _answered(request, provider)
    response.delete_cookie(COOKIE, samesite="None")
    response.cookies[COOKIE]["secure"] = True  # or browsers don't take it, and the old one stays
    return response


@require_GET
@page(Capability.PUBLIC)
def metadata(request: HttpRequest) -> HttpResponseBase:
    """What the provider's administrator imports."""
    provider = _provider()
    return HttpResponse(saml.description(_service(request, provider)), content_type="application/samlmetadata+xml")


def _answered(request: HttpRequest, provider: SamlProvider) -> HttpResponse:
    now = clock.now()
    try:
        waits = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=single_sign_on.ANSWER_SECONDS)
        identity = saml.read_answer(
            request.POST.get("SAMLResponse", ""),
            provider=provider,
            service=_service(request, provider),
            request_id=waits["id"],
            now=now,
        )
        single_sign_on.take_answer(waits["id"], now=now)
    except (signing.BadSignature, saml.BadAnswer, single_sign_on.AnsweredBefore) as error:
        log.warning("an answer of the SAML provider was refused: %s", str(error)[:300])
        single_sign_on.note_refused(now=now)
        return problem(
            request,
            DomainError(
                f"{provider.name} did not say who you are, or too long ago. Go back to the sign-in page and try again."
            ),
            status=403,
        ).render()
    addresses = identity.attributes.get(provider.email_attribute, [])
    return welcome(
        request,
        identity.subject,
        provider=PROVIDER,
        verified_email=addresses[0] if len(addresses) == 1 else None,
        target=waits["next"],
        is_second_factor=provider.is_second_factor,
    )


def _provider() -> SamlProvider:
    provider: SamlProvider | None = settings.SAML
    if provider is None:
        raise NotFound("No single sign-on is set up here. Sign in with your user name and password.")
    return provider


def _service(request: HttpRequest, provider: SamlProvider) -> saml.ServiceProvider:
    named = provider.service_entity_id or request.build_absolute_uri(reverse("staff:saml_metadata"))
    return saml.ServiceProvider(named, request.build_absolute_uri(reverse("staff:saml_answer")))
