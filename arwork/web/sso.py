"""Single sign-on by OpenID Connect: there, back, and in.

allauth speaks the protocol (state, PKCE, the exchange of the code). What it would do then, open accounts or let in by
its own pages, never happens: `SignOnAdapter` takes over as soon as the identity is known. Only what a signed ID token
says counts, and its signature is always verified.
"""

from typing import Any, NoReturn

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from requests import RequestException

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.staff import second_factor, sessions, single_sign_on
from arwork.staff.access import Capability
from arwork.web import proof
from arwork.web.pages import page, problem
from arwork.web.signin import OIDC, half_way, let_in, next_page

PROOF = "proof"  # in the state: when somebody who is signed in went to prove it anew
#: Who is there is asked again, though they are signed in there, and the answer says when (OpenID Connect Core 3.1.2.1).
ANEW = {"prompt": "login", "max_age": "0"}
SIGNED_BY = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


class ProviderAway(DomainError):
    """The provider does not answer as it should."""

    code = "provider_away"
    status = 503


@page(Capability.PUBLIC)
def begin(request: HttpRequest) -> HttpResponseBase:
    """To the provider, and afterwards to the page that was asked for."""
    _require_provider()
    is_proof = proof.is_asked_elsewhere(request)
    if request.user.is_authenticated and not is_proof:
        return redirect(next_page(request))
    provider = get_adapter(request).get_provider(request, provider=OIDC)
    provider.oauth2_adapter_class = _Exchange
    asked = {"auth_params": {**provider.get_auth_params(), **ANEW}, PROOF: clock.now().timestamp()} if is_proof else {}
    try:
        return provider.redirect(request, AuthProcess.LOGIN, next_url=next_page(request), **asked)
    except (RequestException, ValueError, KeyError) as error:
        raise ProviderAway(
            f"{settings.OIDC_NAME} does not answer. Try again later, or sign in with your password."
        ) from error


@page(Capability.PUBLIC)
def callback(request: HttpRequest) -> HttpResponseBase:
    """Back from the provider."""
    _require_provider()
    return OAuth2CallbackView.adapter_view(_Exchange(request, OIDC))(request)


class SignOnAdapter(DefaultSocialAccountAdapter):
    """What allauth asks at the turning points."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        """The identity is known: find the account, and go on with our own sign-in."""
        raise ImmediateHttpResponse(_welcome(request, sociallogin))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> NoReturn:
        """No identity: say so."""
        if request.user.is_authenticated and proof.LEFT in request.session:
            single_sign_on.note_refused_proof(request.user.pk, now=clock.now())
            raise ImmediateHttpResponse(redirect("staff:proof"))
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("staff:login"))
        single_sign_on.note_refused(now=clock.now())
        words = DomainError(
            f"{settings.OIDC_NAME} did not say who you are, or too long ago. Go back to the sign-in page and try again."
        )
        raise ImmediateHttpResponse(problem(request, words, status=403).render())

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: accounts are opened by administrators."""
        return False


class _Exchange(OpenIDConnectOAuth2Adapter):
    """allauth's exchange, with our address to come back to, and with no way around the signature."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return request.build_absolute_uri(reverse("staff:sso_callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("no ID token")
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: Any, id_token: str) -> Any:
        try:
            if jwt.get_unverified_header(id_token).get("alg") not in SIGNED_BY:
                raise OAuth2Error("not signed with a key of the provider's own")
            return jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("the ID token can't be read") from error


def welcome(
    request: HttpRequest,
    subject: str,
    *,
    provider: str,
    verified_email: str | None,
    target: str,
    is_second_factor: bool,
) -> HttpResponse:
    """In, or to the second factor, or a page that says why not: the provider has said who is there."""
    now = clock.now()
    try:
        user = single_sign_on.account_of(subject, provider=provider, verified_email=verified_email, now=now)
    except DomainError as error:
        single_sign_on.note_refused(now=now)
        words = DomainError(error.message)  # whoever is refused here has no role yet for the heading to speak of
        return problem(request, words, status=error.status).render()
    if is_second_factor:
        return let_in(request, user, target, factor="single sign-on")
    return half_way(request, user, target) if second_factor.has_any(user) else let_in(request, user, target)


def _welcome(request: HttpRequest, sociallogin: Any) -> HttpResponseBase:
    claims = sociallogin.account.extra_data["id_token"]
    if (asked_at := sociallogin.state.get(PROOF)) is not None:
        return _prove(request, sociallogin.account.uid, claims.get("auth_time"), asked_at=asked_at)
    is_verified = claims.get("email_verified") is True or settings.OIDC_TRUSTS_EMAIL
    return welcome(
        request,
        sociallogin.account.uid,
        provider=OIDC,
        verified_email=claims.get("email") if is_verified else None,
        target=sociallogin.state.get("next") or reverse("home"),
        is_second_factor=settings.OIDC_IS_SECOND_FACTOR,
    )


def _prove(request: HttpRequest, subject: str, signed_in_at: Any, *, asked_at: float) -> HttpResponseBase:
    """Note the proof of who signed in anew there; the form that they left says the rest."""
    user, now = request.user, clock.now()
    is_theirs = user.is_authenticated and single_sign_on.opens(user.pk, subject, provider=OIDC)
    is_number = isinstance(signed_in_at, int | float) and not isinstance(signed_in_at, bool)
    if is_theirs and is_number and single_sign_on.is_anew(signed_in_at, asked_at=asked_at):
        sessions.note_proof(request, now=now)
    elif user.is_authenticated:
        single_sign_on.note_refused_proof(user.pk, now=now)
    return redirect("staff:proof")


def _require_provider() -> None:
    if not settings.OIDC_SERVER_URL:
        raise NotFound("No single sign-on is set up here. Sign in with your user name and password.")
