"""Strategies as a browser without scripts has them: a draft is changed, seen, published; what waits is answered."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from arwork.staff.models import AuditEvent
from collections_app.strategies import services
from collections_app.strategies.definition import from_plain
from collections_app.strategies.models import StrategyTask, StrategyVersion
from tests.cast import NOW, make_ana
from tests.strategies.conftest import DAY, NOV_20, drafted, owing, published, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday():
    with time_machine.travel(NOW, tick=True):
        yield


def sit(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client, name, *args, status=200):
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


def seen(version):
    version.refresh_from_db()
    return version.changed_at.isoformat()


def test_from_a_template_to_what_is_in_force(practice, ada):
    client = sit(ada)
    assert "No strategy yet" in page(client, "strategies")
    told = {"name": "Our way", "practice_id": practice.pk, "template": "practice"}
    client.post(reverse("strategy_begin"), told)
    version = StrategyVersion.objects.get()
    shown = page(client, "strategy", version.pk)
    assert "Takes accounts where the balance is under $200.00 and who they are as payers is paid in 12 months." in shown
    assert "Takes everybody else." in shown
    assert "it is the first of this practice" in page(client, "strategy_publish", version.pk)
    answer = client.post(
        reverse("strategy_publish", args=[version.pk]), {"from_on": "2026-11-21", "seen": seen(version)}
    )
    assert answer.status_code == 302
    version.refresh_from_db()
    assert (version.state, version.from_on) == ("published", dt.date(2026, 11, 21))
    assert "Begins" in page(client, "strategies")
    client.post(reverse("strategy_withdraw", args=[version.pk]))
    version.refresh_from_db()
    assert version.state == "withdrawn"


def test_it_is_published_from_tomorrow_on_and_as_it_was_looked_at(practice, ada):
    version, client = drafted(practice, ada), sit(ada)
    address = reverse("strategy_publish", args=[version.pk])
    early = client.post(address, {"from_on": "2026-11-20", "seen": seen(version)})
    assert b"From tomorrow on" in early.content
    stale = client.post(address, {"from_on": "2026-11-23", "seen": (NOW - DAY).isoformat()})
    assert stale.status_code == 409
    assert b"changed this draft since you looked" in stale.content


def test_a_step_is_added_moved_and_removed_by_forms(practice, ada):
    version, client = drafted(practice, ada), sit(ada)
    address = reverse("strategy_step", args=[version.pk, "g2", "new"])
    told = {"kind": "letter", "days": 15, "anchor": "start", "what_0": "ways|is|mail", "number_0": "", "detail": ""}
    missing = client.post(address, told | {"seen": seen(version)})
    assert b"Choose which letter goes out" in missing.content
    client.post(address, told | {"seen": seen(version), "detail": "account_reminder"})
    steps = from_plain(StrategyVersion.objects.get().definition).segments[1].steps
    assert [one.key for one in steps] == ["s3", "s4", "s8", "s5", "s6", "s7"]
    assert steps[2].conditions[0].words == "a way to reach them is mail"
    assert "only if a way to reach them is mail" in page(client, "strategy", version.pk)
    move = reverse("strategy_step_move", args=[version.pk, "g2", "s8"])
    client.post(move, {"do": "remove", "seen": seen(version)})
    assert len(from_plain(StrategyVersion.objects.get().definition).segments[1].steps) == 5
    stale = client.post(reverse("strategy_step_move", args=[version.pk, "g2", "s3"]), {"do": "down", "seen": NOW})
    assert stale.status_code == 409


def test_a_segment_is_added_before_everybody_else(practice, ada):
    version, client = drafted(practice, ada), sit(ada)
    told = {"name": "Texas", "what_0": "state|is|TX", "what_1": "balance|at_least|", "number_1": "$1,000"}
    wrong = client.post(reverse("strategy_segment", args=[version.pk, "new"]), told | {"number_1": "many",
                        "seen": seen(version)})  # fmt: skip
    assert b"Enter a number of dollars" in wrong.content
    client.post(reverse("strategy_segment", args=[version.pk, "new"]), told | {"seen": seen(version)})
    shown = page(client, "strategy", version.pk)
    assert "Takes accounts where the state is TX and the balance is at least $1,000.00." in shown
    names = [one.name for one in from_plain(StrategyVersion.objects.get().definition).segments]
    assert names == ["Small", "Texas", "Everybody else"]
    client.post(reverse("strategy_segment_move", args=[version.pk, "g3"]), {"do": "up", "seen": seen(version)})
    assert from_plain(StrategyVersion.objects.get().definition).segments[0].name == "Texas"
    last = client.post(reverse("strategy_segment_move", args=[version.pk, "g2"]), {"do": "remove"})
    assert last.status_code == 404


def test_what_if_shows_counts_dollars_days_and_examples(practice, ada):
    owing(practice, "84.20")
    owing(practice, "300.00", last="Large")
    version, client = drafted(practice, ada), sit(ada)
    assert "Work it out" in page(client, "strategy_what_if", version.pk)
    client.post(reverse("strategy_what_if", args=[version.pk]))
    shown = page(client, "strategy_what_if", version.pk)
    assert "in Small, because balance $84.20 &lt; $100.00" in shown
    assert "2026-11-23" in shown
    assert "Call Nov 23" in shown
    services.save_draft(
        version.pk, from_plain(version.definition), seen_at=version.changed_at, actor=ada, now=NOW + DAY
    )
    assert "Work it out again" not in page(client, "strategy_what_if", version.pk)


def test_what_waits_is_answered_by_whoever_works(practice, ada):
    published(practice, ada)
    ana = make_ana(practice)
    account, client = owing(practice, "300.00"), sit(ana)
    for days in range(11):
        run(NOV_20 + days * DAY)
    task = StrategyTask.objects.filter(account=account).first()
    assert account.number in page(client, "strategy_tasks")
    assert AuditEvent.objects.filter(subject="strategy_tasks").exists()
    client.post(reverse("strategy_task_answer", args=[task.pk]), {"answer": "take"})
    task.refresh_from_db()
    assert task.owner == ana
    past = client.post(reverse("strategy_task_answer", args=[task.pk]), {"answer": "later", "later_on": "2026-11-20"})
    assert past.status_code == 422
    client.post(reverse("strategy_task_answer", args=[task.pk]), {"answer": "later", "later_on": "2026-11-25"})
    task.refresh_from_db()
    assert task.next_on == dt.date(2026, 11, 25)
    client.post(reverse("strategy_task_answer", args=[task.pk]), {"answer": "yes"})
    task.refresh_from_db()
    assert (task.state, task.answer, task.done_by) == ("done", "yes", ana)


def test_the_account_says_where_it_is(practice, ada):
    published(practice, ada)
    account = owing(practice, "300.00")
    run(NOV_20)
    shown = page(sit(make_ana(practice)), "account_work", account.pk)
    assert "Plain v1" in shown
    assert "Next: <strong>call on Nov 23" in shown
    assert "In Everybody else: nothing before it fits" in shown


def test_a_collector_reads_and_changes_nothing(practice, ada):
    version, client = drafted(practice, ada), sit(make_ana(practice))
    assert "Add a step" not in page(client, "strategy", version.pk)
    for name, args in (("strategy_publish", [version.pk]), ("strategy_step", [version.pk, "g1", "s1"])):
        assert client.get(reverse(name, args=args)).status_code == 403
