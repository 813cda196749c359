"""What a payer's answer means: every category has a verdict, and every answer one."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.edi.x12.reading import read_all
from claims.edi.x12.records import Benefit, ClaimStatus, CoverageAnswer
from collections_app.status_requests.coverage_words import REFUSALS, CoverageState, DenialRoute, finding_of
from collections_app.status_requests.verdicts import CATEGORIES, GivenStatus, StatusVerdict, deciding, verdict_of_status
from tests.edi.x12files import SHARED

#: X12 list 507, written down here from its own words; not taken from the module under test.
LIST_507 = (
    *("A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "D0", "E0", "E1", "E2", "E3", "E4"),
    *("F0", "F1", "F2", "F3", "F3F", "F3N", "F4", "F5", "P0", "P1", "P2", "P3", "P4", "P5", "RQ", "X0", "R0", "R1"),
    *(f"R{n}" for n in range(3, 18)),
)


@pytest.mark.parametrize("category", LIST_507)
def test_every_category_has_a_verdict(category: str) -> None:
    assert category in CATEGORIES
    verdict = verdict_of_status(GivenStatus(category), is_paid=False)
    assert (verdict is StatusVerdict.UNCLEAR) == (category[0] in "EX"), "only a payer that could not look says nothing"


@pytest.mark.parametrize(
    ("category", "status", "is_paid", "verdict"),
    [
        ("F1", "65", True, "paid"),
        ("F0", "3", True, "paid"),
        ("F0", "3", False, "finalized"),
        ("F2", "88", False, "denied"),
        ("F2", "116", False, "wrong_payer"),
        ("A4", "35", False, "not_on_file"),
        ("A3", "116", False, "wrong_payer"),
        ("D0", "35", False, "not_on_file"),
        ("P1", "20", False, "pending"),
        ("P1", "116", False, "pending"),
        ("P3", "123", False, "records"),
        ("P4", "123", False, "patient"),
        ("R4", "294", False, "records"),
        ("E1", "484", False, "unclear"),
        ("", "", False, "unclear"),
    ],
)
def test_what_is_said_means(category: str, status: str, is_paid: bool, verdict: str) -> None:
    assert verdict_of_status(GivenStatus(category, status), is_paid=is_paid) == verdict


statuses = st.builds(GivenStatus, st.sampled_from([*LIST_507, "ZZ", ""]), st.sampled_from(["", "35", "116", "20"]))


@given(st.lists(statuses, max_size=4), st.booleans())
def test_an_answer_has_one_verdict_that_one_of_its_codes_gives(given_codes: list[GivenStatus], is_paid: bool) -> None:
    verdict, code = deciding(given_codes, is_paid=is_paid)
    own = {verdict_of_status(one, is_paid=is_paid) for one in given_codes}
    assert verdict in (own or {StatusVerdict.UNCLEAR})
    if given_codes:
        assert code in given_codes
        assert (verdict is StatusVerdict.UNCLEAR) == (own == {StatusVerdict.UNCLEAR})


def test_paid_in_part_is_paid() -> None:
    codes = [GivenStatus("F2", "88"), GivenStatus("F1", "65")]
    assert deciding(codes, is_paid=True)[0] is StatusVerdict.PAID
    assert deciding(codes, is_paid=False)[0] is StatusVerdict.DENIED


def test_every_277_of_others_gives_a_verdict_for_every_claim() -> None:
    if not SHARED.exists():
        pytest.skip("no shared files here")
    found = 0
    for path in sorted((SHARED / "277").iterdir()):
        for transaction in read_all(path.read_bytes()):
            for status in transaction.body:
                assert isinstance(status, ClaimStatus)
                if status.level == "claim":
                    found += 1
                    codes = [GivenStatus(one.category, one.status, one.entity) for one in status.codes]
                    verdict, _ = deciding(codes, is_paid=bool(status.paid))
                    known = any(one.category in LIST_507 and one.category[0] not in "EX" for one in codes)
                    assert (verdict is not StatusVerdict.UNCLEAR) == known, (path.name, codes)
    assert found >= 10


def benefit(information: str, **changed: object) -> Benefit:
    told: dict[str, object] = {
        "information": information, "level": "IND", "services": ("30",), "insurance": "", "plan": "", "period": "",
        "amount": None, "percent": None, "in_network": "", "dates": {}, "messages": (), "payer_name": "",
        "payer_id": "", "other_member_id": "", **changed,
    }  # fmt: skip
    return Benefit(**told)  # type: ignore[arg-type]


def answer(*benefits: Benefit, refusals: tuple[str, ...] = (), dates: dict | None = None) -> CoverageAnswer:
    return CoverageAnswer("E1", "P", "1", "", "", "", "", dates or {}, benefits, refusals, "", (), 1)


DAY = dt.date(2026, 10, 1)


def test_covered_on_the_day_disputes_the_denial_and_after_its_end_it_does_not() -> None:
    dates = {"346": (dt.date(2026, 1, 1),) * 2, "347": (dt.date(2026, 9, 30),) * 2}
    assert finding_of(answer(benefit("1", plan="GOLD")), service_on=DAY).route is DenialRoute.REOPEN
    ended = finding_of(answer(benefit("1"), dates=dates), service_on=DAY)
    assert (ended.state, ended.route, ended.ends_on) == (
        CoverageState.INACTIVE,
        DenialRoute.PATIENT,
        dt.date(2026, 9, 30),
    )
    within = finding_of(answer(benefit("1"), dates=dates), service_on=dt.date(2026, 9, 30))
    assert within.state is CoverageState.ACTIVE


def test_an_active_benefit_that_spans_the_day_covers_whatever_ended_beside_it() -> None:
    def span(first: dt.date, last: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
        return {"291": (first, last)}

    last_year = span(dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    this_year = span(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    for before in ("6", "1"):
        found = finding_of(answer(benefit(before, dates=last_year), benefit("1", dates=this_year)), service_on=DAY)
        assert (found.state, found.begins_on) == (CoverageState.ACTIVE, dt.date(2026, 1, 1)), before
    gone = finding_of(answer(benefit("1", dates=last_year), benefit("1")), service_on=DAY)
    assert gone.state is CoverageState.INACTIVE, "a benefit without days says nothing against one with them"


def test_another_payer_is_billed_whatever_the_first_says() -> None:
    other = benefit("R", payer_name="NORTH MUTUAL", payer_id="NOR02", other_member_id="N77")
    found = finding_of(answer(benefit("6"), other), service_on=DAY)
    assert (found.state, found.route) == (CoverageState.INACTIVE, DenialRoute.OTHER_PAYER)
    assert (found.other_payer, found.other_payer_id, found.other_member_id) == ("NORTH MUTUAL", "NOR02", "N77")


def test_what_is_left_of_the_deductible_is_the_persons_own_in_network() -> None:
    found = finding_of(
        answer(
            benefit("1"), benefit("C", level="FAM", period="29", amount=Decimal("2000.00")),
            benefit("C", period="23", amount=Decimal("1000.00")),
            benefit("C", period="29", amount=Decimal("900.00"), in_network="N"),
            benefit("C", period="29", amount=Decimal("412.50"), in_network="Y"),
        ),
        service_on=DAY,
    )  # fmt: skip
    assert found.deductible_left == Decimal("412.50")


def test_nobody_found_and_no_answer_are_two_things() -> None:
    assert finding_of(answer(refusals=("75",)), service_on=DAY).state is CoverageState.UNKNOWN_PERSON
    away = finding_of(answer(refusals=("42",)), service_on=DAY)
    assert (away.state, away.route) == (CoverageState.UNCLEAR, DenialRoute.NONE)
    assert REFUSALS[away.refusal] == "The payer cannot answer now"
