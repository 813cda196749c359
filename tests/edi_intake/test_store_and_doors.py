"""The raw store, the command, the watched folder: what surrounds the intake."""

import gzip
import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from arwork.lib import kept_files
from arwork.lib.encryption import Undecipherable
from arwork.lib.keyring import new_key
from claims.billing.models import Claim
from claims.edi import claim_charges, services, store, watched_folder
from claims.edi.models import EdiFile, EdiTransaction
from claims.edi.selectors import segments_of
from claims.ledger.models import Posting
from claims.practices.models import Practice
from claims.remits.models import RemitClaim
from tests.cast import make_sol
from tests.edi_intake.conftest import NOW, TODAY, TakeIn
from tests.edi_intake.writing import Sent, write_277ca, write_837
from tests.remits.era import Clp, Era, Svc

GUS = Sent(number="HC-1")


def run(*arguments: object) -> tuple[int, list[dict]]:
    out, code = io.StringIO(), 0
    try:
        call_command("import_edi", *map(str, arguments), "--json", stdout=out)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_bytes_are_kept_once_under_their_hash_and_come_back_whole(tmp_path: Path) -> None:
    content = write_837([GUS]) * 2_000
    kept = store.store_bytes(io.BytesIO(content))
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert (kept.size, kept.claims) == (len(content), 2_000)
    path = store.stored_path(kept.sha256)
    assert len(path.read_bytes()) < len(content) / 10
    assert b"".join(store.stored_blocks(kept.sha256)) == content
    stamp = path.stat().st_mtime_ns
    store.store_bytes(io.BytesIO(content))
    assert path.stat().st_mtime_ns == stamp
    assert [found for found in path.parent.parent.iterdir() if found.name.startswith(".incoming")] == []


KEPT = write_837([GUS]) * 400
NEW = new_key("new")


