"""What is typed of an EOB is read as people mean it, and what is wrong is said at its cell."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.money import from_cents, money
from claims.eobs.entry_rules import (
    REASONS,
    BadCell,
    TypedAdjustment,
    TypedClaim,
    TypedEntry,
    TypedLine,
    entry_from,
    proposed,
    read_amount,
    read_entry,
    read_other,
    read_remarks,
)
from claims.remits.era import Adjustment


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("80", "80.00"), ("80.5", "80.50"), (".75", "0.75"), ("1,240.00", "1240.00"), ("$12", "12.00"),
        ("-5", "-5.00"), ("(5.00)", "-5.00"), ("\N{MINUS SIGN}5", "-5.00"), ("", "0.00"), (" 7 ", "7.00"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_type_them(text: str, amount: str) -> None:
    assert read_amount(text) == money(amount)


@pytest.mark.parametrize("text", ["x", "1.234", "1,24", "12-", "--5", "1e3", "nan", ".", "-", "99999999999999999"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="Enter an amount"):
        read_amount(text)


def test_other_reasons_are_group_code_and_amount() -> None:
    assert read_other("CO-97 12.00, pi16 1,003; oa 23: 5") == (
        Adjustment("CO", "97", money("12.00")),
        Adjustment("PI", "16", money("1003.00")),
        Adjustment("OA", "23", money("5.00")),
    )
    assert read_other("PR-B7 -3") == (Adjustment("PR", "B7", money("-3.00")),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("97 12", "Type group"), ("XX-97 12", "Type group"), ("CO-97", "Type group"),
        ("CO-9999 1", "no adjustment reason"), ("CO-97 x", "Enter an amount"),
    ],
)  # fmt: skip
def test_what_is_no_reason_says_why(text: str, why: str) -> None:
    with pytest.raises(BadCell, match=why):
        read_other(text)


def test_remarks_are_known_codes() -> None:
    assert read_remarks("n115, MA130 n115") == ("N115", "MA130")
    with pytest.raises(BadCell, match="no remark code N9999"):
        read_remarks("N9999")


def filled(charge: str, **cells: str) -> dict[str, str]:
    found = proposed(TypedLine(1, **cells), charge=money(charge))
    return {cell: text for cell in REASONS if (text := getattr(found, cell))}


@pytest.mark.parametrize(
    ("charge", "cells", "expected"),
    [
        ("240", {"allowed": "180", "paid": "144"}, {"contractual": "60.00", "coinsurance": "36.00"}),
        ("240", {"allowed": "180", "paid": "180"}, {"contractual": "60.00"}),
        ("240", {"allowed": "240", "paid": "200"}, {"coinsurance": "40.00"}),
        ("240", {"allowed": "180", "paid": "0", "deductible": "180"}, {"contractual": "60.00", "deductible": "180"}),
        ("240", {"allowed": "180", "paid": "155", "copay": "25"}, {"contractual": "60.00", "copay": "25"}),
        ("240", {"allowed": "180", "paid": "141.12", "other": "CO-253 2.88"},
         {"contractual": "60.00", "coinsurance": "36.00"}),
        ("240", {"allowed": "180", "paid": "144", "contractual": "50"}, {"contractual": "50", "coinsurance": "46.00"}),
        ("240", {"allowed": "180", "paid": "144", "coinsurance": "30"}, {"contractual": "66.00", "coinsurance": "30"}),
        ("-240", {"allowed": "-180", "paid": "-144"}, {"contractual": "-60.00", "coinsurance": "-36.00"}),
        # Nothing allowed: the EOB says why, and no contract writes off a denial.
        ("240", {"allowed": "0", "paid": "0"}, {}),
        ("240", {"allowed": "180"}, {}),
        ("240", {"paid": "144"}, {}),
        ("240", {"allowed": "180", "paid": "300"}, {}),
        ("240", {"allowed": "18o", "paid": "144"}, {}),
    ],
)  # fmt: skip
def test_a_line_proposes_what_its_amounts_leave_open(charge: str, cells: dict[str, str], expected: Any) -> None:
    assert filled(charge, **cells) == expected


@given(st.integers(1, 100_000), st.data())
def test_a_proposal_explains_the_whole_charge(charge: int, data: st.DataObject) -> None:
    allowed = data.draw(st.integers(1, charge))
    paid = data.draw(st.integers(0, allowed))
    line = TypedLine(1, allowed=f"{from_cents(allowed)}", paid=f"{from_cents(paid)}")
    entry = TypedEntry((TypedClaim(1, lines=(proposed(line, charge=from_cents(charge)),)),))
    reading = read_entry(entry, check=from_cents(paid), charges={1: from_cents(charge)})
    assert reading.is_tied
    off = {one.carc: one.amount for one in reading.claims[0].lines[0].adjustments}
    assert off.get("45", money("0")) == from_cents(charge - allowed)


def errors(*claims: TypedClaim, provider: tuple[TypedAdjustment, ...] = (), check: str = "0") -> dict[str, str]:
    charges = {1: money("240"), 2: money("100")}
    return dict(read_entry(TypedEntry(claims, provider), check=money(check), charges=charges).errors)


def test_each_fault_stands_at_its_cell() -> None:
    good = TypedLine(1, paid="180", contractual="60")
    assert errors(TypedClaim(1, lines=(good, TypedLine(2)))) == {}
    assert set(errors(TypedClaim(1, lines=(TypedLine(1, paid="x", other="CO 1"),)))) == {"c0.l0.paid", "c0.l0.other"}
    assert set(errors(TypedClaim(1, lines=(TypedLine(1, contractual="240"),)))) == {"c0.l0.paid"}
    short = errors(TypedClaim(1, lines=(TypedLine(2), TypedLine(1, paid="180"))))
    assert short == {"c0.l1.rest": "Nothing explains 60.00 of the charge: give group, code and amount."}
    over = errors(TypedClaim(1, lines=(TypedLine(1, paid="180", contractual="61"),)))
    assert over == {"c0.l0.rest": "Paid and adjusted are 1.00 more than the charge."}
    assert set(errors(TypedClaim(1, lines=(TypedLine(1),)))) == {"c0.claim"}
    assert set(errors(TypedClaim(1, status="9", remarks="N9999", lines=(good,)))) == {"c0.status", "c0.remarks"}
    assert set(errors(provider=(TypedAdjustment("", "x", ""),))) == {"p0.code", "p0.amount"}


def test_a_reversal_repeats_the_charge_with_a_minus() -> None:
    back = TypedClaim(1, status="22", lines=(TypedLine(1, paid="-180", contractual="-60"),))
    reading = read_entry(TypedEntry((back,)), check=money("0"), charges={1: money("240")})
    assert (reading.errors, reading.paid, reading.difference) == ({}, money("-180"), money("180"))


def test_an_entry_comes_back_as_it_was_typed() -> None:
    line = TypedLine(1, paid="18O", remarks="n1")
    entry = TypedEntry((TypedClaim(7, "22", "ICN", "MA1", (line,)),), (TypedAdjustment("L6", "r", "1"),))
    assert entry_from(entry.kept()) == entry
    assert entry_from(None) == TypedEntry()


def test_it_ties_only_where_everything_reads_and_makes_the_check() -> None:
    good = TypedClaim(1, lines=(TypedLine(1, paid="180", contractual="60"),))

    def reading(entry: TypedEntry, check: str) -> Any:
        return read_entry(entry, check=money(check), charges={1: money("240")})

    assert reading(TypedEntry((good,)), "180").is_tied
    assert not reading(TypedEntry((good,)), "180.01").is_tied
    assert reading(TypedEntry((good,), (TypedAdjustment("L6", "", "0.01"),)), "180.01").is_tied
    assert not reading(TypedEntry(), "0").is_tied
