"""A collector's morning at the desk in a real browser, without the mouse; and every page of it checked by axe."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from arwork.staff.models import Role, User
from collections_app.worklist.models import WorkAction, WorkItem
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_practice, make_user
from tests.desk.conftest import denied_item, due_item, patient_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def make_ana() -> User:
    return make_user(username="ana", practices=[make_practice()])


def test_from_opening_an_item_to_the_next_takes_two_keys_and_the_words(sit: Sit) -> None:
    first, second = due_item(lines=("900.00",)), due_item(lines=("240.00",))
    page = sit(make_ana())
    page.goto("/my-day")
    page.keyboard.press("n")
    page.wait_for_url(f"**/desk/{first.pk}")
    keys = Keys(page)
    keys.press("i")
    expect(page.get_by_label("In process")).to_be_checked()
    expect(page.locator("#id_reference")).to_be_focused()  # what makes it proof
    page.keyboard.type("R-2311")
    keys.press("Control+Enter")
    page.wait_for_url(f"**/desk/{second.pk}")
    assert keys.pressed == 2
    action = WorkAction.objects.get()
    assert (action.disposition, action.reference) == ("in_process", "R-2311")
    assert page.problems == []  # type: ignore[attr-defined]


def test_a_letter_finds_its_outcome_also_among_the_rare_ones_and_capitals_are_others(sit: Sit) -> None:
    item = denied_item()
    page = sit(make_ana())
    page.goto(f"/desk/{item.pk}")
    expect(page.locator("#then-appeal_sent")).to_contain_text("Dec")  # what happens next stands beside it
    page.keyboard.press("a")
    expect(page.get_by_label("Appeal sent")).to_be_checked()
    expect(page.locator("#proposal")).to_contain_text("Check the appeal")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+E")
    expect(page.get_by_label("Paid by check, got the number")).to_be_checked()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_label("Paid by EFT, got the trace")).to_be_checked()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator("#id_reason")).to_be_focused()
    expect(page.locator("#proposal")).to_contain_text("reason")


def test_no_two_keys_record_a_death(sit: Sit) -> None:
    item = patient_item()
    page = sit(make_ana())
    page.goto(f"/desk/{item.pk}")
    page.keyboard.press("7")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_text("Has died").click()
    dialog.get_by_role("button", name="Stop contact").click()
    assert not WorkAction.objects.exists()  # the day and who told it are missing
    dialog.get_by_label("Of which day").fill("2026-11-18")
    dialog.get_by_label("Who told you").fill("Ida, the daughter")
    dialog.get_by_role("button", name="Stop contact").click()
    expect(page.get_by_text("All done")).to_be_visible()
    assert WorkAction.objects.get().entered["happened_on"] == "2026-11-18"


def test_what_an_outcome_needs_is_where_the_hand_is(sit: Sit) -> None:
    item = due_item()
    page = sit(make_ana())
    page.goto(f"/desk/{item.pk}")
    page.keyboard.press("e")
    expect(page.locator("#id_amount")).to_be_focused()
    page.keyboard.type("240")
    page.keyboard.press("Tab")
    page.keyboard.type("EFT0099")
    page.keyboard.press("Tab")
    expect(page.locator("#proposal")).to_contain_text("Find the payment")
    expect(page.locator("#id_next_on")).to_have_value(re.compile("2026-11|2026-12"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("All done")).to_be_visible()
    assert WorkAction.objects.get().entered["trace"] == "EFT0099"


def test_z_takes_it_back_and_the_item_is_on_the_desk_again(sit: Sit) -> None:
    item = due_item()
    page = sit(make_ana())
    page.goto(f"/desk/{item.pk}")
    page.keyboard.press("f")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk")
    page.keyboard.press("z")
    page.wait_for_url(f"**/desk/{item.pk}")
    expect(page.get_by_text("The outcome is undone. The item is as it was")).to_be_visible()


def test_a_call_about_three_claims_without_the_mouse(sit: Sit) -> None:
    first, second, third = due_item(lines=("900.00",)), due_item(lines=("500.00",)), due_item(lines=("240.00",))
    page = sit(make_ana())
    page.goto(f"/desk/{first.pk}")
    page.keyboard.press("t")
    page.wait_for_url("**/together")
    expect(page.locator("[data-call-row][open]")).to_contain_text("$900.00")
    expect(page.locator("input[name=disposition]:checked")).to_have_count(0)
    page.keyboard.press("i")
    page.keyboard.press("Control+Enter")  # nothing that proves it
    expect(page.get_by_text("Enter one, or tick that none was given.").first).to_be_visible()
    expect(page.locator(f"#call_{first.pk}_reference")).to_be_focused()
    page.keyboard.type("R-1")
    page.keyboard.press("Tab")
    page.keyboard.type("Dana")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-call-row][open]")).to_contain_text("$500.00")
    expect(page.locator("[data-call-left]")).to_have_text("2")
    page.keyboard.press("j")
    expect(page.locator("[data-call-row][open]")).to_contain_text("$240.00")
    page.keyboard.press("f")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-call-row][open]")).to_contain_text("$500.00")
    expect(page.locator(f"#call_{second.pk}_spoke_to")).to_have_value("Dana")
    page.keyboard.press("n")
    expect(page.get_by_text("Hung up: 2 claims logged in this call.")).to_be_visible()
    assert dict(WorkAction.objects.values_list("item", "disposition")) == {
        first.pk: "in_process",
        third.pk: "not_on_file",
    }


def test_the_list_opens_a_row_and_comes_back_to_the_same_one(sit: Sit) -> None:
    for cents in (300, 500, 900):
        due_item(lines=(f"{cents}.00",))
    page = sit(make_ana())
    page.goto("/list?q=kind:no_response+due:today")  # as my day writes it; coming back it is percent-encoded
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/desk/*")
    expect(page.locator("#held")).to_contain_text("free")
    page.keyboard.press("v")
    expect(page.locator("#held")).to_contain_text("held by you")
    expect(page.locator("summary", has_text="Give back")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_url("**/list?q=*")
    expect(page.locator("tr.is-here")).to_contain_text("500.00")


def test_z_undoes_what_a_supervisor_pinned_at_once(sit: Sit) -> None:
    for cents in (300, 500):
        due_item(lines=(f"{cents}.00",))
    page = sit(make_user(username="sol", role=Role.SUPERVISOR, practices=[make_practice()]))
    page.goto("/list?q=")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Pin", exact=True).press("Enter")
    page.wait_for_url("**/list/act")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    expect(page.locator(".undo-bar")).to_contain_text("Pinned on 2 items at once")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("z")
    expect(page.get_by_text("Undone: 2 items as before.")).to_be_visible()
    assert not WorkItem.objects.exclude(pinned_at=None).exists()


def test_the_desk_works_without_scripts(sit: Sit) -> None:
    item = due_item()
    page = sit(make_ana(), java_script_enabled=False)
    page.goto(f"/desk/{item.pk}")
    page.get_by_text("More outcomes").click()
    page.get_by_role("radio", name="Snooze").check(force=True)
    page.locator("#id_until_on").fill("2026-11-30")
    page.get_by_role("button", name="Log and next").click()
    expect(page.get_by_text("All done")).to_be_visible()
    assert WorkAction.objects.get().disposition == "snoozed"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_every_page_is_accessible_and_fits(sit: Sit, theme: str, width: int) -> None:
    denied, balance, _ = denied_item(), patient_item(), due_item()
    sol = make_user(username="sol", role=Role.SUPERVISOR, practices=[make_practice()])
    page = sit(sol, color_scheme=theme, viewport={"width": width, "height": 900})
    for address in ("/my-day", f"/desk/{denied.pk}", f"/desk/{balance.pk}", "/list?q=", "/team", "/desk"):
        page.goto(address)
        assert page.problems == [], address  # type: ignore[attr-defined]
        found = Axe().run(page, options=RULES)
        assert not found.response["violations"], f"{address}: {found.generate_report()}"
        page.problems.clear()  # type: ignore[attr-defined]  # of the checker's own styles, which the policy blocks
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address
    page.goto(f"/desk/{denied.pk}")
    page.keyboard.press("t")
    page.wait_for_url("**/together")
    found = Axe().run(page, options=RULES)
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_list_of_a_supervisor_fits_a_small_screen_with_all_its_usual_columns(sit: Sit) -> None:
    denied, late = denied_item(amount="11366.97"), due_item(lines=("4240.00",))
    patient_item()
    sol = make_user(username="sol", first="Alexandra-Marie", role=Role.SUPERVISOR, practices=[make_practice()])
    WorkItem.objects.update(owner=sol, deadline_on=TODAY + dt.timedelta(days=52))
    WorkItem.objects.filter(pk__in=[denied.pk, late.pk]).update(
        next_on=TODAY - dt.timedelta(days=12), escalated_at=NOW, next_action="corrected_claim"
    )
    page = sit(sol, viewport={"width": 1024, "height": 768})
    page.goto("/list?q=")
    expect(page.get_by_text("12 d late").first).to_be_visible()
    box = page.locator(".table-box")
    assert box.locator("th").count() == 13
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_the_outcome_is_not_sent_a_second_time_while_the_first_is_on_its_way(sit: Sit) -> None:
    item = patient_item()  # its form asks for the method of a payment, in a field of that name
    page = sit(make_ana())
    page.goto(f"/desk/{item.pk}")
    stopped = page.evaluate("""() => {
        const seen = [];
        addEventListener("submit", (event) => { seen.push(event.defaultPrevented); event.preventDefault(); });
        for (const _ of [1, 2]) document.getElementById("outcome").requestSubmit();
        return seen;
    }""")
    assert stopped == [False, True]


def test_a_lost_connection_takes_nothing_that_was_typed(sit: Sit) -> None:
    item = due_item()
    page = sit(make_ana())
    page.goto(f"/desk/{item.pk}")
    page.keyboard.press("v")
    page.locator("#id_note").fill("Still with medical review")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("nothing was sent")
    expect(page.locator("#id_note")).to_have_value("Still with medical review")
    page.context.set_offline(False)
    page.locator("#id_note").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("All done")).to_be_visible()
    assert WorkAction.objects.get().note == "Still with medical review"
