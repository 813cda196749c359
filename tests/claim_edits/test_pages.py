"""The pages of edits: own edits entered in two steps, codes looked up and taken in, the clean-claim rate, paper."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from arwork.staff.models import AuditEvent
from collections_app.claim_edits import first_checks
from collections_app.claim_edits.findings import stop
from collections_app.claim_edits.models import CodeList, EditRule, FirstCheck
from tests.cast import NOW, make_ada, make_ana, make_claim, make_oona, make_practice, make_sol
from tests.claim_edits.sample_claims import professional

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entered(practice, **more) -> dict:
    return {
        "level": "stop", "words": "Add the authorization.", "codes": "99213", "lacks": "prior_auth",
        "practice_id": practice.pk, "valid_from": "2026-01-01", "source": "Bulletin 7",
    } | more  # fmt: skip


@pytest.fixture
def kept_texts(monkeypatch) -> None:
    """Every submission was sent as the sample says it."""

    def texts_of(rows):
        return {row.pk: professional() for row in rows}

    for place in ("claim_edits", "paper_claims"):
        monkeypatch.setattr(f"collections_app.web.{place}.submitted_texts", texts_of)


@pytest.mark.usefixtures("kept_texts")
def test_an_edit_is_tried_on_claims_that_were_sent_then_saved_then_ended() -> None:
    practice = make_practice()
    claim = make_claim(practice=practice)
    client = signed_in(make_ada(practice))
    data = entered(practice)
    tried = client.post(reverse("claim_edit_new"), data | {"step": "preview"})
    assert tried.status_code == 200
    assert claim.number in tried.content.decode()
    assert not EditRule.objects.exists()
    seen = AuditEvent.objects.filter(subject="claim_edit_trial").exists()
    assert seen
    assert client.post(reverse("claim_edit_new"), data | {"step": "save"}).status_code == 302
    rule = EditRule.objects.get()
    assert "services 99213; a prior authorization is missing" in client.get(reverse("claim_edits")).content.decode()
    there = reverse("claim_edit_end", args=[rule.pk])
    assert client.post(there, {"last_day": "2026-12-31", "step": "save"}).status_code == 302
    rule.refresh_from_db()
    assert rule.valid_to == dt.date(2026, 12, 31)
    assert list(AuditEvent.objects.filter(subject="edit_rule").order_by("pk").values_list("action", flat=True)) == [
        "edit_rule_added", "edit_rule_ended",
    ]  # fmt: skip


def test_an_edit_that_speaks_of_everything_is_refused_beside_its_field() -> None:
    practice = make_practice()
    data = entered(practice, codes="", lacks="", step="preview")
    answer = signed_in(make_ada(practice)).post(reverse("claim_edit_new"), data)
    assert answer.status_code >= 400
    assert "every claim" in answer.content.decode()


def test_who_may_see_and_who_may_change() -> None:
    practice = make_practice()
    ana = signed_in(make_ana(practice))
    assert ana.get(reverse("claim_edits")).status_code == 200
    assert ana.get(reverse("codes")).status_code == 200
    assert ana.get(reverse("claim_edit_new")).status_code == 403
    assert ana.get(reverse("code_list_new")).status_code == 403
    assert signed_in(make_ada(practice)).get(reverse("code_list_new")).status_code == 403


def test_codes_are_looked_up_on_the_page_and_for_the_form() -> None:
    client = signed_in(make_ana(make_practice()))
    page = client.get(reverse("codes"), {"q": "type 2 diabetes without", "on": "2026-09-01"}).content.decode()
    assert "Type 2 diabetes mellitus without complications" in page
    options = client.get(reverse("code_options"), {"system": "place", "q": "off"}).content.decode()
    assert '<option value="11">office</option>' in options
    assert "No such code" in client.get(reverse("codes"), {"q": "zzzz"}).content.decode()


def test_a_list_is_taken_in_and_out() -> None:
    client = signed_in(make_oona(make_practice()))
    lines = ["HCPC,LONG DESCRIPTION", *(f"J{n:04d},Drug {n}" for n in range(150))]
    data = {"system": "hcpcs", "name": "HCPCS 2026", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    file = SimpleUploadedFile("hcpcs.csv", "\n".join(lines).encode())
    assert client.post(reverse("code_list_new"), data | {"file": file}).status_code == 302
    row = CodeList.objects.get()
    assert "HCPCS 2026" in client.get(reverse("codes")).content.decode()
    wrong = SimpleUploadedFile("names.csv", b"name,age\nx,1\n")
    assert client.post(reverse("code_list_new"), data | {"file": wrong}).status_code >= 400
    assert client.post(reverse("code_list_take_out", args=[row.pk])).status_code == 302
    assert not CodeList.objects.exists()


def test_the_rate_is_shown_with_its_definition_and_what_is_behind_it() -> None:
    practice = make_practice()
    client = signed_in(make_sol(practice))
    assert "No claim was checked" in client.get(reverse("clean_claims")).content.decode()
    for n, findings in enumerate(([], [stop("sum", "CLM02", "x")], [])):
        claim = make_claim(practice=practice, number=f"C{n}")
        first_checks.record_first_check(
            claim, findings, payer_id=claim.payer_id, sequence="P", form="P", today=dt.date(2026, 9, 30), now=NOW
        )
    span = {"since": "2026-09-01", "until": "2026-09-30"}
    page = client.get(reverse("clean_claims"), span).content.decode()
    assert "66 %" in page
    assert "lines do not sum to the charge" in page
    assert "HFMA" in page
    csv = b"".join(client.get(reverse("clean_claims"), span | {"export": "csv"}).streaming_content).decode()
    assert "C1" in csv
    assert "C0" not in csv
    assert AuditEvent.objects.filter(subject="clean_claims", action="exported").exists()
    claim = FirstCheck.objects.get(stops=1).claim
    assert "lines do not sum" in client.get(reverse("claim_work", args=[claim.pk])).content.decode()


@pytest.mark.usefixtures("kept_texts")
def test_a_claim_is_shown_on_paper_and_printed_with_a_trace() -> None:
    practice = make_practice()
    claim = make_claim(practice=practice)
    client = signed_in(make_ana(practice))
    there = reverse("claim_cms1500", args=[claim.pk])
    page = client.get(there)
    assert page.status_code == 200
    assert "data:image/png;base64," in page.content.decode()
    printed = client.get(there, {"print": "1", "form": "data", "right": "5"})
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert "no-store" in printed["Cache-Control"]
    events = AuditEvent.objects.filter(subject="claim", subject_id=claim.pk)
    assert events.filter(action="exported").count() == 1
    assert events.filter(action="read").exists()
    stranger = signed_in(make_oona(make_practice(name="Other", npi="1234567893")))
    assert stranger.get(there).status_code == 404


def test_a_claim_whose_file_is_gone_says_so() -> None:
    practice = make_practice()
    claim = make_claim(practice=practice)
    answer = signed_in(make_ana(practice)).get(reverse("claim_cms1500", args=[claim.pk]))
    assert answer.status_code == 404
    assert "not kept" in answer.content.decode()
