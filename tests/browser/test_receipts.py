"""A check by keyboard: recorded where its preview says, printed, and returned when the bank sends it back."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.lib import clock
from claims.receipts.models import Receipt
from tests.browser.conftest import RULES, Sit
from tests.cast import make_account, make_claim, make_patient, make_practice, make_sol

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_check_is_recorded_printed_and_returned_by_keyboard(sit: Sit) -> None:
    practice = make_practice()
    patient = make_patient(account=make_account(practice=practice))
    first = make_claim(patient=patient, payers=(), lines=["50.00"], service_on=dt.date(2026, 3, 1))
    second = make_claim(patient=patient, payers=(), lines=["80.00"], service_on=dt.date(2026, 8, 1))
    page = sit(make_sol(practice))
    page.goto(f"/accounts/{first.account_id}")
    page.get_by_label("Amount").focus()
    page.keyboard.type("60.00")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("1041")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label(f"For {first.number}")).to_have_value("50.00")
    page.get_by_label(f"For {first.number}").fill("20.00")
    page.get_by_label(f"For {second.number}").fill("40.00")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Receipt R1")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.keyboard.press("p")
    expect(page).to_have_title("printed")
    page.keyboard.press("r")
    page.get_by_label("Returned on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing of it counts as paid")).to_be_visible()
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.ended_on) == ("returned", clock.today())
    for claim, owed in ((first, 50), (second, 80)):
        claim.refresh_from_db()
        assert claim.balance == owed
    assert page.problems == []  # type: ignore[attr-defined]
