"""The recommendation's button does it, and giving an item back asks why; by keyboard, and both pages checked by axe."""

from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.staff.models import Role
from collections_app.worklist.models import Lease, Skip
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, make_payer, make_practice, make_user
from tests.desk.conftest import denied_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def test_the_button_chooses_the_outcome_and_giving_back_asks_why(sit: Sit) -> None:
    item = denied_item(carc="109", payers=[make_payer(), make_payer(name="Second Life", payer_id="SEC01")])
    page = sit(make_user(username="ana", practices=[make_practice()]))
    page.goto(f"/desk/{item.pk}")
    expect(page.locator(".advice").get_by_role("link", name="Draft the claim")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Shift+P")
    expect(page.get_by_label("Billed another payer")).to_be_checked()
    expect(page.locator("#held")).to_contain_text("held by you")
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    expect(page.locator("#skip-reason")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.keyboard.press("Tab")
    page.keyboard.type("Needs a sp")
    page.keyboard.press("Tab")
    page.keyboard.type("wants the enrollment team")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-day")
    assert not Lease.objects.exists()
    kept = Skip.objects.get()
    assert (kept.reason, kept.words) == ("not_mine", "wants the enrollment team")

    sol = sit(make_user(username="sol", role=Role.SUPERVISOR, practices=[make_practice()]))
    sol.goto("/team/skips")
    expect(sol.get_by_role("table", name="").first).to_be_visible()
    assert Axe().run(sol, options=RULES).response["violations"] == []
