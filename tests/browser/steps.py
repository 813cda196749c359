"""Steps that several stories take by keyboard, and what they measure by."""

import datetime as dt
from decimal import Decimal

from playwright.sync_api import Page, expect

from claims.closing.months import Month
from collections_app.aging.buckets import Basis
from collections_app.aging.selectors import aging
from collections_app.worklist.models import WorkItem


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
