"""The palette by keyboard alone: what is found as it is typed, and what the page can do, with its key."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.staff.models import User
from claims.billing.models import Claim
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, make_account, make_ana, make_claim, make_patient, make_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def ana() -> User:
    return make_ana(make_practice())


def yorick() -> Claim:
    account = make_account(last="Rosamund", first="Yorick")
    return make_claim(patient=make_patient(account=account, last="Rosamund", first="Yorick"), number="C0001851")


def test_somebody_is_found_by_half_a_misspelled_name_and_opened_by_keys(sit: Sit, ana: User) -> None:
    claim = yorick()
    page = sit(ana)
    page.goto("/list?q=")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("rosamnd")
    expect(page.locator("#palette-found .hit").first).to_contain_text("Rosamund, Yorick")
    assert "rosam" not in page.url.lower()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/accounts/{claim.account_id}$"))
    assert page.problems == []


def test_commands_show_their_keys_and_do_what_they_say(sit: Sit, ana: User) -> None:
    page = sit(ana)
    page.goto("/my-day")
    page.keyboard.press("Control+k")
    page.keyboard.type("lis")
    hit = page.locator("#palette-commands .hit", has_text="List")
    expect(hit.locator("kbd")).to_have_text("g l")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/list"))


def test_with_nothing_chosen_enter_searches_for_everything_and_escape_closes(sit: Sit, ana: User) -> None:
    yorick()
    page = sit(ana)
    page.goto("/my-day")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("yorick")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Search")).to_be_visible()
    expect(page.get_by_role("cell", name="C0001851")).to_be_visible()
    assert "yorick" not in page.url.lower()


def test_it_opens_from_within_a_field_and_not_over_another_dialog(sit: Sit, ana: User) -> None:
    page = sit(ana)
    page.goto("/list?q=")
    page.locator("#q").focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-text")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(sit: Sit, ana: User, size: dict[str, int], theme: str) -> None:
    yorick()
    page = sit(ana, viewport=size, color_scheme=theme)
    page.goto("/my-day")
    page.keyboard.press("Control+k")
    page.keyboard.type("rosa")
    expect(page.locator("#palette-found .hit").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
