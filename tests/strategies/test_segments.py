"""Segments: the first that matches, always exactly one, and why; conditions as forms say them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.strategies.definition import (
    changes,
    from_plain,
    moved,
    new_key,
    problems,
    put_step,
    to_plain,
    warnings,
    with_segment,
)
from collections_app.strategies.grammar import BadCondition, Condition, Op, all_hold, checked
from collections_app.strategies.segments import Segment, segment_of, why_in
from collections_app.strategies.shipped import TEMPLATES
from collections_app.strategies.steps import StepKind, StrategyStep
from tests.strategies.facts import CONDITIONS, FACTS, facts

SMALL = Segment(
    "g1", "Small, paid before", (checked("balance", "under", "200"), checked("paid_visits", "at_least", "1"))
)
REST = Segment("g9", "Everybody else")


def test_it_is_said_why_an_account_is_in_its_segment():
    account = facts("84.20", paid_visits=2)
    segment = segment_of((SMALL, REST), account)
    assert why_in(segment, account) == (
        "in Small, paid before, because balance $84.20 < $200.00 and visits paid on in 12 months 2 ≥ 1"
    )


def test_at_least_holds_from_the_amount_on_and_under_below_it():
    assert segment_of((SMALL, REST), facts("199.99", paid_visits=1)) is SMALL
    assert segment_of((SMALL, REST), facts("200.00", paid_visits=1)) is REST
    assert segment_of((SMALL, REST), facts("199.99", paid_visits=0)) is REST


@given(st.lists(st.lists(CONDITIONS, min_size=1, max_size=3), max_size=5), FACTS)
def test_every_account_lands_in_exactly_one_segment_the_first_that_fits(rows, account):
    segments = (*(Segment(f"g{at}", f"G{at}", tuple(one)) for at, one in enumerate(rows)), REST)
    fits = [one for one in segments if all_hold(one.conditions, account)]
    assert fits[-1] is REST
    assert segment_of(segments, account) is fits[0]


@given(CONDITIONS, FACTS)
def test_is_and_is_not_are_opposites(condition, account):
    other = {Op.IS: Op.IS_NOT, Op.IS_NOT: Op.IS, Op.AT_LEAST: Op.UNDER, Op.UNDER: Op.AT_LEAST}[condition.op]
    assert condition.holds(account) is not Condition(condition.field, other, condition.value).holds(account)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [("sex", "is", "f"), ("balance", "is", "5"), ("balance", "under", "NaN"), ("balance", "under", "1e400"),
     ("balance", "under", "0.001"), ("age", "under", "-1"), ("state", "is", "ZZ"), ("age", "at_least", "2.5")],
)  # fmt: skip
def test_what_the_grammar_does_not_know_is_refused(field, op, value):
    with pytest.raises(BadCondition):
        checked(field, op, value)


def test_how_likely_somebody_pays_follows_from_their_own_payments():
    day = dt.date(2026, 11, 2)
    assert facts(last_paid_on=day).propensity == "high"
    assert facts(last_paid_on=day, broken=1).propensity == "low"
    assert facts(last_paid_on=dt.date(2025, 11, 1)).propensity == "medium"  # 366 days ago
    assert facts().propensity == "low"


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_shipped_strategy_can_be_published_and_warns_of_nothing(code):
    _, definition = TEMPLATES[code]
    assert problems(definition) == []
    told = [one for one in warnings(definition) if "no steps" not in one]
    assert told == []
    assert from_plain(to_plain(definition)) == definition


def test_keys_of_steps_are_their_own():
    for _, definition in TEMPLATES.values():
        keys = [step.key for one in definition.segments for step in one.steps]
        assert len(set(keys)) == len(keys)


def test_what_would_be_wrong_is_said():
    _, definition = TEMPLATES["practice"]
    early = Segment("g7", "Early", (checked("balance", "under", "50"),), (StrategyStep("s90", StepKind.PLACEMENT, 60),))
    told = warnings(with_segment(definition, early))
    assert any("before day 120" in one for one in told)
    assert any("without a final notice" in one for one in told)
    nobody = with_segment(definition, Segment("g8", "All", ()))
    assert any("no segment after it" in one for one in problems(nobody))


def test_the_difference_of_two_versions_is_told_by_what_stays_the_same():
    _, before = TEMPLATES["practice"]
    segment = before.segments[0]
    later = StrategyStep("s1", StepKind.TEXT, 12, conditions=segment.steps[0].conditions)
    after = with_segment(before, Segment(segment.key, segment.name, segment.conditions, put_step(segment.steps, later)))
    assert [(one.segment, one.words) for one in changes(before, after)] == [
        ("Small, paid before", "Text 12 days from the first statement, was: Text 10 days from the first statement")
    ]
    assert changes(before, before) == []


def test_a_step_is_put_where_its_day_belongs():
    steps = (StrategyStep("s1", StepKind.TEXT, 10), StrategyStep("s2", StepKind.CALL, 60))
    assert [one.key for one in put_step(steps, StrategyStep("s3", StepKind.STATEMENT, 30))] == ["s1", "s3", "s2"]
    assert [one.key for one in put_step(steps, StrategyStep("s1", StepKind.TEXT, 90))] == ["s2", "s1"]
    assert [one.key for one in moved(steps, "s2", -1)] == ["s2", "s1"]
    assert moved(steps, "s1", -1) == steps
    assert new_key(["s1", "s9", "g3"], "s") == "s10"
