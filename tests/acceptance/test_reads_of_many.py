"""Lists, searches, drill-downs and files taken out: one event each, with whom they showed and from where, and no words
that somebody typed."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from arwork.lib import clock
from arwork.staff import audit, audit_proof, audit_reads, audit_trail
from arwork.staff.models import AuditEvent, SeenRecord, User
from claims.billing.models import Claim
from tests.cast import make_account, make_ada, make_claim, make_patient, make_practice, make_sol
from tests.support import lift_append_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def sol(client: Client) -> User:
    user = make_sol(make_practice())
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.fixture
def claims(sol: User) -> list[Claim]:
    account = make_account(practice=sol.practices.get())
    patient = make_patient(account=account)
    return [make_claim(number=f"H-{number}", patient=patient) for number in range(3)]


def reads() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__in=audit.SEEING).order_by("at", "id"))


def seen(event: AuditEvent, kind: str = "claim") -> set[int]:
    return set(event.seen.filter(subject=kind).values_list("subject_id", flat=True))


def test_a_list_is_one_event_that_names_the_rows_of_the_page(client: Client, claims: list[Claim]) -> None:
    client.get("/claims", {"text": "H-1"})
    [event] = reads()
    assert (event.action, event.subject, seen(event)) == ("listed", "claims", {claims[1].pk})
    assert event.after == {"text": True, "seen": {"claim": [claims[1].pk]}}


def test_an_endpoint_that_pages_through_everything_leaves_what_each_page_showed(
    client: Client, claims: list[Claim]
) -> None:
    url: str | None = "/api/v1/claims?page_size=2"
    while url:
        url = client.get(url).json()["next"]
    assert [len(seen(event)) for event in reads()] == [2, 1]
    assert set.union(*map(seen, reads())) == {one.pk for one in claims}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_says_how_many_rows_it_has_and_is_found_by_each(client: Client, claims: list[Claim], kind: str) -> None:
    answer: Any = client.get("/claims", {"text": "H-", "export": kind})
    assert b"".join(answer)
    [event] = reads()
    assert (event.action, event.subject) == ("exported", "claims")
    assert event.after == {"text": True, "rows": 3, "seen": {"claim": [one.pk for one in claims]}}
    assert seen(event) == {one.pk for one in claims}


def test_a_large_file_is_noted_as_it_is_sent_and_is_one_look(
    client: Client, claims: list[Claim], sol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_reads, "_BATCH", 1)
    answer: Any = client.get("/claims", {"export": "csv"}, REMOTE_ADDR="203.0.113.7")
    assert len(reads()) == 1, "what breaks off here is said to have shown one claim"
    assert b"".join(answer)
    first, *others = reads()
    assert first.after == {"rows": 3, "seen": {"claim": [claims[-1].pk]}}
    assert [one.after["part_of"] for one in others] == [first.pk] * 2
    assert [seen(one) for one in reads()] == [{one.pk} for one in reversed(claims)]
    assert {(one.at, one.address, one.session, one.request_id) for one in others} == {
        (first.at, "203.0.113.7", first.session, first.request_id)
    }
    assert first.session
    ada, day = make_ada(sol.practices.get()), first.at.astimezone(dt.UTC).date()
    asked = {"claim": [one.pk for one in claims]}
    [look] = audit_trail.looks_at(asked, actor=ada, since=day, until=day, zone=dt.UTC).rows
    assert look.others == 2
    assert not audit_proof.verify().broken


@pytest.mark.parametrize("how", ["removed", "exchanged", "slipped in"])
def test_rows_that_say_whom_a_file_showed_are_bound_to_the_signed_trail(
    client: Client, claims: list[Claim], how: str
) -> None:
    assert b"".join(client.get("/claims", {"export": "csv"}))  # type: ignore[call-overload]
    row = SeenRecord.objects.filter(event__action="exported").latest("pk")
    with lift_append_only():
        if how == "removed":
            row.delete()
        elif how == "exchanged":
            SeenRecord.objects.filter(pk=row.pk).update(subject_id=987)
        else:
            SeenRecord.objects.create(event=row.event, subject="claim", subject_id=987)
    [fault] = audit_proof.verify().broken
    assert "the rows that say whom it showed are not those recorded" in fault


def test_a_page_and_the_part_that_loads_into_it_are_one_look(client: Client, claims: list[Claim]) -> None:
    pk = claims[0].pk
    client.get(f"/claims/{pk}")
    client.get(f"/claims/{pk}/work", HTTP_HX_REQUEST="true")
    assert [event.subject_id for event in reads()] == [pk]


def test_a_part_asked_for_by_itself_is_a_look(
    client: Client, claims: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = claims[0].pk
    client.get(f"/claims/{pk}/work", HTTP_HX_REQUEST="true")
    assert [event.subject_id for event in reads()] == [pk]
    later = clock.now() + dt.timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.get(f"/claims/{pk}/work", HTTP_HX_REQUEST="true")
    assert len(reads()) == 2


def test_where_it_came_from(client: Client, claims: list[Claim], settings: Any) -> None:
    settings.PROXY_HOPS = 1
    client.get("/claims", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.7")
    client.get("/claims", REMOTE_ADDR="2001:db8::7")
    first, second = reads()
    assert (first.address, second.address) == ("203.0.113.7", "2001:db8::7")
    assert first.request_id
    assert first.request_id != second.request_id
    key = client.session.session_key
    assert first.session == second.session != ""
    assert key
    assert first.session not in key
    client.logout()
    client.force_login(first.actor, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/claims")
    assert reads()[-1].session != first.session


def test_what_is_recorded_of_a_list_costs_a_handful_of_queries(
    claims: list[Claim], sol: User, django_assert_max_num_queries: Any
) -> None:
    assert sol.practices.get()
    with django_assert_max_num_queries(6):  # two of them the savepoint; the lock, the end, the event, the rows
        audit.record_seen(sol, audit.LISTED, "claims", {"claim": range(1, 51)}, practice_id=None, now=clock.now())
    assert SeenRecord.objects.count() == 50
