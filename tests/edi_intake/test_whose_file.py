"""Whose a file is, and whose the practice that it opens: access comes by a decision, never by a file."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arwork.lib.errors import Forbidden
from arwork.staff.models import AuditEvent
from claims.edi import file_actions, services
from claims.edi.models import EdiFile
from claims.practices.models import Practice
from tests.cast import make_ada, make_oona, make_practice, make_sol, make_user
from tests.edi_intake.conftest import NOW, TakeIn
from tests.edi_intake.writing import Sent, write_837

CEDAR, CEDAR_TIN = "1003000126", "069999999"
CEDARS = write_837([Sent(number="CZ-1")], npi=CEDAR, tin=CEDAR_TIN)


@pytest.fixture
def cedar(db: None) -> Practice:
    return make_practice(name="Cedar Clinic", npi=CEDAR, tin=CEDAR_TIN)


def seen_by(practice: Practice) -> set[str]:
    return set(practice.staff.values_list("username", flat=True))


def test_a_practice_opened_from_a_file_is_seen_by_who_brought_it_alone(practice: Practice, take_in: TakeIn) -> None:
    oona = make_oona()
    make_ada(practice)
    make_user(username="amos", role="admin")
    take_in(CEDARS, actor=oona, create_missing=True)
    assert seen_by(Practice.objects.get(npi=CEDAR)) == {"oona"}


def test_a_practice_that_a_command_opened_is_nobody_s_until_it_is_granted(practice: Practice, take_in: TakeIn) -> None:
    make_ada(practice)
    make_oona()
    take_in(CEDARS, create_missing=True)
    assert seen_by(Practice.objects.get(npi=CEDAR)) == set()


def test_only_an_owner_opens_practices_with_a_file(practice: Practice, take_in: TakeIn) -> None:
    take_in(CEDARS, actor=make_ada(practice), create_missing=True)
    assert not Practice.objects.filter(npi=CEDAR).exists()


@pytest.mark.parametrize("forced", [True, False])
def test_the_bytes_of_another_practice_s_file_change_nothing_and_tell_nothing(
    client: Client, practice: Practice, cedar: Practice, take_in: TakeIn, forced: bool
) -> None:
    """They rewrote whose file it was, and had it read again in the name of a stranger."""
    carla = make_user(username="carla", role="supervisor", practices=[cedar])
    take_in(CEDARS, name="cedar-june.x12", practice_id=cedar.pk, actor=carla, via="upload")
    before = EdiFile.objects.values().get()
    sol = make_sol(practice)
    client.force_login(sol, backend="django.contrib.auth.backends.ModelBackend")
    asked = {"practice": practice.pk, "create_missing": "on"} if forced else {}
    page = client.post("/imports/upload", {"file": SimpleUploadedFile("mine.x12", CEDARS), **asked}, follow=True)
    text = page.content.decode()
    assert "These bytes came before, and not for a practice that you see now." in text
    assert "Cedar" not in text
    assert "cedar-june" not in text
    assert "carla" not in text.lower()
    answer = client.post("/api/v1/files", {"file": SimpleUploadedFile("mine.x12", CEDARS), **asked})
    assert (answer.status_code, answer.json()["code"]) == (409, "here_already")
    assert EdiFile.objects.values().get() == before
    assert not AuditEvent.objects.filter(actor=sol, subject="edi_file").exists()


def test_a_file_of_two_practices_is_read_as_one_s_only_by_who_sees_both(
    practice: Practice, cedar: Practice, take_in: TakeIn
) -> None:
    both = make_user(username="bo", role="supervisor", practices=[practice, cedar])
    content = write_837([Sent(number="HC-1")]) + CEDARS
    file_id = take_in(content, actor=both, via="upload").file_id
    sol = make_sol(practice)
    with pytest.raises(Forbidden):
        file_actions.retry_file(file_id, practice_id=practice.pk, actor=sol, now=NOW)
    with pytest.raises(services.HereAlready, match="without choosing"):
        services.keep_file(io.BytesIO(content), name="x", via="upload", practice_id=practice.pk, actor=sol, now=NOW)
    file, is_new = services.keep_file(io.BytesIO(content), name="x", via="upload", actor=sol, now=NOW)
    assert (is_new, file.practice_id) == (False, None)
    file, _ = services.keep_file(io.BytesIO(content), name="x", via="upload", practice_id=cedar.pk, actor=both, now=NOW)
    assert file.practice_id == cedar.pk
