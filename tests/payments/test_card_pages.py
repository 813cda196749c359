"""A card is typed on the processor's page; what came of it is booked once, whoever says so first."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import connection

from arwork.lib.errors import Conflict
from claims.receipts.models import Receipt
from collections_app.payments import messages, runner, services
from collections_app.payments.models import Payment, PaymentMethod, ProcessorEvent
from collections_app.payments.processors import BadSignature
from tests.cast import NOW, TODAY
from tests.payments.taking import SANDBOX, WHEN, card_page, owed, prove, type_card

pytestmark = pytest.mark.django_db
PAN = "4242424242424242"


def a_message(about, kind="payment_intent.succeeded", subject="payment", id_="evt_1"):
    return json.dumps({"id": id_, "kind": kind, "subject": subject, "about": about}).encode()


def told(body, *, now=NOW):
    return messages.take_message("sandbox", body, SANDBOX.sign(body, now=now), today=TODAY, now=now)


def test_paid_on_the_page_it_is_booked_when_the_patient_comes_back(practice, sol, account):
    payment = card_page(account, actor=sol)
    assert (payment.state, payment.link) == (Payment.State.PENDING, f"/sandbox/{payment.session}")
    assert type_card(payment) == ""
    payment = services.look_again(payment.pk, actor=sol, **WHEN)
    assert (payment.state, payment.paid_with, payment.link) == (Payment.State.SUCCEEDED, "Visa 4242", "")
    assert owed(account) == [Decimal("20.00")]
    prove(practice)


def test_the_message_and_the_return_book_it_once(practice, sol, account):
    payment = card_page(account, actor=sol)
    type_card(payment)
    assert told(a_message(payment.session))
    services.look_again(payment.pk, actor=sol, **WHEN)
    assert not told(a_message(payment.session))
    assert told(a_message(payment.session, id_="evt_2"))
    assert Receipt.objects.count() == 1
    assert ProcessorEvent.objects.count() == 2
    prove(practice)


def test_a_declined_card_may_be_followed_by_a_good_one(sol, account):
    payment = card_page(account, actor=sol)
    assert "declined" in type_card(payment, "4000000000009995")
    assert services.look_again(payment.pk, actor=sol, **WHEN).state == Payment.State.PENDING
    assert type_card(payment) == ""
    assert services.look_again(payment.pk, actor=sol, **WHEN).state == Payment.State.SUCCEEDED


def test_a_page_that_was_closed_takes_nothing(sol, account):
    payment = services.cancel_page(card_page(account, actor=sol).pk, actor=sol, **WHEN)
    assert payment.state == Payment.State.EXPIRED
    assert "closed" in type_card(payment)
    with pytest.raises(Conflict):
        services.cancel_page(payment.pk, actor=sol, **WHEN)


def test_a_card_is_kept_only_where_it_was_agreed(sol, account):
    agreed = "You agree that Harbor Clinic keeps this card."
    payment = card_page(account, actor=sol, consent_words=agreed)
    type_card(payment)
    services.look_again(payment.pk, actor=sol, **WHEN)
    kept = PaymentMethod.objects.get()
    assert (str(kept), kept.consent_words, kept.consent_how) == ("Visa 4242, 12/27", agreed, "spoken")
    other = card_page(account, "10.00", key="page-2", actor=sol)
    type_card(other)
    services.look_again(other.pk, actor=sol, **WHEN)
    assert PaymentMethod.objects.count() == 1


def test_no_card_number_and_no_code_is_in_any_table(sol, account):
    payment = card_page(account, actor=sol, consent_words="Keep it.")
    type_card(payment, code="987")
    services.look_again(payment.pk, actor=sol, **WHEN)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert PAN not in repr(cursor.fetchall()), table


def test_other_numbers_than_test_numbers_are_not_even_read(sol, account):
    payment = card_page(account, actor=sol)
    assert "test cards only" in type_card(payment, "4111111111111111")
    assert services.look_again(payment.pk, actor=sol, **WHEN).state == Payment.State.PENDING


@pytest.mark.parametrize("change", [lambda body: body + b" ", lambda body: b"{}"])
def test_a_message_that_was_changed_is_refused(account, change):
    body = a_message("x")
    with pytest.raises(BadSignature):
        messages.take_message("sandbox", change(body), SANDBOX.sign(body, now=NOW), today=TODAY, now=NOW)
    assert not ProcessorEvent.objects.exists()


def test_an_old_message_is_refused(account):
    body = a_message("x")
    late = NOW + dt.timedelta(minutes=6)
    with pytest.raises(BadSignature, match="too old"):
        messages.take_message("sandbox", body, SANDBOX.sign(body, now=NOW), today=TODAY, now=late)


def test_what_never_reached_the_processor_is_given_up_after_two_days(sol, account):
    Payment.objects.create(
        practice=account.practice, account=account, kind="card", source="desk", processor="sandbox", key="lost",
        amount="5.00", due_on=TODAY, asked_on=TODAY, asked_at=NOW,
    )  # fmt: skip
    runner.run_payments(today=TODAY, now=NOW)
    assert Payment.objects.get().state == Payment.State.PENDING
    later = NOW + dt.timedelta(days=3)
    runner.run_payments(today=later.date(), now=later)
    assert Payment.objects.get().state == Payment.State.EXPIRED


def test_the_days_run_books_what_no_message_told(practice, sol, account):
    type_card(card_page(account, actor=sol))
    assert runner.run_payments(today=TODAY, now=NOW)["looked"] == 1
    assert Payment.objects.get().state == Payment.State.SUCCEEDED
    assert runner.run_payments(today=TODAY, now=NOW)["looked"] == 0
    prove(practice)


def test_a_card_that_its_bank_replaced_is_charged_by_its_token(sol, account):
    payment = card_page(account, actor=sol, consent_words="Keep it.")
    type_card(payment)
    services.look_again(payment.pk, actor=sol, **WHEN)
    card = PaymentMethod.objects.get()
    SANDBOX.replace_card(card.token, last4="1881", ends=dt.date(2030, 6, 30))
    assert told(a_message(card.token, "card.updated", "card"))
    card.refresh_from_db()
    assert (str(card), card.renewed_at) == ("Visa 1881, 06/30", NOW)
