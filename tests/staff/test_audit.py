"""The trail: written with the deed, chained, and whoever touches it below the application is found."""

import datetime as dt
import threading
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from arwork.staff import audit, audit_proof, audit_seals, people
from arwork.staff.models import AuditEvent, AuditStrand
from tests.cast import NOW, make_practice, make_user
from tests.support import lift_append_only

pytestmark = pytest.mark.django_db


def _write(count: int = 3) -> list[AuditEvent]:
    for number in range(count):
        audit.record(None, "posted", "claim", number, practice_id=1, after={"amount": Decimal("1.10")}, now=NOW)
    return list(AuditEvent.objects.order_by("id"))


def test_an_event_says_who_did_what_to_what_and_when() -> None:
    ana = make_user()
    audit.record(
        ana, "snoozed", "item", 7, practice_id=3, before={"until": None}, after={"until": dt.date(2026, 12, 1)}, now=NOW
    )
    event = AuditEvent.objects.get()
    assert (event.actor, event.action, event.subject, event.subject_id, event.practice_id) == (
        ana,
        "snoozed",
        "item",
        7,
        3,
    )
    assert event.before == {"until": None}
    assert event.after == {"until": "2026-12-01"}


def test_events_of_a_strand_follow_one_another() -> None:
    first, second, third = _write()
    assert first.previous_hash == audit.GENESIS
    assert second.previous_hash == first.hash
    assert third.previous_hash == second.hash
    assert audit_proof.verify().broken == ()


def test_the_event_goes_with_the_deed() -> None:
    def deed() -> None:
        with transaction.atomic():
            _write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed()
    assert not AuditEvent.objects.exists()


def test_facts_read_back_equal_on_both_engines() -> None:
    facts = {
        "amount": Decimal("10.50"),
        "on": dt.date(2026, 1, 2),
        "share": 0.1,
        "ids": {3, 1},
        5: "x\x00",
        "none": None,
    }
    audit.record(None, "tried", "claim", 1, practice_id=None, after=facts, now=NOW)
    assert AuditEvent.objects.get().after == {
        "amount": "10.50", "on": "2026-01-02", "share": "0.1", "ids": [1, 3], "5": "x", "none": None
    }  # fmt: skip
    assert not audit_proof.verify().broken


def test_many_events_cost_a_handful_of_queries(django_assert_max_num_queries: object) -> None:
    # SQLite takes 999 values at once; PostgreSQL a thousand rows.
    deeds = (audit.Deed("posted", "claim", number, practice_id=1) for number in range(2500))
    with django_assert_max_num_queries(40 if connection.vendor == "sqlite" else 12):  # type: ignore[operator]
        assert audit.record_many(None, deeds, now=NOW) == 2500
    assert audit_proof.verify().events == 2500
    assert not audit_proof.verify().broken


def test_no_deed_leaves_no_event(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert audit.record_many(None, [], now=NOW) == 0


@pytest.mark.parametrize("change", [lambda rows: rows.update(action="other"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_or_remove(change: object) -> None:
    _write(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(AuditEvent.objects.all())  # type: ignore[operator]
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "other"),
        ("subject_id", 99),
        ("practice_id", 9),
        ("after", {"amount": "9.99"}),
        ("at", NOW + dt.timedelta(1)),
    ],
)
def test_a_changed_event_is_found(column: str, value: object) -> None:
    events = _write()
    with lift_append_only():
        AuditEvent.objects.filter(pk=events[1].pk).update(**{column: value})
    assert any("its content is not what was recorded" in fault for fault in audit_proof.verify().broken)


def test_a_removed_event_is_found() -> None:
    events = _write()
    with lift_append_only():
        AuditEvent.objects.filter(pk=events[1].pk).delete()
    assert any("events are missing" in fault for fault in audit_proof.verify().broken)


def test_a_forged_event_with_a_sound_hash_is_found() -> None:
    events = _write()
    with lift_append_only():
        forged = events[1]
        forged.action = "other"
        forged.hash = audit.digest_of(forged)
        forged.save()
    assert any("does not follow" in fault for fault in audit_proof.verify().broken)


def test_a_removed_tail_is_missed_by_the_checkpoint() -> None:
    events = _write()
    audit_proof.checkpoint(audit_proof.verify(), now=NOW)
    kept = AuditEvent.objects.get(action=audit_proof.CHECKPOINT)
    with lift_append_only():
        AuditEvent.objects.filter(pk=events[2].pk).delete()
        other = (kept.strand + 1) % AuditStrand.COUNT
        kept.strand, kept.position, kept.previous_hash = other, 1, audit.GENESIS
        kept.hash = audit.digest_of(kept)
        kept.save()
    (Path(settings.DATA_DIR) / audit_seals.FILE).unlink()
    assert any("the checkpoint in event" in fault and "at 3" in fault for fault in audit_proof.verify().broken)


def test_the_command_proves_and_seals() -> None:
    _write()
    out = StringIO()
    call_command("verify_audit", "--checkpoint", stdout=out)
    assert "3 events in 1 strands" in out.getvalue()
    assert AuditEvent.objects.filter(action=audit_proof.CHECKPOINT).count() == 1


def test_the_command_fails_and_names_the_event() -> None:
    events = _write()
    with lift_append_only():
        AuditEvent.objects.filter(pk=events[0].pk).update(subject_id=12)
    errors = StringIO()
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit", stderr=errors)
    assert f"event {events[0].pk}" in errors.getvalue()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_long_transaction_delays_no_other_writer() -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            audit.record(None, "imported", "file", 1, practice_id=1, now=NOW)
            entered.set()
            leave.wait(10)
        connection.close()

    audit.record(None, "first", "file", 0, practice_id=1, now=NOW)
    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(10)
    done = threading.Event()

    def write() -> None:
        audit.record(None, "logged", "item", 2, practice_id=1, now=NOW)
        done.set()
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    prompt = done.wait(5)
    leave.set()
    holder.join()
    writer.join()
    assert prompt
    assert not audit_proof.verify().broken


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_break_no_strand() -> None:
    def write() -> None:
        for number in range(25):
            audit.record(None, "logged", "item", number, practice_id=1, now=NOW)
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verdict = audit_proof.verify()
    assert verdict.events == 200
    assert not verdict.broken


def test_the_filter_of_the_trail_names_each_person_once_however_many_practices_they_share() -> None:
    both = [make_practice(), make_practice(name="Oak Street", npi="1234567893", tin="123456789")]
    ada, ana = make_user(username="ada", role="admin", practices=both), make_user(username="ana", practices=both)
    assert sorted(pk for pk, _ in people.names(actor=ada)) == sorted([ada.pk, ana.pk])
