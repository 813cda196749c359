"""Days ahead of the clock: refused; what a clock that ran ahead opened counts as not done and is taken back."""

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from arwork.staff.models import AuditEvent, User
from claims.ledger import services as ledger
from collections_app import tasks
from collections_app.aging.models import AgingState
from collections_app.day import services as day
from collections_app.day import withdrawal
from collections_app.day.models import DayRun
from collections_app.day.selectors import is_day_open
from collections_app.day.steps import STEPS
from collections_app.promises import services as promises
from collections_app.promises.models import Promise
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_practice, make_sol, make_user, move

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
AHEAD = TODAY + 8 * DAY


def noon(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(17), dt.UTC)


def open_day(today: dt.date, *, by_clock: dt.date | None = None) -> list[DayRun]:
    """Open a day by a clock that shows noon of it, or of another day."""
    at = noon(by_clock or today)
    return day.open_day(today=today, now=at, clock=lambda: at)


@pytest.fixture
def promised(books):
    """A promise of 90.00 for tomorrow, made today."""
    open_day(TODAY)
    claim = books[-1]
    ana = make_user(username="bea", practices=[make_practice()])
    item = WorkItem.objects.get(account=claim.account, claim=None)
    worklist.record_outcome(
        actor=ana, item_id=item.pk, disposition="promised", amount=Decimal("90.00"), promised_on=TODAY + DAY,
        now=NOW, today=TODAY,
    )  # fmt: skip
    return claim


def item_of(claim) -> WorkItem:
    return WorkItem.objects.get(account=claim.account, claim=None, state="open")


def test_a_day_that_has_not_come_is_refused_by_service_and_command(books, monkeypatch):
    with pytest.raises(day.DayToCome, match="2026-11-21 has not come: by this clock it is 2026-11-20"):
        open_day(TODAY + DAY, by_clock=TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)
    with pytest.raises(CommandError, match="has not come"):
        call_command("run_day", "--date", "2026-11-21")
    assert not DayRun.objects.exists()


def test_a_run_made_ahead_of_its_day_counts_as_not_done_and_its_day_opens_when_it_comes(books):
    open_day(TODAY)
    assert len(open_day(AHEAD)) == 8  # days
    assert open_day(TODAY) == []  # the clock is right again
    assert set(DayRun.objects.filter(day__gt=TODAY).values_list("state", flat=True)) == {"ahead"}
    assert not is_day_open(AHEAD)
    assert AuditEvent.objects.filter(action="day_ahead").count() == 8
    [run] = open_day(TODAY + DAY)
    assert (run.day, run.state, len(run.counts)) == (TODAY + DAY, "done", len(STEPS))
    assert [one.day for one in open_day(AHEAD)] == [TODAY + number * DAY for number in range(2, 9)]
    assert is_day_open(AHEAD)


def test_what_such_days_did_is_taken_back(promised):
    before = item_of(promised)
    open_day(AHEAD)
    assert Promise.objects.get().state == "broken"
    assert item_of(promised).lane == 1

    done = withdrawal.withdraw_days_ahead(actor=None, today=TODAY, now=NOW)

    assert (done.days, done.reopened) == (tuple(TODAY + n * DAY for n in range(1, 9)), 1)
    promise = Promise.objects.get()
    assert (promise.state, promise.settled_on) == ("open", None)
    item = item_of(promised)
    assert (item.promise_broken_on, item.next_action, item.next_on, item.lane) == (
        None, before.next_action, before.next_on, before.lane,
    )  # fmt: skip
    assert set(DayRun.objects.filter(day__gt=TODAY).values_list("state", flat=True)) == {"withdrawn"}
    assert not AgingState.objects.filter(day__gt=TODAY).exists()
    assert AuditEvent.objects.filter(action="day_withdrawn").count() == 8
    event = AuditEvent.objects.get(action="promise_reopened", subject_id=promise.pk)
    assert (event.before["state"], event.after) == ("broken", {"state": "open"})
    assert withdrawal.withdraw_days_ahead(actor=None, today=TODAY, now=NOW) == withdrawal.Withdrawn()
    open_day(AHEAD)  # when it comes, the promise is broken by its own day
    assert Promise.objects.get().settled_on == TODAY + 5 * DAY  # Saturday, and two business days


def test_money_that_came_meanwhile_keeps_the_promise(promised):
    open_day(AHEAD)
    line = promised.lines.get()
    paid = move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="90.00", on=TODAY)
    ledger.post([paid], now=NOW + dt.timedelta(hours=1))
    withdrawal.withdraw_days_ahead(actor=None, today=TODAY, now=NOW)
    promise = Promise.objects.get()
    assert (promise.state, promise.received, promise.settled_on) == ("kept", Decimal("90.00"), TODAY)


def test_a_promise_made_since_stands_and_the_older_one_is_taken_back(promised):
    open_day(AHEAD)
    ana = User.objects.get(username="bea")
    promises.make_promise(
        actor=ana, account=promised.account, amount=Decimal("50.00"), due_on=TODAY + 3 * DAY, now=NOW, today=TODAY
    )
    done = withdrawal.withdraw_days_ahead(actor=None, today=TODAY, now=NOW)
    assert (done.reopened, done.replaced) == (0, 1)
    states = Promise.objects.order_by("pk").values_list("amount", "state")
    assert list(states) == [(Decimal("90.00"), "cancelled"), (Decimal("50.00"), "open")]


@pytest.fixture
def that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


def test_the_command_takes_back_and_refreshes_today(promised, that_day):
    open_day(AHEAD)
    out = StringIO()
    call_command("run_day", "--take-back", stdout=out)
    assert "8 day(s) after 2026-11-20 taken back; 1 promises stand again" in out.getvalue()
    assert "opened" in DayRun.objects.get(day=TODAY).counts["again"]


def test_a_supervisor_sees_days_ahead_and_takes_them_back(client: Client, promised, that_day):
    open_day(AHEAD)
    open_day(TODAY)
    client.force_login(make_sol(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get("/team/day").content.decode()
    assert "Days were opened that have not come" in shown
    assert "Take back what they did" in shown
    assert client.post("/team/day/take-back", follow=True).status_code == 200
    assert Promise.objects.get().state == "open"
    assert "Take back what they did" not in client.get("/team/day").content.decode()


def test_a_supervisor_has_a_day_that_is_open_refreshed_again(
    client: Client,
    books,
    that_day,
    eager_tasks,
    django_capture_on_commit_callbacks,
):
    open_day(TODAY)
    client.force_login(make_sol(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    WorkItem.objects.filter(claim=books[0]).delete()  # whatever went wrong
    assert "Refresh the worklist again" in client.get("/team/day").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/team/day/refresh").headers["Location"] == "/team/day"
    item = WorkItem.objects.get(claim=books[0], state="open")
    assert item.owner_id
    assert "1 opened when refreshed again" in " ".join(client.get("/team/day").content.decode().split())
    assert AuditEvent.objects.filter(action="day_refresh_asked_for").count() == 1


def test_a_day_that_is_not_open_is_not_refreshed_again(books, that_day):
    with pytest.raises(day.DayNotOpen):
        tasks.refresh_day_again()
