"""A window belongs to a route and to the denial that opened it; the last day does not slip; one that closed changes
everything and is written down."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.billing.models import Submission
from claims.denials.models import Denial
from collections_app.worklist import recommendation, why
from collections_app.worklist import services as worklist
from collections_app.worklist.answers import BadField, MissingField
from collections_app.worklist.models import WorkItem
from collections_app.worklist.window_counts import windows_owned
from collections_app.worklist.window_models import MissedWindow, NoticeAnswer
from tests.cast import NOW, TODAY, make_claim, make_payer, make_practice, make_sol, make_user
from tests.worklist.test_refresh import deny

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def item_of(claim):
    return WorkItem.objects.get(claim=claim, state="open")


def record(ana, item, disposition, *, on=TODAY, **entered):
    now = NOW + (on - TODAY)
    action = worklist.record_outcome(actor=ana, item_id=item.pk, disposition=disposition, now=now, today=on, **entered)
    item.refresh_from_db()
    return action


def also_denied(claim, first, *, on, amount="140.00", carc="50", bucket="PAYER1"):
    return Denial.objects.create(
        practice=claim.practice, claim=claim, line=claim.lines.last(), remit_claim=first.remit_claim,
        payer=first.payer, bucket=bucket, group="CO", carc=carc, amount=Decimal(amount), category="medical_necessity",
        kind="hard", initial_on=on,
    )  # fmt: skip


@pytest.fixture
def missing_info(look):
    """CO-16, which may be corrected, filed anew or appealed: filing closes first, in sixteen days."""
    claim = make_claim(payers=[make_payer(payer_class="commercial")], service_on=TODAY - 74 * DAY)
    deny(claim, carc="16", on=TODAY - 10 * DAY, category="missing_info")
    look(claim)
    item = item_of(claim)
    assert (item.deadline_kind, item.deadline_on) == ("filing", TODAY + 16 * DAY)
    return item


def test_after_an_appeal_only_its_own_clock_proposes(ana, missing_info, look):
    record(ana, missing_info, "appeal_sent")
    assert (missing_info.next_action, missing_info.next_on) == ("check_appeal", dt.date(2026, 12, 21))
    assert missing_info.because == "30 days after appeal sent (default rule)"
    assert (missing_info.deadline_on, missing_info.due_on) == (None, None)
    look(missing_info.claim, today=TODAY + DAY)
    missing_info.refresh_from_db()
    assert (missing_info.deadline_on, missing_info.next_on) == (None, dt.date(2026, 12, 21))


def test_a_snooze_after_it_keeps_its_day(ana, missing_info):
    record(ana, missing_info, "appeal_sent")
    record(ana, missing_info, "snoozed", until_on=dt.date(2026, 12, 30))
    assert (missing_info.next_on, missing_info.because) == (dt.date(2026, 12, 30), "asleep until Dec 30")


def test_a_snooze_over_a_window_that_is_needed_says_why_it_is_shorter(ana, missing_info):
    record(ana, missing_info, "snoozed", until_on=dt.date(2026, 12, 30))
    assert missing_info.snoozed_until == missing_info.next_on < dt.date(2026, 12, 6)
    assert "not Dec 30: the timely filing closes on Dec 6 and nothing has kept it" in missing_info.because


def test_a_claim_that_was_sent_again_leaves_the_appeal_alone(ana, missing_info):
    record(ana, missing_info, "corrected_claim_sent")
    assert [one.kind for one in why.reasons_of(missing_info, today=TODAY, now=NOW)[1]] == ["appeal_1"]


def test_an_appeal_answers_nothing_that_has_no_appeal(ana, look):
    """MA130: never processed, so only a new claim keeps its window."""
    claim = make_claim(payers=[make_payer(payer_class="commercial")], service_on=TODAY - 40 * DAY)
    Denial.objects.filter(pk=deny(claim, carc="16", on=TODAY - 5 * DAY).pk).update(rarcs="MA130")
    look(claim)
    item = item_of(claim)
    assert item.deadline_kind == "filing"
    record(ana, item, "appeal_sent")
    assert item.deadline_kind == "filing"


def test_a_denial_that_arrives_late_keeps_its_own_deadline(ana, look):
    """Its remittance is dated before the appeal of the first and was read after it, on the same day."""
    claim = make_claim(payers=[make_payer(payer_class="commercial")], lines=("100.00", "140.00"))
    first = deny(claim, on=TODAY - 20 * DAY, amount="100.00")
    look(claim)
    item = item_of(claim)
    record(ana, item, "appeal_sent")
    assert item.deadline_on is None
    also_denied(claim, first, on=TODAY - 2 * DAY)
    look(claim)
    item.refresh_from_db()
    assert (item.deadline_kind, item.deadline_on) == ("corrected", TODAY + 88 * DAY)
    record(ana, item, "appeal_sent")
    assert item.deadline_on is None
    assert NoticeAnswer.objects.filter(denial=first).count() == 1


def test_an_appeal_to_one_payer_is_none_to_the_other(ana, look):
    first_payer, second_payer = make_payer(), make_payer(name="Other", payer_id="OTH1")
    claim = make_claim(payers=[first_payer, second_payer], lines=("100.00", "140.00"))
    first = deny(claim, on=TODAY - 20 * DAY, amount="200.00")
    other = also_denied(claim, first, on=TODAY - 3 * DAY, amount="40.00", bucket="PAYER2")
    look(claim)
    item = item_of(claim)
    record(ana, item, "appeal_sent")
    assert [one.denial_id for one in NoticeAnswer.objects.all()] == [first.pk]
    assert item.deadline_on is not None
    assert other.pk


def test_the_levels_of_medicare_follow_from_the_decisions(ana, look):
    claim = make_claim(payers=[make_payer(payer_class="medicare")])
    deny(claim, carc="50", on=TODAY - 200 * DAY, category="medical_necessity")
    look(claim, today=TODAY - 190 * DAY)
    item = item_of(claim)
    assert item.deadline_kind == "appeal_1"
    record(ana, item, "appeal_sent", on=TODAY - 150 * DAY)
    for level, days in ((2, 180), (3, 60), (4, 60), (5, 60)):
        decided_on = TODAY - (140 - 10 * level) * DAY
        record(ana, item, "appeal_upheld", on=decided_on + DAY, decided_on=decided_on)
        assert (item.deadline_kind, item.next_action) == (f"appeal_{level}", "send_appeal")
        assert item.deadline_on == decided_on + (days + 5) * DAY
        record(ana, item, "appeal_sent", on=decided_on + 5 * DAY)
        assert item.deadline_on is None
    record(ana, item, "appeal_upheld", decided_on=TODAY - DAY)
    assert item.deadline_on is None, "there is no sixth level"
    with pytest.raises(BadField, match="ahead"):
        record(ana, item, "appeal_upheld", decided_on=TODAY + DAY)


def test_an_appeal_to_medicare_at_the_end_is_asked_after_while_it_can_be_sent_again(ana, look):
    claim = make_claim(payers=[make_payer(payer_class="medicare")])
    deny(claim, carc="50", on=TODAY - 118 * DAY, category="medical_necessity")
    look(claim)
    item = item_of(claim)
    assert item.deadline_on == TODAY + 7 * DAY
    record(ana, item, "appeal_sent")
    assert item.next_on == dt.date(2026, 11, 25)
    assert "it counts on the day it is received, at the latest Nov 27" in item.because


def test_an_untimely_denial_of_medicare_has_no_window_and_little_chance(look):
    medicare = make_claim(payers=[make_payer(payer_class="medicare")])
    deny(medicare, carc="29", category="timely_filing")
    other = make_claim(payers=[make_payer(name="Other", payer_id="OTH1")])
    deny(other, carc="29", category="timely_filing")
    look(medicare, other)
    item, beside = item_of(medicare), item_of(other)
    assert (item.deadline_on, item.next_action, item.probability) == (None, "save_late", 50)
    assert beside.deadline_kind == "corrected" or beside.deadline_kind == "appeal_1"
    assert beside.probability > item.probability
    advice = recommendation.recommendation_for(item, payer_class="medicare")
    assert "an exception with documents (42 CFR 424.44(b))" in advice.because


# ---- the last day


@pytest.fixture
def last_day(look):
    """An appeal that must go today."""
    claim = make_claim(payers=[make_payer(payer_class="commercial")])
    deny(claim, carc="50", on=TODAY - 180 * DAY, category="medical_necessity")
    look(claim)
    item = item_of(claim)
    assert (item.deadline_kind, item.deadline_on) == ("appeal_1", TODAY)
    return item


def test_what_does_not_keep_the_window_is_logged_on_its_last_day_only_with_its_loss_in_words(ana, last_day):
    shown = worklist.preview_outcome(actor=ana, item_id=last_day.pk, disposition="no_agent", now=NOW, today=TODAY)
    assert (shown.next_action, shown.due_on) == ("send_appeal", TODAY)
    assert shown.loses == "The appeal window closes today and this does not keep it."
    with pytest.raises(MissingField, match="closes today") as refused:
        record(ana, last_day, "no_agent")
    assert refused.value.facts["field"] == "given_up"
    record(ana, last_day, "no_agent", given_up="the records are lost")
    assert last_day.next_action == "save_late"
    assert "given up: the records are lost" in last_day.because


def test_what_keeps_it_needs_no_words(ana, last_day):
    record(ana, last_day, "appeal_sent")
    assert last_day.deadline_on is None


def test_an_escalation_of_the_last_day_is_for_today(ana, last_day):
    record(ana, last_day, "escalated", reason="who signs?")
    assert (last_day.next_on, last_day.next_action) == (TODAY, "supervisor")


def test_a_day_of_ones_own_does_not_let_it_slip_either(ana, last_day):
    with pytest.raises(MissingField):
        record(ana, last_day, "snoozed", until_on=TODAY + 5 * DAY)
    with pytest.raises(MissingField):
        record(ana, last_day, "no_agent", next_on=TODAY + 5 * DAY)
    record(ana, last_day, "snoozed", until_on=TODAY + 5 * DAY, given_up="not worth it")
    assert last_day.next_on == TODAY + 5 * DAY


# ---- what was missed


def night(look, item, *, after=1):
    look(item.claim, today=TODAY + after * DAY)
    item.refresh_from_db()


def test_a_window_that_closed_changes_advice_and_value_and_is_written_down(ana, last_day, look):
    WorkItem.objects.update(owner=ana)
    before = last_day.probability
    night(look, last_day)
    assert last_day.probability == 50 < before
    assert (last_day.next_action, last_day.because) == ("save_late", "the appeal window closed on Nov 20, 2026")
    advice = recommendation.recommendation_for(last_day, payer_class="commercial")
    assert advice.action == "close"
    assert "good cause for a late appeal, another payer that covered the day, a write-off" in advice.because
    missed = MissedWindow.objects.get()
    assert (missed.owner, missed.why, missed.closed_on) == (ana, MissedWindow.Why.UNTOUCHED, TODAY)
    assert (missed.amount, missed.kind, missed.touches) == (Decimal("240.00"), "appeal_1", 0)
    night(look, last_day, after=2)
    assert MissedWindow.objects.count() == 1


@pytest.mark.parametrize(("disposition", "entered", "why_"), [
    ("no_agent", {"given_up": "the records are lost"}, "given_up"),
    ("escalated", {"reason": "who signs?"}, "escalated"),
])  # fmt: skip
def test_why_it_was_missed(ana, last_day, look, disposition, entered, why_):
    record(ana, last_day, disposition, **entered)
    night(look, last_day)
    assert MissedWindow.objects.get().why == why_


def test_what_was_worked_or_slept_and_not_kept(ana, look):
    claim = make_claim(payers=[make_payer(payer_class="commercial")])
    deny(claim, carc="50", on=TODAY - 170 * DAY, category="medical_necessity")
    look(claim)
    item = item_of(claim)
    record(ana, item, "no_agent")
    night(look, item, after=11)
    assert MissedWindow.objects.get().why == "unkept"
    MissedWindow.objects.all().delete()
    record(ana, item, "snoozed", on=TODAY, until_on=TODAY + 5 * DAY)
    night(look, item, after=11)
    assert MissedWindow.objects.get().why == "snoozed"


def test_what_closed_before_we_knew_says_so(look):
    claim = make_claim(payers=[make_payer(payer_class="commercial")])
    deny(claim, carc="50", on=TODAY - 190 * DAY, category="medical_necessity")
    look(claim)
    assert MissedWindow.objects.get().why == "late"
    assert item_of(claim).next_action == "save_late"


def test_a_rejected_claim_whose_filing_closed_is_not_just_sent_again(ana, look):
    claim = make_claim(payers=[make_payer(payer_class="commercial")], service_on=TODAY - 125 * DAY)
    Submission.objects.filter(claim=claim).update(state="rejected")
    look(claim)
    item = item_of(claim)
    assert (item.kind, item.next_action, item.probability) == ("rejected", "save_late", 50)
    advice = recommendation.recommendation_for(item)
    assert "proof that it was sent in time" in advice.because
    record(ana, item, "late_request_sent", reason="the clearinghouse was down")
    assert (item.next_action, item.next_on) == ("check_late_request", dt.date(2026, 12, 21))
    look(claim, today=TODAY + DAY)
    item.refresh_from_db()
    assert item.next_action == "check_late_request"


@pytest.mark.parametrize(("says", "is_lost"), [("in_process", False), ("not_on_file", True)])
def test_what_was_sent_in_time_is_lost_only_when_the_payer_has_none(ana, look, says, is_lost):
    claim = make_claim(
        payers=[make_payer(payer_class="commercial")], service_on=TODAY - 125 * DAY, billed_on=TODAY - 120 * DAY
    )
    look(claim)
    item = item_of(claim)
    assert (item.deadline_on, item.next_action) == (None, "check_status")
    record(ana, item, says, reference="R1")
    look(claim)
    item.refresh_from_db()
    assert (item.deadline_on is not None) == is_lost


def test_a_window_that_was_given_up_leaves_the_next_one_as_work(ana, missing_info, look):
    """Filing closes in sixteen days and is let go; the correction and the appeal are still open the day after."""
    last = missing_info.deadline_on
    record(ana, missing_info, "no_agent", on=last, given_up="the records did not come")
    assert missing_info.next_action == "save_late"
    look(missing_info.claim, today=last)
    assert item_of(missing_info.claim).next_action == "save_late"
    look(missing_info.claim, today=last + DAY)
    left = item_of(missing_info.claim)
    assert left.deadline_on > last + DAY
    assert (left.next_action, left.next_on) == ("work_denial", last + DAY)


def test_a_new_denial_after_a_missed_window_is_worked_as_any(ana, last_day, look):
    night(look, last_day)
    first = Denial.objects.get()
    also_denied(last_day.claim, first, on=TODAY, amount="40.00", carc="150")
    night(look, last_day, after=2)
    assert (last_day.deadline_kind, last_day.next_action) == ("corrected", "work_denial")
    assert last_day.probability > 50


# ---- what somebody owns


def test_my_day_counts_everything_that_is_owned_offered_today_or_not(ana, client, look, last_day):
    claim = make_claim(payers=[make_payer(payer_class="commercial")])
    deny(claim, carc="50", on=TODAY - 177 * DAY, category="medical_necessity")
    look(claim)
    WorkItem.objects.update(owner=ana, next_on=TODAY + 2 * DAY)
    night(look, last_day)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = windows_owned(actor=ana, today=TODAY + DAY)
    assert len(asked) <= 2
    assert [(one.days, one.count) for one in found.rungs] == [(7, 1), (14, 1), (30, 1), (60, 1)]
    assert (found.missed.count, found.missed.amount) == (1, Decimal("240.00"))


def test_the_page_lists_what_closes_and_what_was_missed(ana, client, look, last_day, monkeypatch):
    from arwork.lib import clock

    soon = make_claim(number="SOON1", payers=[make_payer(payer_class="commercial")])
    deny(soon, carc="50", on=TODAY - 170 * DAY, category="medical_necessity")
    look(soon)
    WorkItem.objects.filter(claim=soon).update(owner=ana)
    sol = make_sol(make_practice())
    night(look, last_day)
    monkeypatch.setattr(clock, "today", lambda: TODAY + DAY)
    client.force_login(sol)
    page = client.get("/reports/windows").content.decode()
    assert "SOON1" in page
    assert last_day.claim.number in page
    assert "Nobody worked it" in page
    lines = b"".join(client.get("/reports/windows?export=csv").streaming_content).decode()
    assert f"{last_day.claim.number}," in lines
    assert "first-level appeal,2026-11-20,240.00,Nobody worked it,nobody's,0,Open" in lines
    assert "SOON1" in b"".join(client.get("/reports/windows?export=csv&table=closing").streaming_content).decode()
    client.force_login(ana)
    own = client.get("/reports/windows").content.decode()
    assert "SOON1" in own
    assert last_day.claim.number not in own
    home = " ".join(client.get("/my-day").content.decode().split())
    assert "Closing within 7 days" in home
    assert "no deadline within a week" not in home or "close" in home
    stranger = make_user(username="stan", practices=[])
    client.force_login(stranger)
    assert "SOON1" not in client.get("/reports/windows").content.decode()


def test_the_form_asks_for_the_loss_in_words_and_takes_it(ana, client, last_day, monkeypatch):
    from arwork.lib import clock

    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(ana)
    entered = {"disposition": "no_agent", "touches": "0", "then": "stay"}
    shown = client.post(f"/desk/{last_day.pk}/propose", entered).content.decode()
    assert "The appeal window closes today and this does not keep it." in shown
    assert 'name="given_up"' in shown
    refused = client.post(f"/desk/{last_day.pk}", entered)
    assert refused.status_code == 422
    assert "Keep it, or say why it is lost." in refused.content.decode()
    taken = client.post(f"/desk/{last_day.pk}", {**entered, "given_up": "the records are lost"})
    assert taken.status_code == 302
    last_day.refresh_from_db()
    assert last_day.next_action == "save_late"
