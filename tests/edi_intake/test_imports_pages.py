"""The imports pages, as people use them: upload, look, try again, take the bytes away."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.edi import store
from claims.edi.models import EdiFile
from claims.practices.models import Practice
from claims.remits import exceptions as remits
from claims.remits.models import RemitException
from tests.cast import NOW, TODAY, make_ana, make_sol, make_user
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc

GUS = Sent(number="HC-1")


@pytest.fixture
def sol(practice: Practice, client: Client):
    user = make_sol(practice)
    client.force_login(user)
    return user


def upload(client: Client, *contents: bytes, **fields: object):
    files = [SimpleUploadedFile(f"file{n}.837", content) for n, content in enumerate(contents, 1)]
    return client.post(reverse("import_upload"), {"file": files, **fields}, follow=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_an_upload_is_taken_in_and_shown_with_its_figures(client: Client, sol: object) -> None:
    page = upload(client, write_837([GUS]), write_837([GUS.but(number="HC-2")], control=2)).content.decode()
    assert Claim.objects.count() == 2
    assert "2 files received" in page
    assert page.count("taken in") >= 2
    assert "837P" in page
    assert "125.00" in page
    assert EdiFile.objects.first().via == "upload"


@pytest.mark.django_db(transaction=True)
def test_a_file_that_waits_for_a_worker_asks_for_its_row_again(client: Client, sol: object) -> None:
    page = upload(client, write_837([GUS])).content.decode()
    file = EdiFile.objects.get()
    address = reverse("import_row", args=[file.pk])
    assert f'hx-get="{address}"' in page
    assert "waits to be read" in client.get(address).content.decode()
    EdiFile.objects.update(state=EdiFile.State.WORKING)
    assert "<progress" in client.get(address).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_the_same_bytes_again_say_so(client: Client, sol: object) -> None:
    upload(client, write_837([GUS]))
    assert "Here already" in upload(client, write_837([GUS]), create_missing="on").content.decode()
    assert Claim.objects.count() == 1
    asked = AuditEvent.objects.filter(action__startswith="receive").order_by("id").values_list("action", "after")
    assert [(action, facts["create_missing"]) for action, facts in asked] == [
        ("receive", False), ("receive_again", True),
    ]  # fmt: skip


def test_an_upload_without_a_file_says_what_to_do(client: Client, sol: object) -> None:
    answer = client.post(reverse("import_upload"), {})
    assert answer.status_code == 422
    assert "Choose at least one file" in answer.content.decode()


def test_a_files_page_names_segment_and_reason(client: Client, sol: object, take_in: TakeIn) -> None:
    result = take_in(write_837([GUS, Sent(number="HC-BAD", charge="12.3.4")]))
    page = client.get(reverse("import_file", args=[result.file_id])).content.decode()
    assert "CLM02" in page
    assert "taken in, with exceptions" in page
    assert "GUARINO" not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_a_refused_file_is_taken_in_by_trying_again(client: Client, sol, take_in: TakeIn) -> None:
    result = take_in(write_837([GUS], npi="1999999992", tin="990000001"), actor=sol)
    page = client.get(reverse("import_file", args=[result.file_id])).content.decode()
    assert "refused" in page
    assert "Try again" in page
    other = Practice.objects.create(name="Other", npi="1999999992")
    other.staff.add(sol)
    client.post(reverse("import_retry", args=[result.file_id]), follow=True)
    assert Claim.objects.get().practice == other
    event = AuditEvent.objects.get(action="retry")
    assert (event.subject, event.subject_id, event.actor) == ("edi_file", result.file_id, sol)


def test_the_bytes_come_back_as_they_were_and_the_trail_says_who_took_them(
    client: Client, sol: object, take_in: TakeIn
) -> None:
    content = write_837([GUS])
    result = take_in(content)
    answer = client.get(reverse("import_download", args=[result.file_id]))
    assert b"".join(answer.streaming_content) == content
    event = AuditEvent.objects.get(action="download")
    assert (event.subject, event.subject_id, event.actor) == ("edi_file", result.file_id, sol)


def test_people_of_other_practices_see_nothing_of_it(client: Client, take_in: TakeIn) -> None:
    result = take_in(write_837([GUS]))
    other = Practice.objects.create(name="Other", npi="1999999992")
    client.force_login(make_sol(other))
    assert "test.x12" not in client.get(reverse("imports")).content.decode()
    for name in ("import_file", "import_row", "import_download"):
        assert client.get(reverse(name, args=[result.file_id])).status_code == 404


def test_a_file_of_two_practices_is_downloaded_only_by_those_of_both(client: Client, practice, take_in: TakeIn) -> None:
    other = Practice.objects.create(name="Other", npi="1999999992")
    both = write_837([GUS]) + write_837([GUS], npi=other.npi, control=2)
    result = take_in(both)
    sol = make_sol(practice)
    client.force_login(sol)
    assert client.get(reverse("import_file", args=[result.file_id])).status_code == 200
    assert client.get(reverse("import_download", args=[result.file_id])).status_code == 403
    other.staff.add(sol)
    assert client.get(reverse("import_download", args=[result.file_id])).status_code == 200


def test_collectors_do_not_import(client: Client, practice: Practice) -> None:
    client.force_login(make_ana(practice))
    assert client.get(reverse("imports")).status_code == 403


def test_an_auditor_sees_what_came_and_brings_nothing(client: Client, practice: Practice, take_in: TakeIn) -> None:
    result = take_in(write_837([GUS]))
    client.force_login(make_user(username="aud", role="auditor", practices=[practice]))
    page = client.get(reverse("imports")).content.decode()
    assert reverse("import_file", args=[result.file_id]) in page
    assert "Drop files here" not in page
    assert client.get(reverse("import_file", args=[result.file_id])).status_code == 200
    assert client.get(reverse("import_download", args=[result.file_id])).status_code == 403
    brought = client.post(reverse("import_upload"), {"file": SimpleUploadedFile("x.837", write_837([GUS]))})
    assert (brought.status_code, EdiFile.objects.count()) == (403, 1)


def test_the_files_are_taken_out_as_a_table_and_that_is_recorded(client: Client, sol, take_in: TakeIn) -> None:
    take_in(write_837([GUS]))
    take_in(write_837([GUS.but(number="HC-2")], control=2))
    rows = list(csv.DictReader(io.StringIO(content_of(client.get("/imports?export=csv")))))
    assert [(row["Holds"], row["Result"], row["Claims"], row["Charged"]) for row in rows] == [
        ("837P", "posted", "1", "125.00"), ("837P", "posted", "1", "125.00"),
    ]  # fmt: skip
    assert content_of(client.get("/imports?export=csv&show=open")).count("\n") == 1
    assert AuditEvent.objects.filter(action="exported", subject="imports").count() == 2


def content_of(answer) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_the_list_costs_the_same_for_one_file_and_for_many(
    client: Client, sol: object, take_in: TakeIn, django_assert_max_num_queries
) -> None:
    for control in range(1, 13):
        take_in(write_837([GUS.but(number=f"HC-{control}")], control=control))
    with django_assert_max_num_queries(12):
        client.get(reverse("imports"))


def test_uploads_are_read_as_a_stream(practice: Practice, sol) -> None:
    """Nothing reads a whole upload at once: a stream that refuses to is good enough."""
    from claims.edi import file_actions
    from tests.edi_intake.conftest import NOW

    class Stream(io.BytesIO):
        def read(self, size: int = -1) -> bytes:  # type: ignore[override]
            assert 0 < size <= 1 << 20
            return super().read(size)

    file_actions.upload_file(
        Stream(write_837([GUS])), name="a", practice_id=None, create_missing=False, actor=sol, now=NOW
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_a_conflict_is_left_out_with_a_reason_and_waits_for_nobody_any_more(client: Client, sol: object) -> None:
    upload(client, write_837([GUS]))
    upload(client, write_837([GUS.but(charge="130.00"), GUS.but(number="HC-2")], control=2))
    file = EdiFile.objects.order_by("-pk").first()
    page, settle = reverse("import_file", args=[file.pk]), reverse("import_leave_out", args=[file.pk, 1])
    assert settle in client.get(page).content.decode()
    assert client.post(settle, {"reason": " "}).status_code == 422
    shown = client.post(settle, {"reason": "billed twice by mistake; void was sent"}, follow=True).content.decode()
    assert "billed twice by mistake" in shown
    assert "The claim number is taken" in shown
    assert "Try again" not in shown
    row = file.transactions.get()
    assert (row.status, row.summary["exceptions"], row.summary["settled"]["claims"]) == ("posted", 0, 1)
    event = AuditEvent.objects.get(action="leave_out", subject="edi_file", subject_id=file.pk)
    assert event.after == {"position": 1, "claims": 1}, "free text may name people, and the trail is kept for ever"
    assert client.post(settle, {"reason": "again"}).status_code == 409
    assert Claim.objects.get(number="HC-1").charge == 125


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_only_who_resolves_exceptions_of_that_practice_leaves_claims_out(client: Client, sol: object) -> None:
    upload(client, write_837([GUS]))
    upload(client, write_837([GUS.but(charge="130.00")], control=2))
    file = EdiFile.objects.order_by("-pk").first()
    settle = reverse("import_leave_out", args=[file.pk, 1])
    client.force_login(make_user(username="abe", role="auditor", practices=[Practice.objects.get()]))
    assert client.post(settle, {"reason": "no"}).status_code == 403
    client.force_login(make_user(username="cy", role="supervisor", practices=[]))
    assert client.post(settle, {"reason": "no"}).status_code == 404
    assert file.transactions.get().status == "partly"


def test_a_remittance_whose_exceptions_are_settled_has_none_any_more(client: Client, sol, take_in: TakeIn) -> None:
    unknown = Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")])])
    result = take_in(Era([unknown]).text().encode())
    take_in(write_837([GUS]))
    page = reverse("import_file", args=[result.file_id])
    waiting = RemitException.objects.get()
    assert f"/remits/exceptions?remittance={waiting.remittance_id}" in client.get(page).content.decode()
    assert len(client.get("/imports?show=open").context["files"].rows) == 1

    remits.dismiss_exception(waiting.pk, reason="not ours", actor=sol, today=TODAY, now=NOW)

    assert "with exceptions" not in client.get(page).content.decode()
    assert "Nothing needs attention" in client.get("/imports?show=open").content.decode()
    (row, *_) = [row for row in client.get("/imports").context["files"].rows if row.file.pk == result.file_id]
    assert (row.status, row.exceptions) == ("posted", 0)


def test_a_held_remittance_needs_no_attention_once_it_was_accepted(client: Client, sol, take_in: TakeIn) -> None:
    take_in(write_837([GUS.but(served="20260914")]))
    paid = Clp("HC-1", [Svc("125.00", "100.00", [("CO-45", "25.00")], code="99213")])
    result = take_in(Era([paid], bpr="101.00").text().encode())
    (row,) = client.get("/imports?show=open").context["files"].rows
    assert (row.status, row.exceptions) == ("staged", 1)

    remits.accept_exception(RemitException.objects.get().pk, actor=sol, today=TODAY, now=NOW)

    assert "Nothing needs attention" in client.get("/imports?show=open").content.decode()
    page = client.get(reverse("import_file", args=[result.file_id])).content.decode()
    assert "waits for review" not in page
    assert "<dt>Taken in</dt><dd>1</dd>" in page


def shown(client: Client, file_id: int) -> str:
    return client.get(reverse("import_file", args=[file_id])).content.decode()


def test_what_nothing_was_read_from_says_so(client: Client, sol: object, take_in: TakeIn) -> None:
    scan = take_in(b"%PDF-1.7 a scan", practice_npi=Practice.objects.get().npi, actor=sol)
    page = shown(client, scan.file_id)
    assert "Nothing was read from it." in page
    assert "not matched" not in page


def test_a_broken_copy_says_that_a_sound_one_took_its_place(client: Client, sol, take_in: TakeIn) -> None:
    whole = Era([Clp("X9", [Svc("240.00", "150.00", [("CO-45", "90.00")])])]).text().encode()
    broken = take_in(whole.replace(b"*150.00*0.00*12*", b"*15O.00*0.00*12*"))
    assert "waits for review" in client.get("/imports").content.decode()
    assert "a\n        sound copy from the payer takes its place" in shown(client, broken.file_id)

    take_in(whole)

    (row,) = [row for row in client.get("/imports").context["files"].rows if row.file.pk == broken.file_id]
    assert (row.status, row.exceptions) == ("replaced", 0)
    page = client.get(reverse("import_file", args=[broken.file_id])).content.decode()
    assert "replaced by a sound copy" in page
    assert [one.file.pk for one in client.get("/imports?show=open").context["files"].rows] != [broken.file_id]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_an_empty_file_keeps_no_other_from_being_read(client: Client, sol: object) -> None:
    page = upload(client, b"", write_837([GUS])).content.decode()
    assert "Empty, and left out: file1.837" in page
    assert "1 file received" in page
    assert Claim.objects.count() == 1
    assert "The file is empty" in upload(client, b"").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_the_disk_refuses_is_named_and_keeps_no_other_out(client: Client, sol, monkeypatch) -> None:
    intended = store.store_bytes

    def keep(stream: io.BytesIO) -> store.StoredFile:
        if b"HC-2" in stream.read():
            raise store.StoreUnavailable("The file could not be kept (no space left on device).")
        stream.seek(0)
        return intended(stream)

    monkeypatch.setattr(store, "store_bytes", keep)
    page = upload(client, write_837([GUS.but(number="HC-2")]), write_837([GUS], control=2)).content.decode()
    assert "file1.837: The file could not be kept (no space left on device)." in page
    assert "1 file received and being read." in page
    assert EdiFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_a_file_that_came_by_mistake_is_left_out_and_needs_attention_no_more(client: Client, sol) -> None:
    upload(client, b"a photo")
    file = EdiFile.objects.get()
    needs_attention = f"{reverse('imports')}?show=open"
    assert "file1.837" in client.get(needs_attention).content.decode()
    leave_out = reverse("import_leave_out", args=[file.pk, 0])
    assert client.post(leave_out, {"reason": " "}).status_code == 422
    page = client.post(leave_out, {"reason": "the wrong attachment"}, follow=True).content.decode()
    assert "the wrong attachment" in page
    assert "file1.837" not in client.get(needs_attention).content.decode()
    assert "left out" in client.get(reverse("imports")).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_a_file_that_was_left_out_needs_attention_again_when_it_is_tried_and_refused_again(client: Client, sol) -> None:
    upload(client, write_837([GUS], npi="1999999992", tin="990000001"))
    file = EdiFile.objects.get()
    client.post(reverse("import_leave_out", args=[file.pk, 1]), {"reason": "not ours"})
    needs_attention = f"{reverse('imports')}?show=open"
    assert "file1.837" not in client.get(needs_attention).content.decode()
    client.post(reverse("import_retry", args=[file.pk]))
    assert "file1.837" in client.get(needs_attention).content.decode()


def test_a_file_that_no_worker_has_begun_is_not_said_to_be_read(client: Client, sol, monkeypatch) -> None:
    monkeypatch.setattr("claims.edi.file_actions.enqueue", lambda *_, **__: None)
    page = upload(client, write_837([GUS])).content.decode()
    assert ("waits to be read" in page, "0 of 1" in page) == (True, False)
    file = reverse("import_file", args=[EdiFile.objects.get().pk])
    assert "It waits for a worker" in client.get(file).content.decode()
