"""People are corrected by keyboard: an address from the desk and back to the item, a coverage with what it does."""

from collections.abc import Iterator
from functools import partial

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from claims.billing.models import Claim
from claims.parties.models import Coverage, PersonAddress
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_payer, make_practice, make_sol

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sit(sit: Sit, db: None) -> Sit:
    """The supervisor's browser."""
    return partial(sit, make_sol(make_practice()))


@pytest.fixture
def claim(db: None) -> Claim:
    account = make_account(practice=make_practice(), last="Smith", first="June", address=False)
    found = make_claim(patient=make_patient(account=account, last="Smith", first="June"), payers=())
    worklist.refresh_all(today=TODAY, now=NOW)
    make_payer()
    return found


def test_an_address_is_fixed_from_the_desk_by_keyboard(sit: Sit, claim: Claim) -> None:
    item = WorkItem.objects.get(account=claim.account)
    page = sit()
    page.goto(f"/desk/{item.pk}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("e")
    page.wait_for_url("**/people?back=**")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("a")
    page.wait_for_url("**/addresses/new?back=**")
    page.get_by_label("Street or box").focus()
    page.keyboard.type("9 Oak Street")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Brooklyn")
    page.keyboard.press("Tab")
    page.keyboard.type("NY")
    page.keyboard.press("Tab")
    page.keyboard.type("11201")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/people?back=**")
    expect(page.get_by_text("9 Oak Street, Brooklyn, NY 11201")).to_be_visible()
    assert PersonAddress.objects.get().is_current
    page.wait_for_load_state("networkidle")
    page.keyboard.press("u")
    page.wait_for_url(f"**/desk/{item.pk}")
    expect(page.get_by_text("9 Oak Street")).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_coverage_is_entered_by_keyboard_and_says_what_it_does(sit: Sit, claim: Claim) -> None:
    page = sit()
    page.goto(f"/accounts/{claim.account_id}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("w")
    page.wait_for_url("**/people")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("v")
    page.wait_for_url("**/coverages/new")
    page.get_by_label("Payer").focus()
    page.keyboard.type("Meri")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("W12345")
    page.get_by_label("Also bill it for open claims").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("$240.00 moves by postings")).to_be_visible()
    assert not Coverage.objects.exists()
    page.wait_for_load_state("networkidle")  # keys are heard once the page's scripts are there
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Coverage added")).to_be_visible()
    claim.refresh_from_db()
    assert claim.coverage1_id == Coverage.objects.get().pk
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_pages_are_accessible_and_no_wider_than_the_screen(sit: Sit, claim: Claim, theme: str, width: int) -> None:
    page = sit(color_scheme=theme, viewport={"width": width, "height": 900})
    at, who = f"/accounts/{claim.account_id}", f"/accounts/{claim.account_id}/people/{claim.patient.person_id}"
    for url in (f"{at}/people", f"{at}/guarantor", f"{who}/correct", f"{who}/addresses/new", f"{who}/coverages/new"):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert page.problems == [], url  # type: ignore[attr-defined]
        found = Axe().run(page, options=RULES)
        assert not found.response["violations"], f"{url}\n{found.generate_report()}"
        page.problems.clear()  # type: ignore[attr-defined]  # of the checker's own styles, which the policy blocks
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{url} is {wide} px too wide"
