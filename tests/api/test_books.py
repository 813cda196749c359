"""Claims, accounts, files and exceptions over the API: what is shown, to whom, and how errors read."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arwork.staff.models import AuditEvent
from tests.cast import make_claim, make_practice, make_sol, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def sol(client: Client) -> Client:
    client.force_login(make_sol(make_practice()), backend=BACKEND)
    return client


def test_claims_are_listed_the_newest_first_by_cursor(sol: Client) -> None:
    claims = [make_claim(number=f"N{i}") for i in range(5)]
    page = sol.get("/api/v1/claims?page_size=2").json()
    assert [row["number"] for row in page["results"]] == ["N4", "N3"]
    assert page["results"][0]["balance"] == "240.00"
    rest = sol.get(page["next"]).json()
    assert [row["id"] for row in rest["results"]] == [claims[2].pk, claims[1].pk]


def test_the_list_costs_the_same_for_many_claims(sol: Client, django_assert_max_num_queries) -> None:
    for i in range(12):
        make_claim(number=f"N{i}")
    with django_assert_max_num_queries(12):
        assert len(sol.get("/api/v1/claims").json()["results"]) == 12


def test_filters_narrow_and_nonsense_is_named(sol: Client) -> None:
    make_claim(number="AB1")
    make_claim(number="CD1")
    assert [row["number"] for row in sol.get("/api/v1/claims?text=ab").json()["results"]] == ["AB1"]
    response = sol.get("/api/v1/claims?state=lost")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "state" in response.json()["errors"]


def test_a_claim_shows_its_books_and_the_opening_is_recorded(sol: Client) -> None:
    claim = make_claim(lines=["240.00", "10.50"])
    body = sol.get(f"/api/v1/claims/{claim.pk}").json()
    assert body["balances"] == {"PAYER1": "250.50"}
    assert body["is_tied"] is True
    assert [line["charge"] for line in body["lines"]] == ["240.00", "10.50"]
    assert [(row["kind"], row["balance"]) for row in body["postings"]] == [("charge", "240.00"), ("charge", "250.50")]
    assert AuditEvent.objects.filter(action="read", subject="claim", subject_id=claim.pk).count() == 1


def test_an_account_shows_what_is_owed_on_it(sol: Client) -> None:
    claim = make_claim(payers=(), lines=["80.00"])
    body = sol.get(f"/api/v1/accounts/{claim.account_id}").json()
    assert (body["patient_owes"], body["others_owe"], body["credits"]) == ("80.00", "0.00", "0.00")
    assert [row["id"] for row in body["claims"]] == [claim.pk]
    assert [row["id"] for row in sol.get("/api/v1/accounts?owing=patient").json()["results"]] == [claim.account_id]


def test_another_practice_is_not_there(sol: Client) -> None:
    theirs = make_claim(practice=make_practice(name="Oak Street Surgery", npi="1003000126"))
    for url in (f"claims/{theirs.pk}", f"accounts/{theirs.account_id}", "exceptions/999", "files/999"):
        response = sol.get(f"/api/v1/{url}")
        assert response.status_code == 404, url
        assert response.json()["code"] == "not_found"
    assert sol.get("/api/v1/claims").json()["results"] == []
    assert sol.get("/api/v1/accounts").json()["results"] == []


def test_who_is_not_signed_in_and_other_roles_are_forbidden(client: Client) -> None:
    assert client.get("/api/v1/claims").status_code == 401
    client.force_login(make_user(practices=[make_practice()]), backend=BACKEND)
    assert client.get("/api/v1/claims").status_code == 200
    assert client.get("/api/v1/files").status_code == 403  # a collector imports nothing


def test_a_file_is_uploaded_and_asked_about(sol: Client, settings, tmp_path, eager_tasks) -> None:
    settings.RAW_FILES_DIR = tmp_path
    upload = SimpleUploadedFile("greeting.txt", b"hello, this is no X12")
    response = sol.post("/api/v1/files", {"file": upload})
    assert response.status_code == 202
    file_id = response.json()["id"]
    assert sol.get(f"/api/v1/files/{file_id}").json()["name"] == "greeting.txt"
    assert [row["id"] for row in sol.get("/api/v1/files").json()["results"]] == [file_id]


def test_an_unknown_exception_can_not_be_settled(sol: Client) -> None:
    response = sol.post("/api/v1/exceptions/1/resolve", {"how": "retry"}, content_type="application/json")
    assert response.status_code == 404
    response = sol.post("/api/v1/exceptions/1/resolve", {"how": "pray"}, content_type="application/json")
    assert response.status_code == 400
    assert sol.get("/api/v1/exceptions").json()["results"] == []
