"""Whoever writes into the watched folder may pause, be cut off, or have another clock: half a file is none."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.test import Client

from claims.billing.models import Claim
from claims.edi import services, store, watched_folder
from claims.edi.models import EdiFile
from claims.practices.models import Practice
from tests.cast import make_ada
from tests.edi_intake.conftest import NOW, TODAY
from tests.edi_intake.writing import Sent, write_837

WHOLE = write_837([Sent(number=f"HC-{n}") for n in range(40)])
HALF = WHOLE[: len(WHOLE) // 2]


@pytest.fixture
def inbox(practice: Practice, settings) -> Path:
    inbox = Path(settings.WATCH_DIR)
    inbox.mkdir(parents=True)
    return inbox


def put(path: Path, content: bytes, *, minutes_ago: float = 1) -> None:
    path.write_bytes(content)
    at = (NOW - dt.timedelta(minutes=minutes_ago)).timestamp()
    os.utime(path, (at, at))


def watch(now: dt.datetime = NOW) -> dict[str, str]:
    return watched_folder.take_in_watched_files(today=TODAY, now=now)


def kept_of(receipt: Path) -> bytes:
    return b"".join(store.stored_blocks(receipt.read_text().split()[-1]))


def test_a_file_whose_writer_paused_waits_for_its_end(inbox: Path) -> None:
    put(inbox / "claims.837", HALF)
    assert watch() == {}
    assert not EdiFile.objects.exists()
    put(inbox / "claims.837", WHOLE)
    assert watch() == {"claims.837": "done"}
    assert Claim.objects.count() == 40
    assert kept_of(inbox / "done" / "claims.837") == WHOLE


def test_a_second_interchange_of_which_the_end_is_missing_waits_too(inbox: Path) -> None:
    put(inbox / "two.837", WHOLE + HALF)
    assert watch() == {}


def test_what_never_gets_its_end_is_refused_with_the_reason_and_nothing_of_it_is_read(inbox: Path) -> None:
    put(inbox / "claims.837", HALF, minutes_ago=59)
    assert watch() == {}
    put(inbox / "claims.837", HALF, minutes_ago=61)
    assert watch() == {"claims.837": "rejected"}
    assert (inbox / "rejected" / "claims.837").exists()
    file = EdiFile.objects.get()
    assert (file.message, Claim.objects.count()) == (services.INCOMPLETE, 0)
    services.take_in_kept(file.pk, today=TODAY, now=NOW)  # somebody has it read as it is
    assert Claim.objects.count() > 0


def test_a_file_that_grew_while_it_was_read_is_read_again(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(inbox / "claims.837", WHOLE)
    more = write_837([Sent(number="HC-MORE")], control=9)
    keep_file = services.keep_file

    def slowly(path: Path, **options: object) -> object:
        result = keep_file(path, **options)  # type: ignore[arg-type]
        with path.open("ab") as stream:
            stream.write(more)
        os.utime(path, (NOW.timestamp() - 5, NOW.timestamp() - 5))
        return result

    with monkeypatch.context() as patched:
        patched.setattr(services, "keep_file", slowly)
        assert watch() == {"claims.837": "working"}
    assert watch() == {"claims.837": "done"}
    assert Claim.objects.filter(number="HC-MORE").exists()
    assert kept_of(inbox / "done" / "claims.837") == WHOLE + more


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_folder, "QUIET_SECONDS", 0.05)


@pytest.mark.usefixtures("no_waiting")
def test_a_time_ahead_of_the_clock_is_said_and_does_not_wait_for_ever(
    inbox: Path, client: Client, practice: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    put(inbox / "claims.837", WHOLE, minutes_ago=-180)
    assert watch() == {"claims.837": "done"}
    assert "10800 seconds ahead of this host's clock" in caplog.text
    ada = make_ada(practice)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert "ahead of this host&#x27;s clock, by about 3 h" in client.get("/imports").content.decode()
    assert "Compare the clocks." in client.get(f"/imports/{EdiFile.objects.get().pk}").content.decode()


def test_a_file_of_a_time_ahead_that_is_being_written_is_left_alone(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox / "claims.837", WHOLE, minutes_ago=-180)

    def writing(_: float) -> None:
        with (inbox / "claims.837").open("ab") as stream:
            stream.write(b"ISA")

    monkeypatch.setattr(watched_folder.time, "sleep", writing)
    assert watch() == {}
