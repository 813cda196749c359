"""Help first, by keyboard: ways to help are offered on the phone, assistance is applied for, its papers come, somebody
decides, and what was taken off is owed no more."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from arwork.lib import clock
from claims.ledger.models import Receivable
from claims.parties.models import Account
from collections_app.assistance.models import AssistanceApplication, AssistanceVisit
from collections_app.help_offers.models import HelpOffer
from collections_app.worklist import services as worklist
from tests.browser.conftest import Sit
from tests.browser.steps import look, press, push, type_into
from tests.cast import make_account, make_ana, make_claim, make_oona, make_patient, make_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager_tasks")]


def test_assistance_is_offered_applied_for_and_decided(sit: Sit) -> None:
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "2125550100", "1 Harbor Way", "New York", "10001"
    practice.save()
    patient = make_patient(account=make_account(practice=practice))
    today = clock.today()
    make_claim(patient=patient, payers=(), lines=("400.00",), service_on=today.replace(day=1), billed_on=today)
    worklist.refresh_all(today=today, now=clock.now())
    account = patient.account
    found = applied_for(sit(make_ana(practice)), account)
    decided(sit(make_oona(practice)), found)
    found.refresh_from_db()
    assert found.state == "approved"
    assert not Receivable.objects.filter(account=account, bucket="PATIENT", amount__gt=0).exists()
    written = AssistanceVisit.objects.get(application=found)
    assert (written.before, written.written_off, written.due) == (Decimal("400.00"), Decimal("400.00"), Decimal(0))


def applied_for(page: Page, account: Account) -> AssistanceApplication:
    page.goto(f"/accounts/{account.pk}")
    page.get_by_role("checkbox", name="Financial assistance").focus()
    page.keyboard.press("Space")
    push(page, "Note what was offered")
    expect(page.get_by_role("heading", name="What was offered")).to_be_visible()
    look(page, "assistance-0-offered")
    assert HelpOffer.objects.filter(account=account, code="assistance").exists()
    page.get_by_role("link", name="Financial assistance").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Apply for assistance")).to_be_visible()
    look(page, "assistance-1-apply")
    type_into(page, "People in the household", "3")
    type_into(page, "Income 1", "2000")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    look(page, "assistance-2-application")
    expect(page.get_by_text("Still missing:")).to_be_visible()
    accept = page.get_by_role("button", name=re.compile("^Accept"))
    for left in (1, 0):
        accept.first.focus()
        page.keyboard.press("Enter")
        expect(accept).to_have_count(left)
    assert page.problems == []  # type: ignore[attr-defined]
    return AssistanceApplication.objects.get(account=account)


def decided(page: Page, found: AssistanceApplication) -> None:
    page.goto(f"/assistance/{found.pk}")
    press(page, "a")
    expect(page.get_by_text("Take the decision back")).to_be_visible()
    look(page, "assistance-3-decided")
    assert page.problems == []  # type: ignore[attr-defined]
