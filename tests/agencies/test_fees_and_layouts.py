"""What the contract says an agency keeps, and files as they go out and come in."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.agencies.fees import FeeRow, fee_of, percent_of
from collections_app.agencies.layouts import COLUMNS, DEFAULT, BadLayout, check_columns, read_report, table_file

JAN, JULY = dt.date(2026, 1, 5), dt.date(2026, 7, 1)
ROWS = [
    FeeRow(1, 0, 2500, JAN), FeeRow(1, 365, 4000, JAN), FeeRow(1, 0, 2200, JULY), FeeRow(2, 0, 5000, JAN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "age", "on", "percent"),
    [
        (1, 150, dt.date(2026, 6, 30), 2500),
        (1, 150, JULY, 2200),
        (1, 364, JULY, 2200),
        (1, 365, JULY, 4000),
        (2, 10, JULY, 5000),
        (4, 10, JULY, 5000),
        (1, 10, dt.date(2026, 1, 4), None),
    ],
)
def test_the_fee_of_the_band_and_of_the_day(number, age, on, percent):
    assert percent_of(ROWS, number=number, age=age, on=on) == percent


@given(cents=st.integers(0, 10**9), percent=st.integers(0, 10_000))
def test_a_fee_is_to_the_cent_half_up(cents, percent):
    kept = fee_of(Decimal(cents) / 100, percent)
    assert kept * 100 == (2 * cents * percent + 10_000) // 20_000


def test_a_file_names_what_was_chosen_in_order_without_a_mark():
    row = dict.fromkeys(COLUMNS, "x") | {"amount": Decimal("12.50"), "last": "=cmd()", "service": JULY, "birth": None}
    made = table_file(["last", "amount", "service", "birth"], [row, row], date_format="us")
    assert made.content.encode()[:4] == b"last"
    assert list(csv.reader(io.StringIO(made.content)))[1] == ["'=cmd()", "12.50", "07/01/2026", ""]
    assert (made.count, made.amount) == (2, Decimal("25.00"))


def test_no_file_lacks_what_nobody_collects_without():
    assert check_columns(DEFAULT) == list(DEFAULT)
    for names, words in (
        ([name for name in DEFAULT if name != "street"], "street"), ([*DEFAULT, "diagnosis"], "diagnosis"),
        ([*DEFAULT, "last"], "once"),
    ):  # fmt: skip
        with pytest.raises(BadLayout, match=words):
            check_columns(names)


HEAD = "key,reference,type,date,amount,fee,code,note\r\n"


def read(*lines, head=HEAD, date_format="iso"):
    return read_report((head + "".join(f"{line}\r\n" for line in lines)).encode(), date_format=date_format)


def test_a_line_is_read_as_it_says():
    [row] = read("T1,p00000001,Payment,2026-11-18,$1,250.00,25,,")[:1]
    assert row.trouble
    [row] = read('T1,p00000001,Payment,2026-11-18,"$1,250.00",312.50,,thanks')
    assert (row.reference, row.kind, row.amount, row.fee) == ("P00000001", "payment", Decimal(1250), Decimal("312.5"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",P1,payment,2026-11-18,1.00,,,", "key"),
        ("T1,,payment,2026-11-18,1.00,,,", "reference"),
        ("T1,P1,gift,2026-11-18,1.00,,,", "type"),
        ("T1,P1,payment,18.11.2026,1.00,,,", "date"),
        ("T1,P1,payment,2026-02-30,1.00,,,", "date"),
        ("T1,P1,payment,2026-11-18,abc,,,", "amount"),
        ("T1,P1,payment,2026-11-18,1.005,,,", "cents"),
        ("T1,P1,payment,2026-11-18,NaN,,,", "cents"),
        ("T1,P1,payment,2026-11-18,-1.00,,,", "more than zero"),
        ("T1,P1,payment,2026-11-18,0,,,", "more than zero"),
        ("T1,P1,payment,2026-11-18,1.00,1.01,,", "fee"),
        ("T1,P1,return,2026-11-18,,,whatever,", "code"),
        ("T1,P1,payment,2026-11-18", "columns"),
    ],
)
def test_a_line_that_can_not_be_read_says_what_is_wrong(line, words):
    [row] = read(line)
    assert words in row.trouble
    assert row.line == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"), (b"\xff\xfe\x00", "UTF-8"), (b"key,reference\r\n1,2\r\n", "lacks"), (b"a\x00b", "text"),
        (b"key,key,reference,type,date\r\n", "twice"), (b'key,reference,type,date\r\n"a', "trouble or none"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(content, words):
    if words == "trouble or none":
        assert all(row.trouble for row in read_report(content, date_format="iso"))
        return
    with pytest.raises(BadLayout, match=words):
        read_report(content, date_format="iso")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content):
    try:
        rows = read_report(b"key,reference,type,date,amount\n" + content, date_format="iso")
    except BadLayout:
        return
    assert all(row.trouble or row.key for row in rows)
