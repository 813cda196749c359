"""Each night the books are proven without anybody asking, and what does not hold is said where alarms are raised."""

import logging

import pytest
from django.db import connection
from django.test import Client

from arwork.celery import app
from arwork.staff.models import AuditEvent
from arwork.web.background import TRAIL_BROKEN
from arwork.web.tasks import prove_trail
from claims import tasks
from tests.cast import NOW, make_claim, make_sol
from tests.support import lift_append_only

pytestmark = pytest.mark.django_db


def test_the_bell_of_the_night_rings_a_task_that_exists() -> None:
    entry = app.conf.beat_schedule["prove-books"]
    assert entry["task"] == tasks.prove_books.name


def test_a_changed_balance_is_an_error_that_names_the_row_and_nobody(caplog: pytest.LogCaptureFixture) -> None:
    claim = make_claim(lines=["240.00"])
    line = claim.lines.get()
    caplog.set_level(logging.INFO, logger="claims.tasks")
    tasks.prove_books()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_claimline SET payer1 = 1 WHERE id = %s", [line.pk])
    tasks.prove_books()
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert any(f"line {line.pk}: PAYER1 holds 0.01, postings say 240.00" in error for error in errors)
    assert not any("Guarino" in error for error in errors)


def test_the_trail_is_proven_by_night_too_and_a_broken_one_is_told_to_supervisors(client: Client) -> None:
    assert app.conf.beat_schedule["prove-trail"]["task"] == prove_trail.name
    claim = make_claim()
    client.force_login(make_sol(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/claims").status_code == 200
    prove_trail()
    assert client.get("/readyz").json()["trail"] == "ok"
    assert TRAIL_BROKEN not in client.get("/my-day").content.decode()
    with lift_append_only():
        AuditEvent.objects.filter(action="listed").update(at=NOW)
    prove_trail()
    assert client.get("/readyz").json()["trail"] == "degraded"
    assert TRAIL_BROKEN in client.get("/my-day").content.decode()
