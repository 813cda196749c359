"""Single sign-on by SAML 2.0: there, back, and in.

The answer is a form that a page of the provider sends here. Browsers leave our session's cookie (SameSite=Lax) out of
such a request, and that is as it should be; so the question that this browser was sent away with waits in a cookie of
its own: signed, for ten minutes, SameSite=None and therefore Secure, worth nothing without the answer that the provider
signs for it. It takes the place of the CSRF token. An answer that no question of this browser stands behind is none.
"""

import logging
from typing import Any

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
from arwork.web import proof
from arwork.web.pages import page, problem
from arwork.web.signin import SAML, next_page
from arwork.web.sso import welcome

COOKIE = f"{settings.COOKIE_PREFIX}signon"
SALT = "arwork.web.saml"
LONGEST = 3500  # characters: a cookie holds 4,096, with its name and what it is for

log = logging.getLogger(__name__)


@require_GET
@page(Capability.PUBLIC)
def begin(request: HttpRequest) -> HttpResponseBase:
    """To the provider, and afterwards to the page that was asked for."""
    provider, now = _provider(), clock.now()
    target = next_page(request)
    is_proof = proof.is_asked_elsewhere(request)
    if request.user.is_authenticated and not is_proof:
        return redirect(target)
    request_id = saml.new_request_id()
    service = _service(request, provider)
    response = redirect(saml.question_url(provider, service, request_id=request_id, anew=is_proof, now=now))
    waits = signing.dumps({"id": request_id, "next": target}, salt=SALT)
    if is_proof:
        proof.note_question(request, request_id)
        waits = signing.dumps({"id": request_id, "of": request.user.pk, "at": now.timestamp()}, salt=SALT)
    elif len(waits) > LONGEST:
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
    waits: dict[str, Any] = {}
    try:
        waits = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=single_sign_on.ANSWER_SECONDS)
        identity = saml.read_answer(
            request.POST.get("SAMLResponse", ""),
            provider=provider,
            service=_service(request, provider),
            request_id=waits["id"],
            now=now,
        )
        if "of" in waits and not _is_proof(identity, waits):
            raise saml.BadAnswer("no sign-in of just now by the person whose proof it would be")
        single_sign_on.take_answer(waits["id"], now=now)
    except (signing.BadSignature, saml.BadAnswer, single_sign_on.AnsweredBefore) as error:
        log.warning("an answer of the SAML provider was refused: %s", str(error)[:300])
        if "of" in waits:
            single_sign_on.note_refused_proof(waits["of"], now=now)
            return redirect("staff:proof")
        single_sign_on.note_refused(now=now)
        return problem(
            request,
            DomainError(
                f"{provider.name} did not say who you are, or too long ago. Go back to the sign-in page and try again."
            ),
            status=403,
        ).render()
    if "of" in waits:  # whose session the browser left out here; it has the question, which is now answered
        return redirect("staff:proof")
    addresses = identity.attributes.get(provider.email_attribute, [])
    return welcome(
        request,
        identity.subject,
        provider=SAML,
        verified_email=addresses[0] if len(addresses) == 1 else None,
        target=waits["next"],
        is_second_factor=provider.is_second_factor,
    )


def _is_proof(identity: saml.SignedIdentity, waits: dict[str, Any]) -> bool:
    """Whether it is the identity of whoever asked, who signed in there after they were asked to."""
    at = identity.signed_in_at
    is_theirs = single_sign_on.opens(waits["of"], identity.subject, provider=SAML)
    return is_theirs and at is not None and single_sign_on.is_anew(at.timestamp(), asked_at=waits["at"])


def _provider() -> SamlProvider:
    provider: SamlProvider | None = settings.SAML
    if provider is None:
        raise NotFound("No single sign-on is set up here. Sign in with your user name and password.")
    return provider


def _service(request: HttpRequest, provider: SamlProvider) -> saml.ServiceProvider:
    named = provider.service_entity_id or request.build_absolute_uri(reverse("staff:saml_metadata"))
    return saml.ServiceProvider(named, request.build_absolute_uri(reverse("staff:saml_answer")))
