"""The demo's disputes: one at every stage, the hold of each, and a question that can be answered."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from collections_app.contacts.models import Hold
from collections_app.demo.disputes import dispute_some, question_to_try
from collections_app.disputes.models import BillingDispute
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice

pytestmark = pytest.mark.django_db


def test_one_dispute_stands_at_every_stage(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    practice = make_practice()
    ana = make_ana(practice)
    monkeypatch.setattr("collections_app.demo.disputes.collectors", lambda: [ana])
    for number in range(7):
        account = make_account(practice=practice, last=f"Payer{chr(65 + number)}")
        make_claim(
            patient=make_patient(account=account, last=account.guarantor.last, first=account.guarantor.first),
            payers=(), lines=(f"{600 + number}.00",), service_on=dt.date(2026, 9, 14),
        )  # fmt: skip
    dispute_some(TODAY, now=NOW)
    states = sorted(BillingDispute.objects.values_list("kind", "state"))
    assert states == [
        ("duplicate", "answered"), ("estimate", "open"), ("insurance", "open"), ("paid", "corrected"),
        ("service", "asked"),
    ]  # fmt: skip
    estimate = BillingDispute.objects.get(kind="estimate")
    assert (estimate.billed or Decimal(0)) - (estimate.estimate or Decimal(0)) == Decimal("450.00")
    assert Hold.objects.filter(lifted_at=None).count() == 4
    dispute_some(TODAY, now=NOW)
    assert BillingDispute.objects.count() == 5
    found = question_to_try(dt.datetime.now(dt.UTC), dt.datetime.now(dt.UTC).date())
    assert found is not None
    link, code = found
    client.get(link[link.index("/asked") :])
    assert client.post("/asked/code", {"code": code}).status_code == 302
