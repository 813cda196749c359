"""Scores of touches, and lanes (RULES 14.1, 14.2)."""

import datetime as dt
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.worklist.answer_odds import AnswerOdds
from collections_app.worklist.dispositions import NEXT_ACTIONS
from collections_app.worklist.lanes import LaneChoice, LaneFigures, is_resting, lane_place, look_after_on, packed_rank
from collections_app.worklist.score_words import score
from collections_app.worklist.scoring import WORK_KINDS, ScoringFacts, score_numbers, shrunk_rate, urgency_of

TODAY = dt.date(2026, 11, 21)
FIGURES = LaneFigures(Decimal("15.00"), Decimal("2.00"), 42, Decimal("50.00"))
SOON = st.one_of(st.none(), st.integers(min_value=-90, max_value=400).map(lambda n: TODAY + dt.timedelta(n)))
FACTS = st.builds(
    ScoringFacts,
    kind=st.sampled_from(WORK_KINDS),
    collectible=st.decimals(min_value=-5000, max_value=500_000, places=2),
    age_days=st.integers(min_value=-5, max_value=4000),
    payer_class=st.sampled_from(["medicare", "commercial", "auto_liability", ""]),
    category=st.sampled_from(["authorization", "coding", "medical_necessity", "", "nonsense"]),
    next_action=st.sampled_from([*NEXT_ACTIONS, ""]),
    last_disposition=st.sampled_from(["", "appeal_sent", "in_process"]),
    same_answers=st.integers(0, 9),
    quiet_touches=st.integers(0, 9),
    is_charge=st.booleans(),
    allowed=st.floats(0, 1),
    remitted=st.integers(0, 500),
    contract=st.none() | st.decimals(min_value=0, max_value=600_000, places=2),
    answers=st.builds(
        AnswerOdds, factor=st.floats(0.5, 2.0), rate=st.floats(0, 1), hours=st.sampled_from(["", "5 to 9 pm"])
    ),
    waits_since=SOON,
    came_alone=st.integers(0, 20),
    left_alone=st.integers(20, 60),
    minute_worth=st.sampled_from([0.0, 2.0]),
    is_closed=st.booleans(),
    deadline=st.sampled_from(["", "appeal window"]),
    last_day=SOON,
    internal_due=SOON,
    appointment_on=SOON,
    promise_broken_on=SOON,
    overpayment_due_on=SOON,
    must_do=st.sampled_from(["", "dispute"]),
    is_pinned=st.booleans(),
    won=st.integers(min_value=0, max_value=50),
    tried=st.integers(min_value=50, max_value=80),
    minutes=st.integers(min_value=0, max_value=90),
    timed=st.integers(min_value=0, max_value=500),
    item_id=st.integers(min_value=1, max_value=10**9),
)


def denied(amount="1240.00", **facts):
    return ScoringFacts("denied", Decimal(amount), category="authorization", next_action="work_denial", **facts)


def asked(amount="400.00", **facts):
    return ScoringFacts("no_response", Decimal(amount), 45, next_action="check_status", **facts)


def numbers(facts):
    return score_numbers(facts, today=TODAY)


def test_the_reason_reads_as_on_the_desk():
    facts = ScoringFacts(
        "denied",
        Decimal("1240"),
        20,
        "commercial",
        "cob",
        next_action="work_denial",
        is_charge=True,
        allowed=0.6,
        remitted=90,
        deadline="appeal window",
        last_day=dt.date(2026, 11, 26),
        won=62,
        tried=100,
        minute_worth=2.0,
    )
    found = score(facts, today=TODAY)
    assert found.why == "$738 allowed x 62 %, about 12 min, appeal window closes in 5 days (Nov 26)"
    assert [part.name for part in found.parts] == [
        "collectible", "recover", "by_itself", "wins", "minutes", "urgency",
    ]  # fmt: skip
    words = [part.words for part in found.parts]
    assert words[0] == "$738: 60 % of $1,240 charged, as this payer allows (over 90 remitted claims)"
    assert words[1] == "62 %: 62 of 100 won here before, with the usual rate"
    assert words[3] == "100 %: work the denial"
    assert words[5] == "appeal window closes in 5 days (Nov 26): waiting for its next turn would lose 54 %"
    stake, recover, by_itself, wins, minutes, urgency = (part.value for part in found.parts)
    assert found.value == pytest.approx(stake * recover * (1 - by_itself) * wins / minutes * urgency, rel=1e-4)


