"""Bank files as the banks write them: what came in is read, what is wrong is named by line and field, nothing else
ever happens."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.cash.bai2 import is_bai2, read_bai2
from claims.cash.bank import decode
from claims.cash.bank_csv import ColumnNames, columns_of, read_csv
from claims.cash.bank_lines import BadBankFile, BankEntry, BankStatement, keys_of
from claims.cash.deposit_matching import DepositId, OwnDeposit, SaidByBank, match_deposits

NAMES = ColumnNames("Date", "Amount", "Description", "Reference")
CSV = """Date,Description,Amount,Reference
11/02/2026,"HCCLAIMPMT MERIDIAN, TRN*1*EFT778812*",1240.50,EFT778812
11/02/2026,SERVICE FEE,-15.00,
11/03/2026,DEPOSIT,"$2,310.07",
2026-11-04,INTEREST,(0.10),
"""
BAI2 = """01,121000248,ARWORK,261103,0600,1,80,,2/
02,ARWORK,121000248,1,261102,0000,USD,2/
03,4410087,USD,010,500000,,,100,355057,2,/
16,165,124050,1,BK1,EFT778812,HCCLAIMPMT MERIDIAN
88,TRN*1*EFT778812*1999999999
16,301,231007,S,100000,131007,0,BK2,,DEPOSIT/
16,475,1500,,,,SERVICE FEE
49,1211614,6/
98,1211614,1,8/
99,1211614,1,10/
"""


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    found = read_csv(CSV, NAMES)
    first, second = found.entries
    assert first == BankEntry(
        2, dt.date(2026, 11, 2), Decimal("1240.50"), "HCCLAIMPMT MERIDIAN, TRN*1*EFT778812*", "EFT778812"
    )
    assert (second.on, second.amount, found.others) == (dt.date(2026, 11, 3), Decimal("2310.07"), 2)
    assert columns_of(CSV) == ["Date", "Description", "Amount", "Reference"]


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("Date;Amount\n11/02/2026;12,3x\n", 2, "Amount"),
        ("Date,Amount\n31/02/2026,12.00\n", 2, "Date"),
        ("Date,Amount\n11/02/2026,12.345\n", 2, "Amount"),
        ("Day,Amount\n", 1, "Date"),
        ('Date,Amount\n11/02/2026,"12.00\n', 2, "row"),
        ("", 1, "Date"),
    ],
)
def test_what_is_wrong_in_a_table_is_named_by_line_and_column(text: str, line: int, name: str) -> None:
    with pytest.raises(BadBankFile) as raised:
        read_csv(text, ColumnNames("Date", "Amount"))
    assert (raised.value.facts["line"], raised.value.facts["name"]) == (line, name)


def test_a_file_of_the_banks_own_form_is_read_with_what_goes_on() -> None:
    found = read_bai2(BAI2)
    first, second = found.entries
    assert first == BankEntry(
        4, dt.date(2026, 11, 2), Decimal("1240.50"), "HCCLAIMPMT MERIDIAN TRN*1*EFT778812*1999999999", "EFT778812"
    )
    assert (second.amount, second.description, second.reference) == (Decimal("2310.07"), "DEPOSIT", "BK2")
    assert found.others == 1
    assert (is_bai2(BAI2), is_bai2(CSV)) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "line", "name"),
    [
        ("49,1211614", "49,1211615", 8, "control total"),
        ("49,1211614,6", "49,1211614,5", 8, "number of records"),
        ("98,1211614,1,8", "98,1211614,2,8", 9, "number of accounts"),
        ("99,1211614,1,10", "99,1211614,1,9", 10, "number of records"),
        ("99,1211614,1,10/\n", "", 10, "99"),
        ("16,165,124050", "16,165,12x50", 4, "amount"),
        ("1,261102", "1,261332", 2, "date"),
        ("USD,2/", "CAD,2/", 2, "currency"),
        ("16,165,124050,1", "16,165,124050,Q", 4, "funds type"),
        ("16,475", "17,475", 7, "record code"),
        ("01,121", "02,121", 1, "02"),
    ],
)
def test_what_is_wrong_in_such_a_file_is_named_by_line_and_field(old: str, new: str, line: int, name: str) -> None:
    with pytest.raises(BadBankFile) as raised:
        read_bai2(BAI2.replace(old, new, 1))
    assert (raised.value.facts["line"], raised.value.facts["name"]) == (line, name)


READERS = (read_bai2, lambda told: read_csv(told, NAMES))


def refusal(read: Callable[[str], BankStatement], text: str) -> BadBankFile | None:
    """Why a text is refused; None where it is read, and then only money that came in."""
    try:
        found = read(text)
    except BadBankFile as error:
        return error
    assert all(one.amount > 0 for one in found.entries)
    return None


@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else_happens(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([BAI2, CSV]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text(max_size=4)) + text[at + data.draw(st.integers(0, 6)) :]
    told = [error for read in READERS if (error := refusal(read, text))]
    assert all(one.facts["line"] >= 1 and one.facts["name"] for one in told)


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_and_read_or_refused(content: bytes) -> None:
    text = decode(content)
    assert all(error.message for read in READERS if (error := refusal(read, text)))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=8))
def test_two_deposits_that_are_alike_are_two_and_known_again(told: list[tuple[int, int]]) -> None:
    entries = [BankEntry(n, dt.date(2026, 11, 1 + day), Decimal(amount)) for n, (day, amount) in enumerate(told)]
    keys = keys_of(entries)
    assert len(set(keys)) == len(entries)
    assert keys_of(entries) == keys


DAY = dt.date(2026, 11, 2)


def line(id_: int, amount: str, on: dt.date = DAY, words: str = "") -> SaidByBank:
    return SaidByBank(id_, Decimal(amount), on, words)


def own(id_: int, amount: str, on: dt.date = DAY, trace: str = "") -> OwnDeposit:
    return OwnDeposit(DepositId("remittance" if trace else "slip", id_), Decimal(amount), on, trace)


def test_a_trace_decides_between_equal_amounts() -> None:
    lines = [line(1, "100.00", words="EFT-77 88 12"), line(2, "100.00", words="other")]
    found = match_deposits(
        lines, [own(9, "100.00", trace="00EFT778812"), own(8, "100.00", DAY + dt.timedelta(days=40))]
    )
    assert [(one.line_id, one.deposit.id, one.why) for one in found] == [(1, 9, "trace")]


def test_amount_and_day_match_only_what_can_be_nothing_else() -> None:
    assert [
        one.line_id for one in match_deposits([line(1, "50.00", DAY + dt.timedelta(days=5))], [own(1, "50.00")])
    ] == [1]
    assert not match_deposits([line(1, "50.00", DAY + dt.timedelta(days=6))], [own(1, "50.00")])
    assert not match_deposits([line(1, "50.00"), line(2, "50.00")], [own(1, "50.00")])
    assert not match_deposits([line(1, "50.00")], [own(1, "50.00"), own(2, "50.00")])
    assert not match_deposits([line(1, "50.01")], [own(1, "50.00")])


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=8),
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9)), max_size=8),
)
def test_a_match_is_to_the_cent_and_nothing_is_matched_twice(
    said: list[tuple[int, int]], ours: list[tuple[int, int]]
) -> None:
    lines = [line(n, str(amount), DAY + dt.timedelta(days=day)) for n, (amount, day) in enumerate(said)]
    deposits = [own(n, str(amount), DAY + dt.timedelta(days=day)) for n, (amount, day) in enumerate(ours)]
    found = match_deposits(lines, deposits)
    assert len({one.line_id for one in found}) == len({one.deposit for one in found}) == len(found)
    assert all(said[one.line_id][0] == ours[one.deposit.id][0] for one in found)
