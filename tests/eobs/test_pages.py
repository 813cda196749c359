"""The pages of payments by hand: everything works without a script, errors stand at their cell, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arwork.staff.models import User
from claims.billing.models import Claim
from claims.documents import selectors as documents
from claims.eobs import posting
from claims.eobs.models import Eob
from claims.remits.models import Remittance
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests import cast
from tests.cast import NOW, TODAY
from tests.documents.scans import pdf
from tests.eobs.entering import entered, typed
from tests.remits.era import PAID_ON, Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"


@pytest.fixture
def claim() -> Claim:
    return cast.make_claim(number="H1", lines=["240.00"])


@pytest.fixture
def sol(claim: Claim, client: Client) -> User:
    found = cast.make_sol(claim.practice)
    client.force_login(found, backend="django.contrib.auth.backends.ModelBackend")
    return found


def begun(client: Client, claim: Claim, **more: Any) -> Any:
    check = {
        "practice": claim.practice_id, "payer_id": cast.make_payer().pk, "method": "CHK", "trace": "40017",
        "amount": "144.00", "paid_on": f"{PAID_ON}", "received_on": f"{PAID_ON}", **more,
    }  # fmt: skip
    return client.post("/money/eobs/new", check)


def cells(claim: Claim, **typed_: str) -> dict[str, str]:
    line = claim.lines.get()
    own = {f"c0.l0.{cell}": text for cell, text in typed_.items()}
    return {"c0.claim": f"{claim.pk}", "c0.status": "1", "c0.l0.line": f"{line.pk}", **own}


def test_an_eob_is_entered_and_posted_without_a_script(client: Client, claim: Claim, sol: User) -> None:
    answer = begun(client, claim, file=SimpleUploadedFile("eob.pdf", pdf().read()))
    eob = Eob.objects.get()
    assert answer["Location"] == f"/money/eobs/{eob.pk}"
    assert f"/documents/{eob.document_id}/content" in client.get(answer["Location"]).content.decode()
    client.post(f"/money/eobs/{eob.pk}/find", {"version": "1", "q": "H1"})
    sent = {"version": "2", **cells(claim, allowed="180", paid="144")}
    page = client.post(f"/money/eobs/{eob.pk}/post", sent, follow=True).content.decode()
    assert "Posted." in page
    assert buckets(claim) == {"PATIENT": "36.00"}
    assert list(documents.documents_of_claim(claim.pk)) == [Eob.objects.get().document]
    listed = client.get("/money/eobs").content.decode()
    assert "posted by Sol Test" in listed
    assert "by hand" in client.get(f"/remits/{Remittance.objects.get().pk}").content.decode()
    assert "entered by hand" in client.get(f"/claims/{claim.pk}").content.decode()


def test_what_is_wrong_stands_at_its_cell_and_nothing_is_lost(client: Client, claim: Claim, sol: User) -> None:
    begun(client, claim)
    eob = Eob.objects.get()
    sent = {"version": "1", **cells(claim, allowed="18O", paid="144", other="CO-9999 1", remarks="N115")}
    page = client.post(f"/money/eobs/{eob.pk}/post", sent)
    text = page.content.decode()
    assert page.status_code == 409
    for part in ('value="18O"', 'value="CO-9999 1"', "There is no adjustment reason 9999.", 'value="N115"'):
        assert part in text
    assert f'name="version" value="{Eob.objects.get().version}"' in text
    assert not Remittance.objects.exists()


def test_a_check_that_cannot_be_says_so_at_its_field(client: Client, claim: Claim, sol: User) -> None:
    answer = begun(client, claim, received_on=f"{TODAY}", paid_on="2027-01-01")
    assert answer.status_code == 422
    assert "dated after the day it came" in answer.content.decode()
    assert 'value="40017"' in answer.content.decode()


def test_a_script_is_told_what_is_wrong_and_when_somebody_saved(client: Client, claim: Claim, sol: User) -> None:
    begun(client, claim)
    eob = Eob.objects.get()
    save: Callable[[str], Any] = lambda version: client.post(  # noqa: E731
        f"/money/eobs/{eob.pk}/save", {"version": version, **cells(claim, allowed="180", paid="x")},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    told = save("1").json()
    assert (told["version"], told["is_tied"]) == (2, False)
    assert told["errors"] == {"c0.l0.paid": "Enter an amount such as 1,240.50."}
    again = save("1")
    assert again.status_code == 409
    assert "Sol Test saved this EOB at" in again.json()["problem"]


def test_claims_are_found_by_number_and_by_name(client: Client, claim: Claim, sol: User) -> None:
    cast.make_claim(number="H2", patient=claim.patient, lines=["100.00"])
    begun(client, claim)
    eob = Eob.objects.get()
    page = client.post(f"/money/eobs/{eob.pk}/find", {"version": "1", "q": "guarino"}, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert text.count('name="add"') == 2
    sent = {"version": "2", "add": f"{claim.pk}"}
    page = client.post(f"/money/eobs/{eob.pk}/find", sent, headers={"HX-Request": "true"})
    assert f'name="c0.claim" value="{claim.pk}"' in page.content.decode()
    other = cast.make_claim(number="X1", practice=cast.make_practice(npi="1003000126"))
    sent = {"version": "3", "add": f"{other.pk}"}
    assert client.post(f"/money/eobs/{eob.pk}/find", sent, headers={"HX-Request": "true"}).status_code == 404


def test_a_claim_is_taken_out_and_a_draft_discarded(client: Client, claim: Claim, sol: User) -> None:
    begun(client, claim)
    eob = Eob.objects.get()
    client.post(f"/money/eobs/{eob.pk}/save", {"version": "1", **cells(claim, paid="1")})
    client.post(f"/money/eobs/{eob.pk}/save", {"version": "2", "remove": "c0", **cells(claim, paid="1")})
    assert Eob.objects.get().entry["claims"] == []
    client.post(f"/money/eobs/{eob.pk}/discard", {"version": "3", "reason": "Not ours"})
    assert Eob.objects.get().state == "discarded"


def test_a_posted_one_is_taken_back_and_entered_anew(client: Client, claim: Claim, sol: User) -> None:
    begun(client, claim)
    eob = Eob.objects.get()
    client.post(f"/money/eobs/{eob.pk}/post", {"version": "1", **cells(claim, allowed="180", paid="144")})
    page = client.post(f"/money/eobs/{eob.pk}/take-back", {"reason": "Wrong patient"}, follow=True).content.decode()
    assert "Wrong patient" in page
    assert buckets(claim) == {"PAYER1": "240.00"}
    page = client.post(f"/money/eobs/{eob.pk}/again", follow=True).content.decode()
    assert 'value="144"' in page
    assert Eob.objects.count() == 2


def test_a_known_check_is_named_before_and_posts_with_a_reason(client: Client, claim: Claim, sol: User) -> None:
    other = cast.make_claim(number="H2", lines=["240.00"])
    line = Svc("240.00", "144.00", [("CO-45", "60.00"), ("PR-2", "36.00")])
    take(Era([Clp("H1", [line])], trace="40017"))
    begun(client, other)
    eob = Eob.objects.get()
    assert "Is it here already?" in client.get(f"/money/eobs/{eob.pk}").content.decode()
    sent = {"version": "1", **cells(other, allowed="180", paid="144")}
    assert client.post(f"/money/eobs/{eob.pk}/post", sent).status_code == 409
    sent |= {"version": "2", "another_because": "Two checks under one number"}
    assert client.post(f"/money/eobs/{eob.pk}/post", sent).status_code == 302
    assert Eob.objects.get().state == "posted"


def test_a_collector_sees_and_enters_nothing(client: Client, claim: Claim, sol: User) -> None:
    begun(client, claim)
    eob = Eob.objects.get()
    client.force_login(cast.make_ana(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/money/eobs/{eob.pk}").content.decode()
    assert "Post it" not in page
    assert client.get("/money/eobs/new").status_code == 403
    assert client.post(f"/money/eobs/{eob.pk}/save", {"version": "1"}).status_code == 403


def test_the_list_is_taken_out_as_a_file(client: Client, claim: Claim, sol: User) -> None:
    begun(client, claim)
    text = b"".join(client.get("/money/eobs?export=csv")).decode()  # type: ignore[call-overload]
    assert "40017" in text


def test_a_document_that_comes_wakes_what_waits_for_one(
    client: Client, claim: Claim, sol: User, django_capture_on_commit_callbacks: Any
) -> None:
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim)
    WorkItem.objects.filter(pk=item.pk).update(wake_events="document", next_on=TODAY.replace(year=2027))
    with django_capture_on_commit_callbacks(execute=True):
        sent = {"document-file": SimpleUploadedFile("l.pdf", pdf().read()), "document-kind": "letter"}
        client.post(f"/claims/{claim.pk}/documents", sent)
    item.refresh_from_db()
    assert (item.woken_by, item.wake_events) == ("document", "")
    assert item.because.startswith("woken by a document")


PAID = {"allowed": "180", "paid": "144"}


def of_claims(count: int, lines: int, sol: User) -> Eob:
    claims = [cast.make_claim(number=f"Q{count}{nth}", lines=["240.00"] * lines) for nth in range(count)]
    entry = typed(*((one, [PAID] * lines) for one in claims))
    eob, reading = entered(sol, entry, f"{144 * count * lines}.00", trace=f"Q{count}")
    assert reading.is_tied
    return eob


def test_forty_lines_cost_no_more_queries_than_one(
    client: Client, claim: Claim, sol: User, django_assert_max_num_queries: Any
) -> None:
    one, forty = of_claims(1, 1, sol), of_claims(10, 4, sol)
    for eob in (one, forty):
        with django_assert_max_num_queries(32):
            assert client.get(f"/money/eobs/{eob.pk}").status_code == 200
        with django_assert_max_num_queries(95):
            posting.post_eob(eob.pk, version=eob.version, actor=sol, today=TODAY, now=NOW)
