"""A window that was answered in time stops pressing: the appeal is sent, the clock stands still."""

import datetime as dt

import pytest

from claims.denials.claim_windows import NoticeWindow, PayerCorrespondence
from claims.denials.models import Denial
from collections_app.worklist import services as worklist
from collections_app.worklist import why
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_claim, make_payer
from tests.worklist.test_refresh import deny

pytestmark = pytest.mark.django_db
#: 90 days to correct, 180 to appeal.
NOTICE = TODAY - dt.timedelta(days=85)


@pytest.fixture
def closing(look):
    """A denied claim whose first window closes within the week."""
    claim = make_claim(payers=[make_payer(payer_class="commercial")])
    deny(claim, on=NOTICE)
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert (item.lane, item.deadline_kind, item.deadline_on) == (3, "corrected", NOTICE + dt.timedelta(days=90))
    return item


def record(ana, item, disposition, **entered):
    action = worklist.record_outcome(
        actor=ana, item_id=item.pk, disposition=disposition, now=NOW, today=TODAY, **entered
    )
    item.refresh_from_db()
    return action


def test_an_appeal_that_was_sent_is_checked_after_thirty_days_and_presses_no_more(ana, closing, look):
    record(ana, closing, "appeal_sent")
    assert (closing.next_action, closing.next_on) == ("check_appeal", dt.date(2026, 12, 21))
    assert "brought forward" not in closing.because
    kept = (closing.deadline_on, closing.due_on, closing.lane)
    assert kept == (None, None, 3)
    look(closing.claim, today=TODAY + dt.timedelta(days=1))
    closing.refresh_from_db()
    assert (closing.deadline_on, closing.due_on, closing.lane) == kept
    assert why.reasons_of(closing, today=TODAY, now=NOW)[1] == []


def test_a_corrected_claim_leaves_the_appeal_window_running(ana, closing, look):
    record(ana, closing, "corrected_claim_sent")
    assert (closing.deadline_kind, closing.lane) == ("appeal_1", 3)
    assert [one.kind for one in why.reasons_of(closing, today=TODAY, now=NOW)[1]] == ["appeal_1"]


def test_a_call_after_the_appeal_does_not_start_the_clock_again(ana, closing, look):
    record(ana, closing, "appeal_sent")
    record(ana, closing, "in_process", reference="R1")
    look(closing.claim)
    closing.refresh_from_db()
    assert closing.deadline_on is None


@pytest.mark.parametrize(("days_after", "is_kept"), [(-1, False), (0, True), (1, True)])
def test_what_was_sent_on_the_day_of_the_notice_keeps_its_window(days_after, is_kept):
    heard = PayerCorrespondence()
    heard.add_corrections([NOTICE + dt.timedelta(days=days_after)])
    window = NoticeWindow("corrected", NOTICE)
    assert heard.unkept([window]) == ([] if is_kept else [window])


def test_a_new_denial_has_a_new_window(ana, closing, look):
    record(ana, closing, "appeal_sent")
    later = TODAY + dt.timedelta(days=20)
    Denial.objects.filter(claim=closing.claim).update(state=Denial.State.REVERSED, closed_on=later)
    claim = closing.claim
    first = claim.denials.get()
    Denial.objects.create(
        practice=claim.practice, claim=claim, line=first.line, remit_claim=first.remit_claim, payer=claim.payer,
        bucket="PAYER1", group="CO", carc="193", amount=first.amount, category="appeal_lost", kind="hard",
        initial_on=later,
    )  # fmt: skip
    look(claim, today=later)
    closing.refresh_from_db()
    assert (closing.deadline_kind, closing.deadline_on) == ("appeal_2", later + dt.timedelta(days=60))


def test_taking_the_appeal_back_brings_the_deadline_back(ana, closing, look):
    before = (closing.deadline_kind, closing.deadline_on, closing.lane)
    action = record(ana, closing, "appeal_sent")
    worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)
    look(closing.claim)
    closing.refresh_from_db()
    assert (closing.deadline_kind, closing.deadline_on, closing.lane) == before
