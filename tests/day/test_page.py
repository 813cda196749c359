"""The page of the business day: whether it is open, why not, and opening it by hand."""

import pytest
from django.test import Client

from arwork.staff.models import AuditEvent
from collections_app.day import services
from collections_app.day.models import DayRun
from tests.cast import NOW, TODAY, make_abe, make_ana, make_oona, make_practice, make_sol

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


@pytest.fixture
def sol(client: Client) -> Client:
    client.force_login(make_sol(make_practice()), backend=BACKEND)
    return client


def text(client: Client, address: str = "/team/day") -> str:
    return client.get(address).content.decode()


def test_a_day_that_did_not_open_is_told_where_the_work_is_handed_out_and_opened_by_hand(
    sol: Client, eager_tasks: object, django_capture_on_commit_callbacks: object
) -> None:
    assert "Day not open" in text(sol, "/team")
    assert "was not opened" in text(sol)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert sol.post("/team/day/open").headers["Location"] == "/team/day"
    assert DayRun.objects.get().state == "done"
    assert "is open" in text(sol)
    assert "Day not open" not in text(sol, "/team")
    assert "/team/day/open" not in text(sol)
    assert AuditEvent.objects.filter(action="day_asked_for").count() == 1


def test_the_page_says_where_an_opening_stopped_and_what_others_did(sol: Client) -> None:
    services.open_day(today=TODAY, now=NOW, clock=lambda: NOW)
    counts = {"refresh": {"opened": 1200, "changed": 0}, "assign": {"assigned": 3}, "prove": {"compared": 2}}
    DayRun.objects.update(counts=counts)
    shown = text(sol)
    assert "1,200 opened, 3 assigned" in " ".join(shown.split())
    assert "agrees" in shown
    DayRun.objects.update(state="failed", message="refresh: OSError", counts={"prove": {"compared": 2, "different": 1}})
    shown = text(sol)
    assert "it stopped at refresh: OSError" in shown
    assert "1 differs" in shown
    DayRun.objects.update(state="running", message="", step="score", done=10, total=40)
    assert "step score, 10 of 40" in " ".join(text(sol).split())


def test_what_an_opening_did_over_all_practices_is_told_to_who_sees_them_all_and_to_owners(client: Client) -> None:
    harbor = make_practice()
    make_practice(name="Cedar Clinic", npi="1003000126")
    counts = {"refresh": {"opened": 1200}, "prove": {"compared": 2, "different": 7}}
    DayRun.objects.create(day=TODAY, state="done", started_at=NOW, beat_at=NOW, counts=counts)
    client.force_login(make_sol(harbor), backend=BACKEND)
    assert "1,200" not in text(client)
    assert "7 differ" not in text(client)
    assert "is open" in text(client)
    client.force_login(make_oona(harbor), backend=BACKEND)
    assert "1,200 opened" in text(client)


def test_an_auditor_looks_and_opens_nothing_and_a_collector_does_neither(client: Client) -> None:
    client.force_login(make_abe(make_practice()), backend=BACKEND)
    assert "/team/day/open" not in text(client)
    assert client.post("/team/day/open").status_code == 403
    client.force_login(make_ana(make_practice()), backend=BACKEND)
    assert client.get("/team/day").status_code == 403


def test_many_days_cost_no_more_queries_than_one(sol: Client, django_assert_max_num_queries: object) -> None:
    for number in range(20):
        DayRun.objects.create(day=TODAY.replace(day=number + 1), state="done", started_at=NOW, beat_at=NOW)
    text(sol)
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        text(sol)
