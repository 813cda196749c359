"""A caller is verified by keyboard, who fails sees the account folded away; consent is given; axe finds nothing."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from claims.parties.models import Account, PersonAddress, PersonEmail, PersonPhone
from collections_app.contacts.identity_models import IdentityCheck
from collections_app.contacts.person_records import FactEntry, RepresentativeEntry, add_representative, record_fact
from collections_app.contacts.services import place_hold
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_sol

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sol(db: None):
    return make_sol(make_practice())


@pytest.fixture
def sit(sit: Sit, sol) -> Sit:
    """The supervisor's browser."""
    return partial(sit, sol)


@pytest.fixture
def account(db: None) -> Account:
    """Gus Guarino, born April 9, 1961, 12 Oak Street, Brooklyn 11201, who owes $240.00."""
    found = make_account(practice=make_practice())
    person = found.guarantor
    PersonAddress.objects.create(person=person, line1="12 Oak Street", city="Brooklyn", state="NY", zip="11201")
    PersonPhone.objects.create(person=person, number="+17185550101", ending="0101", kind="mobile")
    make_claim(patient=make_patient(account=found), payers=())
    worklist.refresh_all(today=TODAY, now=NOW)
    return found


def verify(page: Page, born: str, zip_code: str) -> None:
    """By keyboard from the desk: 3, who it is, two identifiers, Enter."""
    page.wait_for_load_state("networkidle")
    page.keyboard.press("3")
    page.get_by_label("Date of birth").focus()
    page.keyboard.type(born)
    page.keyboard.press("Tab")
    page.keyboard.type(zip_code)
    page.keyboard.press("Enter")


def look(page: Page, name: str) -> None:
    """Nothing that axe complains of; a picture where somebody asked for one."""
    page.wait_for_load_state("networkidle")
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if folder := os.environ.get("ARWORK_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_caller_fails_and_is_verified_by_keyboard(sit: Sit, account: Account) -> None:
    item = WorkItem.objects.get(account=account)
    page = sit()
    page.goto(f"/desk/{item.pk}")
    expect(page.get_by_text("Nobody was verified.")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Owes")).to_be_visible()
    look(page, "desk-open")
    verify(page, "4/9/1961", "10001")
    expect(page.get_by_text("Nothing is shown during this call")).to_be_visible()
    expect(page.get_by_text("Not verified: say nothing.")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Owes")).to_have_count(0)
    expect(page.get_by_text("I can't say whether we have any record")).to_be_visible()
    look(page, "desk-failed")
    verify(page, "4/9/1961", "11201")
    expect(page.get_by_text("Verified.", exact=True)).to_be_visible()
    expect(page.get_by_role("columnheader", name="Owes")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("4")
    expect(page.get_by_text("This is an attempt to collect a debt.")).to_be_visible()
    look(page, "desk-verified")
    assert list(IdentityCheck.objects.order_by("pk").values_list("result", flat=True)) == ["failed", "verified"]
    assert page.problems == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)])
def test_the_pages_of_reaching_people_are_sound(sit: Sit, sol, account: Account, scheme: str, width: int) -> None:
    person = account.guarantor
    PersonEmail.objects.create(person=person, address="gus.guarino@example.com")
    record_fact(person.pk, FactEntry("not_work", TODAY, told_by="Gus"), actor=sol, now=NOW)
    entered = RepresentativeEntry("agent", "Dana Ruiz", TODAY, authority="power of attorney", phone="212 555 0100")
    add_representative(person.pk, entered, actor=sol, now=NOW)
    facts = {"chapter": "13", "case_number": "1-26-41187", "district": "E.D.N.Y."}
    place_hold(actor=sol, account_id=account.pk, reason="bankruptcy", facts=facts, now=NOW, today=TODAY)
    page = sit(color_scheme=scheme, viewport={"width": width, "height": 900})
    phone = PersonPhone.objects.get(person=person)
    page.goto(f"/accounts/{account.pk}/reach/{person.pk}/phones/{phone.pk}/consent")
    look(page, f"consent-{scheme}-{width}")
    page.get_by_label("By which means").select_option("writing")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Text messages: given", exact=True)).to_be_visible()
    look(page, f"reach-{scheme}-{width}")
    page.goto(f"/accounts/{account.pk}/caller")
    look(page, f"caller-{scheme}-{width}")
    page.goto(f"/accounts/{account.pk}/reach/{person.pk}/facts/new")
    look(page, f"fact-{scheme}-{width}")
    page.goto("/setup/scripts")
    look(page, f"scripts-{scheme}-{width}")
    page.goto("/setup/placements")
    look(page, f"placements-{scheme}-{width}")
    page.goto("/team/callers")
    look(page, f"failures-{scheme}-{width}")
    assert page.problems == []  # type: ignore[attr-defined]
