"""A hundred refused sign-ins are a few events that know their number; who sends nothing is slowed like who guesses."""

import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client

from arwork.staff import lockout, refusals
from arwork.staff.models import AuditEvent, RefusedSignIns
from arwork.web.tasks import tell_refused_sign_ins
from tests.cast import make_user

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
HERE = "192.0.2.7"


def told() -> list[tuple[int | None, int, str]]:
    """Whom each event is about, how many it counts and from where."""
    rows = AuditEvent.objects.filter(action="sign_in_refused").order_by("id")
    return [(row.subject_id, row.after["count"], row.after["address"]) for row in rows]


def knock(times: int, name: str = "ana", address: str = HERE) -> None:
    for _ in range(times):
        Client().post("/login", {"username": name, "password": "wrong"}, REMOTE_ADDR=address)


def test_a_hundred_refusals_are_three_events() -> None:
    ana = make_user()
    knock(100)
    assert told() == [(ana.pk, 1, HERE), (ana.pk, 10, HERE), (ana.pk, 100, HERE)]
    assert RefusedSignIns.objects.count() == 1


def test_names_that_nobody_has_count_as_one() -> None:
    for number in range(60):
        knock(1, f"name{number}")
    assert told() == [(None, 1, HERE), (None, 10, HERE)]


def test_each_address_is_told_by_itself() -> None:
    ana = make_user()
    knock(2)
    knock(1, address="198.51.100.9")
    assert told() == [(ana.pk, 1, HERE), (ana.pk, 1, "198.51.100.9")]


def test_what_is_left_is_told_when_the_window_has_ended() -> None:
    ana = make_user()
    with time_machine.travel(START, tick=False) as clock:
        knock(57)
        tell_refused_sign_ins()
        assert told()[-1] == (ana.pk, 10, HERE), "the window is still open"
        clock.shift(dt.timedelta(minutes=15))
        tell_refused_sign_ins()
        assert told()[2:] == [(ana.pk, 57, HERE)]
        assert not RefusedSignIns.objects.exists()
        knock(1)
    assert told()[3:] == [(ana.pk, 1, HERE)]


def test_a_window_that_has_told_everything_ends_in_silence() -> None:
    make_user()
    with time_machine.travel(START, tick=False):
        knock(1)
    assert refusals.tell_ended(now=START + dt.timedelta(minutes=20)) == 1
    assert len(told()) == 1


def test_the_next_window_begins_with_what_the_last_one_left() -> None:
    ana = make_user()
    with time_machine.travel(START, tick=False) as clock:
        knock(7)
        clock.shift(dt.timedelta(minutes=16))
        knock(1)
    assert told() == [(ana.pk, 1, HERE), (ana.pk, 7, HERE), (ana.pk, 1, HERE)]


@pytest.mark.parametrize("form", [{}, {"username": "", "password": "x"}, {"username": "", "password": ""}])
def test_an_empty_name_is_slowed_and_told_like_any_other(form: dict[str, str]) -> None:
    make_user()
    pages = [Client().post("/login", form, REMOTE_ADDR=HERE).content.decode() for _ in range(100)]
    assert "This name is locked" in pages[-1]
    assert "This name is locked" not in pages[0]
    assert told() == [(None, 1, HERE), (None, 10, HERE), (None, 100, HERE)]
    assert AccessAttempt.objects.get().failures_since_start == 5, "who is kept out already costs nothing more"


def test_a_name_without_a_password_counts_for_that_name() -> None:
    make_user()
    for _ in range(5):
        Client().post("/login", {"username": "ana", "password": ""}, REMOTE_ADDR=HERE)
    assert lockout.locked_names(["ana"], now=dt.datetime.now(dt.UTC)) == {"ana"}
