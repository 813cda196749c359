"""Single sign-on by SAML: the whole way with a provider that signs real answers, and all that it may not open."""

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from environ import Env
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Words

from arwork.lib import clock
from arwork.lib.saml_settings import SamlProvider, read_certificates, saml_provider
from arwork.staff import single_sign_on
from arwork.staff.models import AnsweredSignOn, AuditEvent, User
from arwork.web.tasks import drop_ended_sessions
from tests.cast import make_ada, make_practice, make_user
from tests.staff.saml_provider import ENTITY, NAMES, SIGN_ON, Key, Question, Says, answer, question_in
from tests.staff.saml_twists import TWISTS
from tests.staff.second_factors import code_of, with_app

pytestmark = pytest.mark.django_db
ACS = "/login/saml/acs"
COOKIE = "signon"


@pytest.fixture(scope="module")
def key() -> Key:
    return Key()


@pytest.fixture(scope="module")
def other_key() -> Key:
    return Key()


@pytest.fixture(autouse=True)
def _set_up(key: Key, settings: Any) -> None:
    settings.SAML = SamlProvider(ENTITY, SIGN_ON, read_certificates(key.certificate), name="Harbor")


@pytest.fixture
def ana() -> User:
    ana = make_user(role="admin", practices=[make_practice()])
    User.objects.filter(pk=ana.pk).update(email="ana@harbor.example")
    return ana


def _ask(client: Client) -> Question:
    return question_in(client.get("/login/saml?next=/people").headers["Location"])


def _bring(client: Client, said: str) -> Any:
    """A page of the provider sends the form: the browser leaves out every cookie but that of SameSite=None."""
    kept = {name: morsel.value for name, morsel in client.cookies.items() if morsel["samesite"] == "None"}
    crossing = Client(enforce_csrf_checks=True)
    crossing.cookies.load(kept)
    response = crossing.post(ACS, {"SAMLResponse": said}, HTTP_ORIGIN="https://idp.harbor.example")
    for name, morsel in response.cookies.items():
        client.cookies[name] = morsel.value
        client.cookies[name].update(morsel)
        if morsel["max-age"] == 0:
            del client.cookies[name]
    return response


def _back(client: Client, key: Key, says: Says | None = None) -> Any:
    """There and back."""
    question = _ask(client)
    return _bring(client, answer(question, key, says or Says(), now=clock.now()))


def _actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def _is_refused(response: Any) -> bool:
    words = response.content.decode()
    assert "That was not done" in words
    return response.status_code == 403 and "did not say who you are" in words and "sessionid" not in response.cookies


def test_the_provider_opens_the_account_of_an_address(client: Client, key: Key, ana: User) -> None:
    assert "Sign in with Harbor" in client.get("/login").content.decode()
    assert _back(client, key).headers["Location"] == "/people"
    assert client.get("/people").status_code == 200
    assert _actions() == ["sign_in_linked", "signed_in"]
    link = SocialAccount.objects.get()
    assert (link.provider, link.uid) == ("saml", "person-7")
    assert client.get("/login/saml?next=/people").headers["Location"] == "/people", "already in"


def test_the_question_waits_in_a_cookie_that_only_it_needs(client: Client, key: Key, ana: User) -> None:
    there = client.get("/login/saml")
    morsel = there.cookies[COOKIE]
    assert (morsel["samesite"], morsel["secure"], morsel["httponly"], morsel["max-age"]) == ("None", True, True, 600)
    gone = _back(client, key).cookies[COOKIE]
    assert (gone["max-age"], gone["secure"], gone["samesite"]) == (0, True, "None")
    assert client.cookies["sessionid"]["samesite"] == "Lax"


def test_once_linked_the_subject_counts_and_no_address(client: Client, key: Key, ana: User) -> None:
    _back(Client(), key)
    User.objects.filter(pk=make_user(username="ben").pk).update(email="new@harbor.example")
    _back(client, key, Says(attributes={"email": ["new@harbor.example"]}))
    assert client.get("/api/v1/me").json()["username"] == "ana"
    assert "another identity" in _back(Client(), key, Says(subject="person-8")).content.decode()


