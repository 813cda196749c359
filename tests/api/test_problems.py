"""What all endpoints share: who may call, errors as problem JSON, the schema."""

from typing import Any

import pytest
from django.test import Client
from rest_framework import exceptions, serializers
from rest_framework.test import APIRequestFactory, force_authenticate

from arwork.api.endpoints import endpoint
from arwork.lib.errors import Conflict
from arwork.staff.access import Capability
from tests.cast import make_practice, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _call(raises: Exception | None = None, *, role: str = "collector", capability: Any = Capability.WORK_ITEMS) -> Any:
    @endpoint("GET", capability=capability)
    def view(request: Any) -> Any:
        raise raises or AssertionError

    request = APIRequestFactory().get("/")
    force_authenticate(request, make_user(username=role, role=role))
    return view(request).render()


def test_an_error_is_a_problem_document() -> None:
    response = _call(Conflict("Look again.", item=7))
    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.data == {
        "item": 7, "type": "urn:arwork:problem:conflict", "title": "Conflict", "status": 409,
        "code": "conflict", "detail": "Look again.",
    }  # fmt: skip


def test_facts_never_replace_the_members_of_a_problem() -> None:
    assert _call(Conflict("Look again.", status="won", detail="x")).data["status"] == 409


def test_bad_input_names_its_fields() -> None:
    response = _call(serializers.ValidationError({"amount": ["Enter an amount."]}))
    assert response.status_code == 400
    assert response.data["errors"] == {"amount": ["Enter an amount."]}


def test_the_time_to_wait_is_told() -> None:
    assert _call(exceptions.Throttled(wait=4)).headers["Retry-After"] == "5"


def test_another_role_is_forbidden() -> None:
    assert _call(role="auditor").status_code == 403


def test_an_endpoint_without_a_capability_is_closed() -> None:
    assert _call(role="admin", capability=None).status_code == 403


def test_a_defect_is_not_dressed_up() -> None:
    with pytest.raises(ZeroDivisionError):
        _call(ZeroDivisionError())


def test_who_is_not_signed_in_is_told_to(client: Client) -> None:
    response = client.get("/api/v1/me")
    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"


def test_a_password_that_another_chose_opens_no_endpoint(client: Client) -> None:
    person = make_user(role="admin", practices=[make_practice()])
    client.force_login(person, backend=BACKEND)
    assert client.get("/api/v1/claims").status_code == 200
    type(person).objects.update(must_change_password=True)
    response = client.get("/api/v1/claims")
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert "replace it first" in response.json()["detail"]


@pytest.mark.parametrize("address", ["/api/v1/accounts", "/api/v1/accounts/0", "/api/v1/me", "/no-such-page"])
def test_what_somebody_signed_in_was_shown_is_kept_by_no_browser(client: Client, address: str) -> None:
    client.force_login(make_user(practices=[make_practice()]), backend=BACKEND)
    assert "no-store" in client.get(address).headers.get("Cache-Control", "")


def test_i_learn_who_i_am_and_what_i_may_do(client: Client) -> None:
    client.force_login(make_user(practices=[make_practice()]), backend=BACKEND)
    me = client.get("/api/v1/me").json()
    assert me["username"] == "ana"
    assert me["capabilities"] == ["open_in_emergency", "resolve_exceptions", "see_claims", "signed_in", "work_items"]
    assert me["practices"] == [{"id": make_practice().pk, "name": "Harbor Clinic"}]


def test_the_schema_describes_the_endpoints(client: Client) -> None:
    client.force_login(make_user(), backend=BACKEND)
    response = client.get("/api/v1/schema", headers={"Accept": "application/json"})
    assert "/api/v1/me" in response.content.decode()


def test_a_loop_gone_wrong_is_told_when_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rest_framework.throttling.UserRateThrottle.THROTTLE_RATES", {"user": "2/min"})
    client.force_login(make_user(username="cy", role="collector", practices=[make_practice()]), backend=BACKEND)
    answers = [client.get("/api/v1/claims") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert (answers[-1].headers["Content-Type"], answers[-1].json()["code"]) == (
        "application/problem+json",
        "throttled",
    )
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_browser_that_opens_an_endpoint_gets_json(client: Client) -> None:
    client.force_login(make_user(username="cy", role="collector", practices=[make_practice()]), backend=BACKEND)
    assert client.get("/api/v1/claims", HTTP_ACCEPT="text/html,*/*;q=0.8").headers["Content-Type"] == "application/json"
