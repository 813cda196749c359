"""What takes something away asks where it was pressed, by keyboard alone; the pages around it are checked by axe."""

from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from arwork.staff import emergencies
from arwork.staff.models import EmergencyAccess, User
from arwork.webhooks.models import Webhook, WebhookDelivery
from claims.practices.models import Practice
from claims.privacy.models import Disclosure
from claims.privacy.services import record_disclosure
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_account, make_ana, make_oona, make_practice, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def oak() -> Practice:
    return make_practice(name="Oak Street Surgery")


@pytest.fixture
def oona(oak: Practice) -> User:
    return make_oona(oak)


def disclosed(oona: User, oak: Practice) -> Disclosure:
    return record_disclosure(
        actor=oona,
        account_id=make_account(practice=oak).pk,
        disclosed_on=TODAY,
        recipient="County court",
        what="Ledger of 2026",
        purpose="Subpoena 26-114",
        today=TODAY,
        now=NOW,
    )


def test_access_is_withdrawn_after_a_question_that_escape_takes_back(sit: Sit, oona: User, oak: Practice) -> None:
    cleo = make_user(username="cleo", first="Cleo", practices=[oak])
    page = sit(oona)
    page.goto(f"/people/practices/{oak.pk}")
    asks = page.locator("summary", has_text="the access of Cleo Test")
    asks.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes, withdraw it")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Yes, withdraw it")).to_be_hidden()
    expect(asks).to_be_focused()
    for key in ("Enter", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("cell", name="cleo", exact=True)).to_have_count(0)
    assert not cleo.practices.exists()


def test_a_disclosure_is_withdrawn_with_a_reason(sit: Sit, oona: User, oak: Practice) -> None:
    row = disclosed(oona, oak)
    page = sit(oona)
    page.goto(f"/accounts/{row.account_id}/disclosures")
    page.locator("summary", has_text="Withdraw").focus()
    for key in ("Enter", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("another patient")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Entered by mistake and withdrawn")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_the_pages_are_clean(sit: Sit, oona: User, oak: Practice, theme: str, size: dict[str, int]) -> None:
    row = disclosed(oona, oak)
    hook = Webhook.objects.create(
        practice_id=oak.pk, name="portal", url="https://hooks.example/x", events=["denial.opened"], opened_by=oona,
        opened_at=NOW, off_at=NOW, off_because=Webhook.OffBecause.PERSON,
    )  # fmt: skip
    WebhookDelivery.objects.create(webhook=hook, event="denial.opened", data={"claims": [1]})
    cedar = make_practice(name="Cedar Clinic", npi="1003000126", tin="069999999")
    emergencies.open_in_emergency(npi=cedar.npi, reason="The hospital asks tonight", actor=make_ana(oak), now=NOW)
    page = sit(oona, viewport=size, color_scheme=theme)
    for address in (
        "/setup", "/security", "/security/second", "/security/second/app", "/password", "/people",
        f"/people/practices/{oak.pk}", "/tokens", "/webhooks", f"/webhooks/{hook.pk}", "/emergencies",
        f"/emergencies/{EmergencyAccess.objects.get().pk}", "/remits/requests", "/remits/requests?show=answered",
        "/setup/retention", f"/accounts/{row.account_id}/disclosures", f"/accounts/{row.account_id}/seen",
    ):  # fmt: skip
        page.goto(address)
        _is_clean(page, address)


def _is_clean(page: Page, address: str) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{address}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{address} is {wide} px too wide"
