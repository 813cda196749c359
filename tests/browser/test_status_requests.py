"""Status without a call in a real browser: asked by keyboard, answered at once, on every width, checked by axe."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from arwork.lib.payer_network_settings import SANDBOX, PayerNetwork
from collections_app.status_requests.models import AskingWay, DiscoveryConsent
from collections_app.worklist import services as worklist
from tests.browser.conftest import RULES, Sit
from tests.cast import make_account, make_ada, make_claim, make_patient, make_payer, make_practice
from tests.status_requests.conftest import connect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asked(settings) -> Callable[[], object]:
    def make() -> object:
        settings.PAYER_NETWORK = PayerNetwork(SANDBOX)
        ada = make_ada(make_practice())
        connect(make_practice(), ada)
        now, today = timezone.now(), timezone.localdate()
        sent = today - dt.timedelta(days=70)
        for topic in ("276", "270"):
            AskingWay.objects.create(
                payer=make_payer(), topic=topic, way="realtime", is_likely=topic == "270", changed_at=now,
                changed_by=ada,
            )  # fmt: skip
        DiscoveryConsent.objects.create(practice=make_practice(), changed_at=now, changed_by=ada)
        claims = [
            make_claim(lines=[charge], service_on=sent, billed_on=sent, number=f"HC-{n}")
            for n, charge in enumerate(("150.01", "90.02", "45.08", "60.06"))
        ]
        for letter in "ABCDEF":
            patient = make_patient(account=make_account(last=f"Payne{letter}"), last=f"Payne{letter}")
            make_claim(patient=patient, payers=(), service_on=sent, billed_on=None)
        worklist.refresh(claims=[one.pk for one in claims], today=today, now=now)
        return ada

    return make


def test_asked_by_keyboard_and_answered(sit: Sit, asked) -> None:
    page = sit(asked(), viewport={"width": 1440, "height": 900})
    page.goto(reverse("status_requests"))
    look(page, "due")
    page.get_by_role("checkbox", name="Claim HC-0").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Ask about those ticked").focus()
    page.keyboard.press("Enter")
    page.get_by_text("1 answered at once").wait_for()
    page.get_by_role("button", name="Ask about all that is due").click()
    page.get_by_text("answered at once").first.wait_for()
    page.goto(reverse("status_requests") + "?tab=answered")
    page.get_by_text("call avoided").first.wait_for()
    look(page, "answered")
    page.get_by_role("link", name="HC-1").click()
    page.goto(page.url + "/work")
    page.get_by_role("heading", name="What the payer says").wait_for()
    page.get_by_role("button", name="Ask about the coverage").click()
    page.get_by_text("One question asked").wait_for()
    look(page, "claim")
    page.goto(reverse("coverage_requests"))
    look(page, "coverage")
    page.goto(reverse("coverage_found"))
    page.get_by_role("button", name="Look for coverage now").click()
    look(page, "found")
    page.goto(reverse("asking_setup"))
    look(page, "setup")
    assert page.problems == []  # type: ignore[attr-defined]


def look(page: Page, name: str) -> None:
    """Nothing that axe complains of, nothing wider than a phone; pictures where somebody asked for them."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    for theme, width in (("light", 1440), ("dark", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
        if folder := os.environ.get("PICTURES"):
            Path(folder).mkdir(exist_ok=True)
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
