"""The timeline: a worked example with its days, what always stops, and the calendar against a day-by-day oracle."""

import datetime as dt

from hypothesis import given

from arwork.lib.dates import is_business_day
from collections_app.strategies.grammar import Condition, Op, Stop
from collections_app.strategies.steps import (
    Anchor,
    Happened,
    Outcome,
    StepKind,
    StrategyStep,
    calendar,
    standing,
    strongest,
)
from tests.strategies.facts import FACTS, NOV_2, STEPS, STOPS, facts

NOV_12, DEC_2, JAN_4 = dt.date(2026, 11, 12), dt.date(2026, 12, 2), dt.date(2027, 1, 4)
TEXT = StrategyStep("s1", StepKind.TEXT, 10, conditions=(Condition("ways", Op.IS, "text"),))
STATEMENT, CALL = StrategyStep("s2", StepKind.STATEMENT, 30), StrategyStep("s3", StepKind.CALL, 62)
STEPS_OF_A_PRACTICE = (TEXT, STATEMENT, CALL)


def ran(step, on, outcome=Outcome.DONE, anchor_on=NOV_2):
    return Happened(step.key, anchor_on, on, outcome)


def test_a_text_on_day_10_a_statement_on_day_30_a_call_on_day_62():
    """First statement on November 2: text on the 12th, statement December 2, call January 4 (the 3rd: a Sunday)."""
    account = facts(ways=frozenset({"text"}))
    found = calendar(STEPS_OF_A_PRACTICE, account, [], started_on=NOV_2, until=dt.date(2027, 1, 31))
    assert found == [(NOV_12, TEXT), (DEC_2, STATEMENT), (JAN_4, CALL)]


def test_who_can_not_be_texted_goes_on_to_the_next_step():
    found = calendar(STEPS_OF_A_PRACTICE, facts(), [], started_on=NOV_2, until=dt.date(2027, 1, 31))
    assert [step.kind for _, step in found] == [StepKind.STATEMENT, StepKind.CALL]


def test_nothing_is_due_the_day_before_and_the_next_step_is_told():
    seen = standing(STEPS_OF_A_PRACTICE, facts(day=dt.date(2026, 11, 11)), [], started_on=NOV_2)
    assert seen.due == ()
    assert (seen.following.step, seen.following.on) == (TEXT, NOV_12)


def test_a_plan_waits_and_says_so():
    account = facts(day=DEC_2, stops=(Stop("plan", "A payment plan is kept"),))
    seen = standing(STEPS_OF_A_PRACTICE, account, [ran(TEXT, NOV_12)], started_on=NOV_2)
    assert (seen.due, seen.stop.words, seen.behind) == ((), "A payment plan is kept", 1)
    assert seen.following.step == STATEMENT


def test_what_waited_keeps_the_days_between_steps():
    """A dispute ended on January 20: the statement of December 2 goes then, and its call follows 32 days later."""
    late = dt.date(2027, 1, 20)
    history = [ran(TEXT, NOV_12), ran(STATEMENT, late)]
    seen = standing(STEPS_OF_A_PRACTICE, facts(day=late), history, started_on=NOV_2)
    assert seen.due == ()
    assert (seen.following.step, seen.following.on) == (CALL, dt.date(2027, 2, 22))  # the 21st is a Sunday


def test_a_refused_text_is_tried_again_the_next_day():
    history = [ran(TEXT, NOV_12, Outcome.REFUSED)]
    account = facts(day=NOV_12, ways=frozenset({"text"}))
    assert standing(STEPS_OF_A_PRACTICE, account, history, started_on=NOV_2).due == ()
    (due,) = standing(STEPS_OF_A_PRACTICE, account.on(dt.date(2026, 11, 13)), history, started_on=NOV_2).due
    assert (due.step, due.tried) == (TEXT, 1)


def test_a_broken_promise_calls_the_next_business_day():
    step = StrategyStep("s9", StepKind.CALL, 1, Anchor.BROKEN)
    account = facts(day=dt.date(2026, 11, 21), broken=1, broken_on=dt.date(2026, 11, 20))
    found = calendar((step,), account, [], started_on=NOV_2, until=dt.date(2026, 12, 31))
    assert found == [(dt.date(2026, 11, 23), step)]


def test_one_that_was_broken_before_the_start_is_not_called_for():
    step = StrategyStep("s9", StepKind.CALL, 1, Anchor.BROKEN)
    account = facts(broken=1, broken_on=dt.date(2026, 10, 20))
    assert calendar((step,), account, [], started_on=NOV_2, until=dt.date(2026, 12, 31)) == []


def test_a_step_from_the_one_before_counts_from_the_day_it_was_done():
    then = StrategyStep("s4", StepKind.REVIEW, 5, Anchor.PREVIOUS)
    history = [ran(CALL, dt.date(2027, 1, 7))]
    seen = standing((CALL, then), facts(day=dt.date(2027, 1, 8)), history, started_on=NOV_2)
    assert seen.following.on == dt.date(2027, 1, 12)


@given(STEPS, FACTS, STOPS)
def test_whatever_stops_wins_over_every_step(steps, account, stop):
    from dataclasses import replace

    stopped = replace(account, stops=(stop,))
    seen = standing(steps, stopped, [], started_on=account.since_on)
    assert (seen.due, seen.stop) == ((), stop)
    until = account.day + dt.timedelta(days=90)
    assert calendar(steps, stopped, [], started_on=account.since_on, until=until) == []


def test_of_several_stops_the_strongest_is_told():
    """RULES 11.9: bankruptcy before everything that is owed, a promise last of the known."""
    stops = [Stop("promise", "p"), Stop("plan", "q"), Stop("bankruptcy", "b"), Stop("dispute", "d")]
    assert strongest(stops).code == "bankruptcy"
    assert strongest([Stop("unheard_of", "u")]).code == "unheard_of"


def by_walking(steps, account, started_on, until):
    """The oracle: open every day, carry out what is due, remember it."""
    told, found, day = [], [], account.day
    while day <= until:
        again = True
        while again:
            due = standing(steps, account.on(day), told, started_on=started_on).due
            again = False
            for one in due:
                told.append(Happened(one.step.key, one.anchor_on, day, Outcome.SKIPPED if one.unmet else Outcome.DONE))
                again = again or one.unmet is not None
                found += [] if one.unmet else [(day, one.step)]
        day += dt.timedelta(days=1)
    return found


@given(STEPS, FACTS)
def test_the_calendar_is_what_the_daily_run_would_do(steps, account):
    until = account.day + dt.timedelta(days=80)
    found = calendar(steps, account, [], started_on=account.since_on, until=until)
    assert found == by_walking(steps, account, account.since_on, until)
    assert all(is_business_day(day) for day, _ in found)
    assert len({(day, step.key) for day, step in found}) == len(found)
