"""A run deletes what is past its term, leaves an event, and touches nothing of the books, the people and the trail."""

import datetime as dt
import io
import logging
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from arwork.celery import app
from arwork.staff import audit, audit_proof
from arwork.staff.models import AuditEvent, SeenRecord
from claims.edi import store
from claims.privacy import services as privacy
from claims.privacy.models import Disclosure
from collections_app import tasks
from collections_app.aging import snapshots
from collections_app.aging.models import AgingSnapshot, AgingState, AgingSummary
from collections_app.limits.services import LimitDraft, add_limit
from collections_app.retention import services
from collections_app.retention.kinds import kinds
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkDraft, WorkItem
from tests.cast import NOW, TODAY, make_ada, make_ana, make_claim, make_oona, make_practice
from tests.retention.conftest import Night, due

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CENTURY = NOW + 36_600 * DAY
#: All that a run may delete rows of, whatever their age.
MAY_SHRINK = {WorkDraft, AgingState, AgingSnapshot, AgingSummary, AccessAttempt, AccessLog}


def counts() -> dict[str, int]:
    """Rows of every table, but of those that a run may shrink."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model not in MAY_SHRINK and model._meta.managed
    }


@pytest.fixture
def lived(client: Client) -> None:
    """A claim with its work, a draft about it, a disclosure, reads, sign-ins and a remembered day."""
    practice = make_practice()
    claim, ana, ada = make_claim(practice=practice), make_ana(practice), make_ada(practice)
    worklist.refresh(claims=[claim.pk], accounts=[claim.account_id], today=TODAY, now=NOW)
    WorkDraft.objects.create(user=ana, item=WorkItem.objects.get(), entered={"note": "began"}, touches=0, saved_at=NOW)
    audit.record_seen(ana, audit.LISTED, "claims", {"claim": [claim.pk]}, practice_id=practice.pk, now=NOW)
    told = {"recipient": "Court", "what": "the ledger", "purpose": "subpoena"}
    privacy.record_disclosure(actor=ada, account_id=claim.account_id, disclosed_on=TODAY, **told, today=TODAY, now=NOW)
    snapshots.take_snapshot(day=TODAY - DAY, now=NOW)
    AccessAttempt.objects.create(username="x", ip_address="10.0.0.1", user_agent="b", failures_since_start=3)
    AccessLog.objects.create(username="x", ip_address="10.0.0.1", user_agent="b")
    for model in (AccessAttempt, AccessLog):
        model.objects.update(attempt_time=NOW)


@pytest.mark.usefixtures("lived")
def test_after_a_hundred_years_the_books_the_work_the_people_and_the_trail_are_all_there(night: Night) -> None:
    before = counts()
    assert before["claims.Posting"]
    assert before["claims.Disclosure"]
    assert before["staff.SeenRecord"]
    done = night(CENTURY)
    assert (done.dropped["drafts"], done.dropped["attempts"], done.dropped["aging_days"]) == (1, 2, 1)
    assert counts() == before | {"staff.AuditEvent": before["staff.AuditEvent"] + 1}
    assert not any(model._default_manager.exists() for model in MAY_SHRINK)
    assert not audit_proof.verify().broken


@pytest.mark.usefixtures("lived")
def test_the_dry_run_tells_counts_and_oldest_days_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW + 8 * DAY)
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY + 8 * DAY)
    before, out = (counts(), WorkDraft.objects.count()), io.StringIO()
    call_command("retention", stdout=out)
    assert "drafts: 1 past 7 days, the oldest of 2026-11-20\n" in out.getvalue()
    assert "attempts: 0 past 90 days\n" in out.getvalue()
    assert "Nothing was deleted. --apply deletes this." in out.getvalue()
    assert (counts(), WorkDraft.objects.count()) == before
    call_command("retention", "--apply", stdout=out)
    assert "drafts: 1 deleted" in out.getvalue()
    assert not WorkDraft.objects.exists()


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize(("code", "days"), [("drafts", 7), ("attempts", 90), ("aging_days", 3653)])
def test_nothing_goes_on_the_last_day_of_its_term_and_all_of_it_on_the_next(code: str, days: int) -> None:
    term = days * DAY
    assert due(code, NOW + term - (DAY if code == "aging_days" else 0 * DAY))[0] == 0
    assert due(code, NOW + term + DAY)[0] > 0


@pytest.mark.usefixtures("lived")
def test_an_owner_sets_another_term_from_a_day_on(night: Night) -> None:
    add_limit(LimitDraft("keep_drafts", 2, TODAY, "Minutes"), actor=make_oona(make_practice()), now=NOW)
    assert due("drafts", NOW + 3 * DAY) == (1, TODAY)
    assert night(NOW + 3 * DAY).dropped["drafts"] == 1


@pytest.mark.usefixtures("lived")
def test_a_run_leaves_one_event_with_what_went_and_under_which_terms(night: Night) -> None:
    night(NOW + 8 * DAY)
    event = AuditEvent.objects.get(action="retention")
    assert (event.actor, event.practice_id, event.subject) == (None, None, "retention")
    assert event.after["dropped"]["drafts"] == 1
    assert event.after["dropped"]["accepted_files"] == 0
    assert (event.after["days"]["drafts"], event.after["failed"]) == (7, [])
    assert set(event.after["dropped"]) == {kind.code for kind in kinds(now=NOW)}


@pytest.mark.usefixtures("lived")
def test_a_legal_hold_stops_it_altogether_and_the_run_says_so(settings: Any, night: Night) -> None:
    settings.LEGAL_HOLD = "Doe v. Harbor Clinic"
    assert night(CENTURY).held == "Doe v. Harbor Clinic"
    assert (WorkDraft.objects.count(), AccessLog.objects.count()) == (1, 1)
    assert AgingState.objects.exists()
    assert AuditEvent.objects.get(action="retention").after == {"held": "Doe v. Harbor Clinic"}
    with pytest.raises(CommandError, match=r"Held: Doe v\. Harbor Clinic\. Nothing was deleted"):
        call_command("retention", "--apply")
    out = io.StringIO()
    call_command("retention", stdout=out)
    assert "Held: Doe v. Harbor Clinic. Nothing would be deleted." in out.getvalue()
    settings.LEGAL_HOLD = ""
    assert night(CENTURY).dropped["drafts"] == 1


@pytest.mark.usefixtures("lived")
def test_a_kind_that_fails_keeps_no_other_from_its_turn_and_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, night: Night
) -> None:
    def refuses() -> None:
        raise PermissionError

    monkeypatch.setattr(store, "half_arrived", refuses)
    monkeypatch.setattr("arwork.lib.retention.BATCH", 1)
    done = night(CENTURY)
    assert (done.failed, done.dropped["drafts"]) == (("half_arrived",), 1)
    assert "half_arrived" not in done.dropped
    assert AuditEvent.objects.get(action="retention").after["failed"] == ["half_arrived"]
    assert [one.levelno for one in caplog.records if "half_arrived" in one.getMessage()] == [logging.ERROR]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL makes no copy beside itself")
def test_the_copy_of_an_interrupted_backup_goes_after_a_day(
    tmp_path, monkeypatch: pytest.MonkeyPatch, night: Night
) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "arwork.sqlite3"))
    copy = tmp_path / ".backup-xyz"
    copy.mkdir()
    (copy / "copy.sqlite3").write_bytes(b"SQLite")
    (tmp_path / "arwork.sqlite3").write_bytes(b"SQLite")
    moment = dt.datetime.now(dt.UTC)
    assert night(moment).dropped["half_made"] == 0
    assert night(moment + 2 * DAY).dropped["half_made"] == 1
    assert [path.name for path in tmp_path.glob("*arwork*")] == ["arwork.sqlite3"]
    assert not copy.exists()


def test_beat_rings_for_it_every_night(night: Night) -> None:
    entry = app.conf.beat_schedule["enforce-retention"]
    assert entry["task"] == tasks.enforce_retention.name
    tasks.enforce_retention()
    assert AuditEvent.objects.filter(action=services.RUN).count() == 1
    assert live.LEGAL_HOLD == ""
    assert not SeenRecord.objects.exists()
    assert not Disclosure.objects.exists()
