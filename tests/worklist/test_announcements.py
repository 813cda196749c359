"""What the books announced reaches the worklist: through a kill, without a broker, past a subscriber that fails."""

import datetime as dt
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from arwork.lib import background, events
from arwork.lib.events import Changed
from arwork.lib.models import Announcement
from collections_app.worklist import orphans
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice
from tests.edi_intake.writing import many, write_837
from tests.house import House

CLAIMS = 40


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house")
    try:
        house.migrate()
        yield house
    finally:
        house.close()


def later(minutes: float = 1) -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=minutes)


def deliver(minutes: float = 1) -> int:
    return events.deliver_waiting(clock=lambda: later(minutes))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Changed]:
    """What subscribers were told, in place of the product's."""
    told: list[Changed] = []
    monkeypatch.setattr(events, "_subscribers", [told.append])
    monkeypatch.setattr(events, "_prompt_subscribers", [])
    return told


def poison(monkeypatch: pytest.MonkeyPatch, *, claim: int) -> list[int]:
    """A subscriber that cannot bear one claim; the claims it took."""
    taken: list[int] = []

    def subscriber(event: Changed) -> None:
        if claim in event.claims:
            raise RuntimeError("a row that nobody foresaw")
        taken.extend(event.claims)

    monkeypatch.setattr(events, "_subscribers", [subscriber])
    monkeypatch.setattr(events, "_prompt_subscribers", [])
    return taken


def test_a_kill_between_commit_and_delivery_leaves_no_claim_without_work(house: House, tmp_path: Path) -> None:
    file = tmp_path / "claims.837"
    file.write_bytes(write_837(many(CLAIMS)))
    process = house.start_python("-m", "tests.worklist.killed_after_commit", str(file))
    assert process.wait(timeout=300) == -signal.SIGKILL
    assert house.ask("SELECT count(*) FROM claims_claim") == (CLAIMS,)
    assert house.ask("SELECT count(*) FROM collections_app_workitem") == (0,)
    assert house.ask("SELECT count(*) FROM lib_announcement")[0] > 0

    code = (
        "import datetime as dt; from django.utils import timezone; from arwork.lib import events;"
        "events.deliver_waiting(clock=lambda: timezone.now() + dt.timedelta(minutes=1))"
    )
    house.run("shell", "-c", code)

    open_items = "SELECT count(*) FROM collections_app_workitem WHERE state = 'open' AND claim_id IS NOT NULL"
    assert house.ask(open_items) == (CLAIMS,)
    assert house.ask("SELECT count(*) FROM lib_announcement") == (0,)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_announced(heard: list[Changed]) -> None:
    with transaction.atomic():
        events.announce("remit", claims=[1])
        transaction.set_rollback(True)
    assert not Announcement.objects.exists()
    assert deliver() == 0
    assert not heard


