"""Dated rules: which row applies on a day, what a new one does to the others, and when one may end."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dated_rules import BadDates, Book, DatedRule, check_dates, ending, in_force, pick, standing, succeed

NEW_YEAR = dt.date(2026, 1, 1)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row(DatedRule):
    """A figure for a place, or for a house in it."""

    SCOPE: ClassVar[tuple[str, ...]] = ("house", "place")
    value: int
    house: int | None = None
    place: str = ""
    name: str = "height"
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return self.name


def value(rows: list[Row], *, on: dt.date = NEW_YEAR, house: int | None = None, place: object = "") -> int | None:
    found = pick(rows, on=on, asked=(house, place))
    return found.value if found else None


def test_the_first_and_the_last_day_belong_to_the_validity() -> None:
    rows = [Row(5, valid_from=dt.date(2026, 3, 1), valid_to=dt.date(2026, 3, 31))]
    days = (dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 3, 31), dt.date(2026, 4, 1))
    assert [value(rows, on=day) for day in days] == [None, 5, 5, None]
    assert [standing(rows[0].valid_from, rows[0].valid_to, day) for day in days] == [
        "planned", "in force", "in force", "ended"
    ]  # fmt: skip


def test_the_most_specific_applies_whoever_entered_it() -> None:
    rows = [Row(1), Row(2, place="MA"), Row(3, house=7), Row(4, house=7, place="MA"), Row(9, rule_id=1)]
    assert value(rows) == 9
    assert value(rows, place="MA") == 2
    assert value(rows, house=7) == 3
    assert value(rows, house=7, place="MA") == 4
    assert value(rows, house=8, place="DC") == 9
    assert value(rows, place=frozenset({"DC", "MA"})) == 2


def test_one_s_own_row_applies_before_a_shipped_one_that_began_later() -> None:
    own, shipped = Row(10, valid_from=dt.date(2020, 1, 1), rule_id=1), Row(20, valid_from=dt.date(2025, 1, 1))
    assert value([own, shipped]) == value([shipped, own]) == 10
    ended = replace(own, valid_to=dt.date(2025, 12, 31))
    assert value([ended, shipped]) == 20  # and where it ends the shipped one speaks again


def test_the_later_to_begin_applies_then_the_one_entered_last() -> None:
    first, second = Row(1, valid_from=dt.date(2025, 1, 1), rule_id=9), Row(2, valid_from=dt.date(2025, 6, 1), rule_id=3)
    assert value([second, first]) == 2
    assert value([second, first], on=dt.date(2025, 5, 31)) == 1
    corrected = replace(second, value=3, rule_id=10)
    assert value([corrected, second]) == value([second, corrected]) == 3


def test_a_new_row_ends_the_one_before_on_the_day_before_and_itself_before_a_planned_one() -> None:
    running = Row(1, valid_from=dt.date(2025, 1, 1), rule_id=1)
    planned = Row(3, valid_from=dt.date(2026, 7, 1), rule_id=2)
    elsewhere = Row(4, place="MA", valid_from=dt.date(2025, 1, 1), rule_id=3)
    shipped = Row(5, valid_from=dt.date(2025, 1, 1))
    new, ended = succeed([running, planned, elsewhere, shipped], Row(2, valid_from=NEW_YEAR, rule_id=9))
    assert new.valid_to == dt.date(2026, 6, 30)
    assert ended == {1: dt.date(2025, 12, 31)}


def test_a_correction_of_the_same_day_leaves_that_day_to_the_one_entered_last() -> None:
    wrong = Row(1, valid_from=NEW_YEAR, rule_id=1)
    new, ended = succeed([wrong], Row(2, valid_from=NEW_YEAR, rule_id=2))
    assert ended == {1: NEW_YEAR}
    assert value([replace(wrong, valid_to=ended[1]), new]) == 2


def test_what_ended_before_and_what_is_about_something_else_is_left_alone() -> None:
    past = Row(1, valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2025, 12, 31), rule_id=1)
    other = Row(1, name="depth", valid_from=dt.date(2020, 1, 1), rule_id=2)
    new, ended = succeed([past, other], Row(2, valid_from=NEW_YEAR))
    assert (new.valid_to, ended) == (None, {})


def test_a_row_ends_yesterday_at_the_earliest_and_one_that_has_not_begun_is_withdrawn() -> None:
    today = dt.date(2026, 6, 15)
    assert ending(NEW_YEAR, None, wanted=None, today=today) == today - DAY
    assert ending(NEW_YEAR, None, wanted=dt.date(2026, 12, 31), today=today) == dt.date(2026, 12, 31)
    assert ending(today, None, wanted=None, today=today) == today  # it was in force today
    assert ending(today + DAY, None, wanted=None, today=today) is None
    with pytest.raises(BadDates, match="yesterday at the earliest"):
        ending(NEW_YEAR, None, wanted=today - 2 * DAY, today=today)


def test_an_end_is_never_put_off_and_what_has_ended_stays_as_it_is() -> None:
    today = dt.date(2026, 6, 15)
    with pytest.raises(BadDates, match="ended already"):
        ending(NEW_YEAR, today - DAY, wanted=None, today=today)
    with pytest.raises(BadDates, match="enter it anew"):
        ending(NEW_YEAR, today + DAY, wanted=today + 2 * DAY, today=today)
    assert ending(NEW_YEAR, today + DAY, wanted=today, today=today) == today


@pytest.mark.parametrize(
    ("since", "to"),
    [(dt.date(26, 1, 1), None), (NEW_YEAR, dt.date(9999, 1, 1)), (NEW_YEAR, NEW_YEAR - DAY)],
)
def test_dates_that_are_a_slip_of_the_hand_are_refused(since: dt.date, to: dt.date | None) -> None:
    with pytest.raises(BadDates):
        check_dates(since, to)


DAYS = st.dates(min_value=dt.date(2025, 1, 1), max_value=dt.date(2025, 1, 12))
ROWS = st.lists(
    st.builds(
        Row,
        value=st.integers(0, 10**6),
        house=st.sampled_from([None, 7, 8]),
        place=st.sampled_from(["", "MA", "DC"]),
        name=st.sampled_from(["height", "depth"]),
        valid_from=st.none() | DAYS,
        valid_to=st.none() | DAYS,
        rule_id=st.none() | st.integers(1, 5),
    ),
    max_size=12,
)


@given(ROWS, DAYS, st.sampled_from([None, 7, 8]), st.sampled_from(["", "MA", "DC"]), st.data())
def test_whatever_the_order_the_row_that_applies_is_beaten_by_none(rows, on, house, place, data) -> None:
    """Judged by an oracle that strikes out, reason by reason, what is beaten."""
    left = [row for row in rows if row.name == "height" and in_force(row.valid_from, row.valid_to, on)]
    left = [row for row in left if row.house in (None, house) and row.place in ("", place)]
    for better in (
        lambda row: row.house is not None,
        lambda row: row.place != "",
        lambda row: row.rule_id is not None,
    ):
        left = [row for row in left if better(row)] or left
    latest = max((row.valid_from or dt.date.min for row in left), default=None)
    left = [row for row in left if (row.valid_from or dt.date.min) == latest]
    newest = max((row.rule_id or 0 for row in left), default=None)
    left = [row for row in left if (row.rule_id or 0) == newest]

    shuffled = data.draw(st.permutations(rows))
    book = Book(shuffled)
    found = book.look_up("height", on=on, asked=(house, place))
    assert found is book.look_up("height", on=on, asked=(house, place))
    assert (found is None) == (not left)
    assert found is None or found in left


@given(ROWS, DAYS, st.integers(0, 10**6))
def test_from_its_day_on_a_new_row_applies_and_before_it_nothing_changes(rows, since, figure) -> None:
    stored = [replace(row, rule_id=number, valid_from=row.valid_from or since) for number, row in enumerate(rows, 1)]
    stored = [row for row in stored if row.valid_to is None or row.valid_to >= row.begins]
    new, ended = succeed(stored, Row(figure, valid_from=since, rule_id=99))
    after = [replace(row, valid_to=ended.get(row.rule_id, row.valid_to)) for row in stored] + [new]
    before, now = Book(stored), Book(after)
    assert now.look_up("height", on=since, asked=(None, "")) == new
    for ahead in range(1, 12):
        past = since - ahead * DAY
        assert now.look_up("height", on=past, asked=(7, "MA")) == _shortened(
            before.look_up("height", on=past, asked=(7, "MA")), ended
        )


def _shortened(row: Row | None, ended: dict[int, dt.date]) -> Row | None:
    return None if row is None else replace(row, valid_to=ended.get(row.rule_id or 0, row.valid_to))
