"""No follow-up falls on a day on which the office is closed; what is due by one is due before; a last day stays."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dates import is_business_day
from claims.payers.deadlines import ClaimDates, RuleScope, deadline
from claims.payers.rules import RuleBook, RuleRow
from claims.practices.closures import ClosureBook
from collections_app.contacts.frequency import CallPause
from collections_app.promises.rules import last_day_to_keep
from collections_app.worklist.dispositions import DISPOSITIONS
from collections_app.worklist.first_calls import first_call_on
from collections_app.worklist.first_steps import FirstStepFacts, SubmissionFacts, first_followup, first_step
from collections_app.worklist.next_action import (
    EnteredDates,
    OutcomeSituation,
    first_day_to_call,
    propose_next_action,
)
from collections_app.worklist.window_ladder import NeededWindow, received_by

WEDNESDAY, THURSDAY, FRIDAY, MONDAY = (dt.date(2026, 11, day) for day in (25, 26, 27, 30))
CLOSED = frozenset({FRIDAY})  # the day after Thanksgiving, which is a holiday itself
SCOPE = RuleScope("commercial", closures=CLOSED)
NONE = RuleBook(())


def test_a_follow_up_moves_past_the_day_after_thanksgiving() -> None:
    sent = SubmissionFacts(FRIDAY - dt.timedelta(days=30), ack_expected=False)
    assert first_followup(sent, NONE, today=dt.date(2026, 11, 2)).due_on == FRIDAY
    closed = SubmissionFacts(sent.submitted_on, ack_expected=False, scope=SCOPE)
    assert first_followup(closed, NONE, today=dt.date(2026, 11, 2)).due_on == MONDAY


def test_acknowledgments_are_counted_in_days_on_which_somebody_is_here() -> None:
    sent = SubmissionFacts(WEDNESDAY)
    assert first_followup(sent, NONE, today=WEDNESDAY).due_on == FRIDAY
    assert first_followup(SubmissionFacts(WEDNESDAY, scope=SCOPE), NONE, today=WEDNESDAY).due_on == MONDAY


def test_grace_of_a_promise_and_the_look_after_it_skip_the_closed_day() -> None:
    assert last_day_to_keep(WEDNESDAY, 1) == FRIDAY
    assert last_day_to_keep(WEDNESDAY, 1, closures=CLOSED) == MONDAY
    promised = EnteredDates(promised_on=WEDNESDAY, grace_days=1)
    found = propose_next_action("promised", OutcomeSituation(scope=SCOPE), dt.date(2026, 11, 20), answer=promised)
    assert found.due_on == dt.date(2026, 12, 1)


def test_nobody_is_first_called_on_a_closed_day() -> None:
    statements = (FRIDAY - dt.timedelta(days=30),)
    assert first_call_on(statements, today=WEDNESDAY, after=30) == FRIDAY
    assert first_call_on(statements, today=WEDNESDAY, after=30, closures=CLOSED) == MONDAY
    pause = CallPause(FRIDAY, "called seven times", "12 CFR 1006.14(b)")
    assert first_day_to_call(pause, today=WEDNESDAY, closures=CLOSED) == MONDAY


def test_what_is_to_be_done_by_a_closed_day_is_done_before_and_the_last_day_stays() -> None:
    rule, dates = RuleRow("appeal_1", 30, "notice"), ClaimDates(notice_on=dt.date(2026, 11, 2))
    usual, closed = deadline(rule, dates, safety_days=5), deadline(rule, dates, safety_days=5, closures=CLOSED)
    assert usual is not None
    assert closed is not None
    assert (usual.internal_due, usual.last_day) == (FRIDAY, dt.date(2026, 12, 2))
    assert (closed.internal_due, closed.last_day) == (WEDNESDAY, dt.date(2026, 12, 2))


def test_the_last_chance_of_a_window_is_the_last_day_on_which_somebody_is_here() -> None:
    window = NeededWindow("appeal_1", "appeal window", WEDNESDAY, FRIDAY)
    closed = NeededWindow("appeal_1", "appeal window", WEDNESDAY, FRIDAY, closures=CLOSED)
    assert not window.is_last_chance(WEDNESDAY)
    assert closed.is_last_chance(WEDNESDAY)
    assert (window.last_working_day, closed.last_working_day) == (FRIDAY, WEDNESDAY)
    assert received_by(MONDAY, "asked", FRIDAY, dt.date(2026, 11, 20), closures=CLOSED)[0] == WEDNESDAY
    assert received_by(MONDAY, "asked", FRIDAY, WEDNESDAY, closures=CLOSED)[0] == WEDNESDAY


def test_a_practice_closes_on_its_own_days_and_on_those_of_all() -> None:
    book = ClosureBook(CLOSED, {1: CLOSED | {MONDAY}})
    assert book.of(1) == {FRIDAY, MONDAY}
    assert book.of(2) == CLOSED
    assert book.of_all([1, 2]) == CLOSED
    assert book.of_all([1]) == {FRIDAY, MONDAY}
    assert book.of_all([]) == CLOSED


OWN_DAYS = {"callback_on", "until_on"}
closed_days = st.frozensets(st.dates(dt.date(2026, 11, 2), dt.date(2027, 2, 26)), max_size=20)


@given(
    disposition=st.sampled_from([one for one in DISPOSITIONS if not OWN_DAYS & set(one.requires) and not one.closes]),
    today=st.dates(dt.date(2026, 11, 2), dt.date(2026, 12, 31)),
    closed=closed_days,
    days=st.integers(0, 60),
)
def test_no_outcome_proposes_a_closed_day_ahead(disposition, today, closed, days) -> None:
    answer = EnteredDates(promised_on=today + dt.timedelta(days=days), grace_days=2)
    facts = OutcomeSituation(scope=RuleScope("commercial", closures=closed))
    due = propose_next_action(disposition, facts, today, answer=answer).due_on
    assert due is not None
    assert due <= today or is_business_day(due, closures=closed)


@given(today=st.dates(dt.date(2026, 11, 2), dt.date(2026, 12, 31)), closed=closed_days, ago=st.integers(0, 60))
@pytest.mark.parametrize("kind", ["no_response", "patient_balance"])
def test_no_first_step_falls_on_a_closed_day_ahead(kind, today, closed, ago) -> None:
    since = today - dt.timedelta(days=ago)
    case = FirstStepFacts(
        kind=kind, since_on=since, first_call_days=30, correction_days=30, submitted_on=since, ack_expected=True,
        statements=(since,), scope=RuleScope("commercial", closures=closed),
    )  # fmt: skip
    due = first_step(case, NONE, today=today).due_on
    assert due is not None
    assert due <= today or is_business_day(due, closures=closed)


@given(
    closed=closed_days,
    notice=st.dates(dt.date(2026, 11, 2), dt.date(2026, 12, 31)),
    days=st.integers(1, 180),
)
def test_a_closed_office_moves_no_last_day(closed, notice, days) -> None:
    rule, dates = RuleRow("appeal_1", days, "notice"), ClaimDates(notice_on=notice)
    usual, found = deadline(rule, dates), deadline(rule, dates, closures=closed)
    assert usual is not None
    assert found is not None
    assert found.last_day == usual.last_day
    assert found.internal_due <= usual.internal_due
    assert found.internal_due == notice or found.internal_due not in closed