@pytest.mark.parametrize(
    "attributes",
    [
        {"email": ["nobody@harbor.example"]},
        {"email": ["ana@harbor.example", "ben@harbor.example"]},
        {"email": [""]},
        {"mail": ["ana@harbor.example"]},
    ],
)
def test_no_account_is_opened_by_it(client: Client, key: Key, ana: User, attributes: dict[str, list[str]]) -> None:
    response = _back(client, key, Says(attributes=attributes))
    assert response.status_code == 403
    assert "That was not done" in (words := response.content.decode())
    assert "opens no account here" in words
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)
    assert "sessionid" not in response.cookies
    assert _actions() == ["sign_in_refused"]


def test_the_attribute_of_the_address_is_the_operators_to_name(
    client: Client, key: Key, ana: User, settings: Any
) -> None:
    mail = "urn:oid:0.9.2342.19200300.100.1.3"
    settings.SAML = replace(settings.SAML, email_attribute=mail)
    says = Says(attributes={mail: ["ana@harbor.example"], "email": ["x@harbor.example"]})
    assert _back(client, key, says).headers["Location"] == "/people"


def test_no_role_comes_from_it(client: Client, key: Key, ana: User) -> None:
    User.objects.update(role="collector")
    _back(client, key, Says(attributes={"email": ["ana@harbor.example"], "role": ["admin"], "groups": ["admin"]}))
    assert client.get("/api/v1/me").json()["username"] == "ana"
    assert client.get("/people").status_code == 403


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_closed_account_stays_closed(client: Client, key: Key, ana: User, *, is_linked: bool) -> None:
    if is_linked:
        _back(Client(), key)
    User.objects.update(is_active=False)
    assert "opens no account here" in _back(client, key).content.decode()


def test_an_address_that_two_share_opens_neither(client: Client, key: Key, ana: User) -> None:
    make_user(username="ben")
    User.objects.update(email="ana@harbor.example")
    assert _back(client, key).status_code == 403


