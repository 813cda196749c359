"""Two at the same payment at once, on a database that runs them at once: the money is taken and booked once."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.receipts.models import Receipt
from collections_app.payments import refunds, services
from collections_app.payments.models import Payment
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_sol
from tests.payments.taking import SANDBOX, WHEN, a_card, card_page, charge, owed, prove, type_card
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def account(practice):
    patient = make_patient(account=make_account(practice=practice))
    make_claim(patient=patient, payers=(), lines=["70.00"], service_on=dt.date(2026, 7, 1))
    return patient.account


def test_a_double_click_charges_once(practice, sol, account):
    card = a_card(account, sol)
    results = at_once(lambda: charge(card, "50.00", actor=sol), lambda: charge(card, "50.00", actor=sol))
    assert {type(one).__name__ for one in results} == {"Payment"}
    assert (Payment.objects.count(), Receipt.objects.count(), owed(account)) == (1, 1, [Decimal("20.00")])
    prove(practice)


def test_the_return_and_the_message_at_once_book_once(practice, sol, account):
    payment = card_page(account, "50.00", actor=sol)
    type_card(payment)
    results = at_once(
        lambda: services.look_again(payment.pk, actor=sol, **WHEN),
        lambda: services.look_again(payment.pk, actor=None, **WHEN),
    )
    assert {one.state for one in results} == {"succeeded"}
    assert (Receipt.objects.count(), owed(account)) == (1, [Decimal("20.00")])
    prove(practice)


def test_two_refunds_at_once_give_back_once(practice, sol, account):
    payment = charge(a_card(account, sol), "50.00", actor=sol)

    def ask():
        return refunds.ask_refund(payment.pk, amount=Decimal("50.00"), reason="Twice", actor=sol, **WHEN)

    results = at_once(ask, ask)
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "PaymentRefund"]
    assert SANDBOX.fetch(reference=payment.reference).refunded <= Decimal("50.00")
    prove(practice)


def test_a_page_asked_for_twice_is_one_page(sol, account):
    first, again = at_once(lambda: card_page(account, actor=sol), lambda: card_page(account, actor=sol))
    assert (first.pk, first.session) == (again.pk, again.session)
    assert Payment.objects.get().asked_on == TODAY
    assert Payment.objects.get().asked_at == NOW