def test_without_history_the_words_say_so():
    found = score(ScoringFacts("patient_balance", Decimal("80.50"), 45, next_action="call_patient"), today=TODAY)
    assert found.why == "$80.50 x 54 %, this step wins 35 % of it, about 4 min"
    assert "no history here yet" in found.parts[1].words
    assert "usual for its class, no history yet" in score(asked(is_charge=True), today=TODAY).parts[0].words


def test_at_stake_is_what_the_payer_would_allow():
    by_class = numbers(asked(is_charge=True, payer_class="medicaid")).stake
    by_history = numbers(asked(is_charge=True, payer_class="medicaid", allowed=0.5, remitted=990)).stake
    assert (by_class, round(by_history)) == (pytest.approx(120.0), 199)
    assert numbers(asked()).stake == 400.0
    agreed = asked(is_charge=True, payer_class="medicaid", allowed=0.5, remitted=990, contract=Decimal("180.00"))
    assert numbers(agreed).stake == pytest.approx(180.0)
    assert score(agreed, today=TODAY).parts[0].words == "$180: 45 % of $400 charged, as the contract allows"
    assert "over 990 remitted claims" in score(replace(agreed, contract=None), today=TODAY).parts[0].words


def test_asking_after_what_was_sent_wins_little_and_what_is_missing_is_nearly_won():
    first = numbers(asked())
    sent = numbers(asked(last_disposition="corrected_claim_sent"))
    missing = numbers(ScoringFacts("no_response", Decimal("400.00"), 200, next_action="resend"))
    appeal = numbers(denied("400.00"))
    after = numbers(ScoringFacts("denied", Decimal("400.00"), category="authorization", next_action="check_appeal"))
    assert sent.expected < first.expected / 5
    assert after.expected < appeal.expected / 5
    assert missing.chance == pytest.approx(0.75)  # though at that age two in ten come in


def test_another_call_after_the_same_answers_wins_less_each_time():
    values = [numbers(asked(same_answers=count)).value for count in range(5)]
    assert values[0] > values[1] > values[2] > values[3] == values[4]


def test_little_is_left_when_the_window_has_closed_and_the_words_say_so():
    late = denied(deadline="appeal window", last_day=TODAY - dt.timedelta(1), is_closed=True)
    assert numbers(late).recover == 0.05
    assert "appeal window is closed, little is left to win" in score(late, today=TODAY).parts[1].words


def test_what_came_in_without_work_counts_for_no_touch():
    usual = numbers(asked(won=8, tried=10))
    waited = numbers(asked(won=8, tried=10, came_alone=75, left_alone=100))
    assert waited.by_itself > usual.by_itself
    assert waited.expected < usual.expected / 2


def test_minutes_of_a_call_are_this_payers_and_those_of_writing_are_not():
    slow = numbers(asked(minutes=40, timed=300)).minutes
    assert slow == pytest.approx((40 * 300 + 10 * 20) / 320 + 4)
    assert numbers(denied(minutes=40, timed=300)).minutes == 15.0


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (0, "closes today"),
        (1, "closes tomorrow"),
        (5, "closes in 5 days (Nov 26)"),
        (-1, "closed yesterday"),
        (60, "(Jan 20, 2027)"),
    ],
)
def test_deadlines_are_said_in_words(day, words):
    facts = denied(deadline="appeal window", last_day=TODAY + dt.timedelta(day))
    assert words in score(facts, today=TODAY).why


@pytest.mark.parametrize(
    ("facts", "factor", "reason"),
    [
        (denied(), 1.0, ""),
        (denied(last_day=TODAY), 4.0, "deadline"),
        (denied(last_day=TODAY + dt.timedelta(8)), 1 + 3 / 2.718281828, "deadline"),
        (denied(last_day=TODAY - dt.timedelta(1)), 1.0, ""),
        (denied(last_day=TODAY, minute_worth=9.0), 1.0, ""),
        (denied(promise_broken_on=TODAY - dt.timedelta(1)), 4.0, "promise"),
        (denied(promise_broken_on=TODAY - dt.timedelta(9)), 2.0, "promise"),
        (denied(appointment_on=TODAY), 10.0, "appointment"),
        (denied(appointment_on=TODAY + dt.timedelta(1)), 1.0, ""),
        (denied(is_pinned=True), 10.0, "pinned"),
        (denied(overpayment_due_on=TODAY + dt.timedelta(50)), 2.0, "overpayment"),
    ],
)
def test_urgency_is_the_strongest_reason(facts, factor, reason):
    found, _, name = urgency_of(facts, today=TODAY, pace=8.0)
    assert found == pytest.approx(factor)
    assert name == reason