@pytest.mark.django_db(transaction=True)
def test_a_small_change_is_told_at_once_and_once(heard: list[Changed]) -> None:
    with transaction.atomic():
        events.announce("remit", claims=[1], accounts=[2])
        assert not heard
    assert heard == [Changed("remit", frozenset({1}), frozenset({2}))]
    assert deliver() == 0
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_a_large_change_waits_in_portions_and_is_delivered(
    heard: list[Changed], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(background.current_app, "signature", refuse)
    events.announce("remit", claims=range(5_000), accounts=range(300))
    [said] = [record for record in caplog.records if record.name == events.__name__]
    assert (said.exc_info, "5000" in said.getMessage()) == (None, True)
    assert not heard
    assert deliver(minutes=0.1) == 0, "whoever made it has a head start"
    assert deliver() == 4
    assert [len(one.claims) + len(one.accounts) for one in heard] == [2_000, 2_000, 1_000, 300]


@pytest.mark.django_db(transaction=True)
def test_the_prompt_hear_of_a_large_change_at_once(heard: list[Changed], monkeypatch: pytest.MonkeyPatch) -> None:
    prompt: list[Changed] = []
    monkeypatch.setattr(events, "_prompt_subscribers", [prompt.append])
    events.announce("remit", claims=range(5_000))
    assert [len(one.claims) for one in prompt] == [5_000]
    assert not heard


@pytest.mark.django_db(transaction=True)
def test_an_announcement_that_fails_blocks_no_other_and_is_tried_ever_more_rarely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = poison(monkeypatch, claim=7)
    for claim in (6, 7, 8):
        events.announce("remit", claims=[claim])
    assert taken == [6, 8]
    [row] = Announcement.objects.all()
    assert (row.claims, row.attempts, row.message) == ([7], 1, "RuntimeError")
    pauses = []
    at = later()
    for _ in range(8):
        assert events.deliver_waiting(clock=lambda at=at: at) == 0
        row.refresh_from_db()
        pauses.append((row.next_try_at - at).seconds // 60)
        at = row.next_try_at
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
    assert row.attempts == 9
    waiting = events.waiting(now=at)
    assert (waiting.count, waiting.attempts, waiting.message) == (1, 9, "RuntimeError")

    monkeypatch.setattr(events, "_subscribers", [lambda event: taken.extend(event.claims)])
    assert events.deliver_waiting(clock=lambda: at) == 1
    assert taken == [6, 8, 7]
    assert not Announcement.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_bad_row_among_many_is_found_and_the_others_go(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = poison(monkeypatch, claim=77)
    events.announce("remit", claims=range(100))
    at = later(90)
    events.deliver_waiting(clock=lambda: at)
    assert sorted(taken) == [n for n in range(100) if n != 77]
    assert Announcement.objects.get().claims == [77]


@pytest.mark.django_db(transaction=True)
def test_who_died_while_delivering_is_followed_by_another(heard: list[Changed]) -> None:
    row = Announcement.objects.create(reason="remit", claims=[1])
    taken_up = later()
    Announcement.objects.update(attempts=1, next_try_at=taken_up + events.LEASE)  # and then the host went down
    assert events.deliver_waiting(clock=lambda: taken_up) == 0
    assert not events.deliver(row.pk, now=taken_up)
    assert events.deliver_waiting(clock=lambda: taken_up + events.LEASE) == 1
    assert [one.claims for one in heard] == [frozenset({1})]


@pytest.mark.django_db
def test_announcements_that_wait_are_told_on_my_day_on_the_day_page_and_to_probes(client: Client) -> None:
    ana = make_ana(make_practice())
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    row = Announcement.objects.create(reason="remit", claims=[1])
    assert "has not all reached the worklist" not in client.get("/my-day").content.decode()
    assert client.get("/readyz").json()["announcements"] == "ok"
    Announcement.objects.filter(pk=row.pk).update(made_at=later(-6), attempts=3, message="RuntimeError")
    shown = " ".join(client.get("/my-day").content.decode().split())
    assert "has not all reached the worklist: 1 announcement waits, tried up to 3 times (RuntimeError)" in shown
    assert client.get("/readyz").json()["announcements"] == "degraded"


@pytest.mark.django_db
def test_what_owes_and_has_no_work_is_found_within_minutes(caplog: pytest.LogCaptureFixture) -> None:
    claims = [make_claim(), make_claim(payers=(), lines=("90.00",))]
    Announcement.objects.all().delete()
    assert orphans.take_up_orphans(today=TODAY, now=NOW).opened == 2
    assert WorkItem.objects.count() == len(claims)
    assert "2 claims and accounts had no work" in caplog.text
    assert orphans.take_up_orphans(today=TODAY, now=NOW).opened == 0


@pytest.mark.django_db
def test_what_is_being_delivered_is_no_orphan() -> None:
    claim = make_claim()
    Announcement.objects.all().delete()
    Announcement.objects.create(reason="remit", claims=[claim.pk])
    assert orphans.take_up_orphans(today=TODAY, now=timezone.now()).opened == 0
    assert orphans.take_up_orphans(today=TODAY, now=later(10)).opened == 1


@pytest.mark.django_db
@pytest.mark.parametrize("options", [[], ["--practice", "1234567893"]])
def test_the_command_brings_the_worklist_to_the_books(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    claim = make_claim()
    claim.practice.npi = "1234567893"
    claim.practice.save()
    call_command("refresh_worklist", *options)
    assert WorkItem.objects.filter(claim=claim, state="open").exists()
    out = capsys.readouterr().out
    assert "1 items opened" in out
    assert " of " in out
    with pytest.raises(CommandError, match="No practice"):
        call_command("refresh_worklist", "--practice", "1999999984")
