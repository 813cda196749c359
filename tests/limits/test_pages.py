"""The page of limits as the roles see it, and entering one there."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from arwork.staff.models import User
from collections_app.limits.models import Limit
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ada, make_claim, make_practice, make_user

pytestmark = pytest.mark.django_db
NEW = "limit_new"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


def page_of(client: Client, name: str = "", **asked: str) -> str:
    return client.get(reverse(name or "limits"), asked).content.decode()


def rows(client: Client) -> list[tuple[str, str, str, str, str]]:
    """Label, scope, practice, figure and standing of every row of the page."""
    groups = client.get(reverse("limits")).context["groups"]
    return [
        (one.label, one.scope, one.listed.practice, one.figure, one.stands) for _, found, *_ in groups for one in found
    ]


@pytest.mark.parametrize("role", ["collector", "supervisor", "admin", "auditor", "owner"])
def test_everybody_reads_and_a_figure_for_every_practice_is_an_owner_s(client: Client, role: str, decide) -> None:
    row = decide("small_balance", 2500)
    client.force_login(make_user(username="one", role=role, practices=[make_practice()]))
    page = page_of(client)
    assert "42 USC 1320a-7k(d)" in page
    assert ("Override" in page) == (role in ("admin", "owner"))
    assert ("Withdraw" in page) == (role == "owner")
    entering = client.get(reverse(NEW), {"name": "small_balance"})
    assert entering.status_code == (200 if role in ("admin", "owner") else 403)
    ending = client.post(reverse("limit_end", args=[row.pk]))
    assert ending.status_code == (302 if role == "owner" else 403)
    assert Limit.objects.exists() == (role != "owner")


def test_an_administrator_enters_figures_for_their_practices_alone(client: Client, decide) -> None:
    harbor = make_practice()
    client.force_login(make_ada(harbor))
    address = f"{reverse(NEW)}?name=small_balance"
    entered = {"value": "20", "valid_from": "2026-12-01", "source": "Minutes"}
    assert "Every practice" not in client.get(address).content.decode().split("<main", 1)[1]
    assert client.post(address, entered).status_code == 422
    assert client.post(address, entered | {"practice_id": harbor.pk}).status_code == 302
    assert Limit.objects.get().practice == harbor


def test_setup_leads_there_and_every_limit_is_named_with_its_figure(client: Client, oona: User) -> None:
    client.force_login(oona)
    assert reverse("limits") in page_of(client, "setup")
    found = rows(client)
    assert ("Overpayment to be returned within", "Medicare", "", "60 days", "in force") in found
    assert ("Small balances, worked as a batch, are below", "", "", "$15.00", "in force") in found


def test_a_practice_s_figure_is_entered_with_its_source_and_open_items_follow(
    client: Client, oona: User, eager_tasks: None, django_capture_on_commit_callbacks
) -> None:
    claim = make_claim(payers=(), lines=("20.00",))
    worklist.refresh(accounts=[claim.account_id], today=TODAY, now=NOW)
    assert WorkItem.objects.get().lane == 3
    client.force_login(oona)
    url = f"{reverse(NEW)}?name=small_balance"
    form = client.get(url).context["form"]
    assert (form["value"].value(), form["valid_from"].value()) == (15, TODAY)
    entered = {
        "value": "25.00", "practice_id": make_practice().pk, "valid_from": TODAY.isoformat(), "source": "Board, Nov 3",
        "is_verified": "on",
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, entered).status_code == 302
    limit = Limit.objects.get()
    assert (limit.value, limit.practice, limit.entered_by, limit.is_verified) == (2500, make_practice(), oona, True)
    assert WorkItem.objects.get().lane == 4
    page = page_of(client)
    assert "Open items follow" in page
    assert "Board, Nov 3" in page
    name = "Small balances, worked as a batch, are below"
    assert [row[2:] for row in rows(client) if row[0] == name] == [
        ("", "$15.00", "in force"), ("Harbor Clinic", "$25.00", "in force")
    ]  # fmt: skip


def test_a_place_is_entered_as_people_write_it(client: Client, oona: User) -> None:
    client.force_login(oona)
    entered = {"value": "730", "scope": "oh", "valid_from": "2026-12-01", "source": "ORC 169"}
    assert client.post(f"{reverse(NEW)}?name=refund_dormant_days", entered).status_code == 302
    limit = Limit.objects.get()
    assert (limit.scope, limit.value, limit.valid_from, limit.practice) == ("OH", 730, dt.date(2026, 12, 1), None)


def test_a_class_of_payers_is_chosen_from_the_list(client: Client, oona: User) -> None:
    client.force_login(oona)
    url = f"{reverse(NEW)}?name=overpayment_days&scope=tricare"
    assert client.get(url).context["form"]["value"].value() == 60
    entered = {"value": "30", "scope": "workers_comp", "valid_from": "2026-12-01", "source": "Contract 7"}
    assert client.post(url, entered).status_code == 302
    assert Limit.objects.get().scope == "workers_comp"


def test_what_was_refused_comes_back_with_what_was_entered(client: Client, oona: User) -> None:
    client.force_login(oona)
    entered = {"value": "5", "scope": "O1", "valid_from": "2026-12-01", "source": "Law"}
    page = client.post(f"{reverse(NEW)}?name=refund_dormant_days", entered)
    assert page.status_code == 422
    assert page.context["form"].errors["scope"] == ["Name a state by its two letters, or NYC."]
    assert page.context["form"]["source"].value() == "Law"
    for wrong in ({"value": ""}, {"value": "99999"}, {"source": ""}, {"valid_to": "2026-11-01"}):
        page = client.post(f"{reverse(NEW)}?name=refund_dormant_days", {**entered, "scope": "", **wrong})
        assert page.status_code == 422, wrong
    assert not Limit.objects.exists()


def test_a_running_limit_ends_and_the_shipped_one_holds_again(client: Client, oona: User, decide) -> None:
    row = decide("small_balance", 2500, since=dt.date(2026, 11, 1))
    client.force_login(oona)
    name = "Small balances, worked as a batch, are below"
    assert [one[3:] for one in rows(client) if one[0] == name] == [("$25.00", "in force"), ("$15.00", "outranked")]
    client.post(reverse("limit_end", args=[row.pk]))
    assert "holds again from today" in page_of(client)
    assert [one[3:] for one in rows(client) if one[0] == name] == [("$15.00", "in force"), ("$25.00", "ended")]
    assert client.post(reverse("limit_end", args=[row.pk])).status_code == 422  # it has ended


def test_a_limit_that_is_not_there_is_not_found(client: Client, oona: User) -> None:
    client.force_login(oona)
    assert client.get(reverse(NEW), {"name": "nothing"}).status_code == 404
    assert client.get(reverse(NEW)).status_code == 404
    assert client.post(reverse("limit_end", args=[99])).status_code == 404


def test_the_page_costs_the_same_with_many_rows(
    client: Client, oona: User, decide, django_assert_max_num_queries
) -> None:
    client.force_login(oona)
    with django_assert_max_num_queries(6) as few:  # session, user, practices, and one for the limits
        client.get(reverse("limits"))
    for number in range(12):
        decide("small_balance", 1600 + number, since=TODAY + dt.timedelta(days=number))
    with django_assert_max_num_queries(6) as many:
        client.get(reverse("limits"))
    assert len(many) <= len(few)


@pytest.mark.usefixtures("no_statements")
def test_what_nobody_has_said_is_shown_as_not_set_and_can_be_set(client: Client, oona: User) -> None:
    client.force_login(oona)
    name = "statements are sent elsewhere, the first one after the balance became the patient's"
    page = " ".join(client.get("/setup/limits").content.decode().split())
    assert "not set" in page
    assert "/setup/limits/new?name=first_statement_days" in page
    assert f"Set: {escape(name)}" in client.get("/setup/limits/new?name=first_statement_days").content.decode()
    entered = {"value": "10", "valid_from": "2026-11-20", "source": "The billing office"}
    assert client.post("/setup/limits/new?name=first_statement_days", entered).status_code == 302
    assert (f"S{name[1:]}", "10 days") in [(one[0], one[3]) for one in rows(client)]
    assert "not set" not in client.get("/setup/limits").content.decode()


@pytest.mark.usefixtures("no_statements")
def test_setup_says_of_whom_nobody_is_called_for_want_of_statements(client: Client) -> None:
    ada = make_ada(make_practice())
    client.force_login(ada)
    words = "When first statements are sent"
    assert words in client.get("/setup").content.decode()
    Limit.objects.create(
        name="first_statement_days", value="10", valid_from=TODAY, source="The billing office", entered_by=ada
    )
    assert words not in client.get("/setup").content.decode()
