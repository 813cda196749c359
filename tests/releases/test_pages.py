"""Pages of requests for records: from taking one in to the log, by the forms that a collector sees."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.models import AuditEvent
from collections_app.releases import services
from collections_app.releases.authorization import POINTS, RequestBasis
from collections_app.releases.models import RecordRelease, RecordRequest, Requester
from tests.cast import NOW, TODAY, make_abe, make_ana, make_practice
from tests.documents.scans import pdf
from tests.releases.cases import asked, fee_of_a_page, firm, released, screened, visited

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def gus():
    return visited()


@pytest.fixture
def ana(gus, client):
    found = make_ana(make_practice())
    client.force_login(found, backend="django.contrib.auth.backends.ModelBackend")
    return found


def url(name, found):
    return reverse(name, args=[found.pk])


def checked(basis="authorization", but=()):
    """The checklist with everything checked but some."""
    return {f"screen-{one.code}": "on" for one in POINTS[RequestBasis(basis)] if one.code not in but}


def test_from_the_account_to_the_log(client, gus, ana):
    account = client.get(f"/accounts/{gus.account_id}/work")
    assert reverse("record_request_new", args=[gus.account_id]) in account.content.decode()

    entered = {"name": "Sterling & Vance LLP", "kind": "law_firm", "address": "40 Wall St", "city": "New York",
               "state": "NY", "zip": "10005"}  # fmt: skip
    answer = client.post(f"{reverse('requester_new')}?account={gus.account_id}", entered)
    sterling = Requester.objects.get()
    assert answer["Location"] == f"{reverse('record_request_new', args=[gus.account_id])}?requester={sterling.pk}"

    told = {
        "requester": sterling.pk, "patient": gus.pk, "kind": "authorization", "received_on": "2026-11-18",
        "asked": ["itemized", "ledger"], "reference": "SV-2201",
        "file": SimpleUploadedFile("form.pdf", pdf("AUTHORIZATION").read()),
    }  # fmt: skip
    answer = client.post(reverse("record_request_new", args=[gus.account_id]), told)
    found = RecordRequest.objects.get()
    assert answer["Location"] == url("record_request", found)

    page = client.get(url("record_request", found)).content.decode()
    assert f'src="{reverse("document_content", args=[found.document_id])}"' in page  # the form beside the checklist
    assert "Tells of the right to revoke in writing, and how" in page

    lacking = checked(but=("purpose",)) | {"screen-signer": "patient", "screen-signed_on": "2026-11-01"}
    client.post(url("record_request_screen", found), lacking)
    page = client.get(url("record_request", found)).content.decode()
    assert "It does not say the purpose" in page
    assert "It has no day or event on which it ends" in page
    answer = client.post(url("record_request_letter", found))
    assert answer.status_code == 302
    assert "What the form lacks" in client.get(url("record_request", found)).content.decode()

    whole = checked() | {
        "screen-signer": "patient",
        "screen-signed_on": "2026-11-01",
        "screen-expires_on": "2027-11-01",
    }
    client.post(url("record_request_screen", found), whole)
    found.refresh_from_db()
    assert found.state == "valid"

    leaving = {"parts": ["itemized"], "way": "certified", "proof": "9407 1118"}
    shown = client.post(url("record_release", found), leaving | {"step": "show"})
    assert shown.status_code == 200
    assert "This leaves" in shown.content.decode()
    assert not RecordRelease.objects.exists()
    sha256 = shown.context["sha256"]
    client.post(url("record_release", found), leaving | {"step": "save", "sha256": sha256})
    made = RecordRelease.objects.get()
    assert (made.parts, made.proof, made.sha256) == (["itemized"], "9407 1118", sha256)
    log = client.get(reverse("release_log")).content.decode()
    assert "Sterling &amp; Vance LLP" in log
    assert "not counted" in log


def test_an_error_of_a_release_stands_at_its_field(client, gus, ana):
    found = asked(gus, firm(ana), ana)
    screened(found, ana)
    answer = client.post(url("record_release", found), {"parts": ["itemized"], "way": "fax", "step": "save"})
    assert answer.status_code == 422
    assert "confirmation of the fax" in answer.content.decode()


def test_what_is_not_valid_leads_back_to_the_checklist(client, gus, ana):
    found = asked(gus, firm(ana), ana)
    assert client.get(url("record_release", found))["Location"] == url("record_request", found)


def test_a_revocation_is_entered_on_the_page(client, gus, ana):
    found = asked(gus, firm(ana), ana)
    screened(found, ana)
    client.post(url("record_request_revoke", found), {"revoke-revoked_on": "2026-11-20", "revoke-how": "letter"})
    page = client.get(url("record_request", found)).content.decode()
    assert "The patient has revoked it" in page
    assert "Release\n" not in page


def test_an_earlier_authorization_is_offered_and_relied_on(client, gus, ana):
    sterling = firm(ana)
    given = screened(asked(gus, sterling, ana), ana)
    later = asked(gus, sterling, ana, with_paper=False)
    assert "An authorization stands already" in client.get(url("record_request", later)).content.decode()
    client.post(url("record_request_rely", later), {"screening": given.pk})
    later.refresh_from_db()
    assert later.state == "valid"


def test_the_tabs_count_and_narrow_by_firm(client, gus, ana):
    sterling, mill = firm(ana), firm(ana, name="Mill Street Legal")
    first, second = asked(gus, sterling, ana), asked(gus, mill, ana)
    screened(second, ana)
    page = client.get(reverse("record_requests"))
    assert [row[::2] for row in page.context["tabs"]] == [
        ("screen", 1), ("defective", 0), ("release", 1), ("released", 0), ("all", 2),
    ]  # fmt: skip
    assert [one.pk for one in page.context["page"]] == [first.pk]
    assert [one.pk for one in client.get(f"{reverse('record_requests')}?tab=all&firm={mill.pk}").context["page"]] == [
        second.pk
    ]


def test_lists_and_log_are_taken_out_as_files_and_that_is_noted(client, gus, ana):
    found = asked(gus, firm(ana), ana)
    screened(found, ana)
    released(found, ana)
    log = b"".join(client.get(f"{reverse('release_log')}?export=csv")).decode()
    assert "Sterling & Vance LLP" in log
    assert RecordRelease.objects.get().sha256 in log
    listed = b"".join(client.get(f"{reverse('record_requests')}?tab=all&export=csv")).decode()
    assert "SV-2201" not in listed  # their number may name the patient
    assert client.get(f"{reverse('requesters')}?export=xlsx").status_code == 200
    assert set(AuditEvent.objects.filter(action="exported").values_list("subject", flat=True)) == {
        "record_requests", "releases",
    }  # fmt: skip


def test_the_page_leaves_one_look_that_names_the_account(client, gus, ana):
    found = asked(gus, firm(ana), ana)
    before = AuditEvent.objects.count()
    client.get(url("record_request", found))
    looks = AuditEvent.objects.order_by("pk")[before:]
    assert [(one.subject, one.subject_id) for one in looks] == [("record_request", found.pk)]


def test_the_list_asks_no_more_for_more_rows(client, gus, ana, django_assert_max_num_queries):
    sterling = firm(ana)
    for _ in range(3):
        asked(gus, sterling, ana)
    client.get(reverse("record_requests"))
    with django_assert_max_num_queries(24):
        client.get(reverse("record_requests"))


def test_an_auditor_reads_and_changes_nothing(client, gus, ana):
    found = asked(gus, firm(ana), ana)
    client.force_login(make_abe(make_practice()), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(url("record_request", found))
    assert page.status_code == 200
    assert "Give the verdict" not in page.content.decode()
    assert client.post(url("record_request_screen", found), checked()).status_code == 403


def test_the_desk_and_the_hub_lead_there(client, gus, ana):
    asked(gus, firm(ana), ana)
    assert reverse("record_requests") in client.get(reverse("patients")).content.decode()
    account = client.get(f"/accounts/{gus.account_id}/work").content.decode()
    assert "Requests for records" in account
    assert "Sterling &amp; Vance LLP" in account


@pytest.mark.parametrize("basis", [one.value for one in RequestBasis])
def test_every_right_has_its_checklist(client, gus, ana, basis):
    found = asked(gus, firm(ana), ana, kind=basis)
    page = client.get(url("record_request", found)).content.decode()
    for point in POINTS[RequestBasis(basis)]:
        assert point.code in page
    client.post(url("record_request_screen", found), checked(basis) | {"screen-signer": "patient"})
    assert services.latest_screening(found) is not None


def test_the_fee_is_asked_from_the_preview(client, gus, ana):
    fee_of_a_page(75, ana)
    found = asked(gus, firm(ana), ana)
    screened(found, ana)
    told = {"parts": ["itemized"], "way": "mail"}
    shown = client.post(url("record_release", found), told | {"step": "show"})
    assert "first</button>" in shown.content.decode()
    client.post(url("record_release", found), told | {"step": "save", "invoice": "1"})
    found.refresh_from_db()
    assert found.state == "invoiced"
    client.post(url("record_request_fee", found), {"fee-paid_on": "2026-11-20"})
    found.refresh_from_db()
    assert (found.state, found.fee_paid_on) == ("valid", TODAY)
