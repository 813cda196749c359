"""A number alone is no identity: when a claim found by its number is the one that was paid (RULES 2.3)."""

import datetime as dt
from dataclasses import replace

import pytest

from arwork.lib.money import money
from claims.remits.match_rules import Candidate, SoughtClaim, claim_mismatch

FIRST, LAST = dt.date(2026, 9, 14), dt.date(2026, 9, 16)
FOUND = Candidate(1, "H1", "", money("240.00"), FIRST, LAST, "Guarino")
PAID = SoughtClaim("H1", "", "", "GUARINO", "GUS", money("240.00"), FIRST, LAST)
OTHER_NAME = {"last": "SMITH"}
OTHER_DAYS = {"service_from": dt.date(2026, 9, 17), "service_to": dt.date(2026, 9, 18)}
PART_OF_IT = {"charge": money("100.00")}


@pytest.mark.parametrize("one", [{}, OTHER_NAME, OTHER_DAYS, PART_OF_IT])
def test_one_fact_that_differs_is_no_reason_to_doubt_a_number(one):
    assert claim_mismatch(replace(PAID, **one), FOUND) == ""


@pytest.mark.parametrize(
    "two", [OTHER_NAME | OTHER_DAYS, OTHER_NAME | PART_OF_IT, OTHER_DAYS | PART_OF_IT], ids=["name", "part", "days"]
)
def test_two_facts_that_differ_make_another_claim_of_the_same_number(two):
    assert claim_mismatch(replace(PAID, **two), FOUND)


def test_a_payment_of_more_than_was_billed_is_of_another_claim():
    assert claim_mismatch(replace(PAID, charge=money("240.01")), FOUND)
    assert claim_mismatch(replace(PAID, charge=money("100.00"), service_from=None, service_to=None), FOUND)


@pytest.mark.parametrize(
    ("first", "last", "is_ours"),
    [
        (dt.date(2026, 9, 10), FIRST, True),
        (dt.date(2026, 9, 10), dt.date(2026, 9, 13), False),
        (LAST, dt.date(2026, 9, 20), True),
        (dt.date(2026, 9, 17), dt.date(2026, 9, 20), False),
    ],
)
def test_days_that_touch_the_first_or_the_last_day_of_the_claim_agree_with_it(first, last, is_ours):
    paid = replace(PAID, service_from=first, service_to=last, **OTHER_NAME)
    assert (claim_mismatch(paid, FOUND) == "") is is_ours
