"""The pages of absences: entered with rows of stand-ins, changed, ended early; capacity; told on My day and Team."""

import datetime as dt

import pytest
from django.test import Client

from collections_app.worklist import services as worklist
from collections_app.worklist.absence_models import Absence, WorkCapacity
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice, make_sol, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


@pytest.fixture
def people():
    practice = make_practice()
    ana, sol = make_ana(practice), make_sol(practice)
    bob = make_user(username="bob", practices=[practice])
    claims = [make_claim() for _ in range(3)]
    worklist.refresh(claims=[one.pk for one in claims], today=TODAY, now=NOW)
    worklist.reassign(
        actor=sol, item_ids=WorkItem.objects.values_list("pk", flat=True), owner_id=ana.pk, now=NOW, today=TODAY
    )
    return ana, bob, sol


def words(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def typed(ana, bob, **change) -> dict[str, str]:
    last = (TODAY + 2 * DAY).isoformat()
    return {
        "person": ana.pk, "starts_on": TODAY.isoformat(), "ends_on": last, "stand_in_1": bob.pk, "kind_1": "", **change
    }  # fmt: skip


def test_an_absence_from_entering_to_back_early(client: Client, people) -> None:
    ana, bob, sol = people
    client.force_login(sol, backend=BACKEND)
    assert "Nobody is away" in words(client, "/team/absences")
    assert client.post("/team/absences/new", typed(ana, bob)).headers["Location"] == "/team/absences"
    shown = words(client, "/team/absences")
    assert "Back today" in shown
    assert "Bob Test" in shown
    assert "away to" in words(client, "/team")
    absence = Absence.objects.get()
    assert "Absence of Ana Test" in words(client, f"/team/absences/{absence.pk}")
    changed = typed(ana, bob, kind_1="no_response", note="Leave")
    assert client.post(f"/team/absences/{absence.pk}", changed).status_code == 302
    assert absence.stand_ins.get().kind == "no_response"
    assert "Ana Test" in b"".join(client.get("/team/absences?export=csv")).decode()
    client.force_login(bob, backend=BACKEND)
    mine = words(client, "/my-day")
    assert "For Ana Test to" in mine
    assert "3 more to work" in mine
    assert "Start" in mine
    listed = words(client, "/list?q=owner:cover+due:today")
    assert all(item.number in listed for item in WorkItem.objects.all())
    client.force_login(sol, backend=BACKEND)
    client.post(f"/team/absences/{absence.pk}/end")
    assert "withdrawn" in words(client, "/team/absences")  # ended on its first day
    client.force_login(bob, backend=BACKEND)
    assert "Standing in" not in words(client, "/my-day")


def test_what_is_wrong_stands_at_its_field_with_all_that_was_typed(client: Client, people) -> None:
    ana, bob, sol = people
    client.force_login(sol, backend=BACKEND)
    answer = client.post("/team/absences/new", typed(ana, bob, ends_on=(TODAY - DAY).isoformat(), note="Leave"))
    assert answer.status_code >= 400
    assert "The last day comes before the first." in answer.content.decode()
    assert "Leave" in answer.content.decode()
    answer = client.post("/team/absences/new", typed(ana, bob, kind_2="denied"))
    assert "Choose who works this" in answer.content.decode()
    assert not Absence.objects.exists()


def test_minutes_a_day_and_work_shared_out_by_them(client: Client, people) -> None:
    ana, bob, sol = people
    client.force_login(sol, backend=BACKEND)
    assert client.post(f"/team/capacity/{bob.pk}", {"minutes": "120"}).status_code == 302
    assert WorkCapacity.objects.get().minutes == 120
    assert "120" in words(client, "/team/absences")
    asked = {"from": ana.pk, "to": "shared", "which": "due"}
    assert "Hand over 3 items?" in words_of(client.post("/team/hand-over", asked))
    assert client.post("/team/hand-over", {**asked, "confirmed": "1"}).status_code == 302
    assert set(WorkItem.objects.values_list("owner", flat=True)) == {bob.pk}


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())
