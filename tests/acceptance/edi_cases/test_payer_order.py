"""Several payers of one claim, in whatever order they are read (kinds 6, 7)."""

from tests.acceptance.edi_cases.playing import Look, play

# Kind 6: coordination of benefits in any order

COB_200 = {"CASH": "110.00", "CONTRACTUAL": "100.00", "PAYER2": "86.00", "REVENUE": "300.00", "SEQUESTRATION": "4.00"}


@play("p4_37_secondary_bill_first", wrong={0: 6, 1: 6})
def test_the_secondary_bill_read_first_leaves_the_primary_its_part(looks: list[Look]) -> None:
    end = looks[-1]
    assert end.claims["COB200"] == COB_200
    assert end.waiting == []


@play("p5_03_medicaid_found_late", wrong={0: 6})
def test_medicaid_found_late_leaves_the_patient_nothing(looks: list[Look]) -> None:
    [end] = looks
    assert end.owed("MCU530") == {}
    assert not [item for item in end.items.values() if "call_patient" in item]


# Kind 7: crossover however said


@play("p2_07_crossover_by_remark", wrong={0: 7, 1: 7})
def test_what_was_forwarded_belongs_to_the_next_payer_and_is_not_filed_again(looks: list[Look]) -> None:
    """Forwarded on September 15: looked after 30 days later, long past, so on the next business day."""
    [end] = looks
    assert end.owed("XOV700") == end.owed("XOV701") == {"PAYER2": "20.00"}
    for number in ("XOV700", "XOV701"):
        assert ": check_status " in end.items[number]
        assert " by " not in end.items[number]
