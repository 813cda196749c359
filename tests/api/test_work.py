"""The work over the API: the next item, its outcome, and taking it back; the aging as JSON."""

import datetime as dt

import pytest
from django.test import Client

from arwork.lib import clock
from collections_app.worklist import services
from collections_app.worklist.models import WorkAction
from tests.cast import make_claim, make_practice, make_sol, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(make_user(practices=[make_practice()]), backend=BACKEND)
    return client


def _open_work(*, days: int = 90) -> object:
    """A self-pay bill nobody has paid for `days`: its item needs no payer's opening hours."""
    day = clock.today() - dt.timedelta(days=days)
    claim = make_claim(service_on=day, billed_on=day)
    services.refresh_all(today=clock.today(), now=clock.now())
    return claim


def test_items_are_listed_with_their_next_step(ana: Client) -> None:
    claim = _open_work()
    (row,) = ana.get("/api/v1/items?q=kind:no_response").json()["results"]
    assert (row["claim"], row["amount"]) == (claim.pk, "240.00")
    assert row["next_action"]
    assert ana.get(f"/api/v1/items/{row['id']}").json()["id"] == row["id"]
    refused = ana.get("/api/v1/items?q=colour:red")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_filter")


def test_an_outcome_is_recorded_and_undone(ana: Client) -> None:
    _open_work()
    (row,) = ana.get("/api/v1/items").json()["results"]
    url = f"/api/v1/items/{row['id']}/record"
    later = (clock.today() + dt.timedelta(days=9)).isoformat()
    body = {"disposition": "snoozed", "until_on": later, "reason": "waiting for the payer", "note": "asked again"}
    response = ana.post(url, body, content_type="application/json")
    assert response.status_code == 201, response.json()
    assert clock.today().isoformat() < response.json()["next_on"] <= later  # a deadline may come first
    undone = ana.post(f"/api/v1/actions/{response.json()['id']}/undo")
    assert undone.status_code == 201
    assert undone.json()["reverses"] == response.json()["id"]
    assert ana.get(f"/api/v1/items/{row['id']}").json()["next_on"] == row["next_on"]


def test_an_error_names_the_field(ana: Client) -> None:
    _open_work()
    (row,) = ana.get("/api/v1/items").json()["results"]
    url = f"/api/v1/items/{row['id']}/record"
    response = ana.post(url, {"disposition": "snoozed", "reason": "no_time"}, content_type="application/json")
    assert response.status_code == 422
    assert response.json()["field"]


def test_what_a_payer_said_needs_its_proof_or_that_none_was_given(ana: Client) -> None:
    _open_work()
    (row,) = ana.get("/api/v1/items").json()["results"]
    url, body = f"/api/v1/items/{row['id']}/record", {"disposition": "in_process", "note": "In review"}
    refused = ana.post(url, body, content_type="application/json")
    assert (refused.status_code, refused.json()["field"]) == (422, "reference")
    assert ana.post(url, body | {"none_given": False}, content_type="application/json").status_code == 422
    taken = ana.post(url, body | {"none_given": True}, content_type="application/json")
    assert taken.status_code == 201
    assert WorkAction.objects.get(pk=taken.json()["id"]).entered == {"method": "check", "none_given": True}


def test_what_was_logged_since_the_caller_read_the_item_keeps_the_next_outcome_out(ana: Client) -> None:
    _open_work()
    (row,) = ana.get("/api/v1/items").json()["results"]
    url = f"/api/v1/items/{row['id']}/record"
    body = {"disposition": "in_process", "none_given": True, "seen_touches": row["touches"]}
    first = ana.post(url, body, content_type="application/json")
    again = ana.post(url, body, content_type="application/json")
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 201, first.json()["id"])
    other = ana.post(url, body | {"disposition": "not_on_file"}, content_type="application/json")
    assert (other.status_code, other.json()["code"]) == (409, "logged_meanwhile")
    assert ana.get(f"/api/v1/items/{row['id']}").json()["touches"] == row["touches"] + 1


def test_nothing_to_take_is_said_so(ana: Client) -> None:
    assert ana.post("/api/v1/items/next").json() == {"item": None, "why": None}


def test_work_of_another_practice_is_not_there(ana: Client) -> None:
    day = clock.today() - dt.timedelta(days=90)
    theirs = make_practice(name="Oak Street Surgery", npi="1003000126")
    make_claim(practice=theirs, service_on=day, billed_on=day)
    services.refresh_all(today=clock.today(), now=clock.now())
    from collections_app.worklist.models import WorkItem

    pk = WorkItem.objects.get().pk
    assert ana.get("/api/v1/items").json()["results"] == []
    assert ana.get(f"/api/v1/items/{pk}").status_code == 404
    said = {"disposition": "snoozed", "reason": "no_time"}
    for verb in ("record", "release"):
        response = ana.post(f"/api/v1/items/{pk}/{verb}", said, content_type="application/json")
        assert response.status_code == 404, verb


def test_the_aging_ties_out(client: Client) -> None:
    make_claim(service_on=clock.today() - dt.timedelta(days=40), billed_on=clock.today() - dt.timedelta(days=38))
    client.force_login(make_sol(make_practice()), backend=BACKEND)
    body = client.get("/api/v1/reports/aging").json()
    assert body["totals"]["amounts"]["31-60"] == "240.00"
    assert body["tie_out"]["is_tied"] is True
    assert body["tie_out"]["control"] == "240.00"
    later = (clock.today() + dt.timedelta(days=1)).isoformat()
    assert client.get(f"/api/v1/reports/aging?as_of={later}").status_code == 422


def test_the_aging_needs_the_role(ana: Client) -> None:
    assert ana.get("/api/v1/reports/aging").status_code == 403
