"""Closing an office on a day moves what was planned for it, and no other practice's work; withdrawn, it moves back."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arwork.lib.errors import DomainError, Forbidden, NotFound
from arwork.staff.models import AuditEvent
from claims.practices import closures
from claims.practices.models import OfficeClosure
from collections_app.promises import services as promises
from collections_app.promises.models import Promise
from collections_app.worklist import facts, rule_changes
from collections_app.worklist.models import WorkItem
from tests import cast
from tests.cast import NOW, TODAY, make_claim, make_practice

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WEDNESDAY, THURSDAY = dt.date(2026, 12, 2), dt.date(2026, 12, 3)  # both working days


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


def close(day=WEDNESDAY, *, practice=None, actor=None):
    actor = actor or cast.make_oona(make_practice())
    return closures.add_closure(day, "Storm", practice_id=practice and practice.pk, actor=actor, today=TODAY, now=NOW)


def follow(day=WEDNESDAY, practice=None):
    return rule_changes.refresh_around_closure(day, practice_id=practice and practice.pk, today=TODAY, now=NOW)


def next_day(claim) -> dt.date | None:
    return WorkItem.objects.get(claim=claim, state="open").next_on


def test_work_planned_for_a_closed_day_moves_and_moves_back_when_it_is_withdrawn(look) -> None:
    claim = make_claim(billed_on=dt.date(2026, 11, 2))
    look(claim)
    assert next_day(claim) == WEDNESDAY
    row = close()
    assert follow().changed == 1
    assert next_day(claim) == THURSDAY
    assert follow().changed == 0
    oona = row.entered_by
    closures.withdraw_closure(row.pk, actor=oona, today=TODAY, now=NOW)
    follow()
    assert next_day(claim) == WEDNESDAY
    assert list(AuditEvent.objects.filter(subject="closure").order_by("pk").values_list("action", flat=True)) == [
        "closure_added", "closure_withdrawn",
    ]  # fmt: skip


def test_what_a_person_decided_moves_too_and_what_was_agreed_stays(look) -> None:
    decided, agreed, asleep = (make_claim(billed_on=dt.date(2026, 11, 2)) for _ in range(3))
    look(decided, agreed, asleep)
    WorkItem.objects.filter(claim=decided).update(decided_at=NOW)
    at = dt.datetime.combine(WEDNESDAY, dt.time(15), dt.UTC)
    WorkItem.objects.filter(claim=agreed).update(decided_at=NOW, next_at=at, appointment_on=WEDNESDAY)
    WorkItem.objects.filter(claim=asleep).update(decided_at=NOW, snoozed_until=WEDNESDAY)
    close()
    follow()
    assert [next_day(one) for one in (decided, agreed, asleep)] == [THURSDAY, WEDNESDAY, WEDNESDAY]


def test_a_practice_that_closes_moves_no_work_of_another(look) -> None:
    mine = make_claim(billed_on=dt.date(2026, 11, 2))
    other = make_practice(name="Other", npi="1093817465", tin="061234999")
    theirs = make_claim(practice=other, billed_on=dt.date(2026, 11, 2))
    look(mine, theirs)
    close(practice=mine.practice)
    follow(practice=mine.practice)
    assert (next_day(mine), next_day(theirs)) == (THURSDAY, WEDNESDAY)


def test_what_has_to_be_done_by_a_closed_day_is_done_before(look) -> None:
    claim = make_claim(billed_on=dt.date(2026, 11, 2))
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert item.due_on is not None
    day = item.due_on
    OfficeClosure.objects.create(day=day, name="Storm", entered_by=cast.make_oona(make_practice()), entered_at=NOW)
    follow(day)
    after = WorkItem.objects.get(claim=claim)
    assert after.due_on is not None
    assert after.due_on < day
    assert after.deadline_on == item.deadline_on


def test_the_days_are_read_once_whatever_is_open(look) -> None:
    look(*(make_claim(billed_on=dt.date(2026, 11, 2)) for _ in range(5)))
    close()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        follow()
    assert sum("officeclosure" in one["sql"].lower() for one in asked.captured_queries) == 1
    with CaptureQueriesContext(connection) as asked:
        facts.load_context(today=TODAY, now=NOW)
    assert sum("officeclosure" in one["sql"].lower() for one in asked.captured_queries) == 1


def test_a_promise_is_broken_only_after_a_day_on_which_its_money_could_be_taken() -> None:
    claim = make_claim(payers=())
    ana = cast.make_ana(claim.practice)
    Promise.objects.create(
        practice=claim.practice, account=claim.account, amount=Decimal("90.00"), asked=Decimal("90.00"),
        due_on=WEDNESDAY - DAY, grace_days=1, made_on=TODAY, made_at=NOW, made_by=ana,
    )  # fmt: skip
    close()

    def settle(day):
        return promises.settle_promises(today=day, now=dt.datetime.combine(day, dt.time(12), dt.UTC))

    assert settle(THURSDAY).broken == 0  # without the closed day its grace ended on Wednesday
    assert settle(THURSDAY + DAY).broken == 1


def test_who_may_close_what() -> None:
    harbor = make_practice()
    ada, ana, oona = cast.make_ada(harbor), cast.make_ana(harbor), cast.make_oona(harbor)
    other = make_practice(name="Other", npi="1093817465", tin="061234999")
    with pytest.raises(Forbidden):
        close(actor=ada)
    with pytest.raises(Forbidden):
        close(actor=ana, practice=harbor)
    with pytest.raises(DomainError, match="not among yours"):
        close(actor=ada, practice=other)
    own, shared = close(actor=ada, practice=harbor), close(THURSDAY, actor=oona)
    with pytest.raises(Forbidden):
        closures.withdraw_closure(shared.pk, actor=ada, today=TODAY, now=NOW)
    hidden = OfficeClosure.objects.create(practice=other, day=THURSDAY, name="x", entered_by=oona, entered_at=NOW)
    with pytest.raises(NotFound):
        closures.withdraw_closure(hidden.pk, actor=ada, today=TODAY, now=NOW)
    with pytest.raises(DomainError, match="has begun"):
        closures.withdraw_closure(own.pk, actor=ada, today=WEDNESDAY, now=NOW)
    closures.withdraw_closure(own.pk, actor=ada, today=WEDNESDAY - DAY, now=NOW)


@pytest.mark.parametrize(
    ("day", "why"),
    [(TODAY - DAY, "past"), (dt.date(2026, 12, 25), "anyway"), (dt.date(2026, 12, 5), "anyway"),
     (TODAY + 800 * DAY, "next two years")],
)  # fmt: skip
def test_days_that_nobody_closes(day: dt.date, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        close(day)


def test_a_day_is_entered_once() -> None:
    oona = close().entered_by
    with pytest.raises(DomainError, match="entered already"):
        close(actor=oona)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeClosure.objects.create(day=WEDNESDAY, name="Again", entered_by=oona, entered_at=NOW)


def test_the_page_closes_lists_exports_and_opens_again(client: Client, look) -> None:
    claim = make_claim(billed_on=dt.date(2026, 11, 2))
    look(claim)
    client.force_login(cast.make_ada(claim.practice))
    entered = {"day": WEDNESDAY.isoformat(), "name": "Move to Elm Street"}
    refused = client.post(reverse("closure_new"), entered)
    assert refused.status_code == 422  # an administrator says which practice
    assert "Move to Elm Street" in refused.content.decode()
    done = client.post(reverse("closure_new"), entered | {"practice_id": claim.practice_id}, follow=True)
    page = done.content.decode()
    assert "Move to Elm Street" in page
    assert "moves within a minute" in page
    row = OfficeClosure.objects.get()
    assert b"Move to Elm Street" in b"".join(client.get(reverse("holidays") + "?export=csv").streaming_content)
    client.post(reverse("closure_withdraw", args=[row.pk]))
    assert not OfficeClosure.objects.exists()
    assert "No closed days" in client.get(reverse("holidays")).content.decode()
