"""A card payment taken by keyboard alone, through the sandbox's card page; the pages are sound for everybody."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from claims.receipts.models import Receipt
from collections_app.payments.models import Payment, PaymentMethod
from tests.browser.conftest import RULES, Sit
from tests.cast import make_account, make_claim, make_patient, make_practice, make_sol

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_card_is_taken_by_keyboard(sit: Sit) -> None:
    practice = make_practice()
    patient = make_patient(account=make_account(practice=practice))
    first = make_claim(patient=patient, payers=(), lines=["50.00"], service_on=dt.date(2026, 3, 1))
    make_claim(patient=patient, payers=(), lines=["80.00"], service_on=dt.date(2026, 8, 1))
    page = sit(make_sol(practice))
    page.goto(f"/payments/take/{first.account_id}")
    expect(page.get_by_label("Amount")).to_have_value("130.00")
    page.get_by_label("Amount").fill("60.00")
    page.get_by_label("Amount").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("A card now")).to_be_focused()
    page.get_by_label("They agree that the card is kept").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label(f"For {first.number}")).to_have_value("50.00")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The card is typed on the processor's page")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.keyboard.press("c")
    expect(page.get_by_label("Card number")).to_be_focused()
    page.keyboard.type("4242 4242 4242 4242")
    page.keyboard.press("Tab")
    page.keyboard.type("12/28")
    page.keyboard.press("Tab")
    page.keyboard.type("123")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("$60.00 is paid with Visa 4242.")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    payment = Payment.objects.get()
    assert (payment.state, str(payment.receipt), Receipt.objects.count()) == ("succeeded", "R1", 1)
    assert str(PaymentMethod.objects.get()) == "Visa 4242, 12/28"
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Receipt R1")).to_be_visible()
    for address in ("/payments", "/payments/disputes", "/payments/cards", "/payments/payouts"):
        page.goto(address)
        assert Axe().run(page, options=RULES).response["violations"] == [], address
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        page.set_viewport_size({"width": 1440, "height": 900})
    assert page.problems == []  # type: ignore[attr-defined]
