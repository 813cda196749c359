"""From the call sheet onto the line and off it by keyboard; the clock survives a reload; axe finds nothing."""

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.staff.models import User
from claims.payers.models import Payer
from collections_app.payer_calls import portals, services
from collections_app.payer_calls.call_clock import Stage
from collections_app.payer_calls.models import PayerCall
from collections_app.payer_calls.portals import PortalFacts
from collections_app.worklist import services as worklist
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_ada, make_ana, make_claim, make_payer, make_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("ARWORK_PICTURES")


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def payer(db: None) -> Payer:
    """A payer with two due claims, a week of clocked calls and a portal."""
    practice, found = make_practice(), make_payer()
    for _ in range(2):
        make_claim()
    worklist.refresh_all(today=TODAY, now=NOW)
    ada = make_ada(practice)
    facts = PortalFacts("Availity", "https://apps.availity.com", "Dana Ruiz", "the office phone", ("status",))
    portals.save_portal(practice.pk, found.pk, facts=facts, actor=ada, now=NOW)
    for day in range(1, 13):
        at = NOW - dt.timedelta(days=day, hours=day % 2 * 4)
        minutes = dt.timedelta(minutes=8 + day % 2 * 20)
        services.turn_call(practice.pk, found.pk, to=Stage.HOLD, actor=ada, now=at)
        services.turn_call(practice.pk, found.pk, to=Stage.TALK, actor=ada, now=at + minutes)
        services.end_call(practice.pk, found.pk, actor=ada, now=at + minutes * 1.5)
    return found


def test_a_call_from_the_sheet_to_its_end_by_keyboard(sit: Sit, payer: Payer) -> None:
    practice = make_practice()
    page = sit(make_ana(practice))
    for address in ("/payer-calls", f"/payer-calls/{practice.pk}/{payer.pk}"):
        page.goto(address)
        assert not Axe().run(page, options=RULES).response["violations"]
    page.wait_for_load_state("networkidle")
    page.keyboard.press("a")
    clock = page.locator("#call-clock")
    expect(clock.get_by_role("status").first).to_have_text("on hold")
    expect(clock.locator('[data-clock="hold"]')).to_have_text(re.compile("0:0[1-9]"))
    page.keyboard.press("8")
    expect(clock.get_by_role("status").first).to_have_text("talking")
    page.reload()
    expect(clock.get_by_role("status").first).to_have_text("talking")
    assert not Axe().run(page, options=RULES).response["violations"]
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "line.png", full_page=True)
    clock.get_by_label("Spoke to").fill("Kim")
    clock.get_by_label("Spoke to").blur()
    page.keyboard.press("9")
    expect(clock).to_contain_text("Ended:")
    call = PayerCall.objects.order_by("pk").last()
    assert call is not None
    assert (call.is_open, call.spoken_to) == (False, "Kim")
    assert not page.problems  # type: ignore[attr-defined]


@pytest.mark.skipif(not PICTURES, reason="pictures are taken when ARWORK_PICTURES names a folder")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_pictures_of_calls(sit: Sit, payer: Payer, scheme: str, width: int) -> None:
    practice = make_practice()
    page = sit(User.objects.get(username="ada"), color_scheme=scheme, viewport={"width": width, "height": 900})
    places = {
        "sheet": "/payer-calls",
        "payer": f"/payer-calls/{practice.pk}/{payer.pk}",
        "page": f"/setup/payers/{payer.pk}",
    }
    for name, address in places.items():
        page.goto(address)
        page.screenshot(path=Path(str(PICTURES)) / f"{name}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
