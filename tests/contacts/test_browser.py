"""A call before breakfast, by keyboard: refused, explained, and read by the supervisor; the pages in both themes."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from arwork.staff.models import User
from collections_app.contacts.gate_models import ContactVerdict
from collections_app.worklist.models import WorkItem
from tests.browser.conftest import RULES, sit
from tests.cast import make_ana, make_oona, make_practice, make_sol
from tests.contacts.stories import eastern

__all__ = ["sit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EARLY = "2026-11-20 06:30"


def fits(page: Page) -> None:
    """No violation of accessibility, and nothing wider than the window."""
    page.wait_for_load_state("networkidle")  # with its styles
    found = Axe().run(page, options=RULES)
    assert not found.response["violations"], found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_a_call_before_breakfast_takes_a_reason_and_a_supervisor(
    balance: Callable[..., WorkItem], sit: Callable[..., Page], time_machine, theme: str, width: int
) -> None:
    item = balance()
    time_machine.move_to(eastern(EARLY))
    page = sit(make_ana(make_practice()), color_scheme=theme, viewport={"width": width, "height": 900})
    page.goto(reverse("desk_item", args=[item.pk]))
    expect(page.get_by_text("Not now.").first).to_be_visible()
    assert "555-0147" not in page.content()
    expect(page.get_by_label("Called all the same because")).to_be_hidden()
    page.keyboard.press("q")  # no answer
    expect(page.get_by_label("Called all the same because")).to_be_visible()
    fits(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not allowed at this moment").first).to_be_visible()
    page.wait_for_load_state("networkidle")  # keys are heard once the page is whole
    page.get_by_label("Called all the same because").fill("asked for an early call")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk")
    assert ContactVerdict.objects.get().why_anyway == "asked for an early call"

    page = sit(make_sol(make_practice()), color_scheme=theme, viewport={"width": width, "height": 900})
    page.goto(reverse("team"))
    page.get_by_role("link", name="Calls against the rule").click()
    expect(page.get_by_text("asked for an early call")).to_be_visible()
    fits(page)
    page.get_by_label("What follows from it").fill("fine, it was agreed")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 wait for a supervisor")).to_be_visible()
    fits(page)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_a_rule_of_ones_own_is_added_once_it_is_seen_whom_it_moves(
    balance: Callable[..., WorkItem], sit: Callable[..., Page], time_machine, eager_tasks, theme: str, width: int
) -> None:
    balance()
    time_machine.move_to(eastern("2026-11-20 10:00"))
    oona: User = make_oona(make_practice())
    page = sit(oona, color_scheme=theme, viewport={"width": width, "height": 900})
    page.goto(reverse("contact_rules"))
    fits(page)
    page.keyboard.press("n")
    page.wait_for_url("**/contact-rules/new")
    page.get_by_label("Where").fill("OH")
    page.get_by_label("Calls", exact=True).check()
    page.get_by_label("At most, attempts").fill("0")
    page.get_by_label("Source").fill("Minutes of the board")
    fits(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("May be called before")).to_be_visible()
    expect(page.locator("dl.stats dd").nth(0)).to_have_text("1")
    expect(page.locator("dl.stats dd").nth(2)).to_have_text("0")
    fits(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/contact-rules")
    expect(page.get_by_text("Minutes of the board")).to_be_visible()
