"""What an answer does to the books (kinds 3, 9, 10, 11, 14)."""

from tests.acceptance.edi_cases.playing import Look, play

# Kind 3: bundling and unbundling


@play("p2_04_bundled_code", wrong={0: 3, 1: 3, 2: 3})
def test_the_two_sides_of_a_bundle_meet(looks: list[Look]) -> None:
    [end] = looks
    assert end.claims["BUN400"] == {"CASH": "60.00", "CONTRACTUAL": "20.00", "REVENUE": "80.00"}
    assert end.waiting == []


@play("p2_04_bundled_code", 3)
def test_one_line_under_another_code_is_allocated_by_a_person(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("BUN400") == {"PAYER1": "80.00"}
    assert end.waiting == [("line_unmatched", "BUN400", "60.00")]


# Kind 9: pending and verify-first are their own answers


@play("p4_42_pended_line", wrong={0: 9})
def test_a_pended_line_is_looked_after_and_no_denial(looks: list[Look]) -> None:
    """Pended on September 15; the rule looks after 15 days, which are long past: the next business day."""
    [end] = looks
    assert end.owed("PEN420") == {"PAYER1": "100.00", "PATIENT": "20.00"}
    assert end.items["PEN420"].startswith("no_response 100.00: check_status ")


@play("p4_45_pr_denials", wrong={0: 9})
def test_coverage_is_verified_before_the_patient_is_called(looks: list[Look]) -> None:
    [end] = looks
    assert not [item for item in end.items.values() if "call_patient" in item]
    assert {number for number in end.items if number.startswith("PRD45")} == {"PRD450", "PRD451", "PRD452", "PRD453"}


# Kind 10: credits are real money


@play("p3_11_takeback_after_write_off", wrong={0: 10})
def test_taking_back_a_share_that_was_written_off_makes_no_credit(looks: list[Look]) -> None:
    taken_back, corrected = looks
    assert taken_back.owed("TBW110") == {"PAYER1": "200.00"}
    assert not [item for item in taken_back.items.values() if item.startswith("credit_balance")]
    assert corrected.owed("TBW110").get("PATIENT", "") in ("20.00", "50.00")


@play("p3_11_takeback_after_write_off", 1)
def test_taking_back_a_share_that_was_paid_makes_a_true_credit(looks: list[Look]) -> None:
    taken_back, corrected = looks
    assert taken_back.owed("TBW110") == {"PAYER1": "200.00", "PATIENT": "-30.00"}
    assert corrected.owed("TBW110") == {"PATIENT": "20.00"}


@play("p3_27_negative_pr", wrong={0: 10})
def test_a_share_below_zero_is_a_question(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("NPR270") == {"PAYER1": "100.00"}
    assert [(number, amount) for _, number, amount in end.waiting] == [("NPR270", "85.00")]


# Kind 11: provider-level money leaves work


@play("p4_43_wo_unannounced", wrong={0: 11})
def test_an_unannounced_take_back_is_work_with_its_claim_proposed(looks: list[Look]) -> None:
    [end] = looks
    assert end.totals["RECOUPMENT"] == "80.00"
    assert [item for item in end.items.values() if " 80.00: " in item]
    assert "WOR430" in str(end.details) + str(end.items)


@play("p2_12_interest_in_amt", wrong={0: 11})
def test_interest_that_is_exactly_the_difference_is_named(looks: list[Look]) -> None:
    """Posted as interest, or held with a message that names it; never merely "2.37 apart"."""
    [end] = looks
    assert end.totals.get("INTEREST") == "2.37" or "AMT*I" in str(end.details) + str(end.told)
