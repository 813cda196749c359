"""The pages of people and of the audit trail."""

import datetime as dt

import pytest
from django.test import Client

from arwork.staff import audit, audit_trail
from arwork.staff.models import AuditEvent, User
from tests.cast import NOW, make_practice, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    user = make_user(username="ada", role="admin", practices=[make_practice()])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


PERSON = {"username": "cleo", "first_name": "Cleo", "last_name": "Marsh", "email": "", "role": "collector"}


@pytest.mark.usefixtures("ada")
def test_a_person_is_added_and_the_password_shown_once(client: Client) -> None:
    text = client.post("/people/new", {**PERSON, "practices": [make_practice().pk]}).content.decode()
    assert "Password for Cleo Marsh" in text
    cleo = User.objects.get(username="cleo")
    assert list(cleo.practices.values_list("pk", flat=True)) == [make_practice().pk]
    assert "Cleo Marsh" in client.get("/people").content.decode()


@pytest.mark.usefixtures("ada")
def test_a_taken_name_keeps_what_was_typed(client: Client) -> None:
    response = client.post("/people/new", {**PERSON, "username": "ADA"})
    assert response.status_code == 409
    assert "That user name is taken" in response.content.decode()
    assert 'value="Marsh"' in response.content.decode()


@pytest.mark.usefixtures("ada")
def test_a_person_is_changed_closed_and_reopened(client: Client) -> None:
    cleo = make_user(username="cleo", practices=[make_practice()])
    client.post(f"/people/{cleo.pk}", {**PERSON, "role": "auditor", "practices": [make_practice().pk]})
    client.post(f"/people/{cleo.pk}/active", {"active": "0"})
    cleo.refresh_from_db()
    assert (cleo.role, cleo.is_active) == ("auditor", False)
    client.post(f"/people/{cleo.pk}/active", {"active": "1"})
    cleo.refresh_from_db()
    assert cleo.is_active


@pytest.mark.usefixtures("ada")
def test_errors_stand_beside_their_fields(client: Client) -> None:
    text = client.post("/people/new", {**PERSON, "username": "a b"}).content.decode()
    assert 'aria-invalid="true"' in text
    assert 'id="id_username_error"' in text
    assert 'aria-describedby="id_username_error"' in text


def test_the_trail_pages_back_and_forth(client: Client, ada: User) -> None:
    audit.record_many(None, (audit.Deed("posted", "claim", i, make_practice().pk) for i in range(120)), now=NOW)
    seen, address = [], "/audit"
    for _ in range(3):
        page = client.get(address).context["page"]
        seen += [event.subject_id for event, *_ in page.rows]
        address = f"/audit?after={page.next_cursor}"
    assert seen == list(range(119, -1, -1))
    assert page.next_cursor is None
    back = client.get(f"/audit?before={page.previous_cursor}").context["page"]
    assert [event.subject_id for event, *_ in back.rows] == list(range(69, 19, -1))


def test_the_trail_is_filtered(client: Client, ada: User) -> None:
    audit.record(ada, "posted", "claim", 1, practice_id=make_practice().pk, now=NOW)
    audit.record(None, "read", "account", 2, practice_id=make_practice().pk, now=NOW - dt.timedelta(days=3))
    for query, expected in {
        f"who={ada.pk}": [1], "action=Read": [2], "subject=account&number=2": [2], "number=3": [],
        "since=2026-11-19": [1], "until=2026-11-18": [2], "who=nonsense": [2, 1],
    }.items():  # fmt: skip
        rows = client.get(f"/audit?{query}").context["page"].rows
        assert [event.subject_id for event, *_ in rows] == expected, query


def test_events_of_other_practices_are_not_shown(client: Client, ada: User) -> None:
    other = make_practice(name="Oak", npi="1003000126")
    audit.record(None, "posted", "claim", 1, practice_id=other.pk, now=NOW)
    assert client.get("/audit").context["page"].rows == []


def test_an_event_names_its_person_and_practice_and_opens_what_it_was_done_to(client: Client, ada: User) -> None:
    practice = make_practice()
    audit.record(ada, "read", "claim", 7, practice_id=practice.pk, after={"next_action": "call_payer"}, now=NOW)
    audit.record(ada, "password_reset", "user", ada.pk, practice_id=None, now=NOW)
    text = client.get("/audit").content.decode()
    assert practice.name in text.partition("<tbody>")[2]
    assert 'href="/claims/7"' in text
    assert f"user</a> {ada}" in text
    assert "call payer" in text


def test_what_is_changed_for_every_practice_is_in_the_trail_of_every_practice(client: Client, ada: User) -> None:
    stranger = make_user(username="far", role="admin", practices=[make_practice(name="Oak", npi="1003000126")])
    for subject in ("payer", "payer_rule", "adjustment_rule", "user"):
        audit.record(stranger, "changed", subject, 1, practice_id=None, now=NOW)
    page = client.get("/audit")
    assert {event.subject for event, _, _ in page.context["page"].rows} == {"payer", "payer_rule", "adjustment_rule"}
    assert f"who={stranger.pk}" not in page.content.decode()  # no colleague: the filter doesn't know them


def test_a_filter_that_makes_no_sense_leaves_the_others_in_force(client: Client, ada: User) -> None:
    audit.record(ada, "posted", "claim", 1, practice_id=make_practice().pk, now=NOW)
    audit.record(ada, "read", "claim", 1, practice_id=make_practice().pk, now=NOW)
    page = client.get("/audit?action=read&number=one")
    assert [event.action for event, _, _ in page.context["page"].rows] == ["read"]
    assert page.context["form"].errors


def test_the_trail_goes_out_as_csv_and_that_is_recorded(client: Client, ada: User) -> None:
    audit.record(ada, "=danger", "claim", 1, practice_id=make_practice().pk, after={"a": 1}, now=NOW)
    response = client.get("/audit?export=csv&subject=claim")
    text = b"".join(response.streaming_content).decode()
    assert response.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert "'=danger" in text
    assert AuditEvent.objects.get(action="exported", actor=ada).after == {"subject": "claim"}


def test_the_trail_costs_four_queries(client: Client, ada: User, django_assert_max_num_queries: object) -> None:
    audit.record_many(ada, (audit.Deed("posted", "claim", i, make_practice().pk) for i in range(60)), now=NOW)
    client.get("/audit")
    with django_assert_max_num_queries(4):  # user, practices, names, events  # type: ignore[operator]
        client.get("/audit")


def test_only_what_changed_is_shown() -> None:
    event = AuditEvent(
        before={"role": "collector", "until": None}, after={"role": "collector", "until": "2026-12-01", "ids": []}
    )
    assert [(change.name, change.before, change.after) for change in audit_trail.changes_of(event)] == [
        ("until", "", "2026-12-01"), ("ids", "", "none")
    ]  # fmt: skip


def test_who_may_see_what_goes_out_for_review_and_that_is_recorded(client: Client, ada: User) -> None:
    rows = b"".join(client.get("/people?export=csv").streaming_content).decode().splitlines()
    assert any(row.startswith(f"{ada},{ada.username},Administrator") for row in rows)
    assert client.get("/people?export=xlsx").status_code == 200
    assert AuditEvent.objects.filter(action="exported", subject="people").count() == 2
