"""A write-off by keyboard, from one desk to the other: a collector proposes, a supervisor approves, it is posted."""

from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.staff.models import Role
from claims.adjustments.models import WriteOff
from claims.approvals.models import ApprovalRequest
from claims.ledger.models import Posting
from tests.browser.conftest import RULES, Sit
from tests.browser.steps import propose_write_off
from tests.cast import NOW, make_practice, make_user
from tests.desk.conftest import denied_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def test_a_write_off_is_proposed_approved_and_posted_by_keyboard(sit: Sit) -> None:
    first, second = denied_item(amount="700.00"), denied_item(amount="400.00")
    practice = make_practice()
    page = sit(make_user(username="ana", practices=[practice]))
    for item in (first, second):
        propose_write_off(page, item, why="Both levels lost")
    assert WriteOff.objects.filter(state="waiting").count() == 2

    lead = sit(make_user(username="sol", role=Role.SUPERVISOR, practices=[practice]))
    lead.goto("/my-day")
    expect(lead.get_by_text("2 wait for you")).to_be_visible()
    lead.goto("/approvals")
    assert Axe().run(lead, options=RULES).response["violations"] == []
    expect(lead.locator("tr.is-here")).to_contain_text(first.claim.number)  # type: ignore[union-attr]
    expect(lead.locator("#story")).to_contain_text("$700.00")
    lead.keyboard.press("j")
    expect(lead.locator("#story")).to_contain_text("$400.00")
    lead.keyboard.press("k")
    expect(lead.locator("#story")).to_contain_text("$700.00")
    expect(lead.locator("#story button").first).to_be_enabled()
    assert lead.evaluate("document.activeElement.closest('#story')") is None
    lead.keyboard.press("a")
    expect(lead.get_by_text("Approved, and carried out: $700.00")).to_be_visible()
    expect(lead.locator("#story")).to_contain_text("$400.00")
    lead.wait_for_load_state("load")  # keys answer once the scripts are there
    lead.keyboard.press("r")
    expect(lead.locator("#story input[name=note]")).to_be_focused()
    lead.keyboard.type("Appeal this one")
    lead.keyboard.press("Enter")
    expect(lead.get_by_text("Refused. Ana Test sees why.")).to_be_visible()
    assert Posting.objects.get(kind="write_off").amount == first.amount
    assert {one.state for one in ApprovalRequest.objects.all()} == {"approved", "refused"}
    assert lead.problems == []  # type: ignore[attr-defined]
