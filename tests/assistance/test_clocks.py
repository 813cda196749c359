"""120, 30 and 240 days, by the day (26 CFR 1.501(r)-6(c); RULES 11.1, 11.6)."""

import datetime as dt

import pytest

from collections_app.assistance.clocks import ClockFacts, ClockFigures, gate, marks

BILLED = dt.date(2026, 3, 2)
HOSPITAL = ClockFigures(is_501r=True)
NJ = ClockFigures(state="NJ", state_days=120)


def after(days):
    return BILLED + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (119, "501(r): 120 days from the latest first bill. Not before Jun 30, 2026."),
        (120, "501(r): the 30-day notice of the actions has not been sent."),
    ],
)
def test_nothing_begins_before_day_120(days, why):
    assert gate(ClockFacts((BILLED,)), HOSPITAL, today=after(days)) == why


@pytest.mark.parametrize(("days", "is_stopped"), [(29, True), (30, False)])
def test_the_notice_runs_30_days(days, is_stopped):
    facts = ClockFacts((BILLED,), noticed_on=after(130))
    assert bool(gate(facts, HOSPITAL, today=after(130 + days))) is is_stopped


def test_the_day_that_the_notice_names_counts_where_it_is_later():
    facts = ClockFacts((BILLED,), noticed_on=after(100), notice_names=after(150))
    assert gate(facts, HOSPITAL, today=after(149)) == (
        "501(r): the notice of Jun 10, 2026 runs. Not before Jul 30, 2026."
    )
    assert gate(facts, HOSPITAL, today=after(150)) == ""


def test_several_visits_count_from_the_latest_first_bill():
    facts = ClockFacts((BILLED, after(50)), noticed_on=after(60))
    assert "Not before Aug 19, 2026" in gate(facts, HOSPITAL, today=after(169))
    assert gate(facts, HOSPITAL, today=after(170)) == ""


def test_a_visit_without_a_bill_has_not_begun_its_days():
    assert "no first statement yet" in gate(ClockFacts((BILLED, None)), HOSPITAL, today=after(400))


def test_an_application_stops_all_of_it():
    facts = ClockFacts((BILLED,), noticed_on=after(100), applied_on=after(200))
    words = "Assistance was applied for on Sep 18, 2026: nothing begins until it is decided."
    assert gate(facts, HOSPITAL, today=after(210)) == words
    assert gate(facts, ClockFigures(), today=after(210)) == words  # whoever the practice is


def test_where_nothing_binds_nothing_is_said():
    assert gate(ClockFacts((None,)), ClockFigures(), today=BILLED) == ""


@pytest.mark.parametrize(("days", "is_stopped"), [(119, True), (120, False)])
def test_new_jersey_waits_120_days_whoever_the_practice_is(days, is_stopped):
    assert bool(gate(ClockFacts((BILLED,)), NJ, today=after(days))) is is_stopped


def test_the_strip_tells_the_days():
    facts = ClockFacts((BILLED,), noticed_on=after(100))
    told = [(one.label, one.on, one.days, one.is_over) for one in marks(facts, HOSPITAL, today=after(121))]
    assert told == [
        ("First bill", BILLED, None, False),
        ("Day 120: collection actions at the earliest", after(120), -1, True),
        ("30-day notice ends", after(130), 9, False),
        ("Day 240: last day to apply", after(240), 119, False),
    ]
