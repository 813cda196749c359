"""The pages of payments: taken by hand or card, shown with their story, found again at the bank."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from claims.cash import bank
from claims.cash.bank_csv import ColumnNames
from claims.cash.models import BankMatch
from claims.cash.takings import takings_of_day
from claims.receipts.models import Receipt
from collections_app.payments.applying import apply
from collections_app.payments.models import Dispute, Payment, PaymentMethod
from collections_app.payments.payouts import read_payout
from collections_app.payments.sandbox.processor import Sandbox
from collections_app.web.payment_places import payments_panel
from tests.cast import NOW, TODAY, make_ana, make_practice
from tests.payments.taking import SANDBOX, WHEN, a_card, card_page, charge, owed

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
KEY = "7b2f8f0a-3c51-4f0e-9d75-2a64c20f0d11"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


@pytest.fixture
def ana(practice):
    return make_ana(practice)


@pytest.fixture
def page(client, sol):
    client.force_login(sol, backend=BACKEND)
    return client


def take(client, account, **given):
    data = {"key": KEY, "amount": "80.00", "way": "card", "received_on": str(TODAY), **given}
    return client.post(reverse("payment_take", args=[account.pk]), data)


def test_a_card_is_taken_on_the_processors_page_and_shows_paid(page, account):
    offered = page.get(reverse("payment_take", args=[account.pk])).content.decode()
    assert reverse("ach_authorize", args=[account.pk]) in offered  # the way to pay from a bank account
    assert 'value="100.00"' in offered
    shown = take(page, account)
    assert "Where it goes" in shown.content.decode()
    answer = take(page, account, take="1")
    payment = Payment.objects.get()
    assert answer["Location"] == reverse("payment", args=[payment.pk])
    text = page.get(answer["Location"]).content.decode()
    assert f'href="{payment.link}"' in text
    there = page.get(payment.link)
    assert "80.00" in there.content.decode()
    assert account.guarantor.last not in there.content.decode().split("<main")[1]
    typed = {"number": "4242 4242 4242 4242", "expiry": "12/27", "code": "123"}
    back = page.post(payment.link, typed)
    assert (back.status_code, back["Location"]) == (303, f"http://testserver{reverse('payment_back', args=[KEY])}")
    text = page.get(back["Location"], follow=True).content.decode()
    assert "is paid with Visa 4242" in text
    assert owed(account) == [Decimal("20.00")]


def test_sent_twice_it_is_asked_once(page, account):
    first, again = take(page, account, take="1"), take(page, account, take="1")
    assert first["Location"] == again["Location"]
    assert Payment.objects.count() == 1


def test_a_saved_card_is_charged_once_however_often_it_is_sent(page, sol, account):
    way = f"saved-{a_card(account, sol).pk}"
    for _ in range(2):
        take(page, account, way=way, take="1")
    assert (Payment.objects.count(), Receipt.objects.count()) == (1, 1)


def test_nothing_is_charged_by_a_form_that_will_be_taken_back(page, sol, account, monkeypatch):
    """A processor takes nothing back: what was typed into a field that nobody knows stops it before it is asked."""
    way, asked = f"saved-{a_card(account, sol).pk}", []
    monkeypatch.setattr(Sandbox, "charge", lambda self, **charged: asked.append(charged))
    answer = take(page, account, way=way, take="1", made_up="card 4111 1111 1111 1111")
    assert (answer.status_code, asked, Payment.objects.count()) == (422, [], 0)


def test_cash_is_recorded_as_a_receipt_and_needs_its_number(page, account):
    assert take(page, account, way="cash", take="1").status_code == 422
    answer = take(page, account, way="cash", reference="7", take="1")
    receipt = Receipt.objects.get()
    assert answer["Location"] == reverse("receipt", args=[receipt.pk])
    assert not Payment.objects.exists()


def test_a_collector_takes_cards_and_no_cash(client, ana, account):
    client.force_login(ana, backend=BACKEND)
    text = client.get(reverse("payment_take", args=[account.pk])).content.decode()
    assert 'value="card"' in text
    assert 'value="cash"' not in text
    assert take(client, account, way="cash", reference="7", take="1").status_code == 422
    assert take(client, account, take="1").status_code == 302


def test_the_list_says_what_it_comes_to(page, sol, account):
    charge(a_card(account, sol), "80.00", actor=sol)
    charge(a_card(account, sol, "nofunds"), "15.00", key="k2", actor=sol)
    card_page(account, "5.00", actor=sol)
    text = page.get(reverse("payments")).content.decode()
    assert "3 payments: $80.00 taken" in " ".join(text.split())
    assert "$5.00 waits" in " ".join(text.split())
    assert page.get(reverse("payments"), {"state": "declined"}).context["totals"].count == 1
    rows = page.get(reverse("payments"), {"export": "csv"}).getvalue().decode()
    assert "Not enough funds" in rows


def test_a_payment_of_another_practice_is_not_there(client, sol, account):
    payment = charge(a_card(account, sol), actor=sol)
    other = make_ana(make_practice(name="Elm", npi="1003000126", tin="061234568"))
    client.force_login(other, backend=BACKEND)
    for name in ("payment", "payment_look", "payment_cancel", "payment_receipt"):
        address = reverse(name, args=[payment.pk])
        answers = {client.get(address).status_code, client.post(address).status_code}
        assert answers <= {404, 405}, name
    assert client.get(reverse("payment_back", args=[KEY])).status_code == 404


def test_a_dispute_is_listed_by_its_day_until_it_is_answered(page, sol, account):
    payment = charge(a_card(account, sol), actor=sol)
    apply(payment.pk, SANDBOX.dispute(payment.reference, today=TODAY), actor=None, **WHEN)
    text = page.get(reverse("payment_disputes")).content.decode()
    assert "2026-12-04" in text
    assert "The holder says they did not pay this" in text
    assert page.get(reverse("money")).content.decode().count("Card disputes") == 1
    page.post(reverse("dispute_answered", args=[Dispute.objects.get().pk]))
    assert Dispute.objects.get().answered_on == TODAY


def test_a_removed_card_is_offered_no_more_and_forgotten_there(page, sol, account):
    card = a_card(account, sol)
    page.post(reverse("method_remove", args=[card.pk]))
    card.refresh_from_db()
    assert card.state == PaymentMethod.State.REMOVED
    assert "saved-" not in page.get(reverse("payment_take", args=[account.pk])).content.decode()


def test_a_payout_is_a_deposit_that_the_bank_is_asked_for(page, practice, sol, account):
    payment = charge(a_card(account, sol), actor=sol)
    [taking] = takings_of_day(practice.pk, TODAY)
    assert (taking.kind, taking.method_words) == ("electronic", "Card")
    reference = SANDBOX.pay_out(references=[payment.reference], arrives_on=TODAY, now=NOW)
    [payout] = read_payout(SANDBOX, reference, now=NOW)
    assert read_payout(SANDBOX, reference, now=NOW) == [payout]
    assert (payout.gross_amount, payout.fee_amount, payout.amount) == (
        Decimal("80.00"), Decimal("2.62"), Decimal("77.38"),
    )  # fmt: skip
    bank.set_layout(ColumnNames("Day", "Amount", "Text", ""), practice_id=practice.pk, actor=sol, now=NOW)
    statement = f"Day,Amount,Text\n2026-11-20,77.38,TRANSFER {reference}\n".encode()
    bank.take_in("bank.csv", statement, practice_id=practice.pk, actor=sol, today=TODAY, now=NOW)
    assert BankMatch.objects.get().payout == payout
    text = page.get(reverse("payouts")).content.decode()
    assert "found 2026-11-20" in text
    assert "$77.38" in page.get(reverse("payout", args=[payout.pk])).content.decode()
    assert page.get(reverse("bank_line", args=[BankMatch.objects.get().line_id])).status_code == 200


def test_the_door_for_messages_believes_signatures_alone(client, account, sol):
    payment = card_page(account, actor=sol)
    SANDBOX.type_card(payment.session, number="4242424242424242", expiry="12/27", code="123", **WHEN)
    body = json.dumps({"id": "e1", "kind": "paid", "subject": "payment", "about": payment.session}).encode()
    door = reverse("payment_message", args=["sandbox"])
    assert client.post(door, body, content_type="application/json").status_code == 400
    signed = {"HTTP_SANDBOX_SIGNATURE": SANDBOX.sign(body, now=NOW)["Sandbox-Signature"]}
    assert client.post(door, body, content_type="application/json", **signed).status_code == 204
    payment.refresh_from_db()
    assert payment.state == Payment.State.SUCCEEDED
    assert (
        client.post(reverse("payment_message", args=["other"]), body, content_type="application/json").status_code
        >= 400
    )


def test_the_panel_of_an_account_leads_to_taking_a_payment(page, sol, account):
    a_card(account, sol)
    request = page.get(reverse("payments")).wsgi_request
    template, shown = payments_panel(request, account)
    assert template == "collections/payments/panel.html"
    assert [str(one) for one in shown["methods"]] == ["Visa 4242, 12/27"]
