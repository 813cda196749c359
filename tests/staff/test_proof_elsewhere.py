"""Who signs in by single sign-on or a passkey and has no password proves who they are by the same, and goes on."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt
from django.test import Client

from arwork.lib import clock
from arwork.lib.saml_settings import SamlProvider, read_certificates
from arwork.staff import second_factor
from arwork.staff.models import AuditEvent, User
from tests.cast import make_practice, make_user
from tests.staff.oidc_provider import CLIENT, SECRET, Provider
from tests.staff.saml_provider import ENTITY, SIGN_ON, Key, Says, answer, question_in

pytestmark = pytest.mark.django_db
FACTS = {"first_name": "Bo", "last_name": "Test", "username": "bo", "email": "", "role": "supervisor"}
LATER = dt.timedelta(minutes=11)


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


@pytest.fixture
def oidc(server: Provider, settings: Any) -> Provider:
    server.claims, server.leaves_out_token = {"sub": "person-7", "email": "ada@harbor.example"}, False
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = server.url, "Harbor Login"
    app = {"provider_id": "oidc", "name": "Harbor", "client_id": CLIENT, "secret": SECRET}
    app["settings"] = {"server_url": server.url, "fetch_userinfo": False}  # type: ignore[assignment]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return server


@pytest.fixture
def saml(key: Key, settings: Any) -> Key:
    settings.SAML = SamlProvider(ENTITY, SIGN_ON, read_certificates(key.certificate), name="Harbor Login")
    return key


@pytest.fixture
def bo() -> User:
    return make_user(username="bo", practices=[make_practice()])


@pytest.fixture
def ada() -> User:
    """An administrator without a password, whom either provider knows."""
    ada = make_user(username="ada", role="admin", practices=[make_practice()])
    ada.set_unusable_password()
    ada.save()
    for provider in ("oidc", "saml"):
        SocialAccount.objects.create(user=ada, provider=provider, uid="person-7")
    return ada


@pytest.fixture
def browser(ada: User) -> Iterator[Client]:
    """Ada's, eleven minutes after she signed in."""
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/people")
    with time_machine.travel(clock.now() + LATER, tick=True):
        yield client


def _form(bo: User) -> dict[str, Any]:
    return {**FACTS, "practices": [make_practice().pk]}


def _leave(browser: Client, bo: User, provider: str) -> str:
    """To the provider, from a form that was filled in: the address that the browser is sent to."""
    page = browser.post(f"/people/{bo.pk}", _form(bo))
    assert page.status_code == 403
    assert "Sign in again with Harbor Login" in page.content.decode()
    assert 'name="proof"' not in page.content.decode(), "no password, no code"
    left = browser.post(f"/people/{bo.pk}", {**_form(bo), "proof_elsewhere": provider})
    return browser.get(left.headers["Location"]).headers["Location"]


def _by_oidc(browser: Client, bo: User, provider: Provider, *, signed_in_at: Any, subject: str = "person-7") -> Any:
    brought = provider.authorize(_leave(browser, bo, "oidc"))
    assert (provider.asked["prompt"], provider.asked["max_age"]) == ("login", "0")
    provider.claims |= {"auth_time": signed_in_at, "sub": subject}
    return browser.get("/login/sso/callback", brought)


def _by_saml(browser: Client, bo: User, key: Key, says: Says) -> Any:
    question = question_in(_leave(browser, bo, "saml"))
    assert question.is_anew
    crossing = Client(enforce_csrf_checks=True)  # without the session: SameSite=Lax
    crossing.cookies["signon"] = browser.cookies["signon"].value
    return crossing.post("/login/saml/acs", {"SAMLResponse": answer(question, key, says, now=clock.now())})


def _goes_on(browser: Client, back: Any, bo: User) -> None:
    assert back.headers["Location"] == "/security/proof"
    page = browser.get("/security/proof").content.decode()
    assert "It is you" in page
    assert f'action="/people/{bo.pk}"' in page
    assert '<input type="hidden" name="role" value="supervisor">' in page
    assert browser.post(f"/people/{bo.pk}", _form(bo)).status_code == 302
    bo.refresh_from_db()
    assert bo.role == "supervisor"
    assert browser.get("/security/proof").headers["Location"] == "/", "nothing waits any more"


def _is_asked_again(browser: Client, back: Any, bo: User) -> None:
    assert back.headers["Location"] == "/security/proof"
    page = browser.get("/security/proof")
    assert page.status_code == 403
    assert "no sign-in of yours" in page.content.decode()
    assert '<input type="hidden" name="role" value="supervisor">' in page.content.decode(), "still kept"
    assert browser.post(f"/people/{bo.pk}", _form(bo)).status_code == 403
    bo.refresh_from_db()
    assert bo.role == "collector"
    assert AuditEvent.objects.filter(action="proof_refused", subject_id=User.objects.get(username="ada").pk).exists()
    assert not AccessAttempt.objects.exists(), "what fails there is counted there"


