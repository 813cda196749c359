"""A bank debit by keyboard: the account typed, the words read from the page, their yes, and stopped again."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.lib import clock
from collections_app.ach.models import AchEntry, BankAuthorization
from tests.ach.stories import collecting, owing
from tests.browser.conftest import RULES, Sit
from tests.cast import make_practice, make_sol

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_authorization_by_phone_is_taken_and_stopped_by_keyboard(sit: Sit) -> None:
    practice = make_practice()
    sol = make_sol(practice)
    collecting(practice)
    account = owing("240.00", practice=practice)
    page = sit(sol)
    page.goto(f"/ach/accounts/{account.pk}")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_label("Routing number").focus()
    page.keyboard.type("011000015")
    for typed in ("123456789", "123456789"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("120.00")
    page.get_by_label("Where the recording or paper is found").focus()
    page.keyboard.type("call 881")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Read this to them")).to_be_visible()
    expect(page.get_by_text("This is an authorization of an ACH debit")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Checking ending 6789")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    given = BankAuthorization.objects.get()
    assert (given.sec_code, given.authorized_on) == ("TEL", clock.today())
    page.get_by_label("Why").focus()
    page.keyboard.type("They called and stopped it.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("nothing is debited under it any more")).to_be_visible()
    assert AchEntry.objects.get().state == "cancelled"
    assert page.problems == []  # type: ignore[attr-defined]
