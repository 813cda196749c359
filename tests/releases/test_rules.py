"""Clocks, fees, which disclosures the law counts, and by what a requester is known once."""

import datetime as dt
from decimal import Decimal

import pytest

from collections_app.releases.authorization import RequestBasis
from collections_app.releases.rules import RequestFigures, due_on, fee_of, is_counted, match_key, needs_minimum

CAME = dt.date(2026, 11, 2)
FIGURES = RequestFigures(
    access_days=30, extension_days=30, own_days=14, search_fee=Decimal("10.00"), page_fee=Decimal("0.75"),
    access_page_fee=Decimal("0.05"),
)  # fmt: skip


def test_access_has_thirty_days_and_thirty_more_whatever_the_paper_says():
    assert due_on(RequestBasis.ACCESS, CAME, FIGURES) == dt.date(2026, 12, 2)
    assert due_on(RequestBasis.ACCESS, CAME, FIGURES, is_extended=True) == dt.date(2027, 1, 1)
    assert due_on(RequestBasis.ACCESS, CAME, FIGURES, asked_by=dt.date(2026, 11, 5)) == dt.date(2026, 12, 2)


def test_a_day_that_a_subpoena_names_comes_before_our_own():
    assert due_on(RequestBasis.SUBPOENA, CAME, FIGURES) == dt.date(2026, 11, 16)
    assert due_on(RequestBasis.SUBPOENA, CAME, FIGURES, asked_by=dt.date(2026, 11, 9)) == dt.date(2026, 11, 9)
    assert due_on(RequestBasis.SUBPOENA, CAME, FIGURES, asked_by=dt.date(2026, 12, 24)) == dt.date(2026, 11, 16)


def test_a_patient_pays_the_pages_alone_and_for_payment_nobody_pays():
    assert fee_of(RequestBasis.AUTHORIZATION, 20, FIGURES) == Decimal("25.00")  # 10.00 + 20 × 0.75
    assert fee_of(RequestBasis.ACCESS, 20, FIGURES) == Decimal("1.00")  # 20 × 0.05, no search
    assert fee_of(RequestBasis.PAYMENT, 20, FIGURES) == Decimal("0.00")


@pytest.mark.parametrize(
    ("basis", "counted", "minimum"),
    [
        (RequestBasis.AUTHORIZATION, False, False),  # 164.528(a)(1)(iv); 164.502(b)(2)(iii)
        (RequestBasis.ACCESS, False, False),  # 164.528(a)(1)(ii); 164.502(b)(2)(ii)
        (RequestBasis.PAYMENT, False, True),  # 164.528(a)(1)(i)
        (RequestBasis.SUBPOENA, True, True),
        (RequestBasis.COURT_ORDER, True, False),  # required by law: 164.502(b)(2)(v)
        (RequestBasis.WORKERS, True, True),
    ],
)
def test_the_table_of_what_is_counted_and_where_the_least_goes(basis, counted, minimum):
    assert (is_counted(basis), needs_minimum(basis)) == (counted, minimum)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sterling & Vance LLP", "Sterling and Vance"),
        ("The Law Offices of O’Brien", "OBrien, P.C."),
        ("Mill  Street   Legal", "MILL STREET LEGAL, Inc."),
    ],
)
def test_a_firm_is_one_however_it_writes_itself(one, other):
    assert match_key(one, "10005-1234") == match_key(other, "10005")
    assert match_key(one, "10005") != match_key(other, "10006")


def test_a_name_of_nothing_but_additions_is_still_a_name():
    assert match_key("The Law Firm", "10005") == "THE LAW FIRM|10005"
