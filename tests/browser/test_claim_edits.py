"""Edits by keyboard: one entered, tried and saved; codes, the rate and the paper claim fit the page, light and dark."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.staff.models import Role
from collections_app.claim_edits import first_checks
from collections_app.claim_edits.findings import stop
from collections_app.claim_edits.models import EditRule
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, make_claim, make_practice, make_user
from tests.claim_edits.sample_claims import professional

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for place in ("claim_edits", "paper_claims"):
        monkeypatch.setattr(
            f"collections_app.web.{place}.submitted_texts", lambda rows: {row.pk: professional() for row in rows}
        )
    with time_machine.travel(NOW, tick=True):
        yield


def test_an_edit_is_entered_and_its_pages_fit(sit: Sit) -> None:
    practice = make_practice()
    claim = make_claim(practice=practice)
    first_checks.record_first_check(
        claim, [stop("sum", "CLM02", "x")], payer_id=claim.payer_id, sequence="P", form="P",
        today=dt.date(2026, 11, 2), now=NOW,
    )  # fmt: skip
    ada = make_user(username="ada", role=Role.ADMIN, practices=[practice])
    page = sit(ada)
    page.goto("/setup/edits")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="A new edit")).to_be_visible()
    page.locator("#id_words").fill("Add the authorization.")
    page.locator("#id_codes").fill("99213")
    page.locator("#id_practice_id").select_option(label=practice.name)
    page.locator("#id_lacks").select_option(value="prior_auth")
    page.locator("#id_source").fill("Bulletin 7")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Found in claims sent last")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name=claim.number)).to_be_visible()
    page.get_by_role("button", name="Save the rule").press("Enter")
    expect(page.get_by_text("Claims are checked for it from now on")).to_be_visible()
    assert EditRule.objects.count() == 1
    folder = os.environ.get("PICTURES", "")
    for address in (
        "/setup/edits", "/setup/edits/new", "/setup/codes?q=diabetes&on=2026-09-01",
        "/reports/clean-claims?since=2026-11-01&until=2026-11-20", f"/claims/{claim.pk}/cms1500",
    ):  # fmt: skip
        for width, scheme in ((1440, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            if folder:
                name = f"{address.strip('/').partition('?')[0].replace('/', '-')}-{width}.png"
                page.screenshot(path=str(Path(folder) / name), full_page=True)
        assert Axe().run(page, options=RULES).response["violations"] == [], address
    assert page.problems == []
