"""The pages of assistance, as a browser without scripts has them."""

from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.billing.models import Claim
from collections_app.assistance.models import AssistanceApplication, AssistanceRule
from tests.assistance.conftest import DAY, apply, approve, billed, hospital, owed, ready
from tests.cast import NOW, TODAY, make_abe, make_account, make_coverage, make_payer

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _friday():
    with time_machine.travel(NOW, tick=True):
        yield


def sit(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_from_the_phone_call_to_a_decision_with_every_cent(account, oona):
    client = sit(oona)
    address = reverse("assistance_new", args=[account.pk])
    assert b"Take the application" in client.get(address).content
    told = {"people": "3", "amount_1": "2500.00", "interval_1": "monthly", "source_1": "work", "channel": "desk",
            "received_on": "2026-11-20"}  # fmt: skip
    answer = client.post(address, told)
    one = AssistanceApplication.objects.get()
    assert answer.url == reverse("assistance_application", args=[one.pk])
    page = client.get(answer.url).content.decode()
    assert "$30,000.00 a year is 109.8 % of the 2026 guideline for 3 people ($27,320): 100 % is taken off." in page
    assert "To complete" in page
    for kind in ("income", "household"):
        client.post(reverse("assistance_check", args=[one.pk]), {"kind": kind, "state": "accepted"})
    page = client.get(answer.url).content.decode()
    assert "To decide" in page
    digest = page.split('name="digest" value="')[1].split('"')[0]
    client.post(reverse("assistance_decide", args=[one.pk]), {"step": "approve", "digest": digest})
    one.refresh_from_db()
    assert (one.state, owed(account)) == ("approved", D(0))
    page = client.get(answer.url).content.decode()
    assert "Approved: 100 percent" in page
    panel = client.get(reverse("account_work", args=[account.pk])).content.decode()
    assert "100 percent was taken off: $400.10" in panel
    client.post(reverse("assistance_take_back", args=[one.pk]), {"reason": "Wrong household"})
    assert owed(account) == D("400.10")


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(account, ana):
    client = sit(ana)
    address = reverse("assistance_new", args=[account.pk])
    answer = client.post(
        address, {"people": "99", "words": "Two children", "channel": "desk", "received_on": "2026-11-20"}
    )
    assert answer.status_code == 422
    assert b"Two children" in answer.content
    answer = client.post(address, {"people": "2", "channel": "desk", "received_on": "2027-01-01"})
    assert b"still to come" in answer.content
    one = apply(account, ana)
    answer = client.post(reverse("assistance_decide", args=[one.pk]), {"step": "deny", "reason": ""})
    assert answer.status_code in (400, 409, 422)
    assert b"Say why" in answer.content


def test_papers_more_time_and_withdrawing(account, ana):
    client, one = sit(ana), apply(account, ana)
    brought = SimpleUploadedFile("stub.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    answer = client.post(reverse("assistance_upload", args=[one.pk]), {"kind": "income", "file": brought})
    assert answer.status_code == 302
    client.post(reverse("assistance_ask", args=[one.pk]))
    client.post(reverse("assistance_time", args=[one.pk]), {"until": "2027-01-15"})
    page = client.get(reverse("assistance_application", args=[one.pk])).content.decode()
    assert "to come by Jan 15" in page
    assert "Look at it" in page
    client.post(reverse("assistance_tell", args=[one.pk]), {"people": "4", "has_no_income": "on"})
    page = client.get(reverse("assistance_application", args=[one.pk])).content.decode()
    assert "0.0 % of the 2026 guideline for 4 people" in page
    client.post(reverse("assistance_withdraw", args=[one.pk]), {"reason": "They found a job"})
    one.refresh_from_db()
    assert one.state == "withdrawn"


def test_the_list_has_its_tabs_and_its_export(account, ana, oona):
    apply(account, ana)
    other = make_account(practice=account.practice, last="Moreno", first="Ida")
    approve(ready(other, oona), oona)
    client = sit(ana)
    page = client.get(reverse("assistance"), {"tab": "complete"}).content.decode()
    assert "To complete 1" in page
    assert "Guarino" in page
    assert "Moreno" in client.get(reverse("assistance"), {"tab": "decided"}).content.decode()
    rows = client.get(reverse("assistance"), {"tab": "decided", "export": "csv"})
    assert b"Approved: 100 percent" in b"".join(rows)
    hub = client.get(reverse("patients")).content.decode()
    assert "Financial assistance" in hub


def test_a_hospitals_account_shows_its_days_and_sends_the_notice(account, oona):
    hospital(oona)
    billed(account, TODAY - 100 * DAY, TODAY - 100 * DAY)
    client = sit(oona)
    panel = client.get(reverse("account_work", args=[account.pk])).content.decode()
    assert "Day 120: collection actions at the earliest" in panel
    assert "in 20 days" in panel
    answer = client.post(reverse("collection_notice", args=[account.pk]), {"actions": ["suit"]})
    assert answer.status_code == 302
    answer = client.post(reverse("collection_notice", args=[account.pk]), {})
    assert answer.status_code == 422


def test_who_is_never_billed_is_listed_and_written_off(account, oona):
    claim = Claim.objects.filter(account=account).order_by("pk").first()
    make_coverage(
        patient=claim.patient, payer=make_payer(name="State Medicaid", payer_class="medicaid", payer_id="MCD01")
    )
    client = sit(oona)
    assert "42 CFR 447.15" in client.get(reverse("never_billed")).content.decode()
    client.post(reverse("never_billed_write_off", args=[claim.pk]))
    assert owed(account) == D("100.10")


def test_a_policy_is_shown_before_it_counts_and_ended(account, oona):
    client, address = sit(oona), reverse("assistance_policy_new")
    assert b"200: 100, 300: 75, 400: 50" in client.get(address).content
    entered = {
        "bands": "250: 100, 400: 60", "agb_percent": "100", "indigent_discount": "0", "valid_days": "365",
        "earlier_days": "240", "reply_days": "30", "appeal_days": "60", "valid_from": "2026-12-01", "source": "Board",
        "presumptive": ["medicaid"], "documents": ["income"],
    }  # fmt: skip
    preview = client.post(address, entered | {"step": "preview"})
    assert "$68,300.00" in preview.content.decode()  # three people at 250 percent
    assert not AssistanceRule.objects.exists()
    wrong = client.post(address, entered | {"bands": "many", "step": "preview"})
    assert b"Write each band as 200: 100" in wrong.content
    client.post(address, entered | {"step": "save"})
    rule = AssistanceRule.objects.get()
    assert rule.bands == [[250, 100], [400, 60]]
    listed = client.get(reverse("assistance_policies")).content.decode()
    assert "60 % up to 400 %" in listed
    end = reverse("assistance_policy_end", args=[rule.pk])
    client.post(end, {"last_day": "2026-12-01", "step": "save"})
    assert not AssistanceRule.objects.exists()


def test_an_auditor_sees_and_does_nothing(account, ana):
    one, client = apply(account, ana), sit(make_abe(account.practice))
    page = client.get(reverse("assistance_application", args=[one.pk]))
    assert page.status_code == 200
    assert b"Do not approve" not in page.content
    for name in ("assistance_decide", "assistance_withdraw", "assistance_tell", "assistance_cover"):
        assert client.post(reverse(name, args=[one.pk]), {"reason": "x"}).status_code == 403


def test_the_application_page_asks_the_database_as_often_for_ten_visits_as_for_two(
    account, ana, django_assert_max_num_queries
):
    one = apply(account, ana)
    client = sit(ana)
    with django_assert_max_num_queries(75):
        client.get(reverse("assistance_application", args=[one.pk]))
