"""Champion and challenger: arms that stay, are balanced and independent; what a difference is worth."""

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from collections_app.strategies.experiments import Arm, Sample, arm_of, compare


@given(st.integers(1, 10**12), st.text(min_size=1, max_size=40), st.integers(1, 50))
def test_an_arm_is_the_same_whenever_it_is_asked_and_grows_with_the_share(pk, key, percent):
    arm = arm_of(pk, key=key, challenger_percent=percent)
    assert arm is arm_of(pk, key=key, challenger_percent=percent)
    if arm is Arm.CHALLENGER:
        assert arm_of(pk, key=key, challenger_percent=percent + 1) is Arm.CHALLENGER


@given(st.text(min_size=1, max_size=20), st.sampled_from([5, 20, 50]))
def test_the_share_is_kept(key, percent):
    """Of 4,000 accounts the share lies within five standard deviations."""
    count = sum(arm_of(pk, key=key, challenger_percent=percent) is Arm.CHALLENGER for pk in range(1, 4001))
    spread = (4000 * percent / 100 * (1 - percent / 100)) ** 0.5
    assert abs(count - 40 * percent) < 5 * spread


def test_two_tests_sort_independently():
    both = sum(
        arm_of(pk, key="a", challenger_percent=50) is arm_of(pk, key="b", challenger_percent=50) for pk in range(10_000)
    )
    assert 4700 < both < 5300


def sample(shares):
    return Sample(
        accounts=len(shares), owed=Decimal(100 * len(shares)), collected=Decimal(round(100 * sum(shares), 2)),
        total=sum(shares), squares=sum(one * one for one in shares),
    )  # fmt: skip


def test_a_small_sample_is_too_early():
    told = compare(sample([1.0] * 99), sample([0.0] * 500), least=100)
    assert told.is_early
    assert told.words == "Too early: 1 more accounts in the smaller arm"


def test_a_difference_that_is_there_is_told_with_its_interval():
    """400 of 1,000 paid against 500 of 1,000: 10 points, give or take 4.3 (by hand: 1.96 x sqrt(.24/999 + .25/999))."""
    told = compare(sample([1.0] * 400 + [0.0] * 600), sample([1.0] * 500 + [0.0] * 500), least=100)
    assert (round(told.low, 3), round(told.high, 3)) == (0.057, 0.143)
    assert told.words == "The challenger collects more: +5.7 to +14.3 points"


def test_the_interval_agrees_with_a_bootstrap():
    dice = random.Random(7)
    one = [dice.random() if dice.random() < 0.4 else 0.0 for _ in range(300)]
    two = [dice.random() if dice.random() < 0.5 else 0.0 for _ in range(200)]
    told = compare(sample(one), sample(two), least=100)
    drawn = sorted(sum(dice.choices(two, k=200)) / 200 - sum(dice.choices(one, k=300)) / 300 for _ in range(2000))
    assert abs(told.low - drawn[49]) < 0.015
    assert abs(told.high - drawn[1949]) < 0.015


def test_no_difference_says_so():
    told = compare(sample([1.0, 0.0] * 100), sample([1.0, 0.0] * 100), least=100)
    assert told.words.startswith("No difference shown yet")
