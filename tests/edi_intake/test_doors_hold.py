"""A file that nobody foresaw stops neither the command nor the watched folder: those behind it are read."""

import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError

from claims.billing.models import Claim
from claims.edi import claims_837, store, watched_folder
from claims.edi.files import AlreadyBeingRead
from claims.edi.models import EdiFile
from claims.edi.services import GivenUp
from claims.practices.models import Practice
from tests.edi_intake.conftest import NOW, TODAY
from tests.edi_intake.writing import Sent, write_837

FIRST, SECOND = Sent(number="HC-1"), Sent(number="HC-2")


def watch() -> dict[str, str]:
    return watched_folder.take_in_watched_files(today=TODAY, now=NOW)


def drop(inbox: Path, name: bytes, content: bytes) -> None:
    inbox.mkdir(parents=True, exist_ok=True)
    path = os.path.join(os.fsencode(inbox), name)
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (NOW.timestamp() - 10, NOW.timestamp() - 10))


@pytest.fixture
def inbox(practice: Practice, settings) -> Path:
    """Two files wait, in this order."""
    folder = Path(settings.WATCH_DIR)
    drop(folder, b"1.837", write_837([FIRST], control=1))
    drop(folder, b"2.837", write_837([SECOND], control=2))
    return folder


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Taking in HC-1 fails as told, HC-2 does not."""
    real = claims_837.ClaimIntake.take

    def fail_with(error: Exception) -> None:
        def take(self, claims) -> None:
            if any(claim.number == "HC-1" for claim in claims):
                raise error
            real(self, claims)

        monkeypatch.setattr(claims_837.ClaimIntake, "take", take)

    return fail_with


@pytest.mark.parametrize(
    ("error", "folder"),
    [
        (AlreadyBeingRead("read elsewhere"), "done"),
        (GivenUp("given up"), "rejected"),
        (ZeroDivisionError(), "rejected"),
    ],
)
def test_what_is_kept_is_not_left_in_the_clear_whatever_came_of_reading_it(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, folder: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("claims.edi.services._take_in_held", fail)
    sha256 = hashlib.sha256((inbox / "1.837").read_bytes()).hexdigest()
    assert watch() == {"1.837": folder, "2.837": folder}
    assert sha256 in (inbox / folder / "1.837").read_text()
    assert store.stored_path(sha256).exists()
    assert not [path for path in inbox.rglob("*") if path.is_file() and b"HC-" in path.read_bytes()]


def test_a_watched_file_that_cannot_be_read_is_put_aside_and_the_next_is_read(inbox: Path, failing) -> None:
    failing(ZeroDivisionError())
    assert watch() == {"1.837": "rejected", "2.837": "done"}
    assert Claim.objects.get().number == "HC-2"
    assert "try again" in EdiFile.objects.get(name="1.837").message
    assert watch() == {}


def test_where_the_database_failed_the_file_waits_for_the_next_run(
    inbox: Path, failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(OperationalError())
    assert watch() == {"1.837": "working", "2.837": "done"}
    monkeypatch.undo()
    assert watch() == {"1.837": "done"}
    assert Claim.objects.count() == 2


def test_a_name_of_unknown_encoding_is_no_obstacle(practice: Practice, settings) -> None:
    drop(Path(settings.WATCH_DIR), b"caf\xe9.837", write_837([FIRST]))
    assert list(watch().values()) == ["done"]
    assert EdiFile.objects.get().name == "caf?.837"
    assert Claim.objects.count() == 1


def test_the_command_goes_on_to_the_next_file(inbox: Path, failing) -> None:
    failing(ZeroDivisionError())
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_edi", str(inbox / "1.837"), str(inbox / "2.837"), "--json", stdout=out)
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["status"], second["status"]) == ("rejected", "posted")
    assert "Reading stopped unexpectedly (ZeroDivisionError)" in first["problems"][0]["message"]


def test_the_command_names_a_file_whose_name_has_an_unknown_encoding(practice: Practice, tmp_path: Path) -> None:
    drop(tmp_path / "in", b"caf\xe9.837", write_837([FIRST]))
    out = io.StringIO()
    call_command("import_edi", str(tmp_path / "in"), stdout=out)
    out.getvalue().encode()
    assert "caf?.837: 837P posted" in out.getvalue()
