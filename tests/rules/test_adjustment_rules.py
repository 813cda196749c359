"""What an adjustment does to the books (RULES 1.5)."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dated_rules import Book
from claims.remits.adjustment_rules import TREATMENT_BY_GROUP, TreatmentRule, default_treatment_rules, treat
from claims.remits.era import Treatment

TODAY = dt.date(2026, 11, 21)
BOOK = Book(default_treatment_rules())
CODES = Path(__file__).parents[2] / ".." / "shared" / "data" / "codes"


def of(group, carc, *rarcs, on=TODAY):
    return treat(group, carc, on=on, payer_id=None, rules=BOOK, rarcs=rarcs)


@pytest.mark.parametrize("carc", ["45", "59", "237", "104", "144"])
def test_pricing_under_co_is_contractual(carc):
    assert of("CO", carc) is Treatment.CONTRACTUAL


@pytest.mark.parametrize("group", ["CO", "OA", "PI"])
def test_sequestration_has_a_class_of_its_own(group):
    assert of(group, "253") is Treatment.SEQUESTRATION


@pytest.mark.parametrize(
    "carc",
    [
        "4",
        "11",
        "16",
        "18",
        "22",
        "24",
        "27",
        "29",
        "50",
        "96",
        "97",
        "109",
        "151",
        "172",
        "197",
        "204",
        "252",
        "A1",
        "B7",
    ],
)
def test_a_denial_is_never_written_off(carc):
    assert of("CO", carc) is Treatment.DENIAL
    assert of("OA", carc) is Treatment.DENIAL
    assert of("PI", carc) is Treatment.DENIAL


@pytest.mark.parametrize("carc", ["1", "2", "3", "50", "96", "204", "999"])
def test_patient_responsibility_is_a_transfer_whatever_the_reason(carc):
    assert of("PR", carc) is Treatment.TRANSFER


@pytest.mark.parametrize("carc", ["16", "22", "27", "31", "109", "227", "252"])
def test_a_share_for_a_reason_of_coverage_or_information_is_verified_first(carc):
    assert of("PR", carc) is Treatment.VERIFY_FIRST
    assert of("CO", carc) is Treatment.DENIAL


@pytest.mark.parametrize("group", ["CO", "OA", "PI", "PR"])
def test_what_the_payer_still_decides_is_no_denial(group):
    assert of(group, "133") is Treatment.PENDING


def test_what_the_prior_payer_did_is_information():
    assert of("OA", "23") is Treatment.INFORMATION
    assert of("CO", "23") is Treatment.INFORMATION


def test_a_reduction_the_payer_thought_up_is_disputable():
    assert of("PI", "45") is Treatment.DISPUTABLE
    assert of("PI", "119999") is Treatment.DISPUTABLE


@pytest.mark.parametrize("remark", ["N781", "N782", "N783"])
def test_a_qmb_members_cost_share_is_nobodys_to_collect(remark):
    assert of("PR", "1", remark) is Treatment.STATUTORY
    assert of("PR", "2", "MA01", remark) is Treatment.STATUTORY
    assert of("CO", "50", remark) is Treatment.DENIAL  # the remark does not excuse a refusal


def test_209_may_not_be_collected():
    assert of("PR", "209") is Treatment.STATUTORY
    assert of("OA", "209") is Treatment.STATUTORY


@pytest.mark.parametrize("group", ["CO", "PR", "OA", "PI", "CR", "", "XX"])
def test_an_unknown_reason_is_not_an_error_and_not_a_write_off(group):
    treatment = of(group, "ZZ9")
    assert treatment is TREATMENT_BY_GROUP.get(group, Treatment.DENIAL)
    assert treatment not in {Treatment.CONTRACTUAL, Treatment.SEQUESTRATION, Treatment.STATUTORY}


def test_a_payers_own_rule_outranks_the_shipped_one_while_it_is_valid():
    own = TreatmentRule(
        Treatment.CONTRACTUAL, "CO", "97", payer_id=7, valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 6, 30)
    )
    rules = Book([*default_treatment_rules(), own])
    assert treat("CO", "97", on=dt.date(2026, 6, 30), payer_id=7, rules=rules) is Treatment.CONTRACTUAL
    assert treat("CO", "97", on=dt.date(2026, 7, 1), payer_id=7, rules=rules) is Treatment.DENIAL
    assert treat("CO", "97", on=dt.date(2026, 3, 1), payer_id=8, rules=rules) is Treatment.DENIAL


def test_of_equal_rules_the_later_one_applies():
    old = TreatmentRule(Treatment.DENIAL, "CO", "45", payer_id=1, valid_from=dt.date(2020, 1, 1))
    new = TreatmentRule(Treatment.DISPUTABLE, "CO", "45", payer_id=1, valid_from=dt.date(2026, 1, 1))
    assert treat("CO", "45", on=TODAY, payer_id=1, rules=Book([new, old])) is Treatment.DISPUTABLE
    assert treat("CO", "45", on=dt.date(2025, 1, 1), payer_id=1, rules=Book([new, old])) is Treatment.DENIAL


@given(
    st.sampled_from(["CO", "PR", "OA", "PI", "CR", "XX"]),
    st.sampled_from([str(n) for n in range(1, 320)] + ["A1", "B7", "P12", "W1", "?"]),
    st.lists(st.sampled_from(["N781", "MA130", "N290"]), max_size=2),
    st.dates(min_value=dt.date(2005, 1, 1), max_value=dt.date(2030, 1, 1)),
)
def test_only_co_is_ever_written_off_as_contractual_and_pr_never_as_a_denial(group, carc, rarcs, on):
    treatment = of(group, carc, *rarcs, on=on)
    if group == "PR":
        assert treatment in {Treatment.TRANSFER, Treatment.STATUTORY, Treatment.VERIFY_FIRST, Treatment.PENDING}
    if treatment is Treatment.CONTRACTUAL:
        assert group == "CO"


def test_an_admins_rule_outranks_a_shipped_one_that_began_later():
    own = TreatmentRule(Treatment.DISPUTABLE, "CO", "253", valid_from=dt.date(2010, 1, 1), rule_id=1)
    book = Book([*default_treatment_rules(), own])
    assert of("CO", "253") is Treatment.SEQUESTRATION  # shipped, from 2013-04-01
    assert treat("CO", "253", on=TODAY, payer_id=None, rules=book) is Treatment.DISPUTABLE


def test_every_active_reason_is_known():
    if not CODES.exists():
        pytest.skip("the reference lists (../shared/data/codes) are not here")
    with (CODES / "carc_codes.csv").open() as file:
        active = [row["code"] for row in csv.DictReader(file) if row["active_2026"] == "Y"]
    known = {rule.carc for rule in default_treatment_rules()}
    assert len(active) > 250
    assert [code for code in active if code not in known and code != "241"] == []
