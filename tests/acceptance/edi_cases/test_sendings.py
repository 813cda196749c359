"""Bills and their corrections: what may replace what, and which of them a payment answers (kinds 1, 4, 5, 8)."""

from tests.acceptance.edi_cases.playing import Look, play

# Kind 1: a bill is a correction only if it says so or shows it


@play("p5_01_next_visit_same_number", 0)
def test_the_next_visit_under_the_number_of_a_rejected_one_leaves_that_where_it_is(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("ACCT51") == {"PAYER1": "63.00"}
    assert end.items["ACCT51"].startswith("rejected 63.00: save_late")  # its filing closed in October
    assert [one["code"] for report in end.told for one in report.get("problems", [])] == ["number_taken"]


# Kind 4: void and replacement leave nothing of what they undid


@play("p3_14_void", 0)
def test_a_void_of_a_paid_claim_leaves_the_payment_alone(looks: list[Look]) -> None:
    voided, taken_back = looks
    assert voided.claims["VOI140"] == {"CASH": "120.00", "PAYER1": "-120.00"}
    assert not [item for item in voided.items.values() if "call_patient" in item]
    assert taken_back.claims["VOI140"] == {}
    assert taken_back.waiting == []


@play("p3_14_void", 1)
def test_a_payment_after_a_void_waits(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("VOI140") == {}
    assert end.waiting == [("void_claim", "VOI140", "120.00")]
    assert end.totals["UNAPPLIED"] == "120.00"


@play("p4_41_lines_shift", 0, 1)
def test_money_stays_with_its_service_when_lines_are_numbered_anew(looks: list[Look]) -> None:
    [end] = looks
    assert end.lines["OVL410"] == {
        "36415": {"PAYER1": "50.00"}, "99213": {"PATIENT": "10.00"}, "93000": {"PATIENT": "20.00"},
    }  # fmt: skip
    assert end.waiting == []


# Kind 5: a payment answers one sending


@play("p3_15_replacement_fewer_lines", 0, 1, 2, 3)
def test_bill_payment_replacement_reversal_and_correction_end_alike_in_any_order(looks: list[Look]) -> None:
    end = looks[-1]
    assert end.claims["FEW150"] == {
        "CASH": "160.00", "CONTRACTUAL": "115.00", "PATIENT": "25.00", "REVENUE": "300.00",
    }  # fmt: skip
    lines = {code: owed for code, owed in end.lines["FEW150"].items() if owed}
    assert lines == {"99215": {"PATIENT": "10.00"}, "20610": {"PATIENT": "15.00"}}
    assert end.waiting == []


# Kind 8: sent again means waiting; every number finds the claim


@play("p5_02_item_after_corrected_claim_sent", 0)
def test_a_corrected_claim_on_its_way_waits_for_the_payer(looks: list[Look]) -> None:
    """Sent on November 20: looked after on the first business day after 30 days. No correction is due any more; the
    window of an appeal runs on, for a corrected claim is none."""
    [end] = looks
    assert end.items == {"C7S520": "no_response 250.00: check_status 2026-12-21, appeal_1 by 2027-04-13"}


@play("p4_36_replacement_number_remembered", 0)
def test_a_replacement_under_a_number_of_its_own_is_found_by_it(looks: list[Look]) -> None:
    sent, rejected, paid = looks
    assert sent.items == {"RPL180": "no_response 250.00: check_status 2026-12-21, appeal_1 by 2027-03-14"}
    assert rejected.told[-1]["posted"] == 1
    assert paid.claims["RPL180"] == {
        "CASH": "190.00", "CONTRACTUAL": "40.00", "PATIENT": "20.00", "REVENUE": "250.00",
    }  # fmt: skip
    assert paid.icns["RPL180"] == "PAYICN78"
    assert paid.waiting == []


@play("p3_31_277ca_after_payment", 0)
def test_an_older_rejection_read_after_the_payment_changes_nothing(looks: list[Look]) -> None:
    [end] = looks
    assert end.claims["ACK310"] == {"CASH": "80.00", "PATIENT": "20.00", "REVENUE": "100.00"}
    assert end.icns["ACK310"] == "AK1"
    assert "ACK310" not in end.items


@play("p3_31_277ca_after_payment", 1)
def test_a_payment_settles_what_was_rejected_before(looks: list[Look]) -> None:
    _, end = looks
    assert end.owed("ACK310") == {"PATIENT": "20.00"}
    assert end.icns["ACK310"] == "AK1"
    assert "ACK310" not in end.items


@play("p3_31_277ca_after_payment", 2)
def test_an_older_rejection_read_after_the_acceptance_changes_nothing(looks: list[Look]) -> None:
    [end] = looks
    assert end.icns["ACK310"] == "CAICNA2"
    assert end.items["ACK310"].startswith("no_response 100.00: ")


@play("p3_26_duplicates", 0)
def test_the_denial_of_a_duplicate_leaves_the_adjudication_its_icn(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("DUP260") == {"PATIENT": "20.00"}
    assert end.icns["DUP260"] == "DU1"
    assert list(end.items) == ["account of DOE"]
    assert end.waiting == []


@play("p3_26_duplicates", 1)
def test_the_same_payment_twice_in_one_remittance_waits_once(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("DUP260") == {"PATIENT": "20.00"}
    assert end.waiting == [("over_credit", "DUP260", "100.00")]
    assert end.totals["UNAPPLIED"] == "100.00"