WRONG = {
    "unsigned": Says(is_signed=False),
    "only the envelope signed": Says(signs_envelope=True),
    "signed by SHA-1": Says(sign_algorithm=Words.RSA_SHA1),
    "digested by SHA-1": Says(digest_algorithm=Words.SHA1),
    "from another provider": Says(issuer="https://evil.example"),
    "for another service": Says(audience="https://other.example/metadata"),
    "for no service": Says(leaves_out=("AudienceRestriction",)),
    "for another address": Says(recipient="https://other.example/acs"),
    "for a longer address": Says(recipient=f"http://testserver{ACS}/more"),
    "for no address": Says(leaves_out=("Recipient",)),
    "sent elsewhere": Says(destination=f"http://testserver{ACS}/more"),
    "expired": Says(age=7),
    "expired in this very minute and a half": Says(age=6.5),
    "good for ever": Says(leaves_out=("times",)),
    "good for whoever finds it": Says(leaves_out=("NotOnOrAfter",)),
    "not good yet": Says(age=-2),
    "to another question": Says(in_response_to="_other"),
    "in an envelope to another question": Says(response_to="_other"),
    "to no question": Says(leaves_out=("InResponseTo",)),
    "nobody who stays the same": Says(subject_format=Words.NAMEID_TRANSIENT),
    "nobody": Says(subject=""),
    "somebody of endless name": Says(subject="x" * 192),
    "that it did not know them": Says(status="urn:oasis:names:tc:SAML:2.0:status:Responder"),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_is_not_said_to_us_now_by_the_provider_opens_nothing(
    client: Client, key: Key, ana: User, why: str
) -> None:
    assert _is_refused(_back(client, key, WRONG[why]))
    assert _actions() == ["sign_in_refused"]
    assert not SocialAccount.objects.exists()


def test_half_a_minute_between_the_clocks_does_no_harm(client: Client, key: Key, ana: User) -> None:
    assert _back(client, key, Says(age=-0.5)).headers["Location"] == "/people"


def test_another_key_opens_nothing_until_its_certificate_is_set(
    client: Client, key: Key, other_key: Key, ana: User, settings: Any
) -> None:
    assert _is_refused(_back(client, other_key))
    both = read_certificates(key.certificate + other_key.certificate)
    settings.SAML = replace(settings.SAML, certificates=both)
    assert _back(client, other_key).headers["Location"] == "/people"


@pytest.mark.parametrize("twist", TWISTS, ids=lambda twist: twist.__name__)
def test_what_is_wrapped_around_a_signed_assertion_is_not_read(
    client: Client, key: Key, ana: User, twist: Callable[[Any], None]
) -> None:
    ben = make_user(username="ben")
    User.objects.filter(pk=ben.pk).update(email="ben@harbor.example")
    assert _is_refused(_back(client, key, Says(twist=twist)))
    assert not SocialAccount.objects.exists()


def test_a_remark_does_not_cut_a_name_short(client: Client, key: Key, ana: User) -> None:
    """Remarks are not signed: one that is put into a name must not make another name of it."""

    def remark(root: Any) -> None:
        name = root.find("a:Assertion/a:Subject/a:NameID", NAMES)
        name.text = "person-7"
        name.append(etree.Comment("more"))
        name[0].tail = "7"

    _back(client, key, Says(subject="person-77", twist=remark))
    assert list(SocialAccount.objects.values_list("uid", flat=True)) == ["person-77"]


def test_an_answer_opens_once(client: Client, key: Key, ana: User) -> None:
    question = _ask(client)
    waits, said = client.cookies[COOKIE].value, answer(question, key, Says(), now=clock.now())
    assert _bring(client, said).headers["Location"] == "/people"
    again = Client()
    again.cookies[COOKIE] = waits
    again.cookies[COOKIE]["samesite"] = "None"
    assert _is_refused(_bring(again, said)), "the same answer"
    again.cookies[COOKIE] = waits
    again.cookies[COOKIE]["samesite"] = "None"
    other = answer(question, key, Says(), now=clock.now())
    assert _is_refused(_bring(again, other)), "a new answer to the same question"


def test_going_back_at_a_shared_desk_sends_a_form_that_opens_nothing(client: Client, key: Key, ana: User) -> None:
    said = answer(_ask(client), key, Says(), now=clock.now())
    _bring(client, said)
    client.post("/logout")
    assert _is_refused(_bring(client, said))


def test_what_one_browser_began_no_other_finishes(client: Client, key: Key, ana: User) -> None:
    said = answer(_ask(client), key, Says(), now=clock.now())
    other = Client()
    assert _is_refused(_bring(other, said)), "without a question"
    _ask(other)
    assert _is_refused(_bring(other, said)), "with a question of its own"
    assert _bring(client, said).headers["Location"] == "/people"


def test_a_question_is_answered_within_ten_minutes(client: Client, key: Key, ana: User, time_machine: Any) -> None:
    began = clock.now()
    question = _ask(client)
    time_machine.move_to(began + dt.timedelta(minutes=11), tick=False)
    assert _is_refused(_bring(client, answer(question, key, Says(), now=clock.now())))


def test_a_cookie_of_ones_own_is_no_question(client: Client, key: Key, ana: User) -> None:
    question = _ask(client)
    client.cookies[COOKIE] = client.cookies[COOKIE].value[:-3] + "abc"
    client.cookies[COOKIE]["samesite"] = "None"
    assert _is_refused(_bring(client, answer(question, key, Says(), now=clock.now())))


@pytest.mark.parametrize(
    "words",
    [
        "",
        "%%%",
        "AAAA",
        base64.b64encode(b"<a/>").decode(),
        base64.b64encode(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").decode(),
        base64.b64encode(b"<a>" * 20_000).decode(),
        "A" * 200_001,
    ],
)
def test_what_is_no_answer_opens_nothing_and_fails_nowhere(client: Client, words: str) -> None:
    _ask(client)
    assert _is_refused(_bring(client, words))


def test_the_second_factor_is_asked_for_here_unless_the_provider_asks(
    client: Client, key: Key, ana: User, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = ["all"]
    _back(client, key)
    assert client.get("/people").headers["Location"] == "/security/second"
    secret, _ = with_app(ana, at=clock.now())
    other = Client()
    assert _back(other, key).headers["Location"] == "/login/second"
    assert other.get("/people").status_code == 302
    assert other.post("/login/second", {"code": code_of(secret, clock.now())}).headers["Location"] == "/people"
    settings.SAML = replace(settings.SAML, is_second_factor=True)
    third = Client()
    assert _back(third, key).headers["Location"] == "/people"
    assert third.get("/people").status_code == 200
    assert AuditEvent.objects.order_by("-id")[0].after == {"second_factor": "single sign-on"}


def test_an_administrator_parts_an_account_from_an_identity(client: Client, key: Key, ana: User) -> None:
    of_ana = Client()
    _back(of_ana, key)
    client.force_login(make_ada(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/people/{ana.pk}/sso").status_code == 302
    assert of_ana.get("/people").status_code == 302, "signed out"
    assert AuditEvent.objects.get(action="sign_in_unlinked").subject_id == ana.pk
    assert _back(Client(), key, Says(subject="person-8")).headers["Location"] == "/people"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/people?q=" + "\u00e9" * 900])
def test_it_leads_to_no_other_site(client: Client, key: Key, ana: User, target: str) -> None:
    question = question_in(client.get("/login/saml", {"next": target}).headers["Location"])
    assert len(client.cookies[COOKIE].value) < 4000
    assert _bring(client, answer(question, key, Says(), now=clock.now())).headers["Location"] == "/"


def test_answered_questions_are_forgotten_when_nobody_may_answer_them_any_more(
    client: Client, key: Key, ana: User, time_machine: Any
) -> None:
    _back(client, key)
    drop_ended_sessions()
    assert AnsweredSignOn.objects.count() == 1
    time_machine.move_to(clock.now() + dt.timedelta(seconds=single_sign_on.ANSWER_SECONDS + 1))
    drop_ended_sessions()
    assert not AnsweredSignOn.objects.exists()


def test_the_provider_reads_who_we_are(client: Client, key: Key, ana: User, settings: Any) -> None:
    response = client.get("/login/saml/metadata")
    root = etree.fromstring(response.content)
    assert response.headers["Content-Type"] == "application/samlmetadata+xml"
    assert root.get("entityID") == "http://testserver/login/saml/metadata" == _ask(client).issuer
    ours = root.find("{*}SPSSODescriptor")
    assert ours.get("WantAssertionsSigned") == "true"
    assert ours.find("{*}AssertionConsumerService").get("Location") == f"http://testserver{ACS}"
    settings.SAML = replace(settings.SAML, service_entity_id="urn:arwork&co")
    assert etree.fromstring(client.get("/login/saml/metadata").content).get("entityID") == "urn:arwork&co"
    assert _back(client, key).headers["Location"] == "/people"


def test_where_none_is_set_up_it_is_not_offered(client: Client, settings: Any) -> None:
    settings.SAML = None
    assert "/login/saml" not in client.get("/login").content.decode()
    assert [client.get(f"/login/saml{path}").status_code for path in ("", "/metadata")] == [404, 404]
    assert client.post(ACS).status_code == 404
    assert client.get(ACS).status_code == 405


def test_a_certificate_is_read_in_every_shape_that_providers_give_it(key: Key, other_key: Key) -> None:
    [bare] = read_certificates(key.certificate)
    assert read_certificates(bare) == read_certificates(key.certificate.replace("\n", "\\n")) == (bare,)
    assert len(read_certificates(f"{bare},{other_key.certificate}")) == 2
    for words in ("", " , ", "AAAA", "not base64", bare[:-40]):
        with pytest.raises(ValueError, match="."):
            read_certificates(words)
    with pytest.raises(ValueError, match="too short"):
        read_certificates(Key(1024).certificate)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"SAML_IDP_CERT": ""}, "SAML_IDP_CERT can't be read"),
        ({"SAML_IDP_SSO_URL": "http://idp.example/sso"}, "SAML_IDP_SSO_URL must be"),
        ({"SAML_IDP_SSO_URL": ""}, "SAML_IDP_SSO_URL must be"),
    ],
)
def test_half_a_provider_is_refused_at_the_start(
    key: Key, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], words: str
) -> None:
    whole = {"SAML_IDP_ENTITY_ID": ENTITY, "SAML_IDP_SSO_URL": SIGN_ON, "SAML_IDP_CERT": key.certificate}
    for name, value in whole.items():
        monkeypatch.setenv(name, value)
    assert saml_provider(Env(), is_production=True) == SamlProvider(ENTITY, SIGN_ON, read_certificates(key.certificate))
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=words):
        saml_provider(Env(), is_production=True)
