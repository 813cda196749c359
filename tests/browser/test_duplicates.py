"""Two claims, and two people, compared, merged and taken apart by keyboard; every width and theme checked by axe."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from claims.billing.models import Claim, PossibleDuplicate
from claims.duplicates import person_pairs
from claims.duplicates.models import PersonPair
from claims.edi.services import take_in
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_practice, make_sol
from tests.edi_intake.writing import Sent, write_837

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GUS = Sent(number="A-1", charge="200.00", lines=(("99213", "150.00"), ("85025", "50.00")))


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sit(sit: Sit, db: None, settings, tmp_path: Path) -> Sit:
    """The supervisor's browser, over one bill under two numbers and one person under two names."""
    settings.RAW_FILES_DIR = tmp_path / "raw"
    sol = make_sol(make_practice())
    sent = [GUS, GUS.but(number="B-7"), GUS.but(number="C-1", last="GUARRINO", served="20261007")]
    take_in(BytesIO(write_837(sent)), name="test.837", via="command", today=TODAY, now=NOW)
    person_pairs.find_everywhere(today=TODAY)
    return partial(sit, sol)


def press(page: Page, key: str) -> None:
    page.wait_for_load_state("networkidle")
    page.keyboard.press(key)


def test_a_claim_is_merged_and_taken_apart_by_keyboard(sit: Sit) -> None:
    page = sit()
    page.goto("/claims/duplicates")
    press(page, "n")
    expect(page.get_by_role("heading", name="What are they?")).to_be_visible()
    press(page, "y")
    expect(page.get_by_text("Claims A-1 and B-7 are one now")).to_be_visible()
    assert Claim.objects.get(merged_into__isnull=False).merged_into.number == "A-1"
    press(page, "z")
    expect(page.get_by_text("Both claims stand as they did")).to_be_visible()
    assert not Claim.objects.filter(merged_into__isnull=False).exists()
    press(page, "v")
    expect(page.get_by_text("Nobody is asked about these two again")).to_be_visible()


def test_a_person_is_merged_and_taken_apart_by_keyboard(sit: Sit) -> None:
    page = sit()
    page.goto("/accounts/people")
    press(page, "n")
    expect(page.get_by_role("heading", name="Who are they?")).to_be_visible()
    press(page, "y")
    expect(page.get_by_text("Files that name either find the one person now")).to_be_visible()
    press(page, "z")
    expect(page.get_by_text("stand as they did").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_every_page_is_accessible_and_keeps_the_policy(sit: Sit, theme: str, width: int) -> None:
    page = sit(color_scheme=theme, viewport={"width": width, "height": 900})
    pair, people = PossibleDuplicate.objects.get(), PersonPair.objects.get()
    for url in (
        "/claims/duplicates",
        f"/claims/duplicates/{pair.pk}",
        "/accounts/people",
        f"/accounts/people/{people.pk}",
    ):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert page.problems == [], url  # type: ignore[attr-defined]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{url} is wider than {width}"
        found = Axe().run(page, options=RULES)
        assert not found.response["violations"], f"{url}\n{found.generate_report()}"
