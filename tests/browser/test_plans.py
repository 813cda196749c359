"""A plan by keyboard: from the account over what they can pay and the terms to a plan in force, and on a phone."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from collections_app.plans.models import PaymentPlan
from tests.browser.conftest import RULES, Sit
from tests.cast import make_account, make_ana, make_claim, make_patient, make_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def is_fit_for_everybody(page: Page) -> None:
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_plan_is_offered_read_back_and_agreed_by_keyboard(sit: Sit) -> None:
    practice = make_practice()
    patient = make_patient(account=make_account(practice=practice))
    for amount, on in (("300.00", dt.date(2026, 8, 3)), ("200.00", dt.date(2026, 9, 14))):
        make_claim(patient=patient, payers=(), lines=[amount], service_on=on)
    page = sit(make_ana(practice))
    page.goto(f"/accounts/{patient.account_id}")
    expect(page.get_by_role("link", name="Offer a plan")).to_be_visible()
    page.keyboard.press("Shift+K")
    expect(page.get_by_role("heading", name="Offer a plan")).to_be_visible()
    is_fit_for_everybody(page)
    page.get_by_label("They say they can pay").focus()
    page.keyboard.type("100")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="$500.00 in installments")).to_be_visible()
    is_fit_for_everybody(page)
    page.keyboard.press("2")  # done sooner
    expect(page.get_by_label("Installment", exact=True)).not_to_have_value("100.00")
    page.keyboard.press("1")
    expect(page.get_by_label("Installment", exact=True)).to_have_value("100.00")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Read back and agree")).to_be_visible()
    expect(page.get_by_text("5 payments of $100.00 are due every month")).to_be_visible()
    is_fit_for_everybody(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Agreed. The plan is in force")).to_be_visible()
    is_fit_for_everybody(page)
    assert PaymentPlan.objects.get().state == "current"
    page.goto("/plans?tab=current")
    is_fit_for_everybody(page)
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_plan_fits_a_phone(sit: Sit) -> None:
    practice = make_practice()
    patient = make_patient(account=make_account(practice=practice))
    make_claim(patient=patient, payers=(), lines=["500.00"], service_on=dt.date(2026, 8, 3))
    page = sit(make_ana(practice), viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(f"/accounts/{patient.account_id}/plan")
    is_fit_for_everybody(page)
    page.get_by_label("They say they can pay").fill("50")
    page.get_by_role("button", name="Plans to offer").click()
    is_fit_for_everybody(page)
    page.get_by_role("button", name="Read these terms back").click()
    is_fit_for_everybody(page)
    page.get_by_role("button", name="Agreed: put it in force").click()
    expect(page.get_by_text("Agreed. The plan is in force")).to_be_visible()
    is_fit_for_everybody(page)
