"""Steps that several stories take by keyboard, and what they measure by."""

import datetime as dt
import os
import re
from decimal import Decimal
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from claims.closing.months import Month
from collections_app.aging.buckets import Basis
from collections_app.aging.selectors import aging
from collections_app.worklist.models import WorkItem
from tests.browser.conftest import RULES

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
#: What stands out of the page on the right, where the page itself would have to be moved to see it.
TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.body.querySelectorAll('*')].filter(
    one => one.getBoundingClientRect().right > document.documentElement.clientWidth && !one.closest('.table-box')
  ).map(one => one.outerHTML.slice(0, 120))"""
FOLDER = os.environ.get("ARWORK_PICTURES", "")


def look(page: Page, name: str) -> None:
    """Nothing that axe complains of, wide and light or narrow and dark, and no page wider than its screen."""
    for scheme, size in (("dark", PHONE), ("light", WIDE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_load_state("networkidle")
        if FOLDER:
            page.screenshot(path=str(Path(FOLDER) / f"{name}-{size['width']}.png"), full_page=True)
        found = Axe().run(page, options=RULES)
        assert found.response["violations"] == [], f"{name}, {scheme}\n{found.generate_report()}"
        wide = page.evaluate(TOO_WIDE)
        assert wide == [], f"{name} is wider than {size['width']}"


def press(page: Page, key: str) -> None:
    """A key, once the page's scripts hear it."""
    page.wait_for_load_state("networkidle")
    page.keyboard.press(key)


def push(page: Page, name: str) -> None:
    """A button or a link without a key of its own: reached and pressed."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name=name, exact=True).focus(timeout=8_000)
    page.keyboard.press("Enter")


def type_into(page: Page, label: str, words: str) -> None:
    """In place of what a field says."""
    page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(\(optional\))?\s*$")).focus(timeout=8_000)
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def propose_write_off(page: Page, item: WorkItem, *, why: str) -> None:
    """At the desk: a denied item's money is proposed to be written off."""
    page.goto(f"/desk/{item.pk}")
    if not page.locator("#outcome-payer_write_off_proposed").is_visible():
        page.keyboard.press("2")  # more outcomes
    page.keyboard.press("o")
    expect(page.locator("#id_books_to")).to_have_value("WO_DENIAL")
    expect(page.locator("#id_amount")).to_have_value(str(item.amount))
    expect(page.locator("#id_reason")).to_be_focused()
    page.keyboard.type(why)
    page.keyboard.press("Control+Enter")
    page.wait_for_load_state("networkidle")


def settle_checklist(page: Page, month: Month, *, why: str) -> None:
    """On the page of a month: whatever is open is accepted with a reason."""
    page.goto(f"/money/closing/{month.practice_id}/{month.code}")
    page.get_by_text("proofs of the books hold").wait_for()
    while page.locator("[data-key=n]").count():
        page.keyboard.press("n")
        page.keyboard.type(why)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("proofs of the books hold").wait_for()
    page.get_by_text("nothing open").wait_for()


def owed(practice_id: int, as_of: dt.date, today: dt.date) -> Decimal:
    """The aging of a day, in all."""
    return aging(practice_ids=[practice_id], basis=Basis.DOS, as_of=as_of, today=today).totals.net.amount
