"""A denial from its routes to a chosen one and back, by keyboard alone; pages checked by axe, wide and on a phone."""

from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.staff.models import Role
from collections_app.routes.models import RouteChoice, RouteWithdrawal
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, make_practice, make_user
from tests.desk.conftest import denied_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def test_a_route_is_compared_chosen_and_taken_back_by_keyboard(sit: Sit) -> None:
    item = denied_item(carc="50")
    page = sit(make_user(username="ana", practices=[make_practice()]))
    page.goto(f"/desk/{item.pk}")
    expect(page.get_by_role("heading", name="Routes")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("link", name="Compare").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/routes")
    assert Axe().run(page, options=RULES).response["violations"] == []
    chosen = page.get_by_role("radio", name="First-level appeal (level 1 of 3)")
    expect(chosen).to_be_checked()
    chosen.focus()
    page.keyboard.press("ArrowDown")
    expect(chosen).not_to_be_checked()
    page.get_by_label("Why this one").focus()
    page.keyboard.type("The treating doctor asks for it.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chosen:").first).to_be_visible()
    kept = RouteChoice.objects.get()
    assert (kept.best, kept.why) == ("appeal", "The treating doctor asks for it.")
    assert kept.route != "appeal"
    page.goto(f"/claims/{item.claim_id}/routes")
    page.get_by_role("button", name="Take it back").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken back").first).to_be_visible()
    assert RouteWithdrawal.objects.count() == 1
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/claims/{item.claim_id}/routes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    sol = sit(make_user(username="sol", role=Role.SUPERVISOR, practices=[make_practice()]))
    sol.goto("/payer-desk/routes?tab=other")
    expect(sol.get_by_role("region", name="Routes chosen")).to_be_visible()
    assert Axe().run(sol, options=RULES).response["violations"] == []
