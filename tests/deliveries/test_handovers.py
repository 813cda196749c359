"""Print files of statements for the print vendor, files of debits for the bank: handed over once, or said why not."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.sftp_settings import DebitBank, SftpPlace, debit_bank
from arwork.settings import env
from claims.documents.store import kept_documents
from collections_app.ach import files as debit_files
from collections_app.ach import to_bank
from collections_app.ach.models import AchFile
from collections_app.deliveries import handovers, sftp
from collections_app.statements import printing, releasing, runs, vendor
from collections_app.statements.models import PrintFile, StatementRun
from tests.ach.stories import authorized, collecting, debited
from tests.ach.stories import owing as owing_by_bank
from tests.cast import NOW, TODAY, make_practice, make_sol
from tests.statements.conftest import owing

pytestmark = pytest.mark.django_db
PLACE = SftpPlace("sftp.example.org", 22, "arwork", "in", "ssh-ed25519 AAAA", "secret")
LATER = NOW + handovers.LEASE
LOGIN = {"backend": "django.contrib.auth.backends.ModelBackend"}


class Folder:
    """A partner's folder: what it has, and what it answers next."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.fails: list[sftp.NotHandedOver] = []

    def drop(self, files: Any, *, place: SftpPlace) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.files |= files


@pytest.fixture
def folder(monkeypatch: Any, settings: Any) -> Folder:
    found = Folder()
    monkeypatch.setattr(sftp, "drop", found.drop)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    settings.MESSAGES = replace(django_settings.MESSAGES, vendor=PLACE)
    settings.DEBIT_BANK = DebitBank(replace(PLACE, who="the bank"), frozenset({"021000021"}))
    return found


@pytest.fixture
def harbor() -> Any:
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "2125550143", "12 Pier Street", "Brooklyn", "11201"
    practice.save()
    return practice


@pytest.fixture
def sol(harbor: Any) -> Any:
    return make_sol(harbor)


class TestPrintFiles:
    @pytest.fixture
    def run(self, harbor: Any, sol: Any, monkeypatch: Any) -> StatementRun:
        monkeypatch.setattr(printing, "PART", 1)
        for share in ("60.00", "20.00"):
            owing(share)
        made = runs.start_run(harbor.pk, actor=sol, today=TODAY, now=NOW)
        runs.make_run(made.pk, clock=lambda: NOW)
        releasing.release_run(made.pk, actor=sol, today=TODAY, now=NOW)
        return made

    def test_the_manifest_and_every_part_arrive_as_they_are_downloaded(
        self, run: StatementRun, sol: Any, folder: Folder, client: Client, eager_tasks: None,
        django_capture_on_commit_callbacks: Any,
    ) -> None:  # fmt: skip
        printing.print_run(run.pk, clock=lambda: NOW)
        client.force_login(sol, **LOGIN)
        page = reverse("statement_run", args=[run.pk])
        assert "Hand to the print vendor" in client.get(page).content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(reverse("statement_run_hand_over", args=[run.pk])).url == page
        stem = f"statements-2026-11-20-run{run.pk}"
        assert list(folder.files) == [f"{stem}-manifest.csv", f"{stem}-part-1.pdf", f"{stem}-part-2.pdf"]
        for one in PrintFile.objects.filter(run=run):
            assert folder.files[f"{stem}-part-{one.part}.pdf"] == b"".join(kept_documents.blocks(one.sha256))
        manifest = folder.files[f"{stem}-manifest.csv"].decode()
        assert manifest.count("\r\n") == 3
        assert "Guarino" not in manifest
        shown = client.get(page).content.decode()
        assert "The print vendor has all of it" in shown
        assert 'data-key-label="Hand to the print vendor"' not in shown
        with pytest.raises(Conflict, match="handed over already"):
            vendor.ask(run.pk, actor=sol, now=NOW)

    def test_a_failure_is_said_and_the_next_try_goes_on(
        self, run: StatementRun, sol: Any, folder: Folder, client: Client
    ) -> None:
        printing.print_run(run.pk, clock=lambda: NOW)
        folder.fails = [sftp.NotHandedOver("the vendor did not let us in")]
        vendor.ask(run.pk, actor=sol, now=NOW)
        with pytest.raises(Conflict, match="just now"):
            vendor.ask(run.pk, actor=sol, now=NOW)
        assert not vendor.hand_over(run.pk, clock=lambda: NOW)
        client.force_login(sol, **LOGIN)
        shown = client.get(reverse("statement_run", args=[run.pk])).content.decode()
        assert "the vendor did not let us in" in shown
        assert "Hand to the print vendor" in shown
        vendor.ask(run.pk, actor=sol, now=NOW)
        assert vendor.hand_over(run.pk, clock=lambda: NOW)
        assert len(folder.files) == 3
        assert not vendor.hand_over(run.pk, clock=lambda: NOW)  # the queue gave it out twice

    def test_a_worker_that_died_is_followed_after_a_while(self, run: StatementRun, sol: Any, folder: Folder) -> None:
        printing.print_run(run.pk, clock=lambda: NOW)
        vendor.ask(run.pk, actor=sol, now=NOW)
        found = handovers.last_of(vendor.SUBJECT, run.pk, now=LATER)
        assert found is not None
        assert (found.is_running, found.is_unsure, found.problem) == (False, True, handovers.UNKNOWN)
        vendor.ask(run.pk, actor=sol, now=LATER)
        assert vendor.hand_over(run.pk, clock=lambda: LATER)

    def test_what_is_not_printed_or_has_no_vendor_goes_nowhere(
        self, run: StatementRun, sol: Any, folder: Folder, settings: Any
    ) -> None:
        with pytest.raises(Conflict, match="no print files yet"):
            vendor.ask(run.pk, actor=sol, now=NOW)
        settings.MESSAGES = replace(django_settings.MESSAGES, vendor=None)
        with pytest.raises(DomainError, match="No print vendor is named"):
            vendor.ask(run.pk, actor=sol, now=NOW)


