"""A denial by keyboard: appealed from its claim, sent, received, won by a later remittance."""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from arwork.lib import clock
from collections_app.appeals import enclosing, following
from collections_app.appeals.models import AppealCase
from tests.appeals.conftest import brought, denied_claim
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_ada, make_practice
from tests.remits.era import Clp, Era, Svc, take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"


def look(page: Page, name: str) -> None:
    """Nothing that axe complains of, nothing wider than the window; pictures where somebody asked for them."""
    page.wait_for_load_state("networkidle")
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if folder := os.environ.get("ARWORK_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def enter(page: Page, name: str, role: Any = "button") -> None:
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press("Enter")


def test_a_denial_is_appealed_and_won_by_keyboard(sit: Sit) -> None:
    gus = denied_claim()
    ada = make_ada(make_practice())
    page = sit(ada)
    page.goto(f"/claims/{gus.claim.pk}")
    enter(page, "Open an appeal")
    expect(page.get_by_role("heading", name="What goes along")).to_be_visible()
    case = AppealCase.objects.get()
    enclosing.bring(case.pk, brought(), kind="records", actor=ada, now=NOW)
    enclosing.leave_out(case.pk, code="policy", why="None was named", actor=ada, now=NOW)
    page.reload()
    look(page, "appeal")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Send it")).to_be_visible()
    page.get_by_label("How it left").focus()
    page.keyboard.type("By fax")
    page.get_by_label("Proof").focus()
    page.keyboard.type("10:04, 7 pages")
    page.locator("[name=sent_on]").fill("2026-11-20")
    enter(page, "It has left")
    expect(page.get_by_text("Sent. The packet is frozen with its hash.")).to_be_visible()
    look(page, "appeal-sent")
    page.get_by_label("Their number of the appeal").focus()
    page.keyboard.type("AP-77")
    enter(page, "It arrived")
    expect(page.get_by_role("heading", name="The payer has it")).to_have_count(0)
    take(Era([Clp("G1", [Svc("240.00", "240.00")])], trace="EFT-2", paid_on=TODAY))
    following.follow_books([gus.claim.pk], today=clock.today(), now=clock.now())
    page.reload()
    expect(page.get_by_text("A later remittance paid $240.00 of $240.00.").first).to_be_visible()
    look(page, "appeal-won")
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lists_fit_a_phone_and_read_well(sit: Sit, scheme: str) -> None:
    gus = denied_claim()
    denied_claim("G2", payer_id="COMMERCIAL")
    ada = make_ada(make_practice())
    page = sit(ada, viewport={"width": 390, "height": 800}, color_scheme=scheme)
    page.goto(f"/claims/{gus.claim.pk}")
    enter(page, "Open an appeal")
    expect(page.get_by_role("heading", name="What goes along")).to_be_visible()
    look(page, f"phone-appeal-{scheme}")
    for address in ("appeals", "appeals/causes", "appeals/outcomes", "setup/playbooks", "setup/appeal-texts"):
        page.goto(f"/{address}")
        look(page, f"phone-{address.replace('/', '-')}-{scheme}")
