"""Two identifiers, each of them right, however people say them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.contacts.identifiers import IDENTIFIERS, OnFile, compare, day_said

GUS = OnFile(
    birth_on=dt.date(1961, 4, 9),
    zips=frozenset({"11201-4410", "10001"}),
    streets=frozenset({"12 Oak Street", "PO Box 88"}),
    phones=frozenset({"+17185550101"}),
    accounts=frozenset({"A00017"}),
    members=frozenset({"W12-345678"}),
)


@pytest.mark.parametrize("said", ["4/9/1961", "04/09/1961", "04091961", "1961-04-09", "4.9.1961"])
def test_a_birth_date_is_the_same_however_it_is_said(said: str) -> None:
    assert day_said(said) == dt.date(1961, 4, 9)


@pytest.mark.parametrize("said", ["", "April", "4/9", "13/40/1961", "9999999"])
def test_what_is_no_day_matches_nothing(said: str) -> None:
    assert day_said(said) is None


@pytest.mark.parametrize(
    ("name", "said", "is_right"),
    [
        ("zip", "11201", True),
        ("zip", "11201-4410", True),
        ("zip", "1120", False),
        ("street", "12 oak st", True),
        ("street", "12 Elm", False),
        ("street", "12", False),
        ("phone", "0101", True),
        ("phone", "101", False),
        ("phone", "7185550101", False),
        ("account", "a-00017", True),
        ("member", "5678", True),
        ("member", "678", False),
    ],
)
def test_each_identifier_is_compared_as_people_give_it(name: str, said: str, is_right: bool) -> None:  # noqa: FBT001
    assert (name in compare({name: said}, GUS).matched) is is_right


def test_one_identifier_is_not_enough_and_a_wrong_one_spoils_two() -> None:
    assert not compare({"birth_on": "4/9/1961"}, GUS).is_verified
    assert compare({"birth_on": "4/9/1961", "zip": "11201"}, GUS).is_verified
    assert not compare({"birth_on": "4/9/1961", "zip": "11201", "phone": "9999"}, GUS).is_verified


def test_nothing_on_file_is_never_right() -> None:
    said = {
        "birth_on": "4/9/1961",
        "zip": "11201",
        "street": "12 Oak",
        "phone": "0101",
        "account": "A1",
        "member": "1234",
    }
    assert compare(said, OnFile()).matched == ()


RIGHT = {
    "birth_on": "4/9/1961", "zip": "11201", "street": "12 Oak", "phone": "0101", "account": "A00017", "member": "5678"
}  # fmt: skip


@given(st.dictionaries(st.sampled_from(list(IDENTIFIERS)), st.sampled_from(["right", "wrong", ""])))
def test_verified_is_two_or_more_asked_and_all_right(how: dict[str, str]) -> None:
    said = {name: RIGHT[name] if kind == "right" else "99999 nowhere" * (kind == "wrong") for name, kind in how.items()}
    asked = [kind for kind in how.values() if kind]
    assert compare(said, GUS).is_verified == (len(asked) >= 2 and "wrong" not in asked)
