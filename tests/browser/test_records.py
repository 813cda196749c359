"""A request for records by keyboard: the checklist beside the form, the verdict, the release."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from claims.documents.services import BroughtFile
from collections_app.releases import papers, services
from collections_app.releases.models import RecordRelease
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_practice, make_sol
from tests.documents.scans import pdf
from tests.releases.cases import asked, firm, released, screened, visited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"


def look(page: Page, name: str) -> None:
    """Nothing that axe complains of, nothing wider than the window; a picture where somebody asked for one."""
    page.wait_for_load_state("networkidle")
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if folder := os.environ.get("ARWORK_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_form_is_screened_and_the_records_leave_by_keyboard(sit: Sit) -> None:
    gus = visited()
    sol = make_sol(make_practice())
    found = asked(gus, firm(sol), sol, kind="court_order")
    page = sit(sol)
    page.goto(f"/releases/{found.pk}")
    for label in ("Is addressed to us", "Is signed by a judge", "Names exactly", "Name and birth date"):
        page.get_by_label(label).focus()
        page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Screened. The verdict stands below.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Release records").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What leaves")).to_be_visible()
    page.get_by_label("How it leaves").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="This leaves")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Released and logged.")).to_be_visible()
    assert RecordRelease.objects.get().disclosure_id is not None
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)])
def test_the_pages_are_sound(sit: Sit, scheme: str, width: int) -> None:
    gus = visited()
    sol = make_sol(make_practice())
    sterling = firm(sol, always_lacks="The day of expiry")
    gone = asked(gus, sterling, sol, kind="subpoena")
    screened(gone, sol)
    released(gone, sol)
    lacking = asked(gus, sterling, sol)
    screened(lacking, sol, expires_on=None)
    papers.write_defects(lacking.pk, actor=sol, today=TODAY, now=NOW)
    ready = asked(gus, sterling, sol)
    screened(ready, sol)
    services.attach_paper(ready.pk, BroughtFile(BytesIO(pdf().read()), "b.pdf", "patient"), actor=sol, now=NOW)
    asked(gus, sterling, sol, with_paper=False)
    page = sit(sol, color_scheme=scheme, viewport={"width": width, "height": 900})
    for name, address in {
        "list": "/releases", "all": "/releases?tab=all", "log": "/releases/log", "firms": "/releases/firms",
        "firm": f"/releases/firms/{sterling.pk}", "new": f"/accounts/{gus.account_id}/records",
        "gone": f"/releases/{gone.pk}", "lacking": f"/releases/{lacking.pk}", "ready": f"/releases/{ready.pk}",
        "release": f"/releases/{ready.pk}/release",
    }.items():  # fmt: skip
        page.goto(address)
        look(page, f"records-{name}-{scheme}-{width}")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="This leaves")).to_be_visible()
    look(page, f"records-confirm-{scheme}-{width}")
    assert page.problems == []  # type: ignore[attr-defined]
