"""Names and member ids of one person as payers write them, and what makes another person of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.remits.identity import (
    first_names_agree,
    is_other_person,
    last_names_agree,
    member_ids_agree,
    names_agree,
    surname_words,
)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Guarino", "GUARINO"),
        ("O'Hara", "OHARA"),
        ("Núñez", "NUNEZ"),
        ("SMITH JR", "SMITH"),
        ("SMITH", "SMITH III"),
        ("SMITH-JONES", "SMITH JONES"),
        ("SMITH-JONES", "SMITHJONES"),
        ("SMITH-JONES", "JONES"),  # after a marriage, or before
        ("DE LA CRUZ", "CRUZ"),
        ("CHRISTOPHERSON-WILLOUGHBY", "CHRISTOPHERSON-WILL"),  # cut off
        ("LI", "Li"),
        ("III", "III"),
    ],
)
def test_one_surname_written_in_two_ways(ours: str, theirs: str) -> None:
    assert last_names_agree(ours, theirs) is True


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("DOE", "ROE"), ("SMITH", "SMITHSON"), ("VAN DYKE", "VAN HALEN"), ("LI", "LIU"), ("LEE JR", "ROE JR")],
)
def test_two_surnames(ours: str, theirs: str) -> None:
    assert last_names_agree(ours, theirs) is False


def test_a_surname_that_is_cut_off_agrees_unless_it_is_short() -> None:
    assert last_names_agree("FEATHERSTONEH", "Featherstonehaugh") is True
    assert last_names_agree("SMITH", "SMITHSON") is False


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("JANE", "Jane"),
        ("JANE M", "JANE"),
        ("JANE MARIE", "JANE ANN"),
        ("J", "JANE"),
        ("J R", "JANE"),
        ("JAMES ROBERT", "ROBERT"),  # goes by the middle name
        ("JON", "JONATHAN"),
        ("CHRISTOPHE", "CHRISTOPHER"),  # cut off
        ("ANNE-MARIE", "ANNE MARIE"),
        ("ANNEMARIE", "ANNE MARIE"),
    ],
)
def test_given_names_of_one_person(ours: str, theirs: str) -> None:
    assert first_names_agree(ours, theirs) is True


@pytest.mark.parametrize(
    ("ours", "theirs"), [("JANE", "JOHN"), ("PAUL", "PAULA"), ("BOB", "ROBERT"), ("JO", "JOHN"), ("J", "MAX")]
)
def test_given_names_of_two_people_or_of_one_with_a_nickname(ours: str, theirs: str) -> None:
    assert first_names_agree(ours, theirs) is False


@pytest.mark.parametrize("unnamed", ["", "BABY BOY", "Newborn", "GIRL", " "])
def test_who_has_no_given_name_yet_contradicts_nobody(unnamed: str) -> None:
    assert first_names_agree(unnamed, "JANE") is None


@pytest.mark.parametrize("missing", ["", "(not named)", "Unknown", "  "])
def test_a_surname_that_is_missing_contradicts_nobody(missing: str) -> None:
    assert last_names_agree(missing, "DOE") is None


def test_names_in_the_wrong_order_are_the_names() -> None:
    assert names_agree(("JANE", "DOE"), ("Doe", "Jane M")) == (True, True)
    assert names_agree(("DOE JANE", ""), ("Doe", "Jane")) == (True, None)
    assert names_agree(("ROE", "MAX"), ("DOE", "JANE")) == (False, False)


@pytest.mark.parametrize(
    ("ours", "theirs", "answer"),
    [
        ("M100", "m100", True),
        ("W1234567-01", "W1234567", True),  # the dependent's number
        ("XYZ123456789", "123456789", True),  # a Blue plan's three letters
        ("000123456", "123456", True),
        ("123456789A", "123456789", True),
        ("M100", "M1001", False),  # too short to tell an addition from another number
        ("W1234567", "W1234568", False),
        ("99123456789", "123456789", False),  # digits before it are no prefix
        ("123456789A", "1EG4TE5MK73", None),  # the old and the new number of Medicare
        ("1EG4-TE5-MK73", "1EG4TE5MK73", True),
        ("XXXXX6789", "123456789", None),  # masked
        ("", "M100", None),
    ],
)
def test_member_ids(ours: str, theirs: str, answer: bool | None) -> None:  # noqa: FBT001 (a column of the table)
    assert member_ids_agree(ours, theirs) is answer
    assert member_ids_agree(theirs, ours) is answer


YES, NO, SILENT = True, False, None


@pytest.mark.parametrize(
    ("last", "first", "member", "is_same_icn", "is_other"),
    [
        (YES, YES, YES, False, False),
        (YES, YES, NO, False, False),  # a new card
        (YES, NO, YES, False, False),  # a nickname, a dependent: the member id weighs against it
        (NO, YES, YES, False, False),  # a marriage
        (NO, SILENT, YES, False, False),
        (YES, NO, SILENT, True, False),  # the payer's own number of this claim
        (YES, NO, SILENT, False, True),
        (NO, YES, SILENT, False, True),
        (YES, NO, NO, False, True),
        (YES, NO, NO, True, True),
        (NO, NO, YES, True, True),  # both names never differ of one person
        (NO, NO, NO, False, True),
        (SILENT, SILENT, NO, False, False),
        (SILENT, SILENT, SILENT, False, False),
    ],
)
def test_who_is_another_person(last, first, member, is_same_icn, is_other) -> None:
    assert is_other_person(last=last, first=first, member=member, is_same_icn=is_same_icn) is is_other


NAMES = st.text(alphabet="ABCDEILMNORST' -.é", max_size=14)


@given(NAMES, NAMES)
def test_it_makes_no_difference_who_is_asked_first(one: str, other: str) -> None:
    assert last_names_agree(one, other) is last_names_agree(other, one)
    assert first_names_agree(one, other) is first_names_agree(other, one)
    assert member_ids_agree(one, other) is member_ids_agree(other, one)


@given(NAMES)
def test_every_name_agrees_with_itself_or_says_nothing(name: str) -> None:
    assert last_names_agree(name, name.lower()) is not False
    assert first_names_agree(name, f"{name} Q") is not False
    assert bool(surname_words(name)) is (last_names_agree(name, name) is True)


def test_a_suffix_is_no_surname_in_common_and_a_long_addition_makes_another_id():
    assert last_names_agree("LEE III", "KIM III") is False
    assert member_ids_agree("XJH12345", "XJH12345678") is True
    assert member_ids_agree("XJH12345", "XJH123456789") is False
