"""A month closes by keyboard, a receipt of it is reversed in the next: the aging of both ends stays as it was."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe

from arwork.lib import clock
from claims.closing.months import DAY, Month
from claims.ledger import services as ledger
from claims.ledger.models import Period, Posting
from tests.browser.conftest import RULES, Sit
from tests.browser.steps import owed, settle_checklist
from tests.cast import make_claim, make_practice, make_sol
from tests.closing.books import receive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_month_closes_by_keyboard_and_stays_as_it_was(sit: Sit) -> None:
    practice = make_practice()
    sol, today = make_sol(practice), clock.today()
    ended = today.replace(day=1) - DAY
    on = ended.replace(day=3)
    account = make_claim(practice=practice, payers=(), lines=["100.00"], service_on=on, billed_on=on).account
    receive(sol, account, "40.00", on=on)
    month = Month(practice.pk, ended, today)
    page = sit(sol)
    settle_checklist(page, month, why="counted on paper")
    assert not [found["id"] for found in Axe().run(page, options=RULES).response["violations"]]
    page.keyboard.press("Control+Enter")
    page.get_by_text("Reports as they were when it closed").wait_for()
    assert Period.objects.get().ends_on == ended
    before = [owed(practice.pk, day, today) for day in (ended, today)]
    paid = Posting.objects.filter(kind="patient_payment").values_list("pk", flat=True)
    ledger.reverse(list(paid), posted_on=today, now=clock.now(), actor=sol)
    after = [owed(practice.pk, day, today) for day in (ended, today)]
    assert (before, after) == ([Decimal("60.00")] * 2, [Decimal("60.00"), Decimal("100.00")])
    page.get_by_role("link", name="Aging by payer", exact=True).click()
    page.get_by_text("Still the same").wait_for()
    assert not page.problems  # type: ignore[attr-defined]
