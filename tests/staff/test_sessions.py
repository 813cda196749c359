"""Nothing outlives a session: a browser that was simply closed leaves no search behind either."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from arwork.celery import app
from arwork.staff.models import BrowserSession
from arwork.web.tasks import drop_ended_sessions
from tests.cast import NOW, make_practice, make_user


@pytest.mark.django_db
def test_what_was_searched_for_goes_when_the_session_has_ended(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        client.force_login(make_user(practices=[make_practice()]), backend=settings.AUTHENTICATION_BACKENDS[-1])
        client.post("/search", {"q": "Quillfeather"})
        drop_ended_sessions()
        assert BrowserSession.objects.get().get_decoded()["searches"], "the session still runs"
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        drop_ended_sessions()
        assert not BrowserSession.objects.exists()


@pytest.mark.django_db
def test_what_was_told_stands_in_no_cookie_and_ends_with_the_session(client: Client) -> None:
    client.force_login(make_user(practices=[make_practice()]), backend=settings.AUTHENTICATION_BACKENDS[-1])
    response = client.post("/list/keep", {"name": "Claim H0000042", "q": "due:today"})
    assert response.status_code == 302
    assert "messages" not in response.cookies
    client.post("/logout")
    assert "H0000042" not in client.get("/login").content.decode()


def test_every_bell_of_the_schedule_has_its_task() -> None:
    app.loader.import_default_modules()
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "arwork.web.tasks.drop_ended_sessions" in rung
    assert rung <= set(app.tasks)
