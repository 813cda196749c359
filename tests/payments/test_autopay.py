"""Payments that are taken by themselves: tried again by rule, told when they fail, cards that run out."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.receipts.recording import record_receipt
from collections_app.payments import listening, runner
from collections_app.payments.autopay import is_final, retry_on, words_of
from collections_app.payments.models import Payment, PaymentMethod
from tests.cast import NOW, TODAY
from tests.payments.taking import a_card, charge, owed, prove

FRI = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("code", "attempt", "day"),
    [
        ("insufficient_funds", 1, dt.date(2026, 11, 24)),
        ("insufficient_funds", 2, dt.date(2026, 11, 28)),
        ("insufficient_funds", 3, None),
        ("processing_error", 1, dt.date(2026, 11, 24)),
        ("lost_card", 1, None),
        ("expired_card", 1, None),
        ("authentication_required", 1, None),
    ],
)
def test_when_a_decline_is_tried_again(code, attempt, day):
    assert retry_on(code, attempt, declined_on=FRI, retries=2, days=4) == day


def test_without_retries_nothing_is_tried_again():
    assert retry_on("insufficient_funds", 1, declined_on=FRI, retries=0, days=4) is None


def test_a_decline_in_words():
    assert words_of("insufficient_funds") == "Not enough funds"
    assert words_of("some_new_code") == "Some new code"
    assert is_final("stolen_card")


@pytest.mark.django_db
def test_a_declined_automatic_payment_is_tried_twice_and_told_each_time(sol, account, monkeypatch):
    heard = []
    monkeypatch.setattr(listening, "_listeners", [lambda ids, today, now: heard.append(today)])
    first = charge(a_card(account, sol, "nofunds"), "40.00", key="plan-1/1")
    assert (first.source, first.retry_on) == (Payment.Source.AUTOPAY, dt.date(2026, 11, 24))
    for back in range(14):
        day = TODAY + dt.timedelta(days=back)
        for _ in range(2):  # the run of a day may be made twice
            runner.try_again(today=day, now=NOW + dt.timedelta(days=back))
    tries = list(Payment.objects.order_by("pk").values_list("key", "attempt", "asked_on"))
    assert tries == [
        ("plan-1/1", 1, dt.date(2026, 11, 20)),
        ("plan-1/1/try2", 2, dt.date(2026, 11, 24)),
        ("plan-1/1/try3", 3, dt.date(2026, 12, 2)),
    ]
    assert heard == [dt.date(2026, 11, 20), dt.date(2026, 11, 24), dt.date(2026, 12, 2)]
    assert not Payment.objects.filter(retry_on__isnull=False).exists()


@pytest.mark.django_db
def test_no_more_is_tried_than_is_owed_by_then(practice, sol, account):
    charge(a_card(account, sol, "nofunds"), "40.00", key="plan-1/1")
    record_receipt(
        actor=sol, account_id=account.pk, amount=Decimal("90.00"), received_on=TODAY, method="check", reference="1",
        today=TODAY, now=NOW,
    )  # fmt: skip
    runner.try_again(today=dt.date(2026, 11, 24), now=NOW + dt.timedelta(days=4))
    assert Payment.objects.get(attempt=2).amount == Decimal("10.00")
    record_receipt(
        actor=sol, account_id=account.pk, amount=Decimal("10.00"), received_on=TODAY, method="check", reference="2",
        today=TODAY, now=NOW,
    )  # fmt: skip
    runner.try_again(today=dt.date(2026, 12, 2), now=NOW + dt.timedelta(days=12))
    assert Payment.objects.count() == 2
    assert owed(account) == []
    prove(practice)


@pytest.mark.django_db
def test_nothing_is_tried_again_once_its_plan_says_so(sol, account):
    charge(a_card(account, sol, "nofunds"), "40.00", key="plan-1/1")
    assert runner.stop_trying(account, actor=None, now=NOW) == 1
    assert runner.try_again(today=dt.date(2026, 12, 20), now=NOW) == 0


@pytest.mark.django_db
def test_what_somebody_took_at_the_desk_is_not_tried_again_by_itself(sol, account):
    assert charge(a_card(account, sol, "nofunds"), actor=sol).retry_on is None


@pytest.mark.django_db
def test_a_card_is_listed_thirty_days_before_it_runs_out_once(sol, account):
    soon = a_card(account, sol, ends=dt.date(2026, 12, 31))
    later = a_card(account, sol, "mastercard", ends=dt.date(2027, 1, 31))
    assert runner.run_payments(today=dt.date(2026, 11, 30), now=NOW)["expiring"] == 0
    assert runner.run_payments(today=dt.date(2026, 12, 1), now=NOW)["expiring"] == 1
    assert runner.run_payments(today=dt.date(2026, 12, 1), now=NOW)["expiring"] == 0
    assert PaymentMethod.objects.get(warned_on=dt.date(2026, 12, 1)) == soon
    assert PaymentMethod.objects.get(warned_on=None) == later
