"""Which claim a payment means (RULES 2.3): a number alone is no identity, and ambiguous is not missing."""

import datetime as dt
from dataclasses import replace

import pytest

from arwork.lib.money import money
from claims.remits.era import ExceptionReason
from claims.remits.match_rules import Candidate, NumberedClaim, SoughtClaim, choose_claim, compare

FIRST, LAST = dt.date(2026, 9, 14), dt.date(2026, 9, 16)
FOUND = Candidate(1, "H1", "", money("240.00"), FIRST, LAST, "Guarino", "Gus", ("M100",))
PAID = SoughtClaim("H1", "", "M100", "GUARINO", "GUS", money("240.00"), FIRST, LAST)


def numbered(paid: SoughtClaim) -> NumberedClaim:
    """`FOUND`, which bears the number of `paid`."""
    return FOUND, compare(paid, FOUND)


OTHER_NAME = {"last": "SMITH"}  # the member id is the same: a marriage
OTHER_DAYS = {"service_from": dt.date(2026, 9, 17), "service_to": dt.date(2026, 9, 18)}
PART_OF_IT = {"charge": money("100.00")}
OTHER_ID = {"member_id": "Z999"}
SOMEBODY_ELSE = {"last": "ROE", "first": "MAX", "member_id": "ZZZ999"}


@pytest.mark.parametrize("one", [{}, OTHER_NAME, OTHER_DAYS, PART_OF_IT, OTHER_ID, {"first": "AUGUST"}])
def test_one_fact_that_differs_is_no_reason_to_doubt_a_number(one):
    assert not compare(replace(PAID, **one), FOUND).is_another
    assert choose_claim(replace(PAID, **one), numbered(replace(PAID, **one)), {}).claim_id == FOUND.id


@pytest.mark.parametrize(
    "two",
    [OTHER_NAME | OTHER_DAYS, OTHER_NAME | PART_OF_IT, OTHER_DAYS | PART_OF_IT, OTHER_ID | OTHER_DAYS],
    ids=["name", "part", "days", "id"],
)
def test_two_facts_that_differ_make_another_claim_of_the_same_number(two):
    assert compare(replace(PAID, **two), FOUND).is_another


@pytest.mark.parametrize(
    "who",
    [
        SOMEBODY_ELSE,
        {"last": "ROE", "first": "MAX"},  # under the same member id
        {"last": "ROE", "member_id": ""},
        {"first": "BOB", "member_id": ""},
        {"first": "JANE", "member_id": "M101"},
    ],
)
def test_figures_that_agree_do_not_make_another_person_the_patient(who):
    answer = choose_claim(replace(PAID, **who), numbered(replace(PAID, **who)), {})
    assert answer.claim_id is None
    assert answer.trouble
    assert answer.trouble.reason == ExceptionReason.MISMATCH
    assert "another" in answer.trouble.detail
    assert not set(who.values()) & set(answer.trouble.detail.split())  # it names facts, nobody's name


def test_the_payer_s_own_number_of_the_claim_weighs_against_one_name():
    known = replace(FOUND, icn="ICN7", members=())
    assert not compare(replace(PAID, icn="ICN7", first="BOB"), known).is_another
    assert compare(replace(PAID, icn="ICN8", first="BOB"), known).is_another


def test_another_claim_that_fits_every_fact_is_proposed_instead_of_the_one_numbered():
    sibling = replace(FOUND, id=2, number="H2", first="Lena")
    paid = replace(PAID, first="LENA")
    answer = choose_claim(paid, numbered(paid), {"member": [FOUND, sibling]})
    assert answer.claim_id is None
    assert answer.trouble
    assert answer.trouble.detail.endswith("another first name. Claim H2 fits every fact.")
    assert choose_claim(paid, numbered(paid), {"member": [FOUND]}).claim_id == FOUND.id


def test_two_claims_that_fit_equally_are_a_question_that_names_both():
    paid = replace(PAID, number="999")
    twins = [FOUND, replace(FOUND, id=2, number="H2")]
    answer = choose_claim(paid, None, {"icn": [], "member": twins, "name": twins})
    assert answer.claim_id is None
    assert answer.trouble
    assert answer.trouble.reason == ExceptionReason.AMBIGUOUS
    assert "Claims H1 and H2 fit it equally" in answer.trouble.detail


def test_of_many_that_fit_a_few_are_named():
    many = [replace(FOUND, id=number, number=f"H{number}") for number in range(1, 8)]
    answer = choose_claim(replace(PAID, number="999"), None, {"member": many})
    assert answer.trouble
    assert "Claims H1, H2, H3, H4 and 3 more fit" in answer.trouble.detail


def test_who_treated_tells_two_claims_apart_that_fit_otherwise():
    twins = [replace(FOUND, rendering_npi="1"), replace(FOUND, id=2, number="H2", rendering_npi="2")]
    paid = replace(PAID, number="999", rendering_npi="2")
    assert choose_claim(paid, None, {"member": twins}).claim_id == 2


def test_a_later_rung_decides_between_two_that_an_earlier_one_found():
    twins = [FOUND, replace(FOUND, id=2, number="H2", charge=money("90.00"))]
    paid = replace(PAID, number="999", icn="ICN1")
    assert choose_claim(paid, None, {"icn": twins, "member": [FOUND]}).claim_id == 1


@pytest.mark.parametrize("who", [{"first": "LENA"}, {"last": "ROE"}, OTHER_ID])
def test_without_the_number_a_claim_is_taken_only_of_the_same_person(who):
    paid = replace(PAID, number="999", **who)
    answer = choose_claim(paid, None, {"member": [FOUND], "name": [FOUND]})
    assert answer.trouble
    assert answer.trouble.reason == ExceptionReason.UNMATCHED


def test_a_payment_of_more_than_was_billed_is_of_another_claim():
    assert compare(replace(PAID, charge=money("240.01")), FOUND).is_another
    assert compare(replace(PAID, charge=money("100.00"), service_from=None, service_to=None), FOUND).is_another


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
    assert compare(paid, FOUND).is_another is not is_ours


def test_what_is_found_without_the_number_must_not_be_of_another_claim_either():
    """More than was billed is no part of it, whoever the patient is; an ICN outweighs an id that differs."""
    more = replace(PAID, charge=FOUND.charge + 1)
    assert choose_claim(more, None, {"member": [FOUND]}).claim_id is None
    known, paid = replace(FOUND, icn="ICN7"), replace(PAID, icn="ICN7", **OTHER_ID)
    assert choose_claim(paid, None, {"icn": [known]}).claim_id == known.id
    assert choose_claim(replace(paid, icn="ICN8"), None, {"icn": [known]}).claim_id is None


def test_a_claim_of_two_payers_bears_the_member_ids_of_both():
    both = replace(FOUND, members=("OTHER77", *FOUND.members))
    assert compare(PAID, both).differs == ()