@pytest.mark.parametrize("most", [200, 500, 1000, 5000, 7500])
def test_a_balance_of_exactly_a_step_is_as_likely_paid_as_one_below_it(most):
    below, exactly, above = (
        score_numbers(ScoringFacts("patient_balance", Decimal(most) + Decimal(cents).scaleb(-2)), today=TODAY).recover
        for cents in (-1, 0, 1)
    )
    assert below == exactly > above


@given(FACTS)
def test_a_score_is_finite_never_negative_and_the_same_every_time(facts):
    first = score_numbers(facts, today=TODAY)
    assert 0 <= first.value < 10**8
    assert 0 < first.recover <= 1
    assert 0 <= first.chance <= 1
    assert 1 <= first.urgency <= 10
    assert first == score_numbers(facts, today=TODAY)
    assert score(facts, today=TODAY).why


@given(
    st.sampled_from([kind for kind in WORK_KINDS if kind != "patient_balance"]),
    st.integers(1, 10**7),
    st.integers(1, 10**6),
)
def test_more_money_never_scores_less(kind, cents, more):
    low, high = (ScoringFacts(kind, Decimal(amount).scaleb(-2)) for amount in (cents, cents + more))
    assert score_numbers(low, today=TODAY).value <= score_numbers(high, today=TODAY).value


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_nearer_deadline_is_never_less_urgent(near, far):
    near, far = sorted((near, far))
    urgency = [urgency_of(denied(last_day=TODAY + dt.timedelta(n)), today=TODAY, pace=9.0)[0] for n in (near, far)]
    assert urgency[0] >= urgency[1]


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0.01, 0.99), st.floats(0.5, 100))
def test_a_shrunk_rate_lies_between_the_prior_and_the_history(won, lost, prior, weight):
    trials = won + lost
    rate = shrunk_rate(won, trials, prior, weight)
    ends = (prior, won / trials) if trials else (prior, prior)
    assert min(ends) - 1e-9 <= rate <= max(ends) + 1e-9


def test_a_shrunk_rate_without_history_is_the_prior():
    assert shrunk_rate(0, 0, 0.62, 20) == pytest.approx(0.62)
    assert shrunk_rate(62, 100, 0.62, 20) == pytest.approx(0.62)
    assert shrunk_rate(0, 20, 0.62, 20) == pytest.approx(0.31)
    with pytest.raises(ValueError, match="trials or weight"):
        shrunk_rate(0, 0, 0.5, 0)


def _values(items):
    return [score_numbers(one, today=TODAY).value for one in items]


def place(facts):
    return lane_place(facts, TODAY, FIGURES, pace=score_numbers(facts, today=TODAY).pace)


def _rank(facts):
    """The order of work: lane, step, dollars a minute; ties by age of the row."""
    where = place(facts)
    return where.lane, where.step, -score_numbers(facts, today=TODAY).value, facts.item_id


