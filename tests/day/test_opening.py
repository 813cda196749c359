"""Opening the business day: what it does, that it does it once, and that missed days are caught up one by one."""

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from arwork.staff.models import AuditEvent
from claims.ledger import services as ledger
from claims.ledger.models import Receivable
from collections_app.aging.models import AgingState
from collections_app.day import services as day
from collections_app.day import steps
from collections_app.day.models import DayRun
from collections_app.promises.models import Promise
from collections_app.worklist import assign
from collections_app.worklist import services as worklist
from collections_app.worklist.models import QueueEntry, WorkItem
from collections_app.worklist.rate_models import SegmentRate
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ana,
    make_claim,
    make_patient,
    make_practice,
    make_sol,
    make_user,
    move,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def open_day(today, **options):
    noon = dt.datetime.combine(today, dt.time(12), dt.UTC)
    return day.open_day(today=today, now=noon, clock=lambda: noon, **options)


def patient_pays(claim, amount, *, on):
    line = claim.lines.first()
    ledger.post([move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount=amount, on=on)], now=NOW)


def items():
    """Every item as values, in a stable order."""
    return list(WorkItem.objects.order_by("pk").values())


def queued():
    return list(QueueEntry.objects.order_by("pk").values("item", "place", "shelf__owner", "shelf__window"))


def done_by_day():
    """What each day's run did. Figures are proven only on their own day: a day that is over has no summary."""
    return [
        (run.day, {name: counts for name, counts in run.counts.items() if name != "prove"})
        for run in DayRun.objects.order_by("day")
    ]


def test_opening_makes_items_queue_owners_and_a_snapshot(books):
    (run,) = open_day(TODAY)
    assert run.state == "done"
    steps = ["age", "payments", "detect", "plans", "interest", "assistance", "tracing", "agencies", "refresh"]
    steps += ["strategies", "score", "snapshot", "assign", "check", "prove"]
    assert list(run.counts) == steps
    assert run.counts["refresh"]["opened"] == 9
    assert run.counts["assign"]["assigned"] == 9
    assert run.counts["check"] == {"orphans": 0, "unowned": 0, "cases": 0, "unfollowed": 0}
    assert run.counts["prove"] == {"compared": 1, "behind": 0, "different": 0}
    assert AgingState.objects.filter(day=TODAY).exists()
    due = WorkItem.objects.filter(next_on__lte=TODAY).count()
    assert QueueEntry.objects.count() == due > 0


def test_opening_twice_is_opening_once(books):
    open_day(TODAY)
    before = items(), queued(), list(DayRun.objects.values())
    assert open_day(TODAY) == []
    assert (items(), queued(), list(DayRun.objects.values())) == before


def test_every_step_done_again_changes_nothing(books):
    open_day(TODAY)
    before = items(), queued()
    for name, step in steps.STEPS:
        counts = step(steps.DayOpening(day=TODAY, now=NOW, progress=lambda done, total: None))
        idle = {"segments", "paces", "practices", "unowned", "compared"}
        assert not any(count for what, count in counts.items() if what not in idle), (name, counts)
    assert (items(), queued()) == before


def test_missed_days_are_caught_up_as_if_nobody_had_missed_them(books):
    claim = books[-1]
    ana = make_user(username="bea", practices=[make_practice()])
    open_day(TODAY)
    item = WorkItem.objects.get(account=claim.account, claim=None)
    WorkItem.objects.filter(pk=item.pk).update(owner=ana)
    worklist.record_outcome(
        actor=ana, item_id=item.pk, disposition="promised", amount=Decimal("90.00"), promised_on=TODAY + 3 * DAY,
        now=NOW, today=TODAY,
    )  # fmt: skip

    with transaction.atomic():
        for number in range(1, 11):
            open_day(TODAY + number * DAY)
        one_by_one = items(), queued(), list(Promise.objects.values("state", "settled_on"))
        days = done_by_day()
        transaction.set_rollback(True)
    runs = open_day(TODAY + 10 * DAY)
    assert len(runs) == 10
    assert (items(), queued(), list(Promise.objects.values("state", "settled_on"))) == one_by_one
    assert done_by_day() == days
    assert one_by_one[2] == [{"state": "broken", "settled_on": TODAY + 6 * DAY}]


def test_holidays_are_opened_too(books):
    thanksgiving = dt.date(2026, 11, 26)
    (run,) = open_day(thanksgiving)
    assert run.state == "done"


def test_a_follow_up_comes_back_on_its_day(books):
    ana = make_user(username="bea", practices=[make_practice()])
    open_day(TODAY)
    WorkItem.objects.update(owner=ana)
    steps.score(steps.DayOpening(day=TODAY, now=NOW, progress=lambda done, total: None))
    item = WorkItem.objects.filter(kind="no_response", next_on__lte=TODAY).first()
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY)
    item.refresh_from_db()
    assert item.next_on == dt.date(2026, 12, 7)
    open_day(dt.date(2026, 12, 6))
    assert not QueueEntry.objects.filter(item=item).exists()
    open_day(dt.date(2026, 12, 7))
    assert QueueEntry.objects.filter(item=item).exists()


def test_a_day_that_was_overtaken_is_remembered_and_the_worklist_stays_at_today(books):
    open_day(TODAY)
    before = items(), queued(), list(SegmentRate.objects.values())
    noon = dt.datetime.combine(TODAY, dt.time(17), dt.UTC)
    (run,) = day.open_day(today=TODAY - 5 * DAY, now=noon, clock=lambda: noon)
    assert (run.state, list(run.counts)) == ("done", ["snapshot"])
    assert (items(), queued(), list(SegmentRate.objects.values())) == before
    assert AgingState.objects.get(day=TODAY - 5 * DAY).is_final


