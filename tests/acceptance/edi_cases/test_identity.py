"""Whose bill, whose payment, which practice; what must be asked and what shown (kinds 2, 12, 13)."""

from tests.acceptance.edi_cases.playing import Look, play

# Kind 2: a number does not make a person


@play("p5_05_same_number_other_person", 0)
def test_another_person_under_a_known_number_is_a_question(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("FAM550") == {"PAYER1": "120.00"}
    assert [(number, amount) for _, number, amount in end.waiting] == [("FAM550", "90.00")]
    assert end.totals["UNAPPLIED"] == "90.00"


@play("p4_39_twins_unknown_number", 0, 1)
def test_two_claims_that_fit_are_a_question_that_names_both(looks: list[Look]) -> None:
    [end] = looks
    assert {number: end.owed(number) for number in end.claims} == {
        "TWN390": {"PAYER1": "90.00"}, "TWN391": {"PAYER1": "90.00"},
    }  # fmt: skip
    assert [(number, amount) for _, number, amount in end.waiting] == [("9999999", "70.00")]
    assert "TWN390" in end.details["9999999"]
    assert "TWN391" in end.details["9999999"]


# Kind 12: the right practice


@play("p3_33_two_npi_one_tin", 0)
def test_a_payee_whose_tax_number_two_practices_share_doubles_nothing(looks: list[Look]) -> None:
    """Each claim gets its money, or the file waits: never a third practice, never the claims twice."""
    [end] = looks
    assert sorted(end.claims) == ["TIN330", "TIN331"]
    assert end.totals["REVENUE"] == "200.00"


@play("p3_33_two_npi_one_tin", 1)
def test_a_claim_of_the_sister_practice_waits_as_unmatched(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("TIN330") == {"PATIENT": "20.00"}
    assert end.owed("TIN331") == {"PAYER1": "100.00"}
    assert end.waiting == [("unmatched", "TIN331", "70.00")]


# Kind 13: impossible dates and lines


@play("p4_44_dates_and_amounts", 0)
def test_a_payment_dated_in_the_future_is_a_question(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("DTE440") == {"PAYER1": "1200.00"}
    assert end.owed("DTE441") == {"PATIENT": "200.00"}


@play("p3_08_negative_line", 0)
def test_a_negative_line_posts_like_any_other(looks: list[Look]) -> None:
    [end] = looks
    assert end.claims["NLN080"] == {
        "CASH": "100.00", "CONTRACTUAL": "50.00", "PATIENT": "30.00", "REVENUE": "180.00",
    }  # fmt: skip
    assert end.lines["NLN080"] == {"99213": {"PATIENT": "30.00"}, "99999": {}}
    assert end.waiting == []


@play("p3_16_outpatient", 0)
def test_a_revenue_code_answers_the_line_of_its_procedure(looks: list[Look]) -> None:
    [end] = looks
    assert end.claims["OPT160"] == {
        "CASH": "450.00", "CONTRACTUAL": "290.00", "PATIENT": "60.00", "PAYER1": "100.00", "REVENUE": "900.00",
    }  # fmt: skip
    assert end.waiting == []
    assert end.items["OPT160"].startswith("denied 100.00")


@play("p2_08_corrected_insured", 0)
def test_the_corrected_member_id_is_told(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("COR800") == {"PATIENT": "30.00"}
    assert "NM1*74" in str(end.told) or "NM109" in str(end.told)


@play("p3_30_patient_paid_amt_f5", 0)
def test_what_the_patient_paid_by_the_bill_is_told(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("AMT300") == {"PAYER1": "100.00"}
    assert "AMT*F5" in str(end.told)


@play("p2_14_negative_repeated", 0)
def test_a_second_take_back_says_when_the_first_one_was(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("NEG150") == {"PAYER1": "800.00"}
    assert end.claims["NEG151"] == {"CASH": "600.00", "REVENUE": "600.00"}
    assert end.claims["NEG152"] == {"CASH": "50.00", "REVENUE": "50.00"}
    assert [(number, amount) for _, number, amount in end.waiting if number] == [("NEG150", "-50.00")]
    assert "2026-10-01" in end.details["NEG150"] or "Oct 1" in end.details["NEG150"]
