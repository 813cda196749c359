"""Lists on a phone: a row is one line and a thumb high, and the table scrolls in its own box."""

from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.staff.models import User
from claims.remits.models import RemitClaim, RemitException, Remittance
from collections_app.worklist import saved_lists
from collections_app.worklist.lists import PAGE
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, make_practice, make_sol
from tests.desk.conftest import denied_item, due_item, patient_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEIGHTS = "[...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect().height)"


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sol() -> User:
    return make_sol(make_practice())


def test_a_row_of_the_list_is_one_line(sit: Sit, sol: User) -> None:
    for make in (due_item, denied_item, patient_item):
        make()
    page = sit(sol, viewport={"width": 390, "height": 844})
    page.goto("/list?q=")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = page.evaluate(HEIGHTS)
    assert len(heights) == 3
    assert max(heights) <= 48, heights


def test_all_that_fit_the_filter_need_no_row_ticked(sit: Sit, sol: User) -> None:
    for number in range(PAGE + 1):
        due_item(number=f"C{number}")
    page = sit(sol)
    page.goto("/list?q=")
    reassign = page.get_by_role("button", name="Reassign")
    expect(reassign).to_be_disabled()
    page.get_by_label("all that fit the filter").check()
    expect(reassign).to_be_enabled()
    page.get_by_label("all that fit the filter").uncheck()
    expect(reassign).to_be_disabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_row_of_the_remittance_exceptions_is_cut(sit: Sit, sol: User, theme: str) -> None:
    claim = denied_item().claim
    long = "The payment adds up to 1,240.00 and the lines to 1,182.35: 57.65 are missing on line 3 (99214, 25)"
    RemitException.objects.create(
        practice=claim.practice, remittance=Remittance.objects.get(), remit_claim=RemitClaim.objects.get(),
        code="unbalanced", detail=long, amount=1240, opened_at=NOW,
    )  # fmt: skip
    page = sit(sol, viewport={"width": 390, "height": 844}, color_scheme=theme)
    page.goto("/remits/exceptions")
    cells = page.locator("tbody tr td")
    assert cells.count() == 7
    for number in range(7):
        box = cells.nth(number).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= 390 - box["width"], cells.nth(number).inner_text()
    assert page.evaluate(
        "document.querySelector('.table-box').scrollWidth <= document.querySelector('.table-box').clientWidth"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_worklists_publishing_batches_and_my_day_are_accessible(sit: Sit, sol: User, width: int, theme: str) -> None:
    item = denied_item()
    kept = saved_lists.save_filter(actor=sol, name="Denials", query="kind:denied")
    page = sit(sol, viewport={"width": width, "height": 844}, color_scheme=theme)
    for address in ("/worklists", f"/worklists/{kept.pk}/publish?to=team-{item.practice_id}", "/my-day"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page, options=RULES).response["violations"]
        assert not found, (address, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto("/list?q=kind:denied")
    page.locator("td.pick input").check()
    page.get_by_role("button", name="One outcome").click()
    page.get_by_label("Outcome").select_option("appeal_sent")
    page.get_by_role("button", name="See what comes of it").click()
    page.get_by_role("button", name="Record it on all").wait_for()
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert page.problems == []
