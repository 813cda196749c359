"""An EOB of forty lines, entered by keyboard: every keystroke is counted, and the entry makes its check."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from arwork.lib.money import ZERO, money
from claims.billing.models import Claim
from claims.documents.services import BroughtFile
from claims.eobs import drafts
from claims.eobs.models import Eob
from claims.remits.models import Remittance
from tests import cast
from tests.browser.conftest import Sit
from tests.cast import NOW, TODAY
from tests.documents.scans import pdf
from tests.eobs.entering import check
from tests.remits.era import buckets

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLAIMS, LINES = 10, 4
#: Keystrokes a line, those of finding its claim among them.
MOST_A_LINE = 10


@pytest.fixture
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"


class Keyboard:
    """Hands on the keyboard: types and presses, and counts."""

    def __init__(self, page: Page) -> None:
        self._page, self.strokes = page, 0

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)
        self.strokes += len(text)

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)
        self.strokes += 1


def amounts(place: int) -> tuple[str, str, str]:
    """(charge, allowed, paid) of a line; the rest of what is allowed is the patient's coinsurance."""
    charge, allowed = 100 + place, 60 + place
    paid = (Decimal(allowed) * 8 / 10).quantize(Decimal("0.01"))
    return f"{charge}.00", f"{allowed}", f"{paid.normalize():f}"


def test_forty_lines_by_keyboard(sit: Sit, own_files: None) -> None:
    claims = [
        cast.make_claim(number=f"H{nth:03d}", lines=[amounts(nth * LINES + at)[0] for at in range(LINES)])
        for nth in range(CLAIMS)
    ]
    sol = cast.make_sol(claims[0].practice)
    total = sum((money(amounts(place)[2]) for place in range(CLAIMS * LINES)), ZERO)
    scan = BroughtFile(pdf(), "eob.pdf", "eob")
    eob = drafts.open_eob(claims[0].practice_id, check(f"{total}"), brought=scan, actor=sol, now=NOW, today=TODAY)
    page = sit(sol, viewport={"width": 1440, "height": 900})
    page.goto(f"/money/eobs/{eob.pk}")
    lines, paper = page.locator("#eob").bounding_box(), page.locator("iframe.paper").bounding_box()
    assert lines is not None
    assert paper is not None
    assert paper["x"] >= lines["x"] + lines["width"], "the document stands beside the lines"
    keys = Keyboard(page)
    keys.press("f")
    for nth in range(CLAIMS):
        expect(page.locator("#find")).to_be_focused()
        keys.type(f"H{nth:03d}")
        keys.press("Enter")
        expect(page.locator(f'[name="c{nth}.l0.allowed"]')).to_be_focused()
        for at in range(LINES):
            _, allowed, paid = amounts(nth * LINES + at)
            keys.type(allowed)
            keys.press("Enter")
            keys.type(paid)
            keys.press("Enter")
    expect(page.locator("[data-difference]")).to_have_text("$0.00")
    box = page.locator(".eob-claim .table-box").first
    assert box.evaluate("one => one.scrollWidth - one.clientWidth") <= 0, "every cell is in sight"
    keys.press("Control+Enter")
    expect(page.locator(".subject .tag-green")).to_have_text("posted")
    a_line = keys.strokes / (CLAIMS * LINES)
    print(f"\n{keys.strokes} keystrokes, {a_line:.1f} a line")  # noqa: T201
    assert a_line <= MOST_A_LINE
    assert Remittance.objects.get().state == "posted"
    assert Eob.objects.get().state == "posted"
    shares = sum((money(amounts(place)[1]) - money(amounts(place)[2]) for place in range(LINES)), ZERO)
    assert buckets(Claim.objects.get(number="H000")) == {"PATIENT": f"{shares}"}
    assert page.problems == []  # type: ignore[attr-defined]


def test_what_is_typed_is_saved_by_itself_and_two_people_do_not_overwrite_each_other(sit: Sit, own_files: None) -> None:
    claim = cast.make_claim(number="H001", lines=["240.00"])
    sol = cast.make_sol(claim.practice)
    bea = cast.make_user(username="bea", role="supervisor", practices=[claim.practice])
    eob = drafts.open_eob(claim.practice_id, check("144.00"), actor=sol, now=NOW, today=TODAY)
    ours, theirs = sit(sol), sit(bea)
    ours.goto(f"/money/eobs/{eob.pk}")
    ours.fill("#find", "H001")
    ours.press("#find", "Enter")
    ours.keyboard.type("180")  # before the claim is there
    expect(ours.locator('[name="c0.l0.allowed"]')).to_have_value("180")
    expect(ours.locator("[data-said]")).to_contain_text("Saved at")
    theirs.goto(f"/money/eobs/{eob.pk}")
    expect(theirs.locator('[name="c0.l0.allowed"]')).to_have_value("180")
    theirs.focus('[name="c0.l0.paid"]')
    theirs.keyboard.type("144")
    expect(theirs.locator("[data-said]")).to_contain_text("Saved at")
    ours.focus('[name="c0.l0.paid"]')
    ours.keyboard.type("9")
    expect(ours.locator("[data-said]")).to_contain_text("Bea Test saved this EOB at")
    expect(ours.locator('[name="c0.l0.paid"]')).to_have_value("9")
    eob.refresh_from_db()
    assert eob.entry["claims"][0]["lines"][0]["paid"] == "144"
    theirs.focus('[name="c0.l0.paid"]')
    theirs.keyboard.press("Enter")
    expect(theirs.locator('[name="c0.l0.contractual"]')).to_have_value("60.00")
    expect(theirs.locator('[name="c0.l0.coinsurance"]')).to_have_value("36.00")
    theirs.fill('[name="c0.l0.other"]', "CO-9999 1")
    expect(theirs.locator('[data-says="c0.l0"]')).to_contain_text("There is no adjustment reason 9999.")
