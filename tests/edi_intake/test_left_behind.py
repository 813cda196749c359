"""A file in the middle of which its reader was killed is taken up by itself, even when the queue forgot it."""

import datetime as dt
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claims.billing.models import Claim
from claims.edi import file_actions, files, services, store
from claims.edi.files import AlreadyBeingRead
from claims.edi.models import EdiFile
from tests.cast import NOW, TODAY, make_practice, make_sol
from tests.edi_intake.test_kill import ROOT, House
from tests.edi_intake.writing import Sent, many, write_837

LATER = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def file(db: None, settings, tmp_path: Path) -> EdiFile:
    """A kept file that some reader began."""
    settings.RAW_FILES_DIR = tmp_path
    make_practice()
    source = io.BytesIO(write_837([Sent(number="HC-1"), Sent(number="HC-2")]))
    kept, _ = services.keep_file(source, name="claims.837", via="upload", now=NOW)
    EdiFile.objects.update(state=EdiFile.State.WORKING)
    return kept


def test_what_a_reader_left_in_the_middle_is_taken_in(file: EdiFile) -> None:
    assert file_actions.take_in_forgotten(today=TODAY, now=LATER) == 1
    file.refresh_from_db()
    assert (file.state, file.left_behind, Claim.objects.count()) == (EdiFile.State.DONE, 0, 2)


def test_what_is_being_read_is_left_to_its_reader(file: EdiFile) -> None:
    with store.reading_lock(file.sha256) as is_ours:
        assert is_ours
        assert file_actions.take_in_forgotten(today=TODAY, now=LATER) == 0
        with pytest.raises(AlreadyBeingRead, match="being read by another process"):
            services.take_in_kept(file.pk, today=TODAY, now=LATER)
    file.refresh_from_db()
    assert (file.state, file.left_behind) == (EdiFile.State.WORKING, 0)


def test_a_file_that_takes_every_reader_along_is_given_up_and_says_so(
    file: EdiFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(services, "_read", killed)
        for _ in range(3):
            with pytest.raises(SystemExit):
                file_actions.take_in_forgotten(today=TODAY, now=LATER)
        assert file_actions.take_in_forgotten(today=TODAY, now=LATER) == 0
    file.refresh_from_db()
    assert (file.state, file.message) == (EdiFile.State.RECEIVED, files.GIVEN_UP)
    assert file_actions.take_in_forgotten(today=TODAY, now=LATER + dt.timedelta(hours=1)) == 0
    sol = make_sol(make_practice())
    EdiFile.objects.update(received_by=sol)
    file_actions.retry_file(file.pk, actor=sol, now=LATER)
    services.take_in_kept(file.pk, today=TODAY, now=LATER)
    file.refresh_from_db()
    assert (file.state, file.message, Claim.objects.count()) == (EdiFile.State.DONE, "", 2)


def test_a_killed_import_goes_on_at_the_next_round_of_the_watchman(tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    house.migrate()
    sent = tmp_path / "claims.837"
    sent.write_bytes(write_837(many(1_500)))
    process = house.start("import_edi", str(sent), "--create-missing-claims")
    while process.poll() is None and house.done() < 500:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert state_of(house) == ("working", house.done())
    assert 500 <= house.done() < 1_500, "the kill hit the middle"
    code = "import django; django.setup(); from claims.tasks import watch_folder; watch_folder()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | house.env, check=True, timeout=300)
    assert state_of(house) == ("done", 1_500)


def state_of(house: House) -> tuple[str, int]:
    with sqlite3.connect(house.folder / "arwork.sqlite3", timeout=30) as database:
        return database.execute("SELECT state, done_claims FROM claims_edifile").fetchone()
