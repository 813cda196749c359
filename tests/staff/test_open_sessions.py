"""Where somebody is signed in: seen, ended one by one, ended for good with the account, and ended by time."""

import datetime as dt
import os
import subprocess
import sys

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from arwork.staff import open_sessions, people
from arwork.staff.devices import device
from arwork.staff.models import AuditEvent, BrowserSession, User
from arwork.staff.session_store import SessionStore
from tests.cast import NOW, PASSWORD, make_ada, make_practice, make_user

pytestmark = pytest.mark.django_db
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile Safari/604.1"


def _signed_in(username: str = "ana", *, agent: str = WINDOWS, address: str = "203.0.113.9") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    response = client.post("/login", {"username": username, "password": PASSWORD})
    assert response.status_code == 302
    return client


def _is_in(client: Client) -> bool:
    return client.get("/security").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Chrome on Windows"),
        (WINDOWS + " Edg/141.0", "Edge on Windows"),
        (IPHONE, "Safari on an iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("curl/8", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent: str, words: str) -> None:
    assert device(agent) == words


def test_people_see_where_they_are_signed_in_this_browser_first() -> None:
    ana = make_user()
    with time_machine.travel(NOW, tick=False):
        here = _signed_in()
    later = NOW + dt.timedelta(minutes=10)
    with time_machine.travel(later, tick=False):
        _signed_in(agent=IPHONE, address="198.51.100.7")
        page = here.get("/security").content.decode()
    assert page.index("Chrome on Windows") < page.index("Safari on an iPhone")
    assert "this browser" in page
    first, second = open_sessions.open_sessions(ana, here=here.session.session_key, now=later)
    assert (first.device, first.address, first.began_at, first.seen_at) == (
        "Chrome on Windows", "203.0.113.9", NOW, later,
    )  # fmt: skip
    assert (second.address, second.is_here) == ("198.51.100.7", False)


def test_no_page_shows_the_key_of_a_session() -> None:
    make_user()
    here, there = _signed_in(), _signed_in(agent=IPHONE)
    assert there.session.session_key not in here.get("/security").content.decode()


def test_one_session_is_ended_and_the_others_go_on() -> None:
    ana = make_user()
    here, phone, third = _signed_in(), _signed_in(agent=IPHONE), _signed_in()
    (handle,) = [
        one.handle for one in open_sessions.open_sessions(ana, now=dt.datetime.now(tz=dt.UTC)) if "iPhone" in one.device
    ]
    assert here.post("/security/sessions", {"session": handle}).status_code == 302
    assert [_is_in(one) for one in (here, phone, third)] == [True, False, True]
    assert here.post("/security/sessions", {"session": handle}).status_code == 404, "it has ended already"


def test_all_others_are_ended_at_once() -> None:
    make_user()
    here, *others = (_signed_in() for _ in range(3))
    here.post("/security/sessions")
    assert [_is_in(one) for one in (here, *others)] == [True, False, False]
    event = AuditEvent.objects.get(action="session_ended")
    assert event.after == {"sessions": 2}


def test_nobody_ends_the_session_of_another() -> None:
    make_user()
    make_user(username="ben")
    ana, ben = _signed_in(), _signed_in("ben")
    (handle,) = [
        one.handle
        for one in open_sessions.open_sessions(User.objects.get(username="ana"), now=dt.datetime.now(tz=dt.UTC))
    ]
    assert ben.post("/security/sessions", {"session": handle}).status_code == 404
    assert _is_in(ana)


def test_an_administrator_sees_and_ends_the_sessions_of_those_they_manage() -> None:
    harbor = make_practice()
    ana, ada = make_user(practices=[harbor]), make_ada(harbor)
    of_ana, of_ada = _signed_in(), _signed_in("ada")
    assert "Chrome on Windows" in of_ada.get(f"/people/{ana.pk}").content.decode()
    assert of_ada.post(f"/people/{ana.pk}/sessions").status_code == 302
    assert not _is_in(of_ana)
    event = AuditEvent.objects.get(action="session_ended")
    assert (event.actor, event.subject_id) == (ada, ana.pk)


def test_an_administrator_of_another_practice_ends_nothing() -> None:
    ana = make_user(practices=[make_practice()])
    make_ada(make_practice(name="Oak Street Surgery", npi="1003000126"))
    of_ana, of_ada = _signed_in(), _signed_in("ada")
    assert of_ada.post(f"/people/{ana.pk}/sessions").status_code == 404
    assert _is_in(of_ana)


def test_an_account_that_is_opened_again_revives_no_session() -> None:
    harbor = make_practice()
    ana, ada = make_user(practices=[harbor]), make_ada(harbor)
    client = _signed_in()
    kept = BrowserSession.objects.get(user=ana)
    for active in (False, True):
        people.set_active(ana.pk, active=active, actor=ada, now=NOW)
    assert not _is_in(client)
    kept.save(force_insert=True)  # as if its row had been written back meanwhile, by a request that was under way
    assert not _is_in(client)


def test_a_reset_password_ends_every_session() -> None:
    harbor = make_practice()
    ana = make_user(practices=[harbor])
    client = _signed_in()
    people.reset_password(ana.pk, actor=make_ada(harbor), now=NOW)
    assert not BrowserSession.objects.filter(user=ana).exists()
    assert not _is_in(client)


def test_a_session_ends_after_twelve_hours_however_busy() -> None:
    make_user(role="admin")
    with time_machine.travel(NOW, tick=False) as time:
        client = _signed_in()
        for _ in range(36):
            time.shift(dt.timedelta(minutes=20))
            response = client.get("/people")
            assert response.status_code == 200
        time.shift(dt.timedelta(minutes=1))
        response = client.get("/people")
        assert response.headers["Location"] == "/login?next=/people&limit=1"
        assert "lasts 12 hours" in client.get(response.headers["Location"]).content.decode()
        assert AuditEvent.objects.order_by("-id")[0].action == "signed_out_limit"
        assert client.post("/login", {"username": "ana", "password": PASSWORD}).status_code == 302
        assert client.get("/people").status_code == 200, "the new session has its own hours"


def test_where_each_process_has_its_own_memory_no_session_is_copied_into_it() -> None:
    """Two web processes without Redis: signed out in one, a session went on in the memory of the other."""
    code = (
        "from django.conf import settings; import django; django.setup(); from django.core.cache import caches; "
        "print(type(caches[settings.SESSION_CACHE_ALIAS]).__name__)"
    )

    def kind(**more: str) -> str:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "arwork.settings", **more}
        found = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        return found.stdout.strip()

    assert kind(REDIS_URL="") == "DummyCache"
    assert kind(REDIS_URL="redis://localhost:1/0") == "ShortCache"


def test_a_request_under_way_does_not_write_an_ended_session_back() -> None:
    ana = make_user()
    client = _signed_in()
    under_way = SessionStore(client.session.session_key)
    under_way["seen_at"] = 1.0
    open_sessions.drop_all(ana)
    with pytest.raises(UpdateError):
        under_way.save()
    assert not _is_in(client)
