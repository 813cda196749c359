"""The pages: placed in two steps, the file taken, a report brought and confirmed, called back; the setup."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims.receipts.models import Receipt
from collections_app.agencies.models import Agency, AgencyFee, AgencyLicence, AgencyPlacement, PlacementBatch
from tests.cast import make_ana, make_practice

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def page(client, sol, monkeypatch):
    client.force_login(sol, backend=BACKEND)
    return client


def text_of(answer):
    return answer.content.decode()


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    from arwork.lib import clock
    from tests.cast import NOW, TODAY

    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_accounts_are_placed_in_two_steps_and_the_file_taken(page, agency, owing):
    account = owing("200.00")
    small = owing("10.00", last="Halloran")
    shown = text_of(page.get(reverse("agency_candidates", args=[agency.pk])))
    assert "Guarino" in shown
    assert "It owes less than the $25.00 that it takes" in shown
    step = page.post(reverse("agency_place", args=[agency.pk]), {"account": [account.pk, small.pk]})
    assert PlacementBatch.objects.count() == 0
    assert "may not be placed any more" in text_of(step)
    key = step.context["key"]
    done = page.post(reverse("agency_place", args=[agency.pk]), {"account": [account.pk], "key": key}, follow=True)
    batch = PlacementBatch.objects.get()
    assert "1 accounts placed" in text_of(done)
    page.post(reverse("agency_place", args=[agency.pk]), {"account": [account.pk], "key": key})
    assert PlacementBatch.objects.count() == 1
    file = page.post(reverse("agency_file_download", args=[batch.file_id]))
    assert file.content.decode().splitlines()[1].startswith("P")
    assert "Cache-Control" in file.headers
    refused = page.post(reverse("agency_batch_undo", args=[batch.pk]), {"because": "Wrong"})
    assert refused.status_code == 409
    for name, pk in (("agency", agency.pk), ("agency_batch", batch.pk), ("agency_file", batch.file_id)):
        assert page.get(reverse(name, args=[pk])).status_code == 200
    placement = batch.placements.get()
    assert "Guarino" in text_of(page.get(reverse("agency_placement", args=[placement.pk])))
    assert "Lakeside Recovery" in text_of(page.get(reverse("agencies")))
    assert "collects $200.00 since" in text_of(page.get(reverse("account_work", args=[account.pk])))


def test_a_batch_is_taken_back_with_a_reason(page, owing, placed):
    batch = placed([owing()])
    assert page.post(reverse("agency_batch_undo", args=[batch.pk]), {}).status_code == 422
    done = page.post(reverse("agency_batch_undo", args=[batch.pk]), {"because": "Wrong list"}, follow=True)
    assert "as if it had never been" in text_of(done)


def test_a_report_is_shown_and_then_taken_in(page, agency, owing, placed):
    one = placed([owing("200.00")]).placements.get()
    lines = f"key,reference,type,date,amount,fee\nT1,{one.reference},payment,2026-11-20,100.00,26.00\n"
    lines += "T2,P77777777,payment,2026-11-20,8.00,2.00\n"
    url = reverse("agency_report", args=[agency.pk])
    assert page.get(url).status_code == 200
    shown = page.post(url, {"file": SimpleUploadedFile("nov.csv", lines.encode())})
    assert "$80.00" in text_of(shown)
    assert "no placement of this reference" in text_of(shown)
    assert Receipt.objects.count() == 0
    asked = {"content": shown.context["content"], "name": "nov.csv"}
    wrong = page.post(url, asked | {"deposit": "79.00"})
    assert (wrong.status_code, "$1.00 less" in text_of(wrong)) == (422, True) or wrong.status_code == 400
    done = page.post(url, asked | {"deposit": "80.00", "deposit_reference": "ACH 5"}, follow=True)
    assert "2 lines taken in. 1 lines wait" in text_of(done)
    assert Receipt.objects.get().amount == Decimal("100.00")
    row = one.agency.files.get(kind="answer").rows.get(key="T2")
    assert "It means a placement" in text_of(page.get(reverse("agency_row", args=[row.pk])))
    page.post(reverse("agency_row_seen_to", args=[row.pk]), {"why": "The agency took it back"})
    row.refresh_from_db()
    assert row.state == "seen_to"
    score = page.get(reverse("agency_scorecard", args=[agency.pk]))
    assert "50" in text_of(score)
    assert page.get(reverse("agency_scorecard", args=[agency.pk]), {"export": "csv"}).status_code == 200


def test_no_file_is_said_to_be_none(page, agency):
    url = reverse("agency_report", args=[agency.pk])
    assert page.post(url, {"file": SimpleUploadedFile("x.csv", b"\xff\xfe\x00")}).status_code >= 400
    assert page.post(url, {"content": "%%%", "name": "x", "deposit": "0"}).status_code == 422


def test_chosen_accounts_are_called_back(page, agency, owing, placed):
    one = placed([owing()]).placements.get()
    url = reverse("agency_recall", args=[agency.pk])
    assert page.post(url, {"placement": [one.pk], "code": ""}).status_code >= 400
    done = page.post(url, {"placement": [one.pk], "code": "request", "because": "Asked"}, follow=True)
    assert "Called back: 1" in text_of(done)
    assert AgencyPlacement.objects.get().state == "recalled"
    assert "Nobody of theirs paid us" in text_of(page.post(reverse("agency_direct", args=[agency.pk]), follow=True))


def test_an_administrator_sets_an_agency_up(client, ada):
    client.force_login(ada, backend=BACKEND)
    new = reverse("agency_new")
    form = client.get(new).context["form"]
    entered = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    entered |= {one: form.fields[one].choices[0][0] for one in ("profile", "remits", "time_barred", "date_format")}
    entered |= {"name": "Shoreline Partners", "agreement_on": "2026-01-05", "minimum": "10.00"}
    assert client.post(new, entered | {"columns": "reference last"}).status_code >= 400
    assert client.post(new, entered, follow=True).status_code == 200
    found = Agency.objects.get(name="Shoreline Partners")
    client.post(
        reverse("agency_licence", args=[found.pk]), {"state": "NJ", "number": "NJ-1", "valid_from": "2026-01-05"}
    )
    client.post(
        reverse("agency_fee", args=[found.pk]),
        {"placement_number": 1, "age_from": 0, "percent": "27.5", "valid_from": "2026-01-05", "source": "Contract"},
    )
    assert (AgencyLicence.objects.get().state, AgencyFee.objects.get().percent) == ("NJ", 2750)
    shown = text_of(client.get(reverse("agency_setup")))
    assert "27.5 %" in shown or "27.50 %" in shown
    client.post(reverse("agency_licence_end", args=[AgencyLicence.objects.get().pk]), {"last_day": "2026-11-20"})
    assert AgencyLicence.objects.get().valid_to is not None
    assert client.get(reverse("agency_change", args=[found.pk])).status_code == 200


def test_a_collector_looks_and_changes_nothing(client, agency):
    client.force_login(make_ana(make_practice()), backend=BACKEND)
    assert client.get(reverse("agency", args=[agency.pk])).status_code == 200
    assert client.post(reverse("agency_place", args=[agency.pk]), {"account": [1]}).status_code == 403
    assert client.get(reverse("agency_report", args=[agency.pk])).status_code == 403