def test_signing_in_anew_by_openid_connect_is_a_proof(browser: Client, bo: User, oidc: Provider) -> None:
    _goes_on(browser, _by_oidc(browser, bo, oidc, signed_in_at=clock.now().timestamp()), bo)


@pytest.mark.parametrize(
    ("signed_in_at", "subject"),
    [
        (lambda: clock.now().timestamp() - 300, "person-7"),
        (lambda: None, "person-7"),
        (lambda: True, "person-7"),
        (lambda: clock.now().timestamp(), "person-8"),
    ],
    ids=["of five minutes ago", "of nobody knows when", "of no moment", "by somebody else"],
)
def test_what_is_no_sign_in_of_theirs_and_of_now_is_none_by_openid_connect(
    browser: Client, bo: User, oidc: Provider, signed_in_at: Callable[[], Any], subject: str
) -> None:
    back = _by_oidc(browser, bo, oidc, signed_in_at=signed_in_at(), subject=subject)
    _is_asked_again(browser, back, bo)
    assert SocialAccount.objects.count() == 2, "nothing is linked by it"


def test_changing_ones_mind_at_the_provider_leads_back_to_the_form(browser: Client, bo: User, oidc: Provider) -> None:
    brought = oidc.authorize(_leave(browser, bo, "oidc"))
    back = browser.get("/login/sso/callback", {"error": "access_denied", "state": brought["state"]})
    _is_asked_again(browser, back, bo)


def test_signing_in_anew_by_saml_is_a_proof(browser: Client, bo: User, saml: Key) -> None:
    _goes_on(browser, _by_saml(browser, bo, saml, Says()), bo)


@pytest.mark.parametrize(
    "says",
    [Says(session_age=5), Says(subject="person-8"), Says(is_signed=False)],
    ids=["of before", "another", "unsigned"],
)
def test_what_is_no_sign_in_of_theirs_and_of_now_is_none_by_saml(
    browser: Client, bo: User, saml: Key, says: Says
) -> None:
    _is_asked_again(browser, _by_saml(browser, bo, saml, says), bo)


def test_the_answer_to_one_browser_is_no_proof_in_another(browser: Client, bo: User, ada: User, saml: Key) -> None:
    other = Client()
    with time_machine.travel(clock.now() - LATER):
        other.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
        other.get("/people")
    _leave(other, bo, "saml")
    _by_saml(browser, bo, saml, Says())
    assert other.get("/security/proof").status_code == 403
    assert browser.get("/security/proof").status_code == 200


def test_only_a_provider_that_is_set_up_and_knows_them_is_offered(browser: Client, bo: User, saml: Key) -> None:
    SocialAccount.objects.filter(provider="saml").delete()
    page = browser.post(f"/people/{bo.pk}", _form(bo)).content.decode()
    assert "Sign in again with" not in page
    assert "Sign out and in again" in page
    answer_ = browser.post(f"/people/{bo.pk}", {**_form(bo), "proof_elsewhere": "saml"})
    assert answer_.status_code == 403
    assert browser.get("/login/saml?proof=1").headers["Location"] == "/", "no form waits for it"


def test_a_form_that_no_session_keeps_says_so(browser: Client, bo: User, saml: Key) -> None:
    long = {**_form(bo), "email": "x" * 20_001, "proof_elsewhere": "saml"}
    assert "too long to be kept" in browser.post(f"/people/{bo.pk}", long).content.decode()


def test_a_passkey_is_a_proof_and_a_wrong_one_counts(
    browser: Client, bo: User, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Authenticator.objects.create(user=ada, type=second_factor.PASSKEY, data={"name": "Key", "credential": {}})
    monkeypatch.setattr(second_factor, "begin_check", lambda user: {"publicKey": {"challenge": "x"}})
    page = browser.post(f"/people/{bo.pk}", _form(bo)).content.decode()
    assert "Use a passkey" in page
    assert 'name="proof_passkey"' in page
    assert browser.post(f"/people/{bo.pk}", {**_form(bo), "proof_passkey": "{}"}).status_code == 403
    assert AccessAttempt.objects.get().failures_since_start == 1
    monkeypatch.setattr(second_factor, "check_passkey", lambda user, said, now: said == {"id": "a"} and "webauthn")
    assert browser.post(f"/people/{bo.pk}", {**_form(bo), "proof_passkey": '{"id": "a"}'}).status_code == 302
    bo.refresh_from_db()
    assert bo.role == "supervisor"
