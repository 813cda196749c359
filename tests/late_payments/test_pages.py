"""The pages of late payments and demands, as a browser without scripts has them."""

import html
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collections_app.late_payments.finding import find_late_payments
from collections_app.late_payments.models import InterestDemand, LatePayment
from tests.cast import NOW, TODAY, make_abe
from tests.late_payments.conftest import PAID, billed, paid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


def sit(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words_of(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_from_the_list_to_a_demand_that_was_paid(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    find_late_payments(since=PAID, today=TODAY)
    client, late = sit(ana), LatePayment.objects.get()
    page = words_of(client.get(reverse("late_payments")))
    assert "To demand 1: $9.07" in page
    assert "46 days at 12 % a year on $600.00" in page
    assert "Guarino, Gus" in page
    made = client.post(reverse("interest_demand_new"), {"practice": practice.pk, "payer": late.payer_id})
    demand = InterestDemand.objects.get()
    where = reverse("interest_demand", args=[demand.pk])
    assert made.url == where
    letter = client.get(reverse("interest_demand_letter", args=[demand.pk]))
    assert letter.content.startswith(b"%PDF-")
    refused = client.post(reverse("interest_demand_send", args=[demand.pk]), {"method": "fax", "reference": ""})
    assert refused.status_code >= 400
    assert "Write the reference that proves that it was sent." in words_of(refused)
    client.post(reverse("interest_demand_send", args=[demand.pk]), {"method": "fax", "reference": "F-1"})
    shown = words_of(client.get(where))
    assert "by fax (F-1). SHA-256" in shown
    assert client.get(reverse("interest_demand_letter", args=[demand.pk])).status_code == 302
    client.post(reverse("interest_demand_answer", args=[demand.pk]), {"paid": "9.07", "words": ""})
    assert "The payer answered: $9.07" in words_of(client.get(where))
    assert "Paid 1" in words_of(client.get(reverse("late_payments") + "?tab=paid"))


def test_one_is_left_with_a_reason(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    find_late_payments(since=PAID, today=TODAY)
    client, late = sit(ana), LatePayment.objects.get()
    assert client.post(reverse("late_payment_waive", args=[late.pk]), {"why": ""}).status_code == 422
    client.post(reverse("late_payment_waive", args=[late.pk]), {"why": "Not worth a letter"})
    assert "Not pursued: Not worth a letter." in words_of(client.get(reverse("late_payments") + "?tab=waived"))
    client.post(reverse("late_payment_pursue", args=[late.pk]))
    assert LatePayment.objects.get().state == "open"


def test_a_list_for_a_spreadsheet(practice: Any, ana: Any) -> None:
    paid(billed(practice))
    find_late_payments(since=PAID, today=TODAY)
    answer = sit(ana).get(reverse("late_payments") + "?export=csv")
    told = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert "46 days at 12 % a year on $600.00" in told


def test_an_auditor_looks_and_changes_nothing(practice: Any) -> None:
    client = sit(make_abe(practice))
    assert "Each night what was posted is held against" in words_of(client.get(reverse("late_payments")))
    assert client.post(reverse("interest_demand_new"), {"practice": practice.pk, "payer": 1}).status_code == 403
