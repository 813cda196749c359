"""The patient's own page on a phone, in both themes: opened, read, disputed. Deliveries by keyboard."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from collections_app.contacts.models import Hold
from tests.browser.conftest import RULES, Sit
from tests.deliveries.mailing import mailed_to
from tests.portal.conftest import indebted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gus(db: None) -> SimpleNamespace:
    """Gus, who owes $240.00, and a link to his page."""
    return indebted()


SHOTS = os.environ.get("SHOTS", "")


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def is_clean(page: Page) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_bill_is_opened_read_and_disputed_on_a_phone(
    browser: Browser,
    live_server: object,
    gus: SimpleNamespace,
    theme: str,
) -> None:
    url = live_server.url  # type: ignore[attr-defined]
    context = browser.new_context(
        base_url=url, viewport={"width": 390, "height": 844}, color_scheme=theme, java_script_enabled=True
    )  # fmt: skip
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: message.type == "error" and problems.append(message.text))
    page.goto(gus.link.replace("http://127.0.0.1:8000", ""))
    assert page.url == f"{url}/my-bill"
    is_clean(page)
    shoot(page, f"door-{theme}")
    page.get_by_label("Month").select_option("4")
    page.get_by_label("Day").select_option("9")
    page.get_by_label("Year").fill("1961")
    page.get_by_label("Your ZIP code").fill("12207")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Your bill")).to_be_visible()
    expect(page.locator(".due .sum")).to_have_text("$240.00")
    is_clean(page)
    shoot(page, f"bill-{theme}")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_text("Por favor pague")).to_be_visible()
    is_clean(page)
    shoot(page, f"bill-es-{theme}")
    page.get_by_role("button", name="English").click()
    page.get_by_text("Something is wrong with this visit").click()
    page.get_by_label("What is wrong?").fill("I was never there that day.")
    page.get_by_role("button", name="Send").first.click()
    expect(page.get_by_role("status")).to_contain_text("You owe nothing for this visit")
    expect(page.get_by_text("Nothing is due now")).to_be_visible()
    is_clean(page)
    shoot(page, f"disputed-{theme}")
    assert Hold.objects.get().reason == "dispute"
    assert not problems
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_deliveries_are_clean(sit: Sit, gus: SimpleNamespace, theme: str, width: int) -> None:
    mailed_to(gus.account, by=gus.ana)
    page = sit(gus.ana, viewport={"width": width, "height": 900}, color_scheme=theme)
    for name, address in (
        ("outbox", "/deliveries"), ("batches", "/deliveries/batches"), ("returned", "/deliveries/returned"),
        ("to-find", "/tracing"), ("asked", "/deliveries/asked"),
        ("links", f"/accounts/{gus.account.pk}/patient-page"),
    ):  # fmt: skip
        page.goto(address)
        shoot(page, f"{name}-{width}-{theme}")
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, (address, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert not page.problems  # type: ignore[attr-defined]


def test_envelopes_are_entered_many_in_a_row_by_keyboard(sit: Sit, gus: SimpleNamespace) -> None:
    from collections_app.deliveries.models import Delivery
    from collections_app.deliveries.numbers import number_of

    made, _, _ = mailed_to(gus.account, by=gus.ana)
    Delivery.objects.update(state="sent", problem="", address=gus.account.guarantor.addresses.get())
    page = sit(gus.ana)
    page.goto("/deliveries/returned")
    page.keyboard.type(number_of(made.pk))
    page.keyboard.press("Enter")
    expect(page.get_by_text("came back. Its address is marked.")).to_be_visible()
    expect(page.get_by_label("Number on it, or of the account")).to_be_focused()
    page.keyboard.type("D1-9")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no statement or letter of that number")).to_be_visible()
