"""A claim is corrected by keyboard, from its page to ready to send; and fits a phone in the dark."""

import io
import os

import pytest
from playwright.sync_api import expect

from claims.billing.models import Claim
from claims.edi import services
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.browser.conftest import Sit
from tests.browser.test_plans import is_fit_for_everybody
from tests.cast import make_ana, make_practice
from tests.edi_intake.conftest import NOW, TODAY
from tests.outgoing_claims.test_drafts import GUS, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def claim(settings, tmp_path) -> Claim:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    make_practice()
    services.take_in(io.BytesIO(written([GUS])), name="sent.x12", via="command", today=TODAY, now=NOW)
    Claim.objects.update(icn="ICN77")
    return Claim.objects.get()


def test_a_claim_is_corrected_by_keyboard(sit: Sit, claim: Claim) -> None:
    page = sit(make_ana(claim.practice), viewport={"width": 1440, "height": 1000})
    page.goto(f"/claims/{claim.pk}/correct")
    is_fit_for_everybody(page)
    page.get_by_label("Corrected claim").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Corrected claim")).to_be_visible()
    is_fit_for_everybody(page)
    page.locator("[id='id_lines.1.code']").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("99214")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Was: 99213")).to_be_visible()
    is_fit_for_everybody(page)
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/outgoing-light.png", full_page=True)
    if page.locator("#id_reason").count() > 1:
        page.locator("form[action$='/ready'] [name=reason]").focus()
        page.keyboard.type("The coder agreed")
        page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")
    expect(page.get_by_text("It leaves with the next file")).to_be_visible()
    is_fit_for_everybody(page)
    assert OutgoingClaim.objects.get().state == "ready"
    page.goto("/outgoing?tab=ready")
    is_fit_for_everybody(page)
    assert page.problems == []  # type: ignore[attr-defined]


def test_an_outgoing_claim_fits_a_phone(sit: Sit, claim: Claim) -> None:
    page = sit(make_ana(claim.practice), viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(f"/claims/{claim.pk}/correct")
    page.get_by_label("New claim").check()
    page.get_by_role("button", name="Draft the claim").click()
    expect(page.get_by_role("heading", name="New claim")).to_be_visible()
    is_fit_for_everybody(page)
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/outgoing-dark.png", full_page=True)
    page.goto("/outgoing")
    is_fit_for_everybody(page)
