"""Documents: told by content, encrypted, seen with a trace, withdrawn with a reason, and what waits for one wakes."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.keyring import new_key
from arwork.staff.models import AuditEvent, User
from claims.billing.models import Claim
from claims.documents import media, retention, selectors, services
from claims.documents.media import NoDocument, media_of
from claims.documents.models import Document
from claims.documents.services import BroughtFile
from claims.documents.store import kept_documents
from claims.edi import key_rotation
from tests import cast
from tests.cast import NOW
from tests.documents.scans import pdf, png, tiff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"


@pytest.fixture
def claim() -> Claim:
    return cast.make_claim(number="H1")


@pytest.fixture
def ana(claim: Claim) -> User:
    return cast.make_ana(claim.practice)


def brought(stream: io.BytesIO | None = None, *, name: str = "scan.pdf", note: str = "") -> BroughtFile:
    return BroughtFile(stream or pdf(), name, "letter", note)


def sent(content: bytes) -> dict[str, Any]:
    file = SimpleUploadedFile("l.pdf", content)
    return {"document-file": file, "document-kind": "letter", "document-note": "Page 1"}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (pdf().read(), "application/pdf"), (b"\n" * 900 + b"%PDF-1.7", "application/pdf"), (png().read(), "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"), (tiff().read(), "image/tiff"), (b"MM\x00*", "image/tiff"),
        (b"<html>%PDF", None), (b"GIF89a", None), (b"MZ", None), (b"", None), (b"\n" * 1100 + b"%PDF-1.7", None),
    ],
)  # fmt: skip
def test_what_a_file_is_its_content_says(head: bytes, expected: str | None) -> None:
    assert media_of(head) == expected


def test_what_is_no_document_or_too_large_is_refused(claim: Claim, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (io.BytesIO(b"<script>alert(1)</script>"), io.BytesIO()):
        with pytest.raises(NoDocument):
            services.add_to_claim(claim.pk, brought(stream, name="a.pdf"), actor=ana, now=NOW)
    monkeypatch.setattr(media, "MOST_BYTES", 100)
    with pytest.raises(NoDocument, match="larger than"):
        services.add_to_claim(claim.pk, brought(), actor=ana, now=NOW)
    assert not Document.objects.exists()


def test_a_document_is_kept_once_encrypted_and_comes_back_whole(claim: Claim, ana: User) -> None:
    one = services.add_to_claim(claim.pk, brought(), actor=ana, now=NOW)
    same = services.add_to_account(claim.account_id, brought(name="again.pdf"), actor=ana, now=NOW)
    assert same == one
    assert (one.media, one.size, one.name) == ("application/pdf", len(pdf().read()), "scan.pdf")
    assert b"".join(selectors.bytes_of(one)) == pdf().read()
    assert b"EXPLANATION" not in kept_documents.path(one.sha256).read_bytes()
    assert list(selectors.documents_of_claim(claim.pk)) == [one]
    assert list(selectors.documents_of_account(claim.account_id)) == [one]
    told = AuditEvent.objects.filter(subject="document").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["document_added", "document_linked", "document_linked"]


def test_no_card_number_stands_in_its_note(claim: Claim, ana: User) -> None:
    with pytest.raises(DomainError, match="card number"):
        services.add_to_claim(claim.pk, brought(note="4111 1111 1111 1111"), actor=ana, now=NOW)


def test_it_is_withdrawn_with_a_reason_and_never_erased(claim: Claim, ana: User) -> None:
    one = services.add_to_claim(claim.pk, brought(), actor=ana, now=NOW)
    bob = cast.make_user(username="bob", practices=[claim.practice])
    with pytest.raises(Forbidden):
        services.withdraw_document(one.pk, reason="Not mine", actor=bob, now=NOW)
    with pytest.raises(DomainError, match="Say why"):
        services.withdraw_document(one.pk, reason=" ", actor=ana, now=NOW)
    services.withdraw_document(one.pk, reason="Another patient's", actor=ana, now=NOW)
    one.refresh_from_db()
    assert (one.withdrawn_by, one.withdrawn_because) == (ana, "Another patient's")
    assert kept_documents.has(one.sha256)
    with pytest.raises(Conflict):
        services.withdraw_document(one.pk, reason="Twice", actor=ana, now=NOW)
    assert services.add_to_claim(claim.pk, brought(), actor=ana, now=NOW) != one


def test_another_practice_sees_and_adds_nothing(claim: Claim, ana: User) -> None:
    one = services.add_to_claim(claim.pk, brought(), actor=ana, now=NOW)
    carl = cast.make_user(username="carl")
    for deed in (
        lambda: selectors.document_seen_by(carl, one.pk),
        lambda: services.add_to_claim(claim.pk, brought(), actor=carl, now=NOW),
        lambda: services.withdraw_document(one.pk, reason="x", actor=carl, now=NOW),
    ):
        with pytest.raises(NotFound):
            deed()


def test_bytes_go_past_their_term_unless_another_document_has_them(claim: Claim, ana: User) -> None:
    one = services.add_to_claim(claim.pk, brought(), actor=ana, now=NOW)
    later = cast.NOW.replace(year=2037)
    assert retention.documents_due(NOW).count == 0
    assert retention.documents_due(later).count == 1
    assert retention.drop_documents(later, now=later) == 1
    one.refresh_from_db()
    assert (one.bytes_dropped_at, kept_documents.has(one.sha256)) == (later, False)
    with pytest.raises(NotFound, match="past their term"):
        selectors.bytes_of(one)


def test_a_new_key_opens_documents_too(claim: Claim, ana: User, settings: Any) -> None:
    one = services.add_to_claim(claim.pk, brought(), actor=ana, now=NOW)
    new, old = new_key("new"), settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{new},{old}"
    assert key_rotation.outdated()[1] == 1
    assert key_rotation.rotate_keys(say=lambda _: None, now=NOW).files == 1
    settings.FIELD_KEYS = new
    assert b"".join(selectors.bytes_of(one)) == pdf().read()


def test_it_is_added_and_shown_on_the_claim(client: Client, claim: Claim, ana: User) -> None:
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/claims/{claim.pk}/documents", sent(pdf().read()), follow=True)
    assert "Letter from the payer" in answer.content.decode()
    one = Document.objects.get()
    shown = client.get(f"/documents/{one.pk}")
    assert f'<iframe class="paper" src="/documents/{one.pk}/content"' in shown.content.decode()
    raw = client.get(f"/documents/{one.pk}/content")
    assert b"".join(raw) == pdf().read()  # type: ignore[call-overload]
    assert raw["Content-Type"] == "application/pdf"
    assert raw["Content-Disposition"] == f'inline; filename="document-{one.pk}.pdf"'
    assert raw["X-Content-Type-Options"] == "nosniff"
    assert raw["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in raw["Content-Security-Policy"]
    assert "script-src" not in raw["Content-Security-Policy"]
    assert "default-src 'none'" in raw["Content-Security-Policy"]
    client.post(f"/documents/{one.pk}/withdraw", {"reason": "Wrong one"})
    assert "Wrong one" in client.get(f"/documents/{one.pk}").content.decode()


def test_what_is_no_document_is_said_on_a_page_with_what_was_entered(client: Client, claim: Claim, ana: User) -> None:
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/claims/{claim.pk}/documents", sent(b"no pdf"))
    assert answer.status_code == 422
    assert "no PDF, PNG, JPEG or TIFF" in answer.content.decode()
    assert "Page 1" in answer.content.decode()


def test_a_tiff_is_taken_as_a_file(client: Client, claim: Claim, ana: User) -> None:
    one = services.add_to_claim(claim.pk, brought(tiff(), name="fax.tif"), actor=ana, now=NOW)
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert "Browsers show no TIFF" in client.get(f"/documents/{one.pk}").content.decode()
    assert client.get(f"/documents/{one.pk}/content")["Content-Disposition"].startswith("attachment")
