"""A file that kills whatever reads it is given up after three readers and stops no other; caps on what is read."""

import datetime as dt
import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from claims.billing.models import Claim
from claims.edi import file_actions, files, services
from claims.edi.models import EdiFile, EdiTransaction
from claims.practices.models import Practice
from tests.cast import make_abe, make_sol
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import Sent, write_837
from tests.house import House

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: What a worker does, but the poison takes it along.
WATCH = """
import os, signal, django; django.setup()
from claims.edi import services
read = services._read
def poisoned(intake, *rest, **options):
    if intake.file.name.startswith("a-poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    return read(intake, *rest, **options)
services._read = poisoned
from claims.tasks import watch_folder; watch_folder()
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house")
    try:
        house.migrate()
        yield house
    finally:
        house.close()


def test_a_file_that_kills_its_reader_is_given_up_and_the_one_behind_it_is_read(house: House) -> None:
    inbox = house.folder / "inbox"
    inbox.mkdir()
    for control, name in enumerate(("a-poison.837", "b-good.837"), 1):
        (inbox / name).write_bytes(write_837([Sent(number=f"HC-{control}")], control=control))
        os.utime(inbox / name, (NOW.timestamp(), NOW.timestamp()))
    ends = [house.start_python("-c", WATCH).wait(timeout=120) for _ in range(4)]
    assert ends == [-signal.SIGKILL, -signal.SIGKILL, -signal.SIGKILL, 0]
    assert (inbox / "rejected" / "a-poison.837").exists()
    assert (inbox / "done" / "b-good.837").exists()
    assert house.ask("SELECT count(*) FROM claims_claim") == (1,)
    assert house.ask("SELECT message FROM claims_edifile WHERE name = 'a-poison.837'") == (files.GIVEN_UP,)


def test_what_was_given_up_is_an_alarm_under_imports_and_somebody_has_it_tried_again(
    practice: Practice, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sol = make_sol(practice)
    kept, _ = services.keep_file(
        io.BytesIO(write_837([Sent(number="HC-1")])), name="a-poison.837", via="upload", actor=sol, now=NOW
    )
    EdiFile.objects.update(left_behind=3)
    with pytest.raises(services.GivenUp):
        services.take_in_kept(kept.pk, today=TODAY, now=NOW)
    assert file_actions.take_in_forgotten(today=TODAY, now=NOW + dt.timedelta(hours=1)) == 0
    client.force_login(sol, backend=BACKEND)
    assert "not tried again without you" in " ".join(client.get("/imports").content.decode().split())
    client.post(f"/imports/{kept.pk}/retry")
    services.take_in_kept(kept.pk, today=TODAY, now=NOW)
    assert Claim.objects.count() == 1
    assert "Given up" not in client.get("/imports").content.decode()


def test_a_person_at_the_command_line_is_never_told_that_a_file_was_given_up(take_in: TakeIn) -> None:
    services.keep_file(io.BytesIO(write_837([Sent(number="HC-1")])), name="a.837", via="folder", now=NOW)
    EdiFile.objects.update(left_behind=3)
    assert take_in(write_837([Sent(number="HC-1")])).status == "posted"


def test_a_reader_that_takes_in_a_batch_is_not_counted(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr("claims.edi.claims_837.ClaimIntake.finish", killed)
    with pytest.raises(SystemExit):
        take_in(write_837([Sent(number="HC-1")]))
    assert EdiFile.objects.get().left_behind == 0


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OperationalError("the server went away")])
def test_an_upload_that_the_disk_or_the_database_failed_is_tried_again_by_itself(
    practice: Practice, client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    sol = make_sol(practice)
    kept, _ = services.keep_file(
        io.BytesIO(write_837([Sent(number="HC-1")])), name="a.837", via="upload", actor=sol, now=NOW
    )

    def fail(*_: object, **__: object) -> None:
        raise error

    pauses, at = [], NOW
    with monkeypatch.context() as patched:
        patched.setattr(services, "_read", fail)
        with pytest.raises(type(error)):
            services.take_in_kept(kept.pk, today=TODAY, now=NOW)
        for _ in range(8):
            kept.refresh_from_db()
            pauses.append((kept.next_try_at - at).seconds // 60)
            at = kept.next_try_at
            assert file_actions.take_in_forgotten(today=TODAY, now=at - dt.timedelta(seconds=1)) == 0
            assert file_actions.take_in_forgotten(today=TODAY, now=at) == 0
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    client.force_login(sol, backend=BACKEND)
    assert "it is tried again by itself. Next:" in " ".join(client.get(f"/imports/{kept.pk}").content.decode().split())
    kept.refresh_from_db()
    assert file_actions.take_in_forgotten(today=TODAY, now=kept.next_try_at) == 1
    kept.refresh_from_db()
    assert (kept.state, kept.message, kept.put_off, kept.next_try_at) == (EdiFile.State.DONE, "", 0, None)


def test_a_claim_of_too_many_lines_is_refused_by_its_place_and_its_neighbors_go_in(take_in: TakeIn, settings) -> None:
    settings.EDI_MOST_LINES = 20
    lines = tuple(("99213", "10.00") for _ in range(21))
    most = Sent(number="HC-2", charge="200.00", lines=lines[:20])
    result = take_in(
        write_837([Sent(number="HC-1"), most, Sent(number="HC-3", charge="210.00", lines=lines), Sent(number="HC-4")])
    )
    assert result.status == "partly"
    assert set(Claim.objects.values_list("number", flat=True)) == {"HC-1", "HC-2", "HC-4"}
    said = [one for one in result.results[0]["problems"] if one["code"] == "claim_too_long"]
    assert "CLM: expected at most 20 service lines in this claim" in said[0]["message"]
    assert said[0]["where"].endswith("CLM")


def test_a_file_of_too_many_segments_is_read_up_to_there(take_in: TakeIn, settings) -> None:
    settings.EDI_MOST_SEGMENTS = 100
    result = take_in(write_837([Sent(number=f"HC-{n}") for n in range(3_000)]))
    assert result.status == "partly"
    assert 0 < Claim.objects.count() < 3_000
    assert "expected at most 100 segments" in str(EdiTransaction.objects.get().problems)


@pytest.mark.parametrize("keep", [1, 2])
def test_an_837_that_breaks_off_before_its_first_claim_is_refused(take_in: TakeIn, keep: int) -> None:
    """Up to its ST, and up to its BHT."""
    segments = write_837([Sent(number="HC-1")]).split(b"~")
    st = next(place for place, one in enumerate(segments) if one.strip().startswith(b"ST*"))
    result = take_in(b"~".join(segments[: st + keep]) + b"~")
    assert result.status == "rejected"
    assert "breaks off before its first claim" in str(result.results[0]["problems"])


def test_an_auditor_has_no_file_tried_again(practice: Practice, client: Client, take_in: TakeIn) -> None:
    result = take_in(write_837([Sent(number="HC-1")])[:40])
    client.force_login(make_abe(practice), backend=BACKEND)
    assert "Try again" not in client.get(reverse("import_file", args=[result.file_id])).content.decode()
    assert client.post(reverse("import_retry", args=[result.file_id])).status_code == 403