@pytest.fixture
def kept() -> Path:
    """Where KEPT stands: its bytes barely compress, so it has several frames."""
    noise = b"".join(hashlib.sha256(bytes((n % 256, n // 256))).hexdigest().encode() for n in range(5_000))
    return store.stored_path(store.store_bytes(io.BytesIO(KEPT + noise)).sha256)


def read_back(path: Path) -> bytes:
    return b"".join(store.stored_blocks(path.stem))


def test_nothing_that_came_in_can_be_read_in_the_store(kept: Path) -> None:
    assert kept.suffix == ".enc"
    assert kept.stat().st_mode & 0o077 == 0
    held = kept.read_bytes()
    assert b"GUARINO" in KEPT
    assert b"GUARINO" not in held
    with pytest.raises((OSError, EOFError)):
        gzip.decompress(held)
    assert read_back(kept).startswith(KEPT)


FRAME = (1 << 16) + 16


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda held, body: held[:-1], id="a byte cut off"),
        pytest.param(lambda held, body: held[: body + FRAME], id="cut off between frames"),
        pytest.param(lambda held, body: held[:body], id="only the header"),
        pytest.param(lambda held, body: held[:5], id="not even that"),
        pytest.param(lambda held, body: b"", id="nothing"),
        pytest.param(lambda held, body: held[:200] + bytes((held[200] ^ 1,)) + held[201:], id="a bit"),
        pytest.param(
            lambda held, body: held[:body] + held[body + FRAME : body + 2 * FRAME] + held[body : body + FRAME]
            + held[body + 2 * FRAME :],
            id="another order",
        ),
        pytest.param(lambda held, body: held[:body] + held[body + FRAME :], id="the first frame left out"),
        pytest.param(lambda held, body: held + held[body : body + FRAME], id="a frame once more"),
    ],
)  # fmt: skip
def test_a_file_that_was_changed_or_cut_off_does_not_open(kept: Path, harm) -> None:
    held = kept.read_bytes()
    body = 10 + int.from_bytes(held[8:10], "big")
    assert len(held) > body + 2 * FRAME
    kept.write_bytes(harm(held, body))
    with pytest.raises(Undecipherable):
        read_back(kept)


def test_a_file_under_another_name_does_not_open(kept: Path) -> None:
    other = store.stored_path(store.store_bytes(io.BytesIO(b"something else")).sha256)
    other.write_bytes(kept.read_bytes())
    with pytest.raises(Undecipherable):
        read_back(other)


def test_a_file_kept_before_anything_was_encrypted_is_read_and_encrypted_later() -> None:
    name = hashlib.sha256(KEPT).hexdigest()
    before = Path(settings.RAW_FILES_DIR) / name[:2] / f"{name}.gz"
    before.parent.mkdir(parents=True, exist_ok=True)
    before.write_bytes(gzip.compress(KEPT))
    assert read_back(before) == KEPT
    assert store.stored_path(name) == before
    assert name in store.stored_hashes()
    assert store.renew(name)
    assert not before.exists()
    assert read_back(store.stored_path(name)) == KEPT
    assert not store.renew(name), "there is nothing left to do"


def test_a_damaged_file_is_not_encrypted_as_if_it_were_whole() -> None:
    name = hashlib.sha256(KEPT).hexdigest()
    before = Path(settings.RAW_FILES_DIR) / name[:2] / f"{name}.gz"
    before.parent.mkdir(parents=True, exist_ok=True)
    before.write_bytes(gzip.compress(KEPT + b"more"))
    with pytest.raises(store.StoreUnavailable, match="another hash"):
        store.renew(name)
    assert before.exists()


def test_a_new_key_wraps_the_key_of_a_file_again_and_leaves_its_frames(kept: Path, settings) -> None:
    before, plain, old = kept.read_bytes(), read_back(kept), settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{NEW},{old}"
    assert store.renew(kept.stem)
    settings.FIELD_KEYS = NEW
    assert read_back(kept) == plain
    assert kept.read_bytes()[-FRAME:] == before[-FRAME:]
    settings.FIELD_KEYS = old
    with pytest.raises(Undecipherable, match="the key new, which"):
        read_back(kept)


def test_a_writer_that_dies_leaves_nothing_under_a_hash(settings) -> None:
    class Dying(io.BytesIO):
        def read(self, size: int = -1) -> bytes:  # type: ignore[override]
            raise OSError("the disk is gone")

    with pytest.raises(store.StoreUnavailable):
        store.store_bytes(Dying())
    assert list(Path(settings.RAW_FILES_DIR).rglob("*")) == []


def test_the_command_searches_folders_and_prints_an_object_a_transaction(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.837").write_bytes(write_837([GUS]) + write_837([GUS.but(number="HC-2")], control=2))
    (tmp_path / "in" / "deep" / "b.277").write_bytes(write_277ca([("HC-1", "A2", "ICN1")]))
    (tmp_path / "in" / ".hidden").write_bytes(b"not for us")
    code, lines = run(tmp_path / "in")
    assert code == 0
    assert [(line["type"], line["status"]) for line in lines] == [
        ("837P", "posted"), ("837P", "posted"), ("277CA", "posted"),
    ]  # fmt: skip
    first = lines[0]
    assert list(first) == [
        "file", "sha256", "type", "status", "claims", "charge", "paid", "patient_responsibility", "bpr", "plb",
        "adjustments", "balanced", "posted", "exceptions", "problems",
    ]  # fmt: skip
    assert (first["file"], first["charge"], first["plb"]) == (str(tmp_path / "in" / "a.837"), "125.00", "0.00")
    assert first["adjustments"] == {"CO": "0.00", "PR": "0.00", "OA": "0.00", "PI": "0.00", "CR": "0.00"}


def test_the_command_fails_for_what_it_cannot_take_in_and_goes_on(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_bytes(b"Dear payer, please find enclosed")
    (tmp_path / "2.837").write_bytes(write_837([GUS]))
    code, lines = run(tmp_path / "1.txt", tmp_path / "gone.837", tmp_path / "2.837")
    assert code == 1
    assert [line["status"] for line in lines] == ["rejected", "rejected", "posted"]
    assert lines[0]["problems"][-1]["code"] == "not_understood"
    assert EdiFile.objects.get(state="rejected").size == 32


def test_the_command_names_a_practice_that_is_not_there(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "2.837").write_bytes(write_837([GUS]))
    with pytest.raises(CommandError, match="No practice has the NPI 1111111111"):
        run(tmp_path / "2.837", "--practice", "1111111111")


@pytest.mark.django_db
def test_the_first_file_ever_opens_its_practice(tmp_path: Path) -> None:
    (tmp_path / "2.837").write_bytes(write_837([GUS]))
    assert run(tmp_path / "2.837")[0] == 0
    assert Practice.objects.get().name == "HARBOR CLINIC"


def test_onboarding_opens_further_practices(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "2.837").write_bytes(write_837([GUS], npi="1999999992", tin="990000001"))
    assert run(tmp_path / "2.837")[0] == 1
    assert run(tmp_path / "2.837", "--create-missing-claims")[0] == 0
    assert Practice.objects.count() == 2


def test_nul_bytes_do_no_harm(take_in: TakeIn) -> None:
    content = write_837([GUS]).replace(b"GUARINO", b"GUA\x00RINO")
    assert take_in(content).status == "posted"
    assert Claim.objects.get().patient.person.last == "GUARINO"


def test_a_file_saved_as_wide_characters_is_read_and_its_segments_are_shown(
    take_in: TakeIn, practice: Practice
) -> None:
    """Some editors save two bytes a character; half of them are NULs."""
    text = Era([Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")])])]).text()
    take_in(text.encode("utf-16-le"))
    row = RemitClaim.objects.get()
    _, segments = segments_of(row, actor=make_sol(practice), now=NOW)
    assert (str(row.paid), segments[0][:8]) == ("150.00", "CLP*X9*1")


def test_a_run_that_stopped_between_batches_goes_on(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.edi import claims_837

    monkeypatch.setattr(claims_837, "BATCH", 2)
    claims = [GUS.but(number=f"HC-{n}") for n in range(5)]
    real, calls = claim_charges.post_charges, []

    def dying(*args: object, **kwargs: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(claims_837, "post_charges", dying)
    with pytest.raises(RuntimeError):
        take_in(write_837(claims))
    assert (EdiTransaction.objects.get().done, Claim.objects.count()) == (2, 2)
    assert EdiFile.objects.get().state == "received"
    (line,) = take_in(write_837(claims)).results
    assert (line["status"], line["posted"]) == ("posted", 5)
    assert (Claim.objects.count(), Posting.objects.count()) == (5, 5)


def test_a_reader_that_finds_another_ahead_of_it_leaves(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.edi import claims_837
    from claims.edi.files import AlreadyBeingRead

    real, calls = claims_837.ClaimIntake.take, []

    def overtaken(self: object, claims: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            EdiTransaction.objects.update(done=2)  # what another process committed meanwhile
        real(self, claims)  # type: ignore[arg-type]

    monkeypatch.setattr(claims_837, "BATCH", 1)
    monkeypatch.setattr(claims_837.ClaimIntake, "take", overtaken)
    with pytest.raises(AlreadyBeingRead):
        take_in(write_837([GUS.but(number=f"HC-{n}") for n in range(3)]))
    assert (Claim.objects.count(), Posting.objects.count()) == (1, 1)


def test_the_watched_folder_takes_in_quiet_files_and_puts_them_aside(practice: Practice, settings) -> None:
    inbox = Path(settings.WATCH_DIR)
    assert watched_folder.take_in_watched_files(today=TODAY, now=NOW) == {}
    good, bad, fresh = inbox / "good.837", inbox / "bad.txt", inbox / "fresh.837"
    good.write_bytes(write_837([GUS]))
    bad.write_bytes(b"hello")
    fresh.write_bytes(write_837([GUS.but(number="HC-9")], control=9))
    for path, age in ((good, 10), (bad, 10), (fresh, 1)):
        os.utime(path, (NOW.timestamp() - age, NOW.timestamp() - age))
    assert watched_folder.take_in_watched_files(today=TODAY, now=NOW) == {"good.837": "done", "bad.txt": "rejected"}
    for receipt in (inbox / "done" / "good.837", inbox / "rejected" / "bad.txt"):
        assert "kept encrypted" in receipt.read_text(), "nothing of a patient stays in the clear"
    assert (inbox / "rejected" / "bad.txt").exists()
    assert fresh.exists()
    assert Claim.objects.get().number == "HC-1"


def test_a_link_in_the_watched_folder_is_not_followed(practice: Practice, settings, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(write_837([GUS]))
    os.utime(secret, (NOW.timestamp() - 10, NOW.timestamp() - 10))
    watched_folder.take_in_watched_files(today=TODAY, now=NOW)
    (Path(settings.WATCH_DIR) / "file.837").symlink_to(secret)
    assert watched_folder.take_in_watched_files(today=TODAY, now=NOW) == {}
    assert not EdiFile.objects.exists()


def test_a_file_that_a_killed_worker_left_is_taken_up_and_one_that_is_held_is_not(practice: Practice, settings) -> None:
    import fcntl

    working = Path(settings.WATCH_DIR) / "working"
    working.mkdir(parents=True)
    (working / "left.837").write_bytes(write_837([GUS]))
    held = working / "held.837"
    held.write_bytes(write_837([GUS.but(number="HC-2")], control=2))
    with held.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert watched_folder.take_in_watched_files(today=TODAY, now=NOW) == {"left.837": "done"}
    assert held.exists()


def _full(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_files, "compress", refuse)


def _quiet_files(settings, *names: str) -> Path:
    inbox = Path(settings.WATCH_DIR)
    inbox.mkdir(parents=True)
    for control, name in enumerate(names, start=1):
        (inbox / name).write_bytes(write_837([GUS.but(number=f"HC-{control}")], control=control))
        os.utime(inbox / name, (NOW.timestamp() - 10, NOW.timestamp() - 10))
    return inbox


def test_a_full_disk_is_named_and_leaves_nothing_behind(
    take_in: TakeIn, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _full(monkeypatch)
    with pytest.raises(store.StoreUnavailable, match="no space left on device"):
        take_in(write_837([GUS]))
    assert not EdiFile.objects.exists()
    assert not list(Path(settings.RAW_FILES_DIR).iterdir())


def test_a_watched_file_waits_until_the_disk_takes_files_again(
    practice: Practice, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = _quiet_files(settings, "one.837")
    with monkeypatch.context() as full:
        _full(full)
        assert watched_folder.take_in_watched_files(today=TODAY, now=NOW) == {"one.837": "working"}
    assert watched_folder.take_in_watched_files(today=TODAY, now=NOW) == {"one.837": "done"}
    assert (inbox / "done" / "one.837").exists()


def test_a_watched_file_that_the_database_does_not_take_now_keeps_no_other_waiting(
    practice: Practice, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _quiet_files(settings, "bad.837", "good.837")
    intended = services.keep_file

    def break_on_bad(source: object, *, name: str, **asked: object) -> object:
        if name == "bad.837":
            raise OperationalError
        return intended(source, name=name, **asked)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(services, "keep_file", break_on_bad)
        for _ in range(2):
            outcomes = watched_folder.take_in_watched_files(today=TODAY, now=NOW)
    assert outcomes == {"bad.837": "working"}
    assert Claim.objects.get().number == "HC-2"
    assert watched_folder.take_in_watched_files(today=TODAY, now=NOW) == {"bad.837": "done"}
