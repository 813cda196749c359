"""A letter by keyboard: chosen, seen, made, sent; and what it says, changed from a day on."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from arwork.staff.models import User
from claims.parties.models import Account
from collections_app.letters.models import Letter, LetterText
from tests.browser.conftest import RULES, Sit
from tests.cast import make_ada, make_claim, make_patient
from tests.letters.papers import reachable_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"


@pytest.fixture
def account() -> Account:
    account = reachable_account()
    make_claim(patient=make_patient(account=account), payers=(), lines=("240.00",))
    return account


@pytest.fixture
def ada(account: Account) -> User:
    return make_ada(account.practice)


def is_fine(page: Page) -> None:
    """Nothing that axe complains of, nothing wider than the window."""
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_settlement_is_offered_by_keyboard(sit: Sit, account: Account, ada: User) -> None:
    page = sit(ada, viewport={"width": 1440, "height": 900})
    page.goto(f"/accounts/{account.pk}/letters/new")
    is_fine(page)
    page.get_by_role("link", name="Settlement offer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What they owe")).to_have_value("240.00")
    page.get_by_label("What settles it").fill("180.00")
    page.get_by_label("Offered until").fill("2030-12-30")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_alt_text("Page 1 of 1")).to_be_visible()
    is_fine(page)
    assert not Letter.objects.exists()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("unchanged since it was made")).to_be_visible()
    is_fine(page)
    page.keyboard.press("s")
    expect(page.get_by_text("waits to leave")).to_be_visible()
    assert Letter.objects.get().deliveries.get().channel == "mail"
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_letters_on_a_phone(sit: Sit, account: Account, ada: User, theme: str) -> None:
    page = sit(ada, viewport=NARROW, color_scheme=theme)
    for address in ("/letters", "/letters/list", "/letters/texts", "/letters/letterheads", "/letters/texts/receipt/es",
                    f"/accounts/{account.pk}/letters/new", f"/accounts/{account.pk}/letters/new/plain"):  # fmt: skip
        page.goto(address)
        is_fine(page)


def test_a_text_is_changed_from_a_day_on(sit: Sit, account: Account, ada: User) -> None:
    page = sit(ada, viewport={"width": 1440, "height": 900})
    page.goto("/letters/texts/plain/en/new")
    is_fine(page)
    page.get_by_label("Words").fill("Hello {addressee},\n\n{words}\n\nYours, {practice_name}")
    page.get_by_label("Why it says so").fill("Office")
    page.get_by_label("Look at it with account").fill(account.number)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
    is_fine(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    text = LetterText.objects.get()
    page.goto(f"/letters/texts/{text.pk}")
    is_fine(page)
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("heading", name="Texts")).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]