def test_scoring_keeps_pace_with_a_large_inventory():
    items = [denied(item_id=n, last_day=TODAY + dt.timedelta(n % 90)) for n in range(20_000)]
    _values(items[:100])
    began = time.process_time()
    assert len(_values(items)) == 20_000
    assert 20_000 / (time.process_time() - began) > 30_000  # 150,000 a second on an idle machine


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (denied(), LaneChoice.SCORED),
        (denied(last_day=TODAY), LaneChoice.SCORED),
        (denied(last_day=TODAY + dt.timedelta(17), internal_due=TODAY - dt.timedelta(2)), LaneChoice.SCORED),
        (denied(appointment_on=TODAY), LaneChoice.APPOINTMENTS),
        (denied(appointment_on=TODAY + dt.timedelta(1)), LaneChoice.SCORED),
        (denied(promise_broken_on=TODAY), LaneChoice.APPOINTMENTS),
        (denied(is_pinned=True), LaneChoice.APPOINTMENTS),
        (denied(must_do="dispute"), LaneChoice.MUST_DO),
        (denied(amount="3.00", must_do="dispute"), LaneChoice.MUST_DO),
        (
            ScoringFacts("credit_balance", Decimal("90"), overpayment_due_on=TODAY + dt.timedelta(40)),
            LaneChoice.MUST_DO,
        ),
        (
            ScoringFacts("credit_balance", Decimal("90"), overpayment_due_on=TODAY + dt.timedelta(7)),
            LaneChoice.APPOINTMENTS,
        ),
        (ScoringFacts("credit_balance", Decimal("90"), overpayment_due_on=TODAY - dt.timedelta(7)), LaneChoice.MUST_DO),
        (denied(amount="14.99"), LaneChoice.SMALL),
        (denied(amount="15.00"), LaneChoice.SCORED),
        (ScoringFacts("remit_exception", Decimal("3.00")), LaneChoice.SCORED),
    ],
)
def test_lanes(facts, expected):
    assert place(facts).lane is expected


def test_only_what_was_agreed_with_somebody_or_pinned_outranks_a_score():
    broken = ScoringFacts("patient_balance", Decimal("20"), promise_broken_on=TODAY, item_id=2)
    big = denied(amount="90000", last_day=TODAY, item_id=1)
    call_back = denied(amount="90", appointment_on=TODAY, item_id=3)
    pinned = denied(amount="5.00", is_pinned=True, item_id=4)
    ranked = sorted([big, call_back, broken, pinned], key=_rank)
    assert [one.item_id for one in ranked] == [4, 2, 3, 1]


def test_a_window_is_met_first_only_where_it_is_worth_the_minutes():
    plain = denied(amount="300.00", item_id=1, minute_worth=2.0)
    closing = denied(amount="250.00", last_day=TODAY + dt.timedelta(3), item_id=2, minute_worth=2.0)
    poor = denied(amount="40.00", last_day=TODAY, item_id=3, minute_worth=2.0)
    assert [one.item_id for one in sorted([plain, closing, poor], key=_rank)] == [2, 1, 3]
    assert (
        "not worth hurrying for less than $2 a minute"
        in score(denied(amount="40.00", deadline="appeal window", last_day=TODAY, minute_worth=2.0), today=TODAY)
        .parts[5]
        .words
    )


def test_what_is_not_worth_a_touch_now_comes_last_and_says_when_it_is_looked_after():
    poor = denied(amount="40.00", waits_since=TODAY - dt.timedelta(3), item_id=1)
    assert is_resting(place(poor))
    assert look_after_on(poor, TODAY, FIGURES) == TODAY + dt.timedelta(39)
    assert look_after_on(poor, TODAY + dt.timedelta(39), FIGURES) == TODAY + dt.timedelta(81)
    worth = denied(amount="400.00", item_id=2)
    assert [one.item_id for one in sorted([poor, worth], key=_rank)] == [2, 1]


@pytest.mark.parametrize(("waited", "step"), [(41, 5), (42, 4)])
def test_what_is_worth_a_touch_and_waited_too_long_is_looked_after_first(waited, step):
    assert place(denied(amount="200.00", waits_since=TODAY - dt.timedelta(waited))).step == step
    assert place(denied(amount="49.00", waits_since=TODAY - dt.timedelta(waited))).step == 8


@given(st.lists(FACTS, min_size=2, max_size=12, unique_by=lambda one: one.item_id))
def test_lane_and_packed_number_order_by_lane_then_step_then_value(items):
    value = {one.item_id: score_numbers(one, today=TODAY).value for one in items}
    by_key = sorted(items, key=_rank)
    for first, second in zip(by_key, by_key[1:], strict=False):
        here, there = place(first), place(second)
        assert here.lane <= there.lane
        if here.lane == there.lane:
            assert packed_rank(here, value[first.item_id]) >= packed_rank(there, value[second.item_id])


def test_the_packed_number_fits_a_bigint():
    assert packed_rank(place(denied(is_pinned=True)), 10.0**30) < 2**63
    assert packed_rank(place(denied()), -1) == packed_rank(place(denied()), 0)
