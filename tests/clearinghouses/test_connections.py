"""Connections as administrators enter them, their control numbers, and the files that are kept."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.sftp_settings import clearinghouses as places
from arwork.staff.models import AuditEvent
from collections_app.clearinghouses import files, selectors, sending, services
from collections_app.clearinghouses.claim_transactions import ClaimKey, claim_transaction
from collections_app.clearinghouses.control_numbers import next_number
from collections_app.clearinghouses.gate import check_file
from collections_app.clearinghouses.models import OutgoingFile
from collections_app.deliveries import sftp
from tests.cast import NOW, TODAY, make_ada, make_ana, make_payer, make_practice, make_sol
from tests.clearinghouses.samples import claim
from tests.clearinghouses.stories import ENTERED, PLACE, connected
from tests.clearinghouses.test_envelopes import AT, SUBMITTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def ada(practice):
    return make_ada(practice)


def kept(connection, actor=None) -> OutgoingFile:
    with transaction.atomic():
        made = claim_transaction([ClaimKey(1, claim())], submitter=SUBMITTER, reference="B1", made_at=AT)
        numbered = [made.numbered(f"{next_number(connection, 'st'):04d}")]
        return files.keep(connection, numbered, kind="837", items=1, actor=actor, now=NOW, local_now=AT)


def test_a_connection_is_entered_as_it_was_registered(practice, ada) -> None:
    found = connected(practice, ada, submitter_name="Clínica Harbor", forms="IP")
    assert (found.submitter_name, found.forms, found.all_payers) == ("CLINICA HARBOR", "PI", True)
    assert AuditEvent.objects.filter(action="clearinghouse_entered").exists()
    with pytest.raises(Conflict):
        connected(practice, ada)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("forms", ""),
        ("sender_id", "~"),
        ("group_sender", "A"),
        ("folder", "../x"),
        ("receiver_id", "A:B"),
    ],
)
def test_what_no_receiver_takes_is_refused_with_its_field(practice, ada, settings, field, value) -> None:
    settings.CLEARINGHOUSES = {"clear": PLACE}
    with pytest.raises(DomainError) as told:
        connected(practice, ada, **{"delivery": "sftp", "place": "clear", field: value})
    assert told.value.facts["field"] == field


def test_only_an_administrator_of_the_practice_enters_one(practice, ada) -> None:
    other = make_practice(name="Other", npi="1881018208", tin="1")
    with pytest.raises(NotFound):
        services.enter_connection(other.pk, actor=ada, now=NOW, **ENTERED)
    with pytest.raises(Forbidden):
        connected(practice, make_sol(practice))


def test_a_connection_for_all_payers_leaves_those_to_it_that_another_names(practice, ada) -> None:
    payer = make_payer()
    general = connected(practice, ada)
    named = connected(practice, ada, name="Direct", forms="P", payer_ids=[payer.pk])
    of_practice = {"practice_id": practice.pk, "today": TODAY}
    assert set(selectors.standing_connections(**of_practice)) == {general, named}
    assert selectors.payers_named_elsewhere(general, today=TODAY) == {"P": [payer.pk], "I": [], "D": []}
    services.end_connection(named.pk, until_on=TODAY - dt.timedelta(days=1), actor=ada, now=NOW)
    assert selectors.payers_named_elsewhere(general, today=TODAY) == {"P": [], "I": [], "D": []}
    connected(practice, ada, name="Live", usage="P", payer_ids=[payer.pk])
    assert selectors.payers_named_elsewhere(general, today=TODAY) == {"P": [], "I": [], "D": []}
    with pytest.raises(DomainError):
        services.end_connection(named.pk, until_on=TODAY - dt.timedelta(days=99), actor=ada, now=NOW)


def test_practices_of_one_submitter_share_its_numbers_and_a_rollback_gives_one_back(practice, ada) -> None:
    second = make_practice(name="Second", npi="1881018208", tin="1")
    one = connected(practice, ada, last_number=700)
    two = connected(second, make_user_of(second), name="Same House")
    assert (next_number(one, "isa"), next_number(two, "isa"), next_number(one, "isa", count=3)) == (701, 702, 703)
    with transaction.atomic():
        next_number(two, "isa")
        transaction.set_rollback(True)
    assert next_number(two, "isa") == 706
    assert next_number(one, "st") == 701


def make_user_of(practice):
    from tests.cast import make_user

    return make_user(username="ada2", role="admin", practices=[practice])


def test_a_file_is_kept_under_its_numbers_and_taken_with_a_trace(practice, ada) -> None:
    connection = connected(practice, ada)
    first, second = kept(connection, ada), kept(connection, ada)
    assert (first.isa_control, second.isa_control, second.gs_controls) == (1, 2, [2])
    assert check_file(second.content) == []
    assert second.name == "837-20261130-000000002.edi"
    content = files.take(second.pk, claims=lambda _: [7], actor=ada, now=NOW)
    assert content.decode() == second.content
    seen = AuditEvent.objects.get(action="download", subject="outgoing_file")
    assert seen.after["sha256"] == second.sha256
    with pytest.raises(Forbidden):
        files.take(second.pk, claims=lambda _: [], actor=make_ana(practice), now=NOW)


def test_two_files_never_bear_one_number(practice, ada) -> None:
    file = kept(connected(practice, ada))
    file.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        file.save(force_insert=True)


def test_a_file_goes_from_made_to_sent_or_void(practice, ada) -> None:
    connection = connected(practice, ada)
    file = files.mark_sent(files.locked(kept(connection).pk, actor=ada), actor=ada, now=NOW)
    for step in (files.mark_sent, files.void):
        with pytest.raises(Conflict):
            step(file, actor=ada, now=NOW)
    file = files.answer(file, is_taken=True, on=TODAY, now=NOW)
    assert (file.state, file.answered_on) == ("acknowledged", TODAY)
    waiting = kept(connection)
    with pytest.raises(Conflict):
        services.change_connection(connection.pk, actor=ada, now=NOW, **ENTERED)
    files.void(files.locked(waiting.pk, actor=ada), actor=ada, now=NOW)
    changed = services.change_connection(connection.pk, actor=ada, now=NOW, **(ENTERED | {"usage": "P"}))
    assert changed.usage == "P"


def test_a_file_is_dropped_and_dropped_again_the_same(practice, ada, settings, monkeypatch) -> None:
    settings.CLEARINGHOUSES = {"clear": PLACE}
    dropped: list[tuple[str, str, bytes]] = []

    def drop(told, *, place):
        dropped.extend((place.folder, name, content) for name, content in told.items())

    monkeypatch.setattr(sftp, "drop", drop)
    monkeypatch.setattr(sftp, "check", lambda place: None)
    connection = connected(practice, ada, delivery="sftp", place="clear", folder="/claims/")
    file = kept(connection)
    assert sending.drop(file.pk, actor=ada, now=NOW).is_done
    assert sending.drop(file.pk, actor=ada, now=NOW).is_done
    assert dropped == [("in/claims", file.name, file.content.encode())] * 2
    assert "It works" in services.test_connection(connection.pk, actor=ada, now=NOW)


def test_what_did_not_arrive_is_told(practice, ada, settings, monkeypatch) -> None:
    settings.CLEARINGHOUSES = {"clear": PLACE}

    def drop(told, *, place):
        raise sftp.NotHandedOver("Clear House did not let us in")

    monkeypatch.setattr(sftp, "drop", drop)
    monkeypatch.setattr(sftp, "check", lambda place: drop({}, place=place))
    connection = connected(practice, ada, delivery="sftp", place="clear")
    told = sending.drop(kept(connection).pk, actor=ada, now=NOW)
    assert (told.is_done, told.problem) == (False, "Clear House did not let us in")
    assert "did not let us in" in services.test_connection(connection.pk, actor=ada, now=NOW)
    settings.CLEARINGHOUSES = {}
    with pytest.raises(DomainError):
        sending.drop(kept(connection).pk, actor=ada, now=NOW)


def test_places_come_from_the_environment(monkeypatch) -> None:
    from environ import Env

    monkeypatch.setenv("CLEARINGHOUSES", "clear")
    monkeypatch.setenv("CLEARINGHOUSE_CLEAR_SFTP", "sftp://arwork:secret@sftp.clear.example/in")
    monkeypatch.setenv("CLEARINGHOUSE_CLEAR_HOST_KEY", "ssh-ed25519 AAAA")
    assert places(Env())["clear"].host == "sftp.clear.example"


def test_an_administrator_enters_changes_and_ends_one_on_the_page(client, practice, ada, monkeypatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(ada)
    assert "No clearinghouse is entered" in client.get(reverse("clearinghouses")).content.decode()
    entered = {k: v for k, v in ENTERED.items() if k not in ("forms", "is_nightly")} | {"carries": ["P", "D"]}
    told = client.post(reverse("clearinghouse_new"), entered | {"phone": "12"})
    assert told.status_code == 422
    assert client.post(reverse("clearinghouse_new"), entered).status_code == 302
    [found] = selectors.connections_seen_by(ada)
    assert found.forms == "PD"
    change = reverse("clearinghouse_change", args=[found.pk])
    assert "HC001" in client.get(change).content.decode()
    payer = make_payer()
    client.post(change, entered | {"payers": [str(payer.pk)], "usage": "P"})
    shown = client.get(reverse("clearinghouses")).content.decode()
    assert payer.name in shown
    client.post(reverse("clearinghouse_test", args=[found.pk]))
    client.post(reverse("clearinghouse_end", args=[found.pk]), {"until_on": "2026-01-01"})
    assert client.post(reverse("clearinghouse_end", args=[found.pk]), {"until_on": str(TODAY)}).status_code == 302
    client.force_login(make_ana(practice))
    assert client.get(reverse("clearinghouses")).status_code == 200
    assert client.get(change).status_code == 403


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_numbers_without_gaps_and_none_twice() -> None:
    from tests.worklist.test_two_at_once import at_once

    practice = make_practice()
    connection = connected(practice, make_ada(practice))

    def take() -> list[int]:
        found = []
        for _ in range(5):
            with transaction.atomic():
                found.append(next_number(connection, "isa"))
        return found

    told = at_once(*[take for _ in range(6)])
    assert sorted(number for some in told for number in some) == list(range(1, 31))
