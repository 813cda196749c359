"""Tokens: a program acts for its owner through the API, and never does more than it was given."""

import datetime as dt
import hashlib

import pytest
from django.test import Client

from arwork.staff import api_tokens, audit_proof, people
from arwork.staff.access import CAPABILITIES, Capability
from arwork.staff.api_tokens import BadToken, TokenFacts
from arwork.staff.models import ApiToken, AuditEvent, User
from arwork.web.tokens import CAPABILITY_WORDS
from tests.cast import NOW, TODAY, make_ada, make_ana, make_claim, make_oona, make_practice, make_sol, make_user
from tests.conventions.test_addresses import ADDRESSES, declared
from tests.support import lift_append_only

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR = dt.timedelta(days=366)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)


def facts(*may: str, practice: int | None = None, days: int = 30) -> TokenFacts:
    return TokenFacts("export", frozenset(may), practice, TODAY + dt.timedelta(days=days))


def opened(owner: User, *may: str, practice: int | None = None, actor: User | None = None) -> str:
    """The text of a new token."""
    asked = facts(*may, practice=practice)
    return api_tokens.open_token(asked, owner=owner, actor=actor or owner, today=TODAY, now=NOW)[1]


def test_what_a_token_may_do_is_said_in_words(client: Client) -> None:
    oona = make_oona(make_practice())
    assert set(api_tokens.grantable(oona)) <= set(CAPABILITY_WORDS)
    client.force_login(oona, backend=BACKEND)
    assert "See files of unknown practices" in client.get("/tokens/new").content.decode()


def asking(text: str) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Bearer {text}")


def test_a_program_acts_for_its_owner() -> None:
    claim = make_claim()
    sol = make_sol(claim.practice)
    program = asking(opened(sol, "see_claims"))
    assert program.get(f"/api/v1/claims/{claim.pk}").status_code == 200
    assert program.get("/api/v1/me").json()["capabilities"] == ["see_claims", "signed_in"]
    read = AuditEvent.objects.filter(action="read").latest("pk")
    assert (read.actor_id, read.subject, read.subject_id) == (sol.pk, "claim", claim.pk)


def test_the_trail_says_which_token_acted(client: Client) -> None:
    claim = make_claim()
    ada = make_ada(claim.practice)
    for program in (asking(opened(ada, "see_claims")), asking(opened(ada, "see_claims"))):
        program.get(f"/api/v1/claims/{claim.pk}")
    first, second = ApiToken.objects.order_by("pk")
    reads = AuditEvent.objects.filter(action="read", subject="claim").order_by("pk")
    assert [one.session for one in reads] == [f"token-{first.pk}", f"token-{second.pk}"]
    client.force_login(ada, backend=BACKEND)
    client.get(f"/claims/{claim.pk}", HTTP_AUTHORIZATION="Bearer arw_none")
    assert not AuditEvent.objects.latest("pk").session.startswith("token-")
    page = client.get("/audit?action=read").content.decode()
    assert page.count("by token") == 2
    assert str(first) in page
    assert f"token-{first.pk}" in b"".join(client.get("/audit?action=read&export=csv")).decode()
    with lift_append_only():
        AuditEvent.objects.filter(pk=reads[0].pk).update(session=f"token-{second.pk}")
    assert "its content is not what was recorded" in audit_proof.verify().broken[0]


def test_it_does_only_what_it_was_given() -> None:
    sol = make_sol(make_practice())
    program = asking(opened(sol, "see_claims"))
    assert program.get("/api/v1/reports/aging").status_code == 403
    assert asking(opened(sol, "see_reports")).get("/api/v1/reports/aging").status_code == 200


def test_never_more_than_its_owner_may_now() -> None:
    ada, sol = make_ada(practice := make_practice()), make_sol(practice)
    program = asking(opened(sol, "see_reports"))
    with pytest.raises(BadToken):
        opened(sol, "see_audit")
    asked = people.PersonFacts("sol", "Sol", "Test", "", "collector", frozenset({practice.pk}))
    people.change_account(sol.pk, asked, actor=ada, now=NOW)
    assert program.get("/api/v1/reports/aging").status_code == 403


