import datetime as dt
from decimal import Decimal

import pytest

from arwork.web import formats

TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("amount", "shown", "in_table"),
    [
        ("1240", "$1,240.00", "1,240.00"),
        ("0", "$0.00", "–"),
        ("-3.1", "−$3.10", "−3.10"),
        ("1234567.89", "$1,234,567.89", "1,234,567.89"),
        ("-0.00", "$0.00", "–"),
    ],
)
def test_money_has_cents_separators_and_a_true_minus(amount: str, shown: str, in_table: str) -> None:
    assert formats.usd(Decimal(amount)) == shown
    assert formats.usd_table(Decimal(amount)) == in_table


def test_no_amount_is_not_zero() -> None:
    assert formats.usd(None) == formats.usd_table(None) == formats.usd_plain(None) == formats.usd_short(None) == ""


@pytest.mark.parametrize(
    ("amount", "shown"), [("18240", "$18.2k"), ("96000", "$96k"), ("-1500000", "−$1.5M"), ("0", "$0"), ("999", "$999")]
)
def test_axes_are_short(amount: str, shown: str) -> None:
    assert formats.usd_short(Decimal(amount)) == shown


def test_dates_are_unambiguous() -> None:
    assert formats.day(dt.date(2026, 11, 3)) == "Nov 3, 2026"
    assert formats.isoday(dt.date(2026, 11, 3)) == "2026-11-03"
    assert formats.day(None) == formats.isoday(None) == ""


@pytest.mark.parametrize(
    ("day", "shown"), [(dt.date(2026, 10, 11), "41 d"), (TODAY, "today"), (dt.date(2026, 11, 26), "in 5 d")]
)
def test_an_age_counts_days_either_way(day: dt.date, shown: str) -> None:
    assert formats.age(day, TODAY) == shown


def test_a_moment_in_a_sentence_names_its_day_only_when_it_is_not_today() -> None:
    at = dt.datetime(2026, 11, 21, 14, 32, tzinfo=dt.UTC)
    assert formats.when(at, at.date()) == "at 14:32"
    assert formats.when(at, dt.date(2026, 11, 23)) == "on Nov 21 at 14:32"
    assert formats.when(at, dt.date(2027, 1, 4)) == "on Nov 21, 2026 at 14:32"
    assert formats.when(None, at.date()) == ""
