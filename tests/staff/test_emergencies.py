"""Emergency access: one practice, to read, for a while; every page is recorded, and somebody else reviews it."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.staff import emergencies
from arwork.staff.access import CAPABILITIES, Capability, enter_emergency, may, practice_ids
from arwork.staff.models import AuditEvent, EmergencyAccess, User
from claims.practices.models import Practice
from collections_app.aging.models import AgingState
from collections_app.aging.summaries import mark_stale, refresh_summaries
from tests.acceptance.test_every_address_by_role import CASES
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ada,
    make_ana,
    make_claim,
    make_oona,
    make_patient,
    make_practice,
    make_sol,
    make_user,
)

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
WHY = "The hospital asks about a lost authorization"
CEDAR = "1003000126"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    told = {"now": NOW}
    monkeypatch.setattr("arwork.lib.clock.now", lambda: told["now"])
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    return told


@pytest.fixture
def cedar(db: None) -> Practice:
    return make_practice(name="Cedar Clinic", npi=CEDAR, tin="069999999")


@pytest.fixture
def ana(client: Client, db: None) -> User:
    user = make_ana(make_practice())
    client.force_login(user, backend=BACKEND)
    return user


def opened(client: Client, **changes: str) -> Any:
    return client.post("/emergency", {"npi": CEDAR, "reason": WHY, **changes})


def mark_stale_after_a_refresh(practice: Practice) -> None:
    claim = claim_of(practice, f"N-{practice.pk}")
    refresh_summaries(practice_ids=[practice.pk], day=TODAY, today=TODAY, now=NOW)
    mark_stale(claim_ids=[claim])
    AgingState.objects.update(took_ms=9_999)


def claim_of(practice: Practice, number: str = "CZ-1") -> int:
    account = make_account(practice=practice, last="Quill")
    return make_claim(practice=practice, patient=make_patient(account=account, last="Quill"), number=number).pk


def test_a_practice_is_read_for_an_hour_and_every_page_is_recorded(
    client: Client, ana: User, cedar: Practice, clock: dict[str, dt.datetime]
) -> None:
    theirs, mine = claim_of(cedar), make_claim(number="H1").pk
    assert client.get(f"/claims/{theirs}").status_code == 404
    assert opened(client).headers["Location"] == "/claims"

    page = client.get(f"/claims/{theirs}").content.decode()
    assert "You read Cedar Clinic until" in page
    assert "CZ-1" in client.get("/claims").content.decode()
    assert client.get(f"/claims/{mine}").status_code == 404  # that practice alone
    found = EmergencyAccess.objects.get()
    assert (found.user, found.practice_id, found.reason) == (ana, cedar.pk, WHY)
    assert found.ends_at == NOW + dt.timedelta(minutes=60)
    events = AuditEvent.objects.filter(practice_id=cedar.pk, actor=ana)
    assert set(events.values_list("action", flat=True)) == {"emergency_opened", "emergency_page", "listed", "read"}
    assert all(event.after["emergency"] == found.pk for event in events)
    paths = {event.after["path"] for event in events.filter(action="emergency_page")}
    assert paths == {f"/claims/{theirs}", "/claims"}

    clock["now"] = NOW + dt.timedelta(minutes=60)
    client.session["seen_at"] = clock["now"].timestamp()
    session = client.session
    session["seen_at"] = clock["now"].timestamp()
    session.save()
    assert client.get(f"/claims/{theirs}").status_code == 404
    assert client.get(f"/claims/{mine}").status_code == 200


def test_what_is_not_for_reading_says_that_the_emergency_is_why(
    client: Client, ana: User, cedar: Practice, clock: object
) -> None:
    opened(client)
    page = client.get("/desk")
    assert page.status_code == 403
    text = page.content.decode()
    assert "Not in an emergency" in text
    assert "you only read claims, accounts and reports. End it" in text
    assert "Ask an administrator" not in text
    assert "Ask an administrator" in client.get("/audit").content.decode()  # never hers
    with pytest.raises(Forbidden, match="End it"):
        emergencies.require(_in_emergency(ana), Capability.WORK_ITEMS)


def _in_emergency(user: User) -> User:
    running = emergencies.running(EmergencyAccess.objects.get().pk, user_id=user.pk, now=NOW)
    assert running is not None
    enter_emergency(user, running)
    return user


def test_a_review_shows_in_words_what_was_opened_and_leads_there(
    client: Client, ana: User, cedar: Practice, clock: object
) -> None:
    theirs = claim_of(cedar)
    opened(client)
    client.get(f"/claims/{theirs}")
    client.force_login(make_user(username="carol", role="admin", practices=[cedar]), backend=BACKEND)
    text = client.get(f"/emergencies/{EmergencyAccess.objects.get().pk}").content.decode()
    assert "emergency_page" not in text
    assert "opened a page</td>" in text
    assert f'<a href="/claims/{theirs}">' in text


def test_it_can_be_ended_before_its_time(client: Client, ana: User, cedar: Practice, clock: object) -> None:
    theirs = claim_of(cedar)
    opened(client)
    session = client.session.session_key
    client.post("/emergency/close")
    assert client.session.session_key == session
    assert client.get(f"/claims/{theirs}").status_code == 404
    assert EmergencyAccess.objects.get().ends_at == NOW
    assert AuditEvent.objects.filter(action="emergency_closed", practice_id=cedar.pk).count() == 1


@pytest.mark.parametrize("role", CAPABILITIES)
def test_nothing_can_be_changed_meanwhile_whatever_the_role(role: str, cedar: Practice) -> None:
    user = make_user(username="one", role=role, practices=[make_practice()])
    row = emergencies.open_in_emergency(npi=CEDAR, reason=WHY, actor=user, now=NOW)
    running = emergencies.running(row.pk, user_id=user.pk, now=NOW)
    assert running is not None
    again = User.objects.get(pk=user.pk)
    enter_emergency(again, running)
    assert practice_ids(again) == [cedar.pk]
    left = {capability for capability in Capability if may(again, capability)}
    reading = {Capability.SIGNED_IN, Capability.SEE_CLAIMS, Capability.OPEN_IN_EMERGENCY, Capability.SEE_REPORTS}
    assert left == reading & CAPABILITIES[role]


def test_no_form_writes_anything_but_the_trail_and_the_session(
    client: Client, ana: User, cedar: Practice, clock: object
) -> None:
    """Forms that a reading role may send, by the URL conf: with what would be kept, were it taken."""
    User.objects.filter(pk=ana.pk).update(role="auditor")
    opened(client)
    wrote: dict[str, str] = {}

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        found = re.match(r'(?:INSERT INTO|UPDATE|DELETE FROM|COPY) "(\w+)"', sql)
        if found and not re.match("staff_(browsersession|audit|seenrecord|emergency)", found[1]):
            wrote[found[1]] = address
        return execute(sql, *rest)

    asked = 0
    for address, _, capability in CASES:
        if capability in (Capability.SEE_CLAIMS, Capability.SEE_REPORTS):
            with connection.execute_wrapper(watch):
                answer = client.post(address, {"name": "Mine", "q": "kind:denied", "by": "payer"})
            asked += answer.status_code != 405
    assert asked >= 4
    assert wrote == {}


@pytest.mark.parametrize(
    ("address", "page", "words"),
    [
        ("/list/keep", "/list?q=kind:denied", "Save this filter"),
        ("/reports/aging/refresh", "/reports/aging", "Recompute now"),
    ],
)
def test_what_would_be_refused_is_not_offered(
    client: Client, cedar: Practice, clock: object, address: str, page: str, words: str
) -> None:
    sol = make_sol(make_practice())
    client.force_login(sol, backend=BACKEND)
    form = {"name": "Mine", "q": "kind:denied", "by": "payer"}
    for practice in (make_practice(), cedar):
        mark_stale_after_a_refresh(practice)
    assert words in client.get(page).content.decode()
    opened(client)
    assert words not in client.get(page).content.decode()
    refused = client.post(address, form)
    assert (refused.status_code, "End that first" in refused.content.decode()) == (403, True)
    client.post("/emergency/close")
    assert client.post(address, form).status_code == 302


def test_the_chosen_practice_is_the_chosen_one_at_the_very_moment_it_ends(
    client: Client, cedar: Practice, clock: dict[str, dt.datetime]
) -> None:
    harbor, north = make_practice(), make_practice(name="North Clinic", npi="1999999992", tin="061111111")
    client.force_login(make_user(role="supervisor", practices=[harbor, north]), backend=BACKEND)
    claim_of(north)
    client.post("/practice", {"practice": harbor.pk})
    opened(client)
    clock["now"] = NOW + dt.timedelta(minutes=60)
    session = client.session
    session["seen_at"] = clock["now"].timestamp()
    session.save()
    for _ in range(2):
        assert "CZ-1" not in client.get("/claims").content.decode()
    client.post("/practice", {"practice": ""})
    assert "CZ-1" in client.get("/claims").content.decode()


def test_what_is_no_emergency_is_refused(client: Client, ana: User, cedar: Practice, settings: Any) -> None:
    assert opened(client, reason="because").status_code == 422
    assert opened(client, npi="1999999992").status_code == 404
    assert opened(client, npi=make_practice().npi).status_code == 409
    opened(client)
    assert opened(client).status_code == 409
    client.post("/emergency/close")
    settings.EMERGENCY_MINUTES = 0
    assert "turned off" in client.get("/emergency").content.decode()
    assert opened(client).status_code == 403


def test_nobody_goes_in_with_another_s_emergency(cedar: Practice) -> None:
    ana, ben = make_ana(make_practice()), make_user(username="ben")
    row = emergencies.open_in_emergency(npi=CEDAR, reason=WHY, actor=ana, now=NOW)
    assert emergencies.running(row.pk, user_id=ben.pk, now=NOW) is None
    assert emergencies.running(row.pk, user_id=ana.pk, now=row.ends_at) is None


def test_administrators_of_the_practice_and_owners_review_it(client: Client, cedar: Practice) -> None:
    harbor = make_practice()
    row = emergencies.open_in_emergency(npi=CEDAR, reason=WHY, actor=make_ana(harbor), now=NOW)
    client.force_login(make_user(username="carol", role="admin", practices=[cedar]), backend=BACKEND)
    assert "not reviewed" in client.get("/emergencies").content.decode()
    assert "1 to review" in client.get("/setup").content.decode()
    address = f"/emergencies/{row.pk}"
    assert WHY in client.get(address).content.decode()
    assert client.post(address, {"note": " "}).status_code == 422
    client.post(address, {"note": "Called back, the reason holds"})
    row.refresh_from_db()
    assert (str(row.reviewed_by), row.note) == ("Carol Test", "Called back, the reason holds")
    assert "to review" not in client.get("/setup").content.decode()
    assert AuditEvent.objects.filter(action="emergency_reviewed", practice_id=cedar.pk).count() == 1
    with pytest.raises(Conflict):
        emergencies.review(row.pk, note="again", actor=make_oona(), now=NOW)
    with pytest.raises(NotFound):
        emergencies.review(row.pk, note="mine?", actor=make_ada(harbor), now=NOW)


def test_nobody_reviews_their_own(cedar: Practice) -> None:
    oona = make_oona()
    assert emergencies.waiting(actor=oona) == 0
    row = emergencies.open_in_emergency(npi=CEDAR, reason=WHY, actor=oona, now=NOW)
    assert emergencies.waiting(actor=oona) == 0
    assert emergencies.waiting(actor=make_ana()) == 0  # not hers to review
    with pytest.raises(Forbidden, match="somebody else"):
        emergencies.review(row.pk, note="fine", actor=oona, now=NOW)
    with transaction.atomic(), pytest.raises(IntegrityError):
        EmergencyAccess.objects.update(reviewed_by=oona)
    with pytest.raises(DomainError, match="Say what"):
        emergencies.review(row.pk, note="", actor=make_user(username="odd", role="owner"), now=NOW)
