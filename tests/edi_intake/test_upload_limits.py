"""An upload that is too large is refused while it arrives, and the page names the file and the limit."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.edi.models import EdiFile
from claims.practices.models import Practice
from tests.cast import make_ada, make_sol
from tests.edi_intake.writing import Sent, write_837

MB = 1024 * 1024


@pytest.fixture
def sol(practice: Practice, settings: Any, tmp_path: Path) -> Client:
    settings.MAX_UPLOAD_MB = 4
    settings.UPLOAD_DIR = tmp_path / "uploads"
    # As a browser: the token of the form is looked for first, so the upload is parsed before any page runs.
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_sol(practice))
    return client


def send(client: Client, *files: SimpleUploadedFile, address: str = "/imports/upload") -> Any:
    token = client.get("/imports").context["csrf_token"]
    return client.post(address, {"csrfmiddlewaretoken": str(token), "file": files})


def file(name: str, size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"x" * size)


@pytest.mark.parametrize("size", [4 * MB + 1, 6 * MB, 14 * MB], ids=["a byte", "announced", "far too much"])
def test_the_page_names_the_file_and_the_limit(sol: Client, size: int, tmp_path: Path) -> None:
    response = send(sol, file("huge.835", size))
    assert response.status_code == 413
    assert "with huge.835 it is more than the 4 MB" in response.content.decode()
    assert not EdiFile.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()], "nothing of it is left on the disk"


def test_files_that_are_too_much_together_name_the_one_that_is_too_many(sol: Client) -> None:
    response = send(sol, file("first.835", 3 * MB), file("second.835", MB + MB // 2))
    assert response.status_code == 413
    assert "with second.835 it is more" in response.content.decode()


def test_what_is_announced_as_too_much_is_not_even_begun(sol: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    received = []
    monkeypatch.setattr("arwork.lib.uploads.BoundedUpload.receive_data_chunk", lambda *_: received.append(1))
    assert send(sol, file("huge.835", 14 * MB)).status_code == 413
    assert not received


def test_a_large_file_waits_on_the_disk_and_not_in_memory(
    sol: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = []

    def look(source: Any, **_: Any) -> Any:
        seen.append(Path(source.name).parent)
        raise RuntimeError

    monkeypatch.setattr("claims.edi.file_actions.upload_file", look)
    with pytest.raises(RuntimeError):
        send(sol, file("large.835", 3 * MB))
    assert seen == [tmp_path / "uploads"]


def test_a_file_within_the_limit_is_received(sol: Client) -> None:
    content = write_837([Sent(number="HC-1")])
    assert send(sol, SimpleUploadedFile("small.837", content)).status_code == 302
    assert EdiFile.objects.get().size == len(content)


def test_the_api_says_it_as_a_problem(sol: Client) -> None:
    client = Client()
    client.force_login(sol.get("/imports").wsgi_request.user)
    response = client.post("/api/v1/files", {"file": file("huge.835", 5 * MB)})
    assert (response.status_code, response.json()["code"], response.json()["limit_mb"]) == (413, "too_large", 4)
    assert "huge.835" in response.json()["detail"]


def test_every_form_with_a_file_is_bounded(practice: Practice, settings: Any, tmp_path: Path) -> None:
    settings.MAX_UPLOAD_MB = 1
    settings.UPLOAD_DIR = tmp_path
    client = Client()
    client.force_login(make_ada(practice))
    address = reverse("contract_fees", args=[1])
    assert client.post(address, {"file": file("fees.csv", 2 * MB)}).status_code == 413
