"""Each night the books are proven without anybody asking, and what does not hold is said where alarms are raised."""

import logging

import pytest
from django.db import connection

from arwork.celery import app
from claims import tasks
from tests.cast import make_claim

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
