"""The door: what strangers learn (nothing), how often they may try, and when a page closes."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client

from arwork.lib import clock
from arwork.staff.models import AuditEvent
from collections_app.deliveries.door_models import DoorTry
from collections_app.portal import links
from collections_app.portal.models import PortalDeed, PortalLink, PortalVisit
from collections_app.portal.paper_links import links_on_paper
from tests.cast import make_account
from tests.portal.conftest import RIGHT, open_door

WRONG = {**RIGHT, "day": "10"}
UNKNOWN = "/my-bill/open?key=" + "A" * 43


def told(response: object) -> str:
    text = response.content.decode()  # type: ignore[attr-defined]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_the_right_answers_open_the_bill(gus: SimpleNamespace, client: Client) -> None:
    assert open_door(client, gus.link).status_code == 302
    page = client.get("/my-bill")
    assert page.status_code == 200
    assert "$240.00" in page.content.decode()
    assert PortalDeed.objects.get().kind == "opened"
    event = AuditEvent.objects.get(action="patient_opened")
    assert event.actor_id is None


def test_the_token_leaves_the_address_with_the_first_request(gus: SimpleNamespace, client: Client) -> None:
    response = client.get(gus.link.removeprefix("http://127.0.0.1:8000"))
    assert (response.status_code, response["Location"]) == (302, "/my-bill")
    door = client.get("/my-bill").content.decode()
    assert gus.link.rpartition("=")[2] not in door
    assert client.cookies["billdoor"]["httponly"]


def test_the_link_on_paper_opens_the_same_door(gus: SimpleNamespace, client: Client) -> None:
    found = links_on_paper([gus.account], clock.now(), clock.today())
    assert open_door(client, found[gus.account.pk]).status_code == 302
    assert "$240.00" in client.get("/my-bill").content.decode()


def test_only_digests_are_kept(gus: SimpleNamespace, client: Client) -> None:
    token = gus.link.rpartition("=")[2]
    open_door(client, gus.link)
    kept = [*PortalLink.objects.values_list("digest", flat=True), *PortalVisit.objects.values_list("digest", flat=True)]
    assert token not in kept
    assert client.cookies["bill"].value not in kept
    assert all(len(one) == 64 for one in kept)


def test_wrong_answers_unknown_links_and_links_that_ended_look_alike(gus: SimpleNamespace) -> None:
    ended = links.portal_link(
        gus.account, actor=None, now=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), today=dt.date(2025, 1, 1)
    )
    answers = [
        open_door(Client(), gus.link, WRONG),
        open_door(Client(), gus.link, {**RIGHT, "zip": "99999"}),
        open_door(Client(), UNKNOWN, RIGHT),
        open_door(Client(), ended, WRONG),
    ]
    assert {one.status_code for one in answers} == {422}
    first = re.sub(r"selected", "", told(answers[0]))
    assert all(re.sub(r"selected", "", told(one)).count("<option") == first.count("<option") for one in answers)
    assert all("does not match, or the link has ended" in told(one) for one in answers)
    assert not PortalVisit.objects.exists()
    assert all(set(one.cookies) <= {"csrftoken"} for one in answers)


def test_an_ended_link_opens_nothing_even_for_the_right_answers(gus: SimpleNamespace) -> None:
    ended = links.portal_link(
        gus.account, actor=None, now=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), today=dt.date(2025, 1, 1)
    )
    assert open_door(Client(), ended, RIGHT).status_code == 422


@pytest.mark.parametrize("where", ["known", "unknown"])
def test_after_five_wrong_answers_nobody_is_let_in_for_half_an_hour(gus: SimpleNamespace, where: str) -> None:
    """Known and unknown links cost the same five tries."""
    link = gus.link if where == "known" else UNKNOWN
    client = Client()
    found = [open_door(client, link, WRONG).status_code for _ in range(7)]
    assert found == [422] * 5 + [429] * 2
    assert open_door(client, link, RIGHT).status_code == 429
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=31), tick=False):
        assert open_door(client, link, RIGHT).status_code == (302 if where == "known" else 422)


def test_one_place_can_not_go_on_with_link_after_link(gus: SimpleNamespace) -> None:
    found = [
        open_door(Client(), f"/my-bill/open?key={'B' * 40}{number:03d}", RIGHT).status_code for number in range(22)
    ]
    assert found == [422] * 20 + [429] * 2
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert open_door(elsewhere, gus.link, RIGHT).status_code == 302


def test_tries_keep_no_network_address(gus: SimpleNamespace) -> None:
    open_door(Client(REMOTE_ADDR="203.0.113.9"), gus.link, WRONG)
    [kept] = DoorTry.objects.all()
    assert "203.0.113.9" not in kept.origin
    assert len(kept.origin) == 32


def test_the_page_closes_after_a_quarter_of_an_hour(inside: Client) -> None:
    assert "$240.00" in inside.get("/my-bill").content.decode()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=16), tick=False):
        assert "$240.00" not in inside.get("/my-bill").content.decode()
        late = inside.post("/my-bill/question", {"words": "What is this about?"})
        assert late.status_code == 422
        assert "You were away for a while" in late.content.decode()


def test_a_revoked_link_ends_who_is_on_the_page(gus: SimpleNamespace, inside: Client) -> None:
    assert links.revoke(account_id=gus.account.pk, actor=gus.ana, now=clock.now()) == 1
    assert "$240.00" not in inside.get("/my-bill").content.decode()
    assert open_door(Client(), gus.link).status_code == 422


def test_closing_ends_the_visit_everywhere(inside: Client) -> None:
    secret = inside.cookies["bill"].value
    inside.post("/my-bill/close")
    other = Client()
    other.cookies["bill"] = secret
    assert "$240.00" not in other.get("/my-bill").content.decode()


def test_another_guarantor_does_not_inherit_the_page(gus: SimpleNamespace, inside: Client) -> None:
    gus.account.guarantor = make_account(practice=gus.practice, last="Ruiz", first="Rosa").guarantor
    gus.account.save()
    assert "$240.00" not in inside.get("/my-bill").content.decode()


def test_the_staffs_session_opens_nothing_here_and_this_one_nothing_there(
    gus: SimpleNamespace, inside: Client, client: Client
) -> None:
    assert inside.get(f"/accounts/{gus.account.pk}").status_code == 302
    staff = Client()
    staff.force_login(gus.ana)
    page = staff.get("/my-bill").content.decode()
    assert "$240.00" not in page
    assert "Accounts" not in page


def test_every_page_says_that_nobody_keeps_or_lists_it(gus: SimpleNamespace, inside: Client) -> None:
    for page in (inside.get("/my-bill"), Client().get("/my-bill"), inside.get("/my-bill/papers/999999")):
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"
        assert "noindex" in page["X-Robots-Tag"]
        assert page["X-Frame-Options"] == "DENY"
        assert "script-src" in page["Content-Security-Policy"]


def test_a_form_without_its_token_does_nothing(gus: SimpleNamespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(gus.link.removeprefix("http://127.0.0.1:8000"))
    answer = client.post("/my-bill/answer", RIGHT)
    assert (answer.status_code, answer["Location"]) == (302, "/my-bill?cookies=1")
    assert "Allow cookies for this page" in client.get(answer["Location"]).content.decode()
    assert not DoorTry.objects.exists()


def test_nothing_of_the_patient_is_in_addresses_or_logs(
    gus: SimpleNamespace, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    open_door(client, gus.link, WRONG)
    open_door(client, gus.link)
    page = client.get("/my-bill").content.decode()
    for secret in ("1961", "12207", "Guarino", gus.link.rpartition("=")[2]):
        assert secret not in caplog.text
    addresses = re.findall(r'(?:href|action)="([^"]+)"', page)
    assert addresses
    assert not [one for one in addresses if gus.account.number in one or "Guarino" in one]