def test_a_day_opened_before_its_time_stops_no_day_before_it(books):
    open_day(TODAY + 9 * DAY)  # by a clock that ran ahead
    noon = dt.datetime.combine(TODAY, dt.time(17), dt.UTC)
    (run,) = day.open_day(today=TODAY, now=noon, clock=lambda: noon)
    assert "refresh" in run.counts
    assert QueueEntry.objects.count() == WorkItem.objects.filter(next_on__lte=TODAY).count()


def test_what_somebody_left_behind_who_works_no_more_goes_to_the_others():
    practice = make_practice()
    bob, gone = make_ana(practice), make_user(username="gone", practices=[practice])
    left, kept = make_claim(), make_claim()
    worklist.refresh(claims=[left.pk, kept.pk], today=TODAY, now=NOW)
    sol = make_sol(practice)
    for claim, owner in ((left, gone), (kept, sol)):
        item = WorkItem.objects.get(claim=claim)
        worklist.reassign(actor=sol, item_ids=[item.pk], owner_id=owner.pk, now=NOW, today=TODAY)
    open_day(TODAY)
    assert worklist.take_next(actor=bob, now=NOW, today=TODAY) is None
    gone.is_active = False
    gone.save()
    open_day(TODAY + DAY)
    item = WorkItem.objects.get(claim=left)
    assert item.owner == bob
    assert worklist.take_next(actor=bob, now=NOW, today=TODAY) == item
    assert WorkItem.objects.get(claim=kept).owner == sol
    event = AuditEvent.objects.filter(action="reassigned", subject_id=item.pk).latest("pk")
    assert (event.before, event.after) == ({"owner": gone.pk}, {"owner": None})


def test_unowned_work_is_shared_evenly_and_a_guarantor_account_stays_together():
    practice = make_practice()
    people = [make_ana(practice), make_user(username="bob", practices=[practice])]
    guarantor = make_patient(account=make_account(practice=practice))
    claims = [make_claim() for _ in range(60)] + [make_claim(patient=guarantor) for _ in range(4)]
    worklist.refresh(claims=[claim.pk for claim in claims], today=TODAY, now=NOW)
    assert assign.assign_unowned(today=TODAY, now=NOW) == 64
    loads = [WorkItem.objects.filter(owner=person).count() for person in people]
    assert abs(loads[0] - loads[1]) <= assign.RUN
    owners = WorkItem.objects.filter(account=guarantor.account).values_list("owner", flat=True)
    assert len(set(owners)) == 1
    assert assign.assign_unowned(today=TODAY, now=NOW) == 0


def test_nothing_open_is_without_work_a_next_action_and_a_date(books):
    open_day(TODAY)
    for row in Receivable.objects.all():
        side = {"account": row.account_id, "claim": None} if row.bucket == "PATIENT" else {"claim": row.claim_id}
        item = WorkItem.objects.get(state="open", **side)
        assert item.next_action
        assert item.next_on


def test_the_past_year_moves_the_rates(books):
    open_day(TODAY)
    claim = books[0]
    paid = move(
        claim.lines.first(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="240.00", on=TODAY + DAY
    )
    ledger.post([paid], now=NOW)
    open_day(TODAY + 2 * DAY)
    open_day(TODAY + 3 * DAY)
    rate = SegmentRate.objects.get()
    assert (rate.kind, rate.payer_class, rate.decided, rate.left_alone) == ("no_response", "commercial", 0, 1)
    assert (rate.alone_at_stake, rate.came_alone) == (Decimal("238.16"), Decimal("238.16"))  # two days old: it fades


def test_a_step_that_fails_is_noted_and_taken_up_again(books, monkeypatch):
    calls = []

    def fail(given):
        calls.append(given.day)
        if len(calls) == 1:
            raise RuntimeError("out of disk")
        return {}

    monkeypatch.setattr(day, "STEPS", (*steps.STEPS[:3], ("refresh", fail)))
    with pytest.raises(RuntimeError):
        open_day(TODAY)
    run = DayRun.objects.get()
    assert (run.state, run.message, sorted(run.counts)) == (
        "failed",
        "refresh: RuntimeError",
        ["age", "detect", "payments"],
    )
    open_day(TODAY)
    run.refresh_from_db()
    assert run.state == "done"


def test_a_run_that_looks_alive_is_left_alone_and_a_silent_one_taken_over(books):
    noon = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
    DayRun.objects.create(day=TODAY, started_at=noon, beat_at=noon)
    with pytest.raises(day.BeingOpened):
        open_day(TODAY)
    DayRun.objects.update(beat_at=noon - dt.timedelta(minutes=11))
    assert open_day(TODAY)[0].state == "done"


def test_the_command_says_what_it_did(books):
    out = StringIO()
    call_command("run_day", "--date", "2026-11-20", stdout=out)
    assert "2026-11-20 refresh: 9 opened" in out.getvalue()
    again = StringIO()
    call_command("run_day", "--date", "2026-11-20", stdout=again)
    assert "nothing to do" in again.getvalue()


def test_a_program_is_dealt_no_work() -> None:
    """A service may hold the role of a collector; it works items only through the API, and none would wait for it."""
    practice = make_practice()
    ana = make_ana(practice)
    robot = make_user(username="robot", practices=[practice])
    robot.is_service = True
    robot.save()
    claims = [make_claim() for _ in range(4)]
    worklist.refresh(claims=[claim.pk for claim in claims], today=TODAY, now=NOW)
    assert assign.assign_unowned(today=TODAY, now=NOW) == 4
    assert set(WorkItem.objects.values_list("owner", flat=True)) == {ana.pk}
