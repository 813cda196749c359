"""What a status category says of a submitted claim: one table, and only an acceptance of the claim is proof."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from claims.billing.submission_progress import CATEGORIES, after, meaning_of
from claims.edi.acknowledgments import verdict_of
from claims.edi.x12.records import StatusCode
from claims.payers.code_words import status_category_words

CODES = Path(__file__).parents[2] / ".." / "shared" / "data" / "codes" / "claim_status_category_codes.csv"
DAY = dt.date(2026, 10, 12)


def said(category: str, *, action: str = "WQ") -> StatusCode:
    return StatusCode(category, "20", "PR", action, DAY, None, "")


def test_only_an_acceptance_into_adjudication_accepts() -> None:
    assert {code for code, meaning in CATEGORIES.items() if meaning == "accepted"} == {"A2", "A5"}
    assert {code for code, meaning in CATEGORIES.items() if meaning == "rejected"} == {"A3", "A4", "A6", "A7", "A8"}
    assert (meaning_of("A1"), meaning_of(" a2 "), meaning_of("A0")) == ("received", "accepted", "pending")


def test_a_finding_of_adjudication_says_nothing_of_the_way_to_it() -> None:
    assert {meaning_of(code) for code in ("F1", "F2", "R4", "E0", "D0", "X0", "")} == {"info"}


def test_the_words_agree_with_the_meaning() -> None:
    for code, meaning in CATEGORIES.items():
        words = status_category_words(code)
        assert words.startswith("rejected") == (meaning == "rejected" and code != "A4"), code
        assert words.startswith("accepted") == (code == "A2"), code


def test_a_receipt_never_reaches_acceptance() -> None:
    assert after("sent", DAY, verdict="received", on=DAY, is_syntax=False) == ("received", DAY)
    assert after("accepted", DAY, verdict="received", on=DAY + dt.timedelta(days=3), is_syntax=False) == (
        "accepted",
        DAY,
    )


def test_only_a_277ca_acknowledges_and_its_action_code_can_turn_away() -> None:
    assert [verdict_of(said(code), kind="277CA") for code in ("A1", "A2", "A5", "A4")] == [
        "received",
        "accepted",
        "accepted",
        "rejected",
    ]
    assert [verdict_of(said(code), kind="277") for code in ("A1", "A2", "A4", "P1")] == [
        "info",
        "info",
        "info",
        "pending",
    ]
    assert [verdict_of(said(code, action="U"), kind="277CA") for code in ("A0", "A1", "A2", "E3")] == [
        "rejected",
        "rejected",
        "accepted",
        "rejected",
    ]


def test_every_acknowledgment_and_pending_category_of_the_list_has_a_meaning() -> None:
    if not CODES.exists():
        pytest.skip("the reference lists (../shared/data/codes) are not here")
    with CODES.open() as file:
        listed = {row["code"] for row in csv.DictReader(file)}
    assert {code for code in listed if code[0] in "AP"} == set(CATEGORIES)
