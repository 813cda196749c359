"""Claims, accounts and search in a real browser: by keyboard, without a script, at every width, checked by axe."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from claims.ledger import services as ledger
from collections_app.worklist import services as worklist
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_sol, move

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sit(sit: Sit, db: None) -> Sit:
    """The supervisor's browser."""
    return partial(sit, make_sol(make_practice()))


def _smith(*, number: str = "H0000042"):
    """June Smith: a visit of 240.00, of which the plan paid 100.00 and left 30.00 to her."""
    account = make_account(practice=make_practice(), last="Smith", first="June")
    claim = make_claim(patient=make_patient(account=account, last="Smith", first="June"), number=number)
    account.guarantor.phones.create(number="+12125550123")
    line = claim.lines.get()
    ledger.post(
        [
            move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="100.00", on=TODAY),
            move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="30.00", on=TODAY),
        ],
        now=NOW,
    )
    worklist.refresh_all(today=TODAY, now=NOW)
    return claim


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 400])
def test_every_page_is_accessible_and_keeps_the_policy(sit: Sit, theme: str, width: int) -> None:
    claim = _smith()
    page = sit(color_scheme=theme, viewport={"width": width, "height": 900})
    at = f"/accounts/{claim.account_id}"
    for url in ("/claims", f"/claims/{claim.pk}", f"/claims/{claim.pk}/work", "/accounts", at, f"{at}/bill", "/search"):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert page.problems == [], url  # type: ignore[attr-defined]
        found = Axe().run(page, options=RULES)
        assert not found.response["violations"], f"{url}\n{found.generate_report()}"
        page.problems.clear()  # type: ignore[attr-defined]  # of the checker's own styles, which the policy blocks
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{url} is {wide} px too wide"


def test_a_name_is_searched_by_keyboard_and_the_same_row_is_found_again(sit: Sit) -> None:
    claim = _smith()
    page = sit()
    page.goto("/claims")
    page.keyboard.press("/")
    page.keyboard.type("smith, j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    assert "smith" not in page.url.lower()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/accounts/{claim.account_id}$"))
    page.go_back()
    expect(page.get_by_role("link", name=claim.number)).to_be_visible()


def test_a_claim_number_leads_straight_to_its_page_and_is_copied_by_two_keys(sit: Sit) -> None:
    claim = _smith()
    page = sit(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("h0000042")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lines, and who owes them")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("c")
    page.keyboard.press("n")
    expect(page.locator("#toast")).to_contain_text("done")
    assert page.evaluate("navigator.clipboard.readText()") == claim.number
    expect(page.get_by_role("link", name="No response")).to_be_visible()  # the work, fetched from above


def test_a_check_is_looked_at_and_posted_without_a_script(sit: Sit) -> None:
    claim = _smith()
    page = sit(java_script_enabled=False)
    page.goto(f"/accounts/{claim.account_id}")
    page.get_by_label("Amount").fill("45.00")
    page.get_by_label("Check or receipt number").fill("1042")
    page.get_by_role("button", name="Show where it goes").click()
    expect(page.get_by_text("Unapplied, on the account")).to_be_visible()
    page.get_by_role("button", name="Post it").click()
    expect(page.get_by_text("$45.00 is posted")).to_be_visible()
    page.goto(f"/accounts/{claim.account_id}")
    page.get_by_role("link", name="Show contacts, promises, holds and work").click()
    expect(page.get_by_text("(212) 555-0123")).to_be_visible()
