"""A month by keyboard: a write-off is proposed, approved by another person and posted; the month closes; in the next
one the write-off is reversed. The aging of both ends stays what it was, and so do the reports that were frozen."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from playwright.sync_api import expect

from arwork.lib import clock
from arwork.staff.models import Role
from claims.adjustments.models import WriteOff
from claims.approvals.models import ApprovalRequest
from claims.closing.models import FrozenReport
from claims.closing.months import Month
from claims.closing.reports import compare
from claims.ledger.models import Period
from tests.browser.conftest import Sit
from tests.browser.steps import owed, propose_write_off, settle_checklist
from tests.cast import NOW, make_practice, make_user
from tests.desk.conftest import denied_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOVEMBER, DECEMBER = dt.date(2026, 11, 30), dt.date(2026, 12, 31)


def test_a_write_off_of_a_closed_month_is_reversed_in_the_next_one(sit: Sit) -> None:
    practice = make_practice()
    ana = make_user(username="ana", practices=[practice])
    sol = make_user(username="sol", role=Role.SUPERVISOR, practices=[practice])
    oona = make_user(username="oona", role=Role.OWNER, practices=[practice])
    problems = []
    with time_machine.travel(NOW, tick=True):
        item = denied_item(amount="700.00", posted_on=dt.date(2026, 11, 2))
        page = sit(ana)
        propose_write_off(page, item, why="Both levels lost")
        assert owed(practice.pk, clock.today(), clock.today()) == Decimal("700.00")
        lead = sit(sol)
        lead.goto("/approvals")
        expect(lead.locator("#story button").first).to_be_enabled()
        lead.keyboard.press("a")
        expect(lead.get_by_text("Approved, and carried out: $700.00")).to_be_visible()
        answered = ApprovalRequest.objects.get()
        assert (answered.asked_by_id, answered.decided_by_id, answered.state) == (ana.pk, sol.pk, "approved")
        assert owed(practice.pk, clock.today(), clock.today()) == 0
        problems += [*page.problems, *lead.problems]  # type: ignore[attr-defined]

    with time_machine.travel(dt.datetime(2026, 12, 2, 15, 0, tzinfo=dt.UTC), tick=True):
        month = Month(practice.pk, NOVEMBER, clock.today())
        page = sit(sol)
        settle_checklist(page, month, why="seen, goes on")
        page.keyboard.press("Control+Enter")
        page.get_by_text("Reports as they were when it closed").wait_for()
        assert Period.objects.get().ends_on == NOVEMBER
        problems += page.problems  # type: ignore[attr-defined]

        owner = sit(oona)
        owner.goto(f"/claims/{item.claim_id}")
        owner.get_by_role("link", name="Reverse", exact=True).focus()
        owner.keyboard.press("Enter")
        owner.wait_for_url("**/reverse*")
        owner.locator("textarea, input[type=text]").first.focus()
        owner.keyboard.type("The payer reopened it")
        owner.keyboard.press("Control+Enter")
        owner.wait_for_url(f"**/claims/{item.claim_id}*")
        assert WriteOff.objects.get().state == "reversed"

        for report in FrozenReport.objects.select_related("period"):
            assert compare(report, Month(practice.pk, NOVEMBER, clock.today())).is_same, report.name
        owner.goto(f"/money/closing/{practice.pk}/{month.code}")
        owner.get_by_role("link", name="Aging by payer", exact=True).click()
        owner.get_by_text("Still the same").wait_for()
        problems += owner.problems  # type: ignore[attr-defined]

    with time_machine.travel(dt.datetime(2027, 1, 4, 15, 0, tzinfo=dt.UTC), tick=True):
        ends = [owed(practice.pk, day, clock.today()) for day in (NOVEMBER, DECEMBER)]
        assert ends == [Decimal("0.00"), Decimal("700.00")]
    assert problems == []
