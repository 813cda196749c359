"""Single sign-on: the whole way with a provider that signs real tokens, and all that it may not open."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from arwork.lib import clock
from arwork.staff.models import AuditEvent, User
from tests.cast import make_ada, make_practice, make_user
from tests.staff.oidc_provider import CLIENT, SECRET, Provider
from tests.staff.second_factors import code_of, with_app

pytestmark = pytest.mark.django_db
ANA = {"sub": "person-7", "email": "Ana@Harbor.example", "email_verified": True}


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(server: Provider, settings: Any) -> Provider:
    server.claims, server.signing_key, server.algorithm, server.leaves_out_token = dict(ANA), server.key, "RS256", False
    settings.OIDC_SERVER_URL = server.url
    app = {"provider_id": "oidc", "name": "Harbor", "client_id": CLIENT, "secret": SECRET}
    app["settings"] = {"server_url": server.url, "fetch_userinfo": False}  # type: ignore[assignment]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return server


@pytest.fixture
def ana() -> User:
    ana = make_user(role="admin", practices=[make_practice()])
    User.objects.filter(pk=ana.pk).update(email="ana@harbor.example")
    return ana


def _back(client: Client, provider: Provider) -> Any:
    """There and back."""
    there = client.get("/login/sso?next=/people")
    assert there.headers["Location"].startswith(f"{provider.url}/authorize?")
    return client.get("/login/sso/callback", provider.authorize(there.headers["Location"]))


def _actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_the_provider_opens_the_account_of_a_verified_address(client: Client, provider: Provider, ana: User) -> None:
    assert "Sign in with" in client.get("/login").content.decode()
    assert _back(client, provider).headers["Location"] == "/people"
    assert client.get("/people").status_code == 200
    assert _actions() == ["sign_in_linked", "signed_in"]
    assert SocialAccount.objects.get().uid == "person-7"
    assert client.get("/api/v1/me").json()["username"] == "ana"


def test_once_linked_the_subject_counts_and_no_address(client: Client, provider: Provider, ana: User) -> None:
    _back(Client(), provider)
    ben = make_user(username="ben")
    User.objects.filter(pk=ben.pk).update(email="new@harbor.example")
    provider.claims["email"] = "new@harbor.example"
    _back(client, provider)
    assert client.get("/api/v1/me").json()["username"] == "ana"
    provider.claims["sub"] = "person-8"
    provider.claims["email"] = "ana@harbor.example"
    assert "another identity" in _back(Client(), provider).content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@harbor.example"},
        {"email_verified": False},
        {"email_verified": "true-ish"},
        {"email": ""},
        {"email": None},
    ],
)
def test_no_account_is_opened_by_it(client: Client, provider: Provider, ana: User, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    response = _back(client, provider)
    assert response.status_code == 403
    assert "opens no account here" in response.content.decode()
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert "_auth_user_id" not in client.session
    assert _actions() == ["sign_in_refused"]


def test_no_role_comes_from_it(client: Client, provider: Provider, ana: User) -> None:
    User.objects.update(role="collector")
    provider.claims |= {"role": "admin", "groups": ["admin"], "is_superuser": True}
    _back(client, provider)
    assert client.get("/people").status_code == 403


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_closed_account_stays_closed(client: Client, provider: Provider, ana: User, *, is_linked: bool) -> None:
    if is_linked:
        _back(Client(), provider)
    User.objects.update(is_active=False)
    assert _back(client, provider).status_code == 403


def test_an_address_that_two_share_opens_neither(client: Client, provider: Provider, ana: User) -> None:
    make_user(username="ben")
    User.objects.update(email="ana@harbor.example")
    assert _back(client, provider).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1_700_000_000}, {"iat": 99_999_999_999}]
)
def test_a_token_for_somebody_else_or_of_before_opens_nothing(
    client: Client, provider: Provider, ana: User, wrong: dict[str, Any]
) -> None:
    provider.claims |= wrong
    response = _back(client, provider)
    assert response.status_code == 403
    assert "did not say who you are" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_token_that_another_key_signed_opens_nothing(client: Client, provider: Provider, ana: User) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert _back(client, provider).status_code == 403


@pytest.mark.parametrize(("algorithm", "key"), [("none", None), ("HS256", SECRET * 2)])
def test_a_token_without_a_key_of_the_provider_opens_nothing(
    client: Client, provider: Provider, ana: User, algorithm: str, key: Any
) -> None:
    provider.algorithm, provider.signing_key = algorithm, key
    assert _back(client, provider).status_code == 403


def test_without_a_token_nobody_is_believed(client: Client, provider: Provider, ana: User) -> None:
    provider.leaves_out_token = True
    assert _back(client, provider).status_code == 403


def test_what_one_browser_began_no_other_finishes(client: Client, provider: Provider, ana: User) -> None:
    there = client.get("/login/sso")
    brought = provider.authorize(there.headers["Location"])
    assert Client().get("/login/sso/callback", brought).status_code == 403
    assert client.get("/login/sso/callback", brought).status_code == 302
    assert Client().get("/login/sso/callback", brought).status_code == 403


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"state": "x"}, {"code": "x", "state": "x"}, {"error": "x"}])
def test_coming_back_from_nowhere_opens_nothing(client: Client, provider: Provider, query: dict[str, str]) -> None:
    assert client.get("/login/sso/callback", query).status_code == 403


def test_who_changes_their_mind_is_back_at_the_sign_in_page(client: Client, provider: Provider) -> None:
    there = client.get("/login/sso")
    state = provider.authorize(there.headers["Location"])["state"]
    response = client.get("/login/sso/callback", {"error": "access_denied", "state": state})
    assert response.headers["Location"] == "/login"


def test_the_second_factor_is_asked_for_here_unless_the_provider_asks(
    client: Client, provider: Provider, ana: User, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = ["all"]
    _back(client, provider)
    assert client.get("/people").headers["Location"] == "/security/second"
    secret, _ = with_app(ana, at=clock.now())
    other = Client()
    assert _back(other, provider).headers["Location"] == "/login/second"
    assert other.get("/people").status_code == 302
    assert other.post("/login/second", {"code": code_of(secret, clock.now())}).headers["Location"] == "/people"
    settings.OIDC_IS_SECOND_FACTOR = True
    third = Client()
    assert _back(third, provider).headers["Location"] == "/people"
    assert third.get("/people").status_code == 200
    assert AuditEvent.objects.order_by("-id")[0].after == {"second_factor": "single sign-on"}


def test_an_address_that_is_not_called_verified_counts_where_the_operator_says_so(
    client: Client, provider: Provider, ana: User, settings: Any
) -> None:
    del provider.claims["email_verified"]
    settings.OIDC_TRUSTS_EMAIL = True
    assert _back(client, provider).headers["Location"] == "/people"


def test_a_password_that_another_chose_goes(client: Client, provider: Provider, ana: User) -> None:
    User.objects.update(must_change_password=True)
    assert _back(client, provider).headers["Location"] == "/people"
    ana.refresh_from_db()
    assert not ana.has_usable_password()


def test_an_administrator_parts_an_account_from_an_identity(client: Client, provider: Provider, ana: User) -> None:
    of_ana = Client()
    _back(of_ana, provider)
    ada = make_ada(make_practice())
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert "Unlink single sign-on" in client.get(f"/people/{ana.pk}").content.decode()
    assert client.post(f"/people/{ana.pk}/sso").status_code == 302
    assert of_ana.get("/people").status_code == 302, "signed out"
    event = AuditEvent.objects.get(action="sign_in_unlinked")
    assert (event.actor, event.subject_id) == (ada, ana.pk)
    provider.claims["sub"] = "person-8"
    assert _back(Client(), provider).headers["Location"] == "/people", "another identity may now be linked"
    assert client.post(f"/people/{make_user(username='ben').pk}/sso").status_code == 404


def test_a_provider_that_is_away_is_said(client: Client, provider: Provider, settings: Any) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:9"
    response = client.get("/login/sso")
    assert response.status_code == 503
    assert "sign in with your password" in response.content.decode()


def test_where_none_is_set_up_it_is_not_offered(client: Client) -> None:
    assert "/login/sso" not in client.get("/login").content.decode()
    assert client.get("/login/sso").status_code == 404
    assert client.get("/login/sso/callback").status_code == 404
