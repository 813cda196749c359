"""The frame in a real browser: keys, copying, rows, the idle limit, the policy, and accessibility in both themes."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.conftest import SignedIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {
    "preload": False,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}


def _sound(page: Page) -> None:
    assert page.problems == []  # type: ignore[attr-defined]
    found = Axe().run(page, options=RULES)
    assert not found.response["violations"], found.generate_report()
    page.problems.clear()  # type: ignore[attr-defined]  # of the checker's own styles, which the policy blocks


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 400])
def test_the_frame_is_accessible_and_keeps_the_policy(signed_in: SignedIn, theme: str, width: int) -> None:
    page = signed_in(color_scheme=theme, viewport={"width": width, "height": 900})
    page.goto("/sample/desk")
    _sound(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_staff_pages_are_accessible(signed_in: SignedIn, theme: str) -> None:
    page = signed_in(color_scheme=theme)
    for address in ("/people", "/people/new", "/audit", "/password"):
        page.goto(address)
        _sound(page)
    page.context.clear_cookies()
    page.goto("/login?idle=1")
    _sound(page)


def test_g_and_a_letter_go_to_a_page(signed_in: SignedIn) -> None:
    page = signed_in()
    page.goto("/sample/desk")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/my-day")


def test_slash_searches_and_escape_leaves_the_field(signed_in: SignedIn) -> None:
    page = signed_in()
    page.goto("/sample/desk")
    page.keyboard.press("/")
    page.keyboard.type("g1?")
    expect(page.locator("#search")).to_have_value("g1?")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


def test_a_digit_chooses_and_ctrl_enter_sends(signed_in: SignedIn) -> None:
    page = signed_in()
    page.goto("/sample/desk")
    page.keyboard.press("3")
    expect(page.get_by_label("Appeal")).to_be_checked()
    page.locator("#id_reference").fill("R-1")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.press("Control+Enter")
    assert "o=3" in (sent.value.post_data or "")


def test_ctrl_enter_sends_the_named_form_when_nothing_has_the_focus(signed_in: SignedIn) -> None:
    page = signed_in()
    page.goto("/sample/desk")
    page.locator("#id_reference").fill("R-1")
    page.locator("#id_reference").blur()
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("Control+Enter")


def test_a_question_mark_lists_the_keys_and_escape_closes_what_opened_last(signed_in: SignedIn) -> None:
    page = signed_in()
    page.goto("/sample/desk")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    for words in ("Log and next", "Copy NPI", "Next and previous row", "My day", "Why this one"):
        expect(page.locator("#keys-list")).to_contain_text(words)
    page.keyboard.press("g")
    page.keyboard.press("m")  # the page behind the dialog stays where it is
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("w")
    expect(page.locator("#why")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_be_hidden()
    page.get_by_text("Ana Test").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    assert page.url.endswith("/sample/desk")


def test_escape_closes_a_menu_that_opened_this_very_moment(signed_in: SignedIn) -> None:
    """A browser tells that a menu has opened only after the next key may have come."""
    page = signed_in()
    page.goto("/sample/desk")
    page.evaluate(
        """() => {
            document.querySelector("details.menu.me > summary").click();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
        }"""
    )
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    assert page.evaluate("document.querySelector('details.menu.me').open") is False


def test_c_and_a_letter_copy(signed_in: SignedIn) -> None:
    page = signed_in(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/sample/desk")
    page.keyboard.press("c")
    page.keyboard.press("i")
    expect(page.locator("#toast")).to_contain_text("Copy NPI")
    assert page.evaluate("navigator.clipboard.readText()") == "1245319599"


def test_rows_are_walked_selected_opened_and_found_again(signed_in: SignedIn) -> None:
    page = signed_in()
    page.goto("/sample/list")
    for key in ("j", "j", "k", "ArrowDown", "x"):
        page.keyboard.press(key)
    here = page.locator("tr.is-here")
    expect(here).to_contain_text("20260914-0002")
    expect(here.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sample/list?claim=20260914-0002")
    page.go_back()
    expect(page.locator("tr.is-here")).to_contain_text("20260914-0002")


def test_single_keys_can_be_switched_off(signed_in: SignedIn) -> None:
    page = signed_in()
    page.goto("/sample/desk")
    page.keyboard.press("?")
    page.get_by_label("Single keys act on this computer").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(page.locator("#why")).to_be_hidden()


def test_the_idle_limit_warns_extends_and_leads_back(signed_in: SignedIn) -> None:
    page = signed_in()
    page.clock.install()
    page.goto("/sample/desk")
    page.clock.fast_forward(28 * 60 * 1000 + 5000)
    dialog = page.locator("#idle")
    expect(dialog).to_be_visible()
    expect(page.locator("#idle-count")).to_have_text(re.compile(r"1:5\d"))
    with page.expect_response("**/session/extend"):
        page.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    page.clock.fast_forward(29 * 60 * 1000)
    expect(dialog).to_be_visible()
    page.clock.fast_forward(2 * 60 * 1000)
    page.wait_for_url("**/login?idle=1&next=%2Fsample%2Fdesk")


def test_the_theme_can_be_chosen_without_a_script(signed_in: SignedIn) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto("/sample/desk")
    page.get_by_text("Ana Test").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/sample/desk")
