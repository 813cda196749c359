"""A bill is a correction only if it says so or shows it; a number used for the next visit makes none."""

import datetime as dt

import pytest

from claims.billing.models import Claim
from tests.edi_intake.conftest import TakeIn
from tests.edi_intake.writing import Sent, write_277ca, write_837

FIRST = Sent(number="AC-7", lines=(("99213", "100.00"), ("36415", "12.00")), charge="112.00", served="20260803")
REJECTED = write_277ca([("AC-7", "A7", "")], day="20260812")
AGAIN = {
    "another charge": FIRST.but(lines=(("99213", "90.00"), ("36415", "12.00")), charge="102.00"),
    "one service less": FIRST.but(lines=(("99213", "100.00"),), charge="100.00"),
    "another code beside one that stays": FIRST.but(lines=(("99214", "140.00"), ("36415", "12.00")), charge="152.00"),
}
ANOTHER_VISIT = {
    "another day, other services": FIRST.but(lines=(("99215", "180.00"),), charge="180.00", served="20260908"),
    "another day, the same services": FIRST.but(lines=(("99213", "95.00"),), charge="95.00", served="20260908"),
    "the same day, other services": FIRST.but(lines=(("90471", "31.00"),), charge="31.00"),
    "the same day and charge, other services": FIRST.but(lines=(("97110", "112.00"),)),
    "another patient": FIRST.but(lines=(("99213", "90.00"),), charge="90.00", first="MIA", born="19900101"),
}


def charge() -> str:
    return str(Claim.objects.get(number="AC-7").charge)


@pytest.mark.parametrize("words", AGAIN)
def test_a_rejected_claim_is_replaced_by_what_was_sent_after_the_rejection_and_resembles_it(
    take_in: TakeIn, words: str
) -> None:
    take_in(write_837([FIRST], sent_on="20260810"))
    take_in(REJECTED)
    assert take_in(write_837([AGAIN[words]], control=2, sent_on="20260814")).status == "posted"
    assert charge() == AGAIN[words].charge
    assert Claim.objects.get().balance == Claim.objects.get().charge


@pytest.mark.parametrize("words", ANOTHER_VISIT)
@pytest.mark.parametrize("is_rejected", [True, False])
def test_what_shows_no_correction_is_a_question_and_changes_nothing(
    take_in: TakeIn, words: str, *, is_rejected: bool
) -> None:
    take_in(write_837([FIRST], sent_on="20260810"))
    if is_rejected:
        take_in(REJECTED)
    result = take_in(write_837([ANOTHER_VISIT[words]], control=2, sent_on="20260910"))
    assert [one["code"] for one in result.results[0]["problems"]] == ["number_taken"]
    assert charge() == "112.00"
    assert Claim.objects.get().submissions.count() == 1


def test_what_was_sent_before_the_rejection_corrects_nothing(take_in: TakeIn) -> None:
    take_in(write_837([FIRST], sent_on="20260810"))
    take_in(REJECTED)
    assert take_in(write_837([AGAIN["another charge"]], control=2, sent_on="20260811")).status == "partly"
    assert charge() == "112.00"


@pytest.mark.parametrize("words", [*AGAIN, *ANOTHER_VISIT])
def test_reading_anything_again_after_the_acknowledgment_changes_nothing(take_in: TakeIn, words: str) -> None:
    later = {**AGAIN, **ANOTHER_VISIT}[words]
    files = [write_837([FIRST], sent_on="20260810"), REJECTED, write_837([later], control=2, sent_on="20260814")]
    for content in files:
        take_in(content)
    stands = list(Claim.objects.values("number", "charge", "balance", "service_from", "frequency"))
    for content in [*files, *files[::-1]]:
        take_in(content)
    assert list(Claim.objects.values("number", "charge", "balance", "service_from", "frequency")) == stands


def test_a_void_claim_is_billed_anew_for_the_same_visit_only(take_in: TakeIn) -> None:
    take_in(write_837([FIRST], sent_on="20260810"))
    take_in(write_837([FIRST.but(frequency="8")], control=2, sent_on="20260820"))
    visit = ANOTHER_VISIT["another day, the same services"]
    assert take_in(write_837([visit], control=3, sent_on="20260910")).status == "partly"
    assert Claim.objects.get().state == "void"
    assert take_in(write_837([AGAIN["one service less"]], control=4, sent_on="20260911")).status == "posted"
    claim = Claim.objects.get()
    assert (claim.state, str(claim.balance), claim.service_from) == ("open", "100.00", dt.date(2026, 8, 3))
