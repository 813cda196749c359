"""What comes next, and when (RULES 9.3, 14.6, 14.7)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dates import is_business_day
from claims.payers.deadlines import RuleScope
from claims.payers.rules import RULE_KINDS, RuleBook, RuleRow, default_rules
from collections_app.worklist.dispositions import (
    BY_CODE,
    DISPOSITIONS,
    NEXT_ACTIONS,
    WAKING_EVENTS,
    actions_for,
    dispositions_for,
)
from collections_app.worklist.first_steps import SubmissionFacts, first_followup
from collections_app.worklist.next_action import EnteredDates, OutcomeSituation, propose_next_action
from collections_app.worklist.scoring import WORK_KINDS as ITEM_KINDS
from collections_app.worklist.window_ladder import NeededWindow

BOOK = RuleBook(default_rules())
FRIDAY = dt.date(2026, 11, 20)
MONDAY = dt.date(2026, 11, 23)


def appeal(internal_due, last_day, **more):
    return NeededWindow("appeal_1", "appeal window", internal_due, last_day, **more)


FULL = EnteredDates(promised_on=dt.date(2026, 12, 4), callback_on=dt.date(2026, 11, 24), until_on=dt.date(2026, 12, 1))


def test_in_process_comes_back_after_15_days_or_when_the_payer_said():
    usual = propose_next_action("in_process", OutcomeSituation(), FRIDAY)
    assert usual.due_on == dt.date(2026, 12, 7)  # Dec 5 is a Saturday
    assert usual.next_action == "check_status"
    assert usual.because == "15 days after in process (usual)"
    later = propose_next_action(
        "in_process", OutcomeSituation(), FRIDAY, answer=EnteredDates(rep_date=dt.date(2026, 12, 20))
    )
    assert later.due_on == dt.date(2026, 12, 21)
    assert "the payer named Dec 20" in later.because
    sooner = propose_next_action(
        "in_process", OutcomeSituation(), FRIDAY, answer=EnteredDates(rep_date=dt.date(2026, 11, 24))
    )
    assert sooner.due_on == usual.due_on


def test_the_third_identical_answer_goes_to_a_supervisor():
    assert not propose_next_action("in_process", OutcomeSituation(same_answers=1), FRIDAY).escalate
    third = propose_next_action("in_process", OutcomeSituation(same_answers=2), FRIDAY)
    assert third.escalate
    assert third.next_action == "supervisor"
    assert third.due_on == MONDAY
    assert third.because == '"In process" for the third time: a supervisor decides'


def test_four_touches_without_change_go_to_a_supervisor():
    found = propose_next_action("in_process", OutcomeSituation(touches_without_change=4, quiet_touches=4), FRIDAY)
    assert found.escalate
    assert "5 touches without any change" in found.because


@pytest.mark.parametrize(("code", "due"), [("paid_eft", dt.date(2026, 11, 27)), ("paid_check", dt.date(2026, 12, 4))])
def test_paid_waits_for_its_money(code, due):
    found = propose_next_action(code, OutcomeSituation(), FRIDAY)
    assert found.due_on == due
    assert "payment" in found.wakes_on
    assert "trace" in BY_CODE[code].requires


def test_a_promise_is_looked_for_after_its_days_of_grace():
    found = propose_next_action(
        "promised", OutcomeSituation(), FRIDAY, answer=EnteredDates(promised_on=dt.date(2026, 12, 4), grace_days=2)
    )
    assert found.due_on == dt.date(2026, 12, 9)
    assert found.because == "promised for Dec 4, 2 business days of grace"
    tuesday = EnteredDates(promised_on=dt.date(2026, 12, 8), grace_days=2)
    assert propose_next_action("promised", OutcomeSituation(), FRIDAY, answer=tuesday).due_on == dt.date(
        2026, 12, 11
    )  # a promise is kept by money of the last day of grace, so there is nothing to ask before the next morning
    assert BY_CODE["promised"].requires == ("amount", "promised_on")


def test_an_agreed_call_back_is_an_appointment_on_its_very_day():
    saturday = dt.date(2026, 11, 28)
    found = propose_next_action(
        "will_call_back",
        OutcomeSituation(window=appeal(MONDAY, dt.date(2026, 12, 3))),
        FRIDAY,
        answer=EnteredDates(callback_on=saturday),
    )
    assert found.due_on == saturday
    assert found.is_appointment


def test_a_missing_day_is_asked_for():
    with pytest.raises(ValueError, match="promised_on"):
        propose_next_action("promised", OutcomeSituation(), FRIDAY)
    with pytest.raises(KeyError):
        propose_next_action("no_such_outcome", OutcomeSituation(), FRIDAY)


def test_a_payers_rule_gives_the_interval():
    book = RuleBook([*default_rules(), RuleRow("appeal_followup", 45, "sent", payer_id=5)])
    own = propose_next_action(
        "appeal_sent", OutcomeSituation(scope=RuleScope("commercial", payer_id=5), rules=book), FRIDAY
    )
    assert own.due_on == dt.date(2027, 1, 4)
    assert "rule for this payer" in own.because
    usual = propose_next_action("appeal_sent", OutcomeSituation(scope=RuleScope("commercial"), rules=book), FRIDAY)
    assert usual.due_on == dt.date(2026, 12, 21)  # 30 days is a Sunday


def proposed(code, window, today=FRIDAY, **more):
    answer = EnteredDates(until_on=more.pop("until_on", None))
    return propose_next_action(code, OutcomeSituation(window=window, **more), today, answer=answer)


def test_no_follow_up_lies_beyond_the_internal_day_while_the_window_is_needed():
    found = proposed("in_process", appeal(dt.date(2026, 11, 30), dt.date(2026, 12, 10)))
    assert found.due_on == dt.date(2026, 11, 30)
    assert found.because.endswith("brought forward, the appeal window closes on Dec 10")
    assert proposed("in_process", appeal(dt.date(2026, 11, 2), dt.date(2026, 11, 10))).due_on == dt.date(2026, 12, 7)


@pytest.mark.parametrize(
    ("last_day", "due"),
    [
        (dt.date(2027, 1, 4), dt.date(2026, 12, 4)),  # 45 days left: the rung of 30 days, rolled to a Friday
        (dt.date(2026, 12, 10), dt.date(2026, 11, 25)),  # 20 days left: that of 14, which is Thanksgiving
        (dt.date(2026, 12, 3), dt.date(2026, 11, 25)),  # 13 days left: that of 7, the day before the holiday
        (dt.date(2026, 11, 25), MONDAY),  # the last rung is behind: every working day
        (MONDAY, MONDAY),
    ],
)
def test_the_ladder_has_rungs_at_60_30_14_and_7_days(last_day, due):
    assert proposed("in_process", appeal(dt.date(2026, 11, 2), last_day)).due_on == due


def test_in_the_last_seven_days_only_what_keeps_the_window_is_proposed():
    found = proposed("no_agent", appeal(dt.date(2026, 11, 16), dt.date(2026, 11, 26)))
    assert (found.next_action, found.due_on, found.loses) == ("send_appeal", MONDAY, "")
    assert found.because.endswith("the appeal window closes on Nov 26: this keeps it")
    before = proposed("no_agent", appeal(dt.date(2026, 11, 16), dt.date(2026, 11, 28)))
    assert before.next_action == "call_payer"
    asked_after = proposed("in_process", appeal(dt.date(2026, 11, 16), dt.date(2026, 11, 26), can_be_lost=False))
    assert (asked_after.next_action, asked_after.due_on) == ("check_status", MONDAY)


@pytest.mark.parametrize("last_day", [FRIDAY, FRIDAY + dt.timedelta(1), FRIDAY + dt.timedelta(2)])
def test_the_last_day_does_not_slip(last_day):
    """No agent on the last day proposed two days later, and the window was lost without a word."""
    window = appeal(dt.date(2026, 11, 16), last_day)
    found = proposed("no_agent", window)
    assert (found.next_action, found.due_on) == ("send_appeal", FRIDAY)
    assert found.loses.startswith("The appeal window closes ")
    in_words = proposed("no_agent", window, given_up="the records are lost")
    assert (in_words.next_action, in_words.due_on, in_words.loses) == ("save_late", MONDAY, "")
    assert in_words.because.endswith("given up: the records are lost")
    handed_up = proposed("escalated", window)
    assert (handed_up.next_action, handed_up.due_on, handed_up.loses) == ("supervisor", FRIDAY, "")
    third = proposed("no_agent", window, same_answers=3)
    assert (third.escalate, third.due_on, third.loses) == (True, FRIDAY, "")


def test_a_snooze_keeps_its_day_unless_the_window_closes_before_it():
    window = appeal(dt.date(2026, 12, 1), dt.date(2026, 12, 10))
    kept = proposed("snoozed", window, until_on=dt.date(2026, 12, 10))
    assert (kept.due_on, kept.because) == (dt.date(2026, 12, 10), "asleep until Dec 10")
    shortened = proposed("snoozed", window, until_on=dt.date(2026, 12, 30))
    assert shortened.due_on == dt.date(2026, 12, 1)
    assert shortened.because == (
        "asleep until Dec 1, not Dec 30: the appeal window closes on Dec 10 and nothing has kept it"
    )
    closed = appeal(dt.date(2026, 11, 2), dt.date(2026, 11, 10))
    assert proposed("snoozed", closed, until_on=dt.date(2026, 12, 30)).due_on == dt.date(2026, 12, 30)
    assert proposed("snoozed", None, until_on=dt.date(2026, 12, 30)).due_on == dt.date(2026, 12, 30)


@pytest.mark.parametrize(
    ("receipt_by", "due"),
    [(dt.date(2026, 11, 27), dt.date(2026, 11, 25)), (FRIDAY, FRIDAY), (dt.date(2027, 3, 1), dt.date(2026, 12, 21)),
     (dt.date(2026, 11, 10), dt.date(2026, 12, 21))],
)  # fmt: skip
def test_an_appeal_that_counts_on_its_receipt_is_asked_after_while_it_can_be_sent_again(receipt_by, due):
    found = proposed("appeal_sent", None, receipt_by=receipt_by)
    assert (found.next_action, found.due_on) == ("check_appeal", due)
    assert ("it counts on the day it is received" in found.because) == (due < dt.date(2026, 12, 21))


@given(
    st.sampled_from([one for one in DISPOSITIONS if "denied" in one.kinds and not one.closes]),
    st.dates(min_value=dt.date(2024, 1, 1), max_value=dt.date(2030, 12, 31)),
    st.integers(0, 90),
    st.integers(0, 20),
    st.integers(0, 200),
)
def test_nothing_is_proposed_for_a_day_on_which_a_needed_window_has_closed(disposition, today, left, safety, sleep):
    window = appeal(today + dt.timedelta(left - safety), today + dt.timedelta(left))
    answer = EnteredDates(until_on=today + dt.timedelta(sleep))
    found = propose_next_action(disposition, OutcomeSituation(window=window), today, answer=answer)
    assert today <= found.due_on <= window.last_day
    assert bool(found.loses) == (window.is_last_chance(today) and not found.escalate and not disposition.needs_approval)


def test_a_snooze_wakes_on_any_event():
    found = propose_next_action(
        "snoozed", OutcomeSituation(), FRIDAY, answer=EnteredDates(until_on=dt.date(2026, 12, 1))
    )
    assert found.due_on == dt.date(2026, 12, 1)
    assert set(found.wakes_on) == set(WAKING_EVENTS)


def test_resolved_needs_no_date():
    found = propose_next_action("resolved", OutcomeSituation(), FRIDAY)
    assert found.closes
    assert found.due_on is None


@given(
    st.sampled_from(DISPOSITIONS),
    st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2035, 12, 31)),
    st.integers(0, 6),
    st.integers(0, 6),
)
def test_every_outcome_leaves_a_next_action_and_a_date(disposition, today, same, touches):
    answer = EnteredDates(promised_on=today, callback_on=today, until_on=today)
    facts = OutcomeSituation(
        rules=BOOK, scope=RuleScope("commercial"), same_answers=same, touches_without_change=touches
    )
    found = propose_next_action(disposition, facts, today, answer=answer)
    assert found.next_action in NEXT_ACTIONS
    assert found.because
    if not found.closes:
        assert found.due_on >= today
        if not ({"callback_on", "until_on"} & set(disposition.requires)):
            assert is_business_day(found.due_on)
    if disposition.repeats_to_escalate and same + 1 >= disposition.repeats_to_escalate:
        assert found.escalate


@pytest.mark.parametrize("kind", ITEM_KINDS)
def test_the_keys_of_the_desk_do_not_collide(kind):
    outcomes, actions = dispositions_for(kind), actions_for(kind)
    letters = [one.key for one in outcomes if not one.is_legal]
    assert len(set(letters)) == len(letters)
    assert not set(letters) & set("nctuzg/?")
    assert {one.action for one in outcomes} == {one.code for one in actions}


def test_outcomes_are_whole():
    fields = {
        "reference",
        "spoke_to",
        "trace",
        "amount",
        "books_to",
        "promised_on",
        "callback_on",
        "until_on",
        "reason",
        "document",
        "phone",
        "rep_date",
        "decided_on",
        "happened_on",
    }
    assert len(BY_CODE) == len(DISPOSITIONS)
    for one in DISPOSITIONS:
        assert set(one.requires) | set(one.asks) <= fields
        assert set(one.wakes_on) <= set(WAKING_EVENTS)
        assert not one.rule_kind or one.rule_kind in RULE_KINDS
        assert one.next_action in NEXT_ACTIONS
        has_date = {"promised_on", "callback_on", "until_on"} & set(one.requires)
        assert one.days > 0 or has_date or one.closes, one.code


SENT = dt.date(2026, 11, 2)  # a Monday


@pytest.mark.parametrize(
    ("today", "sent", "action", "due"),
    [
        (SENT, {}, "check_acknowledgment", dt.date(2026, 11, 3)),
        (dt.date(2026, 11, 3), {}, "check_acknowledgment", dt.date(2026, 11, 3)),
        (dt.date(2026, 11, 4), {}, "call_clearinghouse", dt.date(2026, 11, 4)),
        (SENT, {"file_acknowledged_on": SENT}, "call_clearinghouse", dt.date(2026, 11, 4)),
        (dt.date(2026, 11, 5), {"file_acknowledged_on": SENT}, "look_up_claim", dt.date(2026, 11, 16)),
        (dt.date(2026, 11, 29), {}, "look_up_claim", dt.date(2026, 11, 30)),
        (SENT, {"claim_acknowledged_on": SENT}, "check_status", dt.date(2026, 12, 2)),
        (SENT, {"claim_acknowledged_on": SENT, "scope": RuleScope("medicare")}, "check_status", dt.date(2026, 11, 17)),
        (SENT, {"ack_expected": False, "scope": RuleScope("medicaid")}, "check_status", dt.date(2026, 12, 2)),
        (SENT, {"is_electronic": False}, "check_status", dt.date(2026, 12, 17)),
        (SENT, {"is_electronic": False, "scope": RuleScope("medicare")}, "check_status", dt.date(2026, 12, 2)),
        (SENT, {"sequence": "S", "claim_acknowledged_on": SENT}, "check_status", dt.date(2026, 12, 2)),
        (dt.date(2027, 2, 6), {"claim_acknowledged_on": SENT}, "check_status", dt.date(2027, 2, 8)),
    ],
)
def test_a_claim_that_was_sent_is_looked_after(today, sent, action, due):
    found = first_followup(SubmissionFacts(SENT, **sent), BOOK, today=today)
    assert (found.next_action, found.due_on) == (action, due)
    assert "sent Nov 2" in found.because


def test_a_claim_sent_on_saturday_is_acknowledged_by_monday():
    found = first_followup(SubmissionFacts(dt.date(2026, 11, 21)), BOOK, today=dt.date(2026, 11, 21))
    assert found.due_on == MONDAY


@given(
    st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2035, 12, 31)),
    st.integers(0, 400),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from("PST"),
)
def test_a_first_follow_up_is_a_business_day_not_past(sent, later, electronic, file_seen, claim_seen, sequence):
    today = sent + dt.timedelta(later)
    facts = SubmissionFacts(sent, electronic, sequence, sent if file_seen else None, sent if claim_seen else None)
    found = first_followup(facts, BOOK, today=today)
    assert found.due_on >= today
    assert is_business_day(found.due_on)
    assert found.wakes_on