def test_what_a_token_can_be_given_is_what_some_endpoint_asks_for() -> None:
    """By the URL conf: what no endpoint asks for would only look as if it opened something."""
    views = [pattern.callback for address, pattern in ADDRESSES if address.startswith("api/")]
    asked = {declared(pattern) for address, pattern in ADDRESSES if address.startswith("api/")}
    asked |= {one for view in views for one in getattr(view, "also", ())}
    for role, held in CAPABILITIES.items():
        offered = set(api_tokens.grantable(User(role=role)))
        assert offered == (asked - {Capability.SIGNED_IN, Capability.PUBLIC}) & held
        assert offered <= set(CAPABILITY_WORDS)


def test_the_form_offers_no_more_and_an_older_token_keeps_its_words(client: Client) -> None:
    ada = make_ada(make_practice())
    text = opened(ada, "see_claims")
    ApiToken.objects.update(capabilities=["run_day", "see_claims"])
    client.force_login(ada, backend=BACKEND)
    page = client.get("/tokens/new").content.decode()
    assert 'value="import_files"' in page
    assert 'value="see_audit"' not in page
    assert "run day; Read claims" in client.get("/tokens").content.decode()
    assert asking(text).get("/api/v1/claims").status_code == 200


def test_only_in_the_practice_it_was_opened_for() -> None:
    here, there = make_claim(), make_claim(practice=make_practice(name="Oak", npi="1003000126"))
    sol = make_sol(here.practice, there.practice)
    program = asking(opened(sol, "see_claims", practice=here.practice_id))
    assert program.get(f"/api/v1/claims/{here.pk}").status_code == 200
    assert program.get(f"/api/v1/claims/{there.pk}").status_code == 404
    here.practice.staff.remove(sol)  # nothing then, not everything
    assert program.get(f"/api/v1/claims/{there.pk}").status_code == 401


@pytest.mark.parametrize("how", ["ended", "expired", "owner closed", "unknown", "other scheme"])
def test_what_opens_nothing(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, sol = make_ada(practice := make_practice()), make_sol(practice)
    text = opened(sol, "see_claims")
    assert asking(text).get("/api/v1/me").status_code == 200
    if how == "ended":
        api_tokens.end_token(ApiToken.objects.get().pk, actor=sol, now=NOW)
    elif how == "expired":
        monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW + dt.timedelta(days=30))
    elif how == "owner closed":
        people.set_active(sol.pk, active=False, actor=ada, now=NOW)
    elif how == "unknown":
        text = text[:-1] + ("a" if text[-1] != "a" else "b")
    client = Client(HTTP_AUTHORIZATION=f"Basic {text}") if how == "other scheme" else asking(text)
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("how", ["closed and opened again", "password reset"])
def test_it_ends_for_good_with_what_ends_sessions(how: str) -> None:
    ada, sol = make_ada(practice := make_practice()), make_sol(practice)
    text = opened(sol, "see_claims")
    if how == "password reset":
        people.reset_password(sol.pk, actor=ada, now=NOW)
        User.objects.filter(pk=sol.pk).update(must_change_password=False)
    else:
        people.set_active(sol.pk, active=False, actor=ada, now=NOW)
        people.set_active(sol.pk, active=True, actor=ada, now=NOW)
    assert asking(text).get("/api/v1/me").status_code == 401
    assert AuditEvent.objects.filter(action="token_ended", actor=ada).count() == 1


def test_only_a_digest_is_kept() -> None:
    text = opened(make_sol(make_practice()), "see_claims")
    row = ApiToken.objects.get()
    assert row.digest == hashlib.sha256(text.encode()).hexdigest()
    assert text not in str(row.__dict__)
    assert len(text) > 40
    assert text.startswith(row.beginning)
    assert text[len(row.beginning) :] not in str(list(AuditEvent.objects.values()))


