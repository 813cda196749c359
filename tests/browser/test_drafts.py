"""A note that is still being written outlives the idle logoff, a link and a second thought, without the mouse."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import expect

from collections_app.worklist.models import WorkAction, WorkDraft
from tests.browser.conftest import Sit
from tests.cast import NOW, PASSWORD, make_practice, make_user
from tests.desk.conftest import due_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "Rep Marisol: appeal received Nov 12, reviewer assigned"


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def test_a_note_outlives_the_idle_logoff(sit: Sit) -> None:
    item = due_item()
    page = sit(make_user(username="ana", practices=[make_practice()]))
    page.clock.install()
    page.goto(f"/desk/{item.pk}")
    page.keyboard.press("v")
    expect(page.locator("#id_note")).to_be_focused()
    page.keyboard.type(NOTE)
    page.clock.fast_forward("29:00")
    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#idle-loss")).to_contain_text("What you typed here is kept for you")
    assert WorkDraft.objects.get().entered["note"] == NOTE
    assert "Marisol" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    page.clock.fast_forward("02:00")
    page.wait_for_url("**/login?idle=1&next=*")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/desk/{item.pk}$"))
    expect(page.get_by_text("not logged yet")).to_be_visible()
    expect(page.locator("#id_note")).to_have_value(NOTE)
    expect(page.get_by_label("Voicemail or hold abandoned")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("All done")).to_be_visible()
    assert WorkAction.objects.get().note == NOTE
    assert not WorkDraft.objects.exists()


def test_a_note_is_kept_after_a_pause_and_when_the_page_is_left_and_delete_discards_it(sit: Sit) -> None:
    item = due_item()
    page = sit(make_user(username="ana", practices=[make_practice()]))
    page.goto(f"/desk/{item.pk}")
    page.locator("#id_note").focus()
    page.keyboard.type(NOTE)
    expect(page.locator("#draft-state")).to_contain_text("not logged yet")
    page.keyboard.type(". Reference 12")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/my-day")
    page.goto("/my-day")
    page.get_by_role("link", name=str(item.claim), exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_note")).to_have_value(f"{NOTE}. Reference 12")
    page.wait_for_load_state("networkidle")  # keys are heard once the page has loaded
    page.keyboard.press("Delete")
    expect(page.locator(".notice", has_text="Discarded. Nothing was logged.")).to_be_visible()
    expect(page.locator("#id_note")).to_have_value("")
    assert not WorkDraft.objects.exists()
    assert page.problems == []  # type: ignore[attr-defined]


def test_without_a_connection_the_page_says_that_nothing_is_kept(sit: Sit) -> None:
    item = due_item()
    page = sit(make_user(username="ana", practices=[make_practice()]))
    page.goto(f"/desk/{item.pk}")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.locator("#id_note").focus()
    page.keyboard.type(NOTE)
    expect(page.locator("#draft-state")).to_contain_text("Not kept yet: there is no connection.")
    assert page.locator("#draft-state").get_attribute("role") == "alert"
