"""Each denial has its own window, from its own notice; the desk and the page of the claim say the same of it."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.billing.claim_detail import claim_seen_by, submissions_with_acknowledgments
from claims.billing.models import Submission
from claims.denials.claim_windows import deadlines_of_claim
from claims.denials.models import Denial, Underpayment
from claims.denials.selectors import denials_of, underpayments_of
from claims.payers.models import PayerRule
from collections_app.worklist import services as worklist
from collections_app.worklist import why
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_claim
from tests.worklist.test_refresh import deny

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def deny_line(claim, *, on, carc="50", remit_claim):
    """One more line denied for medical necessity: 180 days to appeal, 90 to correct."""
    return Denial.objects.create(
        practice=claim.practice, claim=claim, line=claim.lines.last(), remit_claim=remit_claim, payer=claim.payer,
        bucket="PAYER1", group="CO", carc=carc, amount=Decimal("140.00"), category="medical_necessity", kind="hard",
        initial_on=on,
    )  # fmt: skip


def leave(ana, item, disposition, *, on=TODAY, **entered):
    now = NOW - (TODAY - on)
    action = worklist.record_outcome(actor=ana, item_id=item.pk, disposition=disposition, now=now, today=on, **entered)
    item.refresh_from_db()
    return action


def at_desk(item):
    return [(one.kind, one.last_day) for one in why.reasons_of(item, today=TODAY, now=NOW)[1]]


def on_page(claim, ana, *, but=("promptpay_electronic",)):
    claim = claim_seen_by(ana, claim.pk)
    shown = deadlines_of_claim(
        claim,
        submissions=submissions_with_acknowledgments(claim)[0],
        denials=list(denials_of(claim.pk)),
        underpayments=list(underpayments_of(claim.pk)),
        primary_eob_on=None,
    )
    return [(one.kind, one.last_day) for one in shown if one.kind not in but]


def test_an_answer_to_the_first_denial_keeps_nothing_of_a_later_one(ana, look):
    claim = make_claim(lines=("100.00", "140.00"))
    first = deny(claim, on=TODAY - 170 * DAY, amount="100.00")
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    leave(ana, item, "appeal_sent", on=TODAY - 160 * DAY)
    deny_line(claim, on=TODAY - 5 * DAY, remit_claim=first.remit_claim)
    look(claim)
    item.refresh_from_db()
    assert (item.deadline_kind, item.deadline_on) == ("corrected", TODAY + 85 * DAY)
    assert at_desk(item) == on_page(claim, ana) == [("corrected", TODAY + 85 * DAY), ("appeal_1", TODAY + 175 * DAY)]


def test_a_window_that_has_closed_hides_none_that_is_open(ana, look):
    claim = make_claim(lines=("100.00", "140.00"), service_on=TODAY - 300 * DAY, billed_on=TODAY - 299 * DAY)
    first = deny(claim, on=TODAY - 200 * DAY, amount="100.00")
    deny_line(claim, on=TODAY - 100 * DAY, remit_claim=first.remit_claim)
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert (item.deadline_kind, item.deadline_on) == ("appeal_1", TODAY + 80 * DAY)
    assert ("appeal_1", TODAY + 80 * DAY) in on_page(claim, ana)


def test_a_second_short_payment_has_its_window_when_the_first_is_disputed(ana, look):
    claim = make_claim(lines=("100.00", "140.00"))
    first = deny(claim, on=TODAY - 60 * DAY)
    first.delete()
    for line, day in zip(claim.lines.all(), (TODAY - 60 * DAY, TODAY - 3 * DAY), strict=True):
        Underpayment.objects.create(
            practice=claim.practice, claim=claim, line=line, remit_claim=first.remit_claim, payer=claim.payer,
            expected="90.00", allowed="80.00", amount="10.00", opened_on=day,
        )  # fmt: skip
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert (item.kind, item.deadline_on) == ("underpaid", TODAY + 120 * DAY)
    leave(ana, item, "underpayment_disputed", on=TODAY - 10 * DAY)
    look(claim)
    item.refresh_from_db()
    assert item.deadline_on == TODAY + 177 * DAY
    assert at_desk(item) == on_page(claim, ana) == [("appeal_1", TODAY + 177 * DAY)]


def test_after_a_corrected_claim_the_next_look_comes_before_the_appeal_closes(ana, look):
    claim = make_claim()
    PayerRule.objects.create(
        payer=claim.payer, kind="appeal_1", value=95, basis="notice", valid_from=dt.date(2026, 1, 1)
    )
    deny(claim, on=TODAY - 80 * DAY)
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert (item.deadline_kind, item.deadline_on) == ("corrected", TODAY + 10 * DAY)
    proposal = worklist.preview_outcome(
        actor=ana, item_id=item.pk, disposition="corrected_claim_sent", now=NOW, today=TODAY
    )
    leave(ana, item, "corrected_claim_sent")
    assert (item.deadline_kind, item.deadline_on, item.due_on) == ("appeal_1", TODAY + 15 * DAY, TODAY + 5 * DAY)
    assert item.next_on == proposal.due_on == TODAY + 5 * DAY
    assert "brought forward" in item.because


def test_a_rejected_claim_that_was_sent_again_is_looked_for_before_its_filing_limit(ana, look):
    claim = make_claim(service_on=TODAY - 70 * DAY, billed_on=TODAY - 60 * DAY)
    Submission.objects.filter(claim=claim).update(state="rejected")
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    leave(ana, item, "corrected_claim_sent")
    assert (item.deadline_kind, item.deadline_on, item.due_on) == ("filing", TODAY + 20 * DAY, TODAY + 5 * DAY)
    assert item.next_on == item.due_on


def test_a_rejected_claim_is_filed_once_the_payer_says_that_it_has_the_correction(ana, look):
    claim = make_claim(service_on=TODAY - 70 * DAY, billed_on=TODAY - 60 * DAY)
    Submission.objects.filter(claim=claim).update(state="rejected")
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    filing = [("filing", TODAY + 20 * DAY)]
    leave(ana, item, "in_process", none_given=True)  # of a claim that is not there
    assert at_desk(item) == on_page(claim, ana) == filing
    leave(ana, item, "corrected_claim_sent", on=TODAY + DAY)
    assert at_desk(item) == on_page(claim, ana) == filing
    leave(ana, item, "in_process", none_given=True, on=TODAY + 4 * DAY)
    assert item.deadline_on is None
    assert item.next_on == TODAY + 19 * DAY  # in fifteen days, brought forward no more
    assert at_desk(item) == on_page(claim, ana) == []
    leave(ana, item, "not_on_file", on=TODAY + 6 * DAY)
    assert at_desk(item) == on_page(claim, ana) == filing
    leave(ana, item, "in_process", none_given=True, on=TODAY + 7 * DAY)
    Submission.objects.filter(claim=claim).update(submitted_on=TODAY + 8 * DAY)
    assert at_desk(item) == on_page(claim, ana) == filing


def test_the_page_of_the_claim_knows_what_was_answered_at_the_desk_and_what_was_undone(ana, look):
    claim = make_claim()
    deny(claim, on=TODAY - 85 * DAY)
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    both = [("corrected", TODAY + 5 * DAY), ("appeal_1", TODAY + 95 * DAY)]
    assert on_page(claim, ana) == both
    leave(ana, item, "corrected_claim_sent")
    assert on_page(claim, ana) == at_desk(item) == both[1:]
    action = leave(ana, item, "appeal_sent")
    assert on_page(claim, ana) == at_desk(item) == []
    worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)
    assert on_page(claim, ana) == both[1:]


def test_a_claim_that_the_payer_has_stays_on_file_until_the_payer_says_otherwise(ana, look):
    claim = make_claim(service_on=TODAY - 70 * DAY, billed_on=TODAY - 60 * DAY)
    look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert at_desk(item) == on_page(claim, ana) == [("filing", TODAY + 20 * DAY)]
    leave(ana, item, "in_process", none_given=True)
    leave(ana, item, "no_agent")
    look(claim)
    item.refresh_from_db()
    assert item.deadline_on is None
    assert at_desk(item) == on_page(claim, ana) == []
    leave(ana, item, "not_on_file")
    assert item.deadline_on == TODAY + 20 * DAY
    assert at_desk(item) == on_page(claim, ana) == [("filing", TODAY + 20 * DAY)]