def test_its_use_is_noted_once_a_minute(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object) -> None:
    text = opened(make_sol(make_practice()), "see_claims")
    with django_assert_num_queries(2):  # type: ignore[operator]
        api_tokens.owner_of(text, now=NOW)
    with django_assert_num_queries(1):  # type: ignore[operator]
        api_tokens.owner_of(text, now=NOW + dt.timedelta(seconds=59))
    later = NOW + dt.timedelta(seconds=60)
    api_tokens.owner_of(text, now=later)
    assert ApiToken.objects.get().last_used_at == later


@pytest.mark.parametrize("days", [0, -1, 367])
def test_it_lasts_a_year_at_most(days: int) -> None:
    sol = make_sol(make_practice())
    with pytest.raises(BadToken, match="last day"):
        api_tokens.open_token(facts("see_claims", days=days), owner=sol, actor=sol, today=TODAY, now=NOW)


def test_a_token_of_somebody_else_is_neither_opened_nor_ended() -> None:
    practice = make_practice()
    ada, sol, ana = make_ada(practice), make_sol(practice), make_ana(practice)
    with pytest.raises(Exception, match="People open their own"):
        opened(sol, "see_claims", actor=ada)
    opened(sol, "see_claims")
    token = ApiToken.objects.get()
    with pytest.raises(Exception, match="no such token"):
        api_tokens.end_token(token.pk, actor=ana, now=NOW)
    api_tokens.end_token(token.pk, actor=ada, now=NOW)  # who manages the owner may
    assert [one.action for one in AuditEvent.objects.filter(subject="api_token").order_by("pk")] == [
        "token_opened",
        "token_ended",
    ]
    far = make_user(username="far", role="admin", practices=[make_practice(name="Oak", npi="1003000126")])
    assert not api_tokens.tokens_seen_by(far).exists()


def test_a_service_works_with_tokens_alone(client: Client) -> None:
    ada = make_ada(practice := make_practice())
    client.force_login(ada, backend=BACKEND)
    entered = {"name": "Data Warehouse", "role": "auditor", "practices": [practice.pk]}
    answer = client.post("/services/new", entered)
    service = User.objects.get(username="service-data-warehouse")
    assert answer["Location"] == f"/tokens/new?for={service.pk}"
    assert not service.has_usable_password()
    entered = {"name": "nightly", "capabilities": ["see_reports"], "expires_on": TODAY + YEAR}
    shown = client.post(answer["Location"], entered)
    text = next(word for word in shown.content.decode().split('"') if word.startswith("arw_"))
    assert asking(text).get("/api/v1/me").json()["username"] == "service-data-warehouse"
    with pytest.raises(Exception, match="no password"):
        people.reset_password(service.pk, actor=ada, now=NOW)
    assert "Data Warehouse" in client.get("/tokens").content.decode()


def test_the_pages_of_somebody_who_manages_nobody(client: Client) -> None:
    ana = make_ana(make_practice())
    client.force_login(ana, backend=BACKEND)
    assert "No token yet" in client.get("/tokens").content.decode()
    assert client.get("/services/new").status_code == 403
    refused = client.post("/tokens/new", {"name": "x", "capabilities": ["see_audit"], "expires_on": TODAY + YEAR})
    assert refused.status_code == 422
    entered = {"name": "x", "capabilities": ["see_claims"], "expires_on": TODAY + YEAR}
    assert client.post("/tokens/new", entered).status_code == 200
    token = ApiToken.objects.get()
    assert client.post(f"/tokens/{token.pk}/end").status_code == 302
    assert "ended" in client.get("/tokens").content.decode()


def test_a_service_is_no_last_owner() -> None:
    oona = make_oona(practice := make_practice())
    api_tokens.open_service_account(name="Robot", role="owner", practices=[practice.pk], actor=oona, now=NOW)
    bob = make_user(username="bob", role="owner", practices=[practice])
    people.set_active(bob.pk, active=False, actor=oona, now=NOW)
    asked = people.PersonFacts("oona", "Oona", "Test", "", "collector", frozenset({practice.pk}))
    with pytest.raises(people.LastOwner):
        people.change_account(oona.pk, asked, actor=bob, now=NOW)
