"""Worked examples: until when a takeback is disputed, and what a dispute does to Medicare's keeping back (RULES 3.5).

A demand letter of Mar 2, 2026: a redetermination received by Apr 1 (day 30) keeps the payer from starting on Apr 12
(day 41); the appeal itself may come until Jul 5 (120 days after receipt, presumed Mar 7).
"""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.payers.deadlines import RuleScope
from claims.payers.rules import RuleBook, default_rules
from claims.remits.takeback_windows import Recoupment, TakebackDates, dispute_windows, recoupment_outlook

RULES = RuleBook(default_rules())
MEDICARE, COMMERCIAL = RuleScope(payer_class="medicare"), RuleScope(payer_class="commercial")
LETTER = dt.date(2026, 3, 2)
TOLD = TakebackDates(dt.date(2026, 3, 10), demand_on=LETTER)
KEPT = replace(TOLD, is_kept_back=True)


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


def windows(dates: TakebackDates, scope: RuleScope = MEDICARE) -> dict[str, dt.date]:
    return {one.kind: one.last_day for one in dispute_windows(dates, scope=scope, rules=RULES)}


def outlook(dates: TakebackDates, scope: RuleScope = MEDICARE) -> tuple[str, dt.date] | None:
    found = recoupment_outlook(dates, scope=scope, rules=RULES)
    return (str(found.standing), found.on) if found else None


def test_medicare_has_thirty_days_to_stop_it_and_a_hundred_and_twenty_to_appeal() -> None:
    assert windows(TOLD) == {"recoupment_stop_1": day(4, 1), "appeal_1": day(7, 5)}
    assert outlook(TOLD) == (Recoupment.STARTS, day(4, 12))
    first = dispute_windows(TOLD, scope=MEDICARE, rules=RULES)[0]
    assert (first.kind, first.internal_due) == ("recoupment_stop_1", day(3, 27))
    assert "405.379" in first.source


def test_without_the_letter_the_remittance_is_counted_from() -> None:
    assert windows(replace(TOLD, demand_on=None)) == {"recoupment_stop_1": day(4, 9), "appeal_1": day(7, 13)}


def test_what_is_kept_back_already_can_only_be_appealed() -> None:
    assert windows(KEPT) == {"appeal_1": day(7, 5)}
    assert outlook(KEPT) == (Recoupment.GOES_ON, day(4, 12))


@pytest.mark.parametrize(
    ("asked_on", "standing"),
    [(day(4, 1), Recoupment.HELD), (day(4, 2), Recoupment.STOPPED_LATE), (day(7, 1), Recoupment.STOPPED_LATE)],
)
def test_a_request_by_day_thirty_keeps_it_from_starting_and_a_later_one_stops_the_rest(
    asked_on: dt.date, standing: Recoupment
) -> None:
    asked = replace(TOLD, disputed_on=asked_on)
    assert windows(asked) == {}
    assert outlook(asked) == (standing, asked_on)


def test_money_that_was_kept_back_before_the_request_stays_with_the_payer() -> None:
    assert outlook(replace(KEPT, disputed_on=day(3, 20))) == (Recoupment.STOPPED_LATE, day(3, 20))


def test_after_an_unfavorable_decision_sixty_days_keep_it_stopped() -> None:
    lost = replace(TOLD, disputed_on=day(3, 20), decided_on=day(5, 18), is_upheld=True)
    assert windows(lost) == {"recoupment_stop_2": day(7, 17), "appeal_2": day(11, 19)}
    assert outlook(lost) == (Recoupment.RESUMES, day(7, 18))
    assert outlook(replace(lost, reconsidered_on=day(7, 17))) == (Recoupment.HELD, day(7, 17))
    assert outlook(replace(lost, reconsidered_on=day(7, 18))) == (Recoupment.STOPPED_LATE, day(7, 18))
    assert windows(replace(lost, reconsidered_on=day(7, 17))) == {}


def test_where_the_payer_gives_in_nothing_runs() -> None:
    won = replace(TOLD, disputed_on=day(3, 20), decided_on=day(5, 18), is_upheld=False)
    assert (won.is_won, won.notice_on, windows(won), outlook(won)) == (True, None, {}, None)


def test_other_payers_have_their_appeal_and_no_law_that_stops_the_money() -> None:
    assert windows(TOLD, COMMERCIAL) == {"appeal_1": LETTER + dt.timedelta(days=180)}
    assert outlook(TOLD, COMMERCIAL) is None
    assert outlook(TOLD, RuleScope(payer_class="medicare_advantage")) is None


DAYS = st.integers(0, 400).map(lambda number: LETTER + dt.timedelta(days=number))


@given(DAYS)
def test_the_shorter_clock_never_ends_after_the_appeal(letter: dt.date) -> None:
    for dates in (
        TakebackDates(letter, demand_on=letter),
        TakebackDates(letter, disputed_on=letter, decided_on=letter, is_upheld=True),
    ):
        stop, appeal = (windows(dates)[kind] for kind in sorted(windows(dates), reverse=True))
        assert letter < stop < appeal