class TestDebits:
    @pytest.fixture
    def file(self, harbor: Any, sol: Any) -> AchFile:
        collecting(harbor)
        debited(authorized(owing_by_bank("240.00", practice=harbor), sol), sol)
        return debit_files.make_file(harbor.pk, actor=sol, today=TODAY, now=NOW)

    def test_what_the_bank_has_counts_as_sent(self, file: AchFile, sol: Any, folder: Folder, client: Client) -> None:
        client.force_login(sol, **LOGIN)
        page = reverse("ach_file", args=[file.pk])
        assert "Hand to the bank" in client.get(page).content.decode()
        assert client.post(reverse("ach_file_hand_over", args=[file.pk])).url == page
        assert folder.files == {f"debits-20261120-{file.pk}.ach": file.content.encode()}
        file.refresh_from_db()
        assert (file.state, file.ended_by) == ("sent", sol)
        shown = client.get(page).content.decode()
        assert "handed over" in shown
        assert "Hand to the bank" not in shown
        assert client.post(reverse("ach_file_hand_over", args=[file.pk])).status_code == 409

    def test_a_failure_is_said_and_tried_again(self, file: AchFile, sol: Any, folder: Folder, client: Client) -> None:
        folder.fails = [sftp.NotHandedOver("the bank was not reached, or did not take the file")]
        client.force_login(sol, **LOGIN)
        client.post(reverse("ach_file_hand_over", args=[file.pk]))
        file.refresh_from_db()
        assert file.state == "made"
        shown = client.get(reverse("ach_file", args=[file.pk])).content.decode()
        assert "the bank was not reached" in shown
        client.post(reverse("ach_file_hand_over", args=[file.pk]))
        file.refresh_from_db()
        assert file.state == "sent"

    def test_what_may_be_there_is_not_sent_again_before_somebody_asked(
        self, file: AchFile, sol: Any, folder: Folder, client: Client
    ) -> None:
        folder.fails = [sftp.NotHandedOver("the connection to the bank broke as the file got its name", is_unsure=True)]
        when = {"actor": sol, "today": TODAY, "now": NOW}
        assert to_bank.hand_over(file.pk, **when).is_unsure
        with pytest.raises(Conflict, match="Ask the bank"):
            to_bank.hand_over(file.pk, **when)
        client.force_login(sol, **LOGIN)
        assert "The bank has none" in client.get(reverse("ach_file", args=[file.pk])).content.decode()
        assert to_bank.hand_over(file.pk, **when, bank_has_none=True).is_done
        assert len(folder.files) == 1

    def test_a_worker_that_died_leaves_a_question_and_the_file_is_not_void_meanwhile(
        self, file: AchFile, sol: Any, folder: Folder
    ) -> None:
        handovers.begin("ach_file", file.pk, place=PLACE, practice_id=file.practice_id, actor=sol, now=NOW)
        for deed in (
            lambda: debit_files.void_file(file.pk, why="Wrong", actor=sol, now=NOW),
            lambda: to_bank.hand_over(file.pk, actor=sol, today=TODAY, now=NOW),
        ):
            with pytest.raises(Conflict, match="just now"):
                deed()
        with pytest.raises(Conflict, match="Ask the bank"):
            to_bank.hand_over(file.pk, actor=sol, today=TODAY, now=LATER)
        assert not folder.files

    def test_another_banks_file_stays_here(
        self, file: AchFile, sol: Any, folder: Folder, settings: Any, client: Client
    ) -> None:
        settings.DEBIT_BANK = DebitBank(PLACE, frozenset({"011000015"}))
        with pytest.raises(DomainError, match="written for another bank"):
            to_bank.hand_over(file.pk, actor=sol, today=TODAY, now=NOW)
        client.force_login(sol, **LOGIN)
        assert "Hand to the bank" not in client.get(reverse("ach_file", args=[file.pk])).content.decode()


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({"ACH_BANK_SFTP": "sftp://arwork@bank.example.org/in"}, "ACH_BANK_HOST_KEY"),
        ({"ACH_BANK_SFTP": "sftp://a@b/in", "ACH_BANK_HOST_KEY": "ssh-ed25519 AAAA"}, "ACH_BANK_KEY_FILE"),
        ({"ACH_BANK_SFTP": "sftp://a:b@c/in", "ACH_BANK_HOST_KEY": "ssh-ed25519 AAAA"}, "ACH_BANK_ROUTING"),
    ],
)
def test_half_of_a_bank_is_refused_at_the_start(monkeypatch: Any, told: dict[str, str], missing: str) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=missing):
        debit_bank(env)


def test_no_bank_is_none_and_a_whole_one_hides_its_password(monkeypatch: Any) -> None:
    assert debit_bank(env) is None
    monkeypatch.setenv("ACH_BANK_SFTP", "sftp://arwork:p%40ss@bank.example.org:2222/in/debits")
    monkeypatch.setenv("ACH_BANK_HOST_KEY", "ssh-ed25519 AAAA")
    monkeypatch.setenv("ACH_BANK_ROUTING", "021000021, 011000015")
    found = debit_bank(env)
    assert found is not None
    assert (found.place.port, found.place.folder, found.place.password) == (2222, "in/debits", "p@ss")
    assert found.routings == {"021000021", "011000015"}
    assert "p@ss" not in repr(found)
