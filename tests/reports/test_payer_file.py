"""The accountability file of a payer: twelve months of figures with visible days, counts and dollars."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arwork.staff.models import AuditEvent
from claims.billing.models import ClaimLine
from claims.denials.models import Denial, Underpayment
from claims.remits.models import ProviderAdjustment
from collections_app.late_payments.finding import find_late_payments
from collections_app.payer_calls.models import PayerCall
from collections_app.reports import payer_file
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_payer, make_practice, make_sol
from tests.late_payments.conftest import D, billed, paid

pytestmark = pytest.mark.django_db
NOV = dt.date(2026, 11, 1)


@pytest.fixture
def practice(db: None) -> Any:
    found = make_practice()
    found.state = "NY"
    found.save()
    return found


def told(practice: Any) -> None:
    """Three answers in November: after 76 and 40 days, and a denial that is won the same month."""
    ana = make_ana(practice)
    paid(billed(practice), on=dt.date(2026, 11, 16))
    second = paid(billed(practice, sent=dt.date(2026, 10, 6)), on=dt.date(2026, 11, 15))
    third = billed(practice, sent=dt.date(2026, 10, 20))
    row = paid(third, on=dt.date(2026, 11, 17), amount="0.00", status="4")
    paid(third, on=dt.date(2026, 11, 19), amount="-1.00", status="22")
    Denial.objects.create(
        practice=practice, claim=third, remit_claim=row, payer=third.payer, bucket="PAYER1", group="CO", carc="16",
        amount=D(1000), category="missing_info", kind="soft", initial_on=dt.date(2026, 11, 17), state="recovered",
        outcome="part", decided_on=dt.date(2026, 11, 20), recovered=D("250.00"),
    )  # fmt: skip
    Underpayment.objects.create(
        practice=practice, claim=second.claim, line=ClaimLine.objects.get(claim=second.claim), remit_claim=second,
        payer=second.claim.payer, expected=D(700), allowed=D(660), amount=D(40), opened_on=dt.date(2026, 11, 15),
    )  # fmt: skip
    ProviderAdjustment.objects.create(
        remittance=second.remittance, position=7, code="WO", amount=D(75), account="RECOUPMENT", posted_at=NOW
    )
    for held, talked in ((1200, 300), (600, 60), (3000, 0)):
        PayerCall.objects.create(
            practice=practice, payer=third.payer, by=ana, started_at=NOW, local_hour=10, stage="ended",
            staged_at=NOW, hold_seconds=held, talk_seconds=talked, ended_at=NOW,
        )  # fmt: skip
    find_late_payments(since=NOV, today=TODAY)


def test_a_month_of_a_payer(practice: Any) -> None:
    told(practice)
    months = payer_file.payer_months(make_payer().pk, practices=[practice.pk], today=TODAY)
    assert [one.first_day for one in months][:2] == [NOV, dt.date(2026, 10, 1)]
    assert len(months) == 12
    month = months[0]
    assert (month.answered, month.days, month.denied, month.denied_share) == (3, 58.0, 1, 33)
    assert (month.overturned, month.recovered, month.underpaid, month.taken) == (1, D("250.00"), D("40.00"), D("75.00"))
    assert (month.hold, month.late) == (15.0, 2)  # 20 and 10 minutes; nobody answered the third call
    assert month.interest == D("9.07") + D("1.97")  # 46 days, and 10 days on $600.00
    assert months[1] == payer_file.PayerMonth(dt.date(2026, 10, 1))


def test_it_asks_as_often_however_much_there_is(practice: Any) -> None:
    told(practice)
    payer = make_payer()
    with CaptureQueriesContext(connection) as seen:
        payer_file.payer_months(payer.pk, practices=[practice.pk], today=TODAY)
    assert len(seen) == 7


def test_the_page_and_the_paper(practice: Any) -> None:
    told(practice)
    client, payer = Client(), make_payer()
    client.force_login(make_sol(practice), backend="django.contrib.auth.backends.ModelBackend")
    assert "Meridian Choice" in client.get(reverse("payer_file")).content.decode()
    page = client.get(reverse("payer_file"), {"payer": payer.pk}).content.decode()
    assert "1 (33 %)" in page
    assert "250.00" in page
    assert client.get(reverse("payer_file"), {"payer": payer.pk, "pdf": 1}).content.startswith(b"%PDF-")
    assert AuditEvent.objects.filter(action="exported", subject="payer_file").count() == 1
    data = payer_file.file_data(
        payer.name, payer_file.payer_months(payer.pk, practices=[practice.pk], today=TODAY), practice="Harbor Clinic",
        today=TODAY,
    )  # fmt: skip
    assert data["elements"][2]["rows"][0][:4] == ["Nov 2026", "3", "58", "1 (33 %)"]


def test_another_practice_is_out_of_reach(practice: Any) -> None:
    told(practice)
    elsewhere = make_practice(name="Elsewhere", npi="1003000126", tin="069999999")
    make_claim(patient=make_patient(account=make_account(practice=elsewhere)))
    client = Client()
    client.force_login(make_sol(elsewhere), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("payer_file"), {"payer": make_payer().pk}).status_code == 404
