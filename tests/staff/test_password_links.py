"""A new password by e-mail: one link, one use, one hour; and no word about who has an account."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core import mail as outbox
from django.test import Client

from arwork.staff.models import AuditEvent, User
from tests.cast import NOW, PASSWORD, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager_tasks")]
OWN = "quiet-harbor-lamp-9"


@pytest.fixture(autouse=True)
def _email(settings: Any) -> None:
    settings.EMAIL_CONFIGURED = True


def _ana() -> User:
    ana = make_user()
    ana.email = "ana@harbor.example"
    ana.save()
    return ana


def _link() -> str:
    found = re.search(r"http://testserver(/forgotten/\S+)", outbox.outbox[-1].body)
    assert found
    return found[1]


@pytest.mark.parametrize("typed", ["ana", "ANA", "ana@harbor.example", " Ana@Harbor.example "])
def test_the_link_goes_to_the_address_of_whoever_it_names(client: Client, typed: str) -> None:
    _ana()
    client.post("/forgotten", {"who": typed})
    assert outbox.outbox[0].to == ["ana@harbor.example"]
    client.post(_link(), {"new": OWN, "again": OWN})
    assert client.post("/login", {"username": "ana", "password": OWN}).status_code == 302
    assert [event.action for event in AuditEvent.objects.order_by("id")] == [
        "password_link_sent", "password_changed_by_email", "signed_in",
    ]  # fmt: skip


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(client: Client) -> None:
    _ana()
    make_user(username="no-address")
    closed = make_user(username="closed")
    User.objects.filter(pk=closed.pk).update(is_active=False, email="closed@harbor.example")
    by_sso = make_user(username="by-sso")  # never had a password, or lost a temporary one to single sign-on
    by_sso.email = "sso@harbor.example"
    by_sso.set_unusable_password()
    by_sso.save()
    answers = {
        re.sub(r'value="[^"]{64}"', "", client.post("/forgotten", {"who": who}).content.decode())
        for who in ("ana", "nobody", "no-address", "closed", "closed@harbor.example", "by-sso", "sso@harbor.example")
    }
    assert len(answers) == 1
    assert [one.to for one in outbox.outbox] == [["ana@harbor.example"]]


def test_a_link_opens_once(client: Client) -> None:
    _ana()
    client.post("/forgotten", {"who": "ana"})
    link = _link()
    assert client.post(link, {"new": OWN, "again": OWN}).status_code == 302
    again = client.post(link, {"new": "other-lantern-boat-3", "again": "other-lantern-boat-3"})
    assert "used already" in again.content.decode()
    assert User.objects.get(username="ana").check_password(OWN)


def test_a_link_opens_for_an_hour(client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as time:
        _ana()
        client.post("/forgotten", {"who": "ana"})
        time.shift(dt.timedelta(minutes=59))
        assert client.get(_link()).status_code == 200
        time.shift(dt.timedelta(minutes=2))
        assert "older than an hour" in client.get(_link()).content.decode()


def test_a_new_password_by_link_ends_every_session_and_is_told(client: Client) -> None:
    _ana()
    client.post("/login", {"username": "ana", "password": PASSWORD})
    visitor = Client()
    visitor.post("/forgotten", {"who": "ana"})
    visitor.post(_link(), {"new": OWN, "again": OWN})
    assert client.get("/security").status_code == 302
    assert "was changed" in outbox.outbox[-1].subject
    assert "_auth_user_id" not in visitor.session, "a link signs nobody in"


def test_a_poor_password_is_refused_behind_the_link_too(client: Client) -> None:
    _ana()
    client.post("/forgotten", {"who": "ana"})
    assert client.post(_link(), {"new": "passwordpassword", "again": "passwordpassword"}).status_code == 422


def test_nobody_is_flooded(client: Client) -> None:
    _ana()
    for _ in range(6):
        client.post("/forgotten", {"who": "ana"})
    assert len(outbox.outbox) == 3


def test_an_address_that_two_share_gets_nothing(client: Client) -> None:
    _ana()
    make_user(username="ben")
    User.objects.update(email="desk@harbor.example")
    client.post("/forgotten", {"who": "desk@harbor.example"})
    assert not outbox.outbox


@pytest.mark.parametrize("link", ["x/y", "MTAw/y", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk/y"])
def test_a_link_that_was_never_one_is_refused_in_words(client: Client, link: str) -> None:
    assert "Ask for another" in client.get(f"/forgotten/{link}").content.decode()


def test_where_no_email_leaves_it_is_not_offered(client: Client, settings: Any) -> None:
    assert "/forgotten" in client.get("/login").content.decode()
    settings.EMAIL_CONFIGURED = False
    assert "/forgotten" not in client.get("/login").content.decode()
    assert client.get("/forgotten").status_code == 404
