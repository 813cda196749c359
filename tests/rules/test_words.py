"""Codes in plain words of our own."""

import csv
from pathlib import Path

import pytest

from claims.denials.routing import categories_by_carc
from claims.payers import code_words

CODES = Path(__file__).parents[2] / ".." / "shared" / "data" / "codes"


def active(name, column="active_2026"):
    if not CODES.exists():
        pytest.skip("the reference lists (../shared/data/codes) are not here")
    with (CODES / name).open() as file:
        return [row["code"] for row in csv.DictReader(file) if column is None or row[column] == "Y"]


def test_a_reason_reads_as_people_say_it():
    assert code_words.carc_words("197") == "authorization missing"
    assert code_words.carc_words(" b7 ") == "provider not certified for this service or date"
    assert code_words.carc_words("0197") == "authorization missing"


def test_an_unknown_code_is_shown_by_its_number():
    assert code_words.carc_words("9999") == "reason 9999"
    assert code_words.rarc_words("N99999") == "remark N99999"
    assert code_words.status_words("99999") == "status 99999"
    assert code_words.carc_words("") == "reason missing"
    assert code_words.place_of_service_words("77") == "place 77"


def test_an_adjustment_in_a_line():
    assert code_words.adjustment_words("CO", "197") == "authorization missing (CO-197)"
    assert code_words.adjustment_words("CO", "16", ["N706"]) == (
        "claim incomplete or has a billing error (CO-16); documentation missing (N706)"
    )


def test_a_status_in_a_line():
    assert code_words.stc_words("A7", "562") == "rejected, information not valid: NPI (A7-562)"
    assert code_words.stc_words("A2") == "accepted for processing (A2)"
    assert code_words.stc_words("A2", "20") == "accepted for processing (A2-20)"


def test_small_lists():
    assert code_words.claim_status_words("22") == "reversal of an earlier payment"
    assert code_words.place_of_service_words("11") == "office"
    assert code_words.place_of_service_words("02") == "telehealth, not at home"
    assert code_words.frequency_words("7") == "replacement of an earlier claim"


def test_alerts_are_told_from_denials():
    assert code_words.is_alert("N782")
    assert not code_words.is_alert("N706")


def test_every_active_reason_has_words():
    assert [code for code in active("carc_codes.csv") if code_words.carc_words(code).startswith("reason ")] == []


def test_every_routed_reason_has_words():
    assert [code for code in categories_by_carc() if code_words.carc_words(code).startswith("reason ")] == []


@pytest.mark.parametrize(
    ("file", "decode", "noun"),
    [
        ("claim_status_category_codes.csv", code_words.status_category_words, "status category "),
        ("claim_frequency.csv", code_words.frequency_words, "frequency "),
        ("place_of_service.csv", code_words.place_of_service_words, "place "),
    ],
)
def test_short_lists_are_complete(file, decode, noun):
    assert [code for code in active(file, None) if decode(code).startswith(noun)] == []


def test_alerts_agree_with_the_list():
    if not CODES.exists():
        pytest.skip("the reference lists (../shared/data/codes) are not here")
    with (CODES / "rarc_codes.csv").open() as file:
        for row in csv.DictReader(file):
            if row["active_2026"] == "Y" and not code_words.rarc_words(row["code"]).startswith("remark "):
                assert code_words.is_alert(row["code"]) == (row["is_alert_2026"] == "Y"), row["code"]
