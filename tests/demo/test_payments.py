"""Cards in the demo: each state of a payment is there, once, and the books hold."""

import datetime as dt
from collections import Counter

import pytest

from claims.practices.models import Practice
from claims.remits.verify import verify
from collections_app.demo.payments import take_payments
from collections_app.demo.setting import set_up
from collections_app.payments.models import Dispute, Payment, PaymentMethod
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient

pytestmark = pytest.mark.django_db


def test_every_state_of_a_card_payment_is_shown_once() -> None:
    set_up(since=TODAY - dt.timedelta(days=700))
    practice = Practice.objects.order_by("pk")[0]
    for number in range(7):
        patient = make_patient(account=make_account(practice=practice, last=f"Owing{number}"))
        make_claim(patient=patient, payers=(), lines=["90.00"], service_on=dt.date(2026, 7, 1 + number))
    for _ in range(2):
        take_payments(TODAY, now=NOW)
    assert Counter(Payment.objects.values_list("state", flat=True)) == {
        "succeeded": 4, "charged_back": 1, "declined": 1, "pending": 1,
    }  # fmt: skip
    assert Counter(Dispute.objects.values_list("state", flat=True)) == {"open": 1, "won": 1}
    assert Payment.objects.get(state="declined").retry_on == dt.date(2026, 11, 24)
    assert Payment.objects.get(refunded__gt=0).refunded == 45
    assert Payment.objects.exclude(payout=None).count() == 2
    assert PaymentMethod.objects.get(renewed_at__isnull=False).last4 == "5100"
    assert PaymentMethod.objects.filter(warned_on=TODAY).count() == 1
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []
