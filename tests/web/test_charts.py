import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from arwork.web import charts, formats
from arwork.web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Series


def test_the_scale_starts_at_zero_and_ends_on_a_round_step() -> None:
    chart = charts.stack_chart(
        "Balance", ["Aug", "Sep"], [Series("Open", [Decimal(30_000), Decimal(96_410)])], write=formats.usd_short
    )
    assert [tick.label for tick in chart.rows] == ["$0", "$25k", "$50k", "$75k", "$100k"]


def test_a_stack_stands_on_what_is_below_it() -> None:
    chart = charts.stack_chart("All", ["a", "b"], [Series("one", [1, 1]), Series("two", [3, 3])])
    lower, upper = chart.marks
    assert lower.path.startswith(f"M{LEFT} ")
    assert upper.path.split("L")[0] == f"M{LEFT} {TOP}"
    assert chart.rows[-1].label == "4"


def test_a_stack_refuses_values_below_zero() -> None:
    with pytest.raises(ValueError, match="below zero"):
        charts.stack_chart("All", ["a"], [Series("one", [-1])])


def test_every_series_needs_every_label() -> None:
    with pytest.raises(ValueError, match="each label"):
        charts.stack_chart("All", ["a", "b"], [Series("one", [1])])


def test_labels_are_thinned_and_the_newest_stays() -> None:
    labels = [str(day) for day in range(30)]
    chart = charts.stack_chart("All", labels, [Series("one", list(range(30)))])
    assert len(chart.columns) <= charts.LABELS
    assert chart.columns[-1].label == "29"


@pytest.mark.parametrize("labels", [[], ["a"]])
def test_a_chart_of_nothing_or_one_day_can_be_drawn(labels: list[str]) -> None:
    series = [Series("one", [Decimal(0)] * len(labels))]
    chart = charts.stack_chart("Empty", labels, series)
    assert render_to_string("components/chart.html", {"chart": chart})


@given(st.lists(st.lists(st.decimals(0, 10_000_000, places=2), min_size=9, max_size=9), min_size=1, max_size=6))
def test_no_point_leaves_the_frame(values: list[list[Decimal]]) -> None:
    series = [Series(str(number), row) for number, row in enumerate(values)]
    chart = charts.stack_chart("All", [str(i) for i in range(9)], series)
    for mark in chart.marks:
        for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", mark.path):
            assert LEFT <= Decimal(x) <= WIDTH - RIGHT
            assert TOP <= Decimal(y) <= HEIGHT - BOTTOM
    assert 2 <= len(chart.rows) <= 7


def test_names_are_escaped_and_nothing_is_styled_inline() -> None:
    chart = charts.stack_chart("<b>", ["a"], [Series("<i>", [1])])
    svg = render_to_string("components/chart.html", {"chart": chart})
    assert "<b>" not in svg
    assert "<i>" not in svg
    assert "style=" not in svg


def test_a_longer_time_takes_more_room():
    """A fortnight, then two days."""
    chart = charts.stack_chart("All", ["1", "15", "16", "17"], [Series("one", [1, 1, 1, 1])], at=[1, 15, 16, 17])
    assert [tick.label for tick in chart.columns] == ["1", "15", "17"]  # the 16th would stand on the 17th
    left, right = chart.left, chart.right
    assert [float(x) for x in re.findall(r"[ML]([\d.]+) ", chart.marks[0].path)[:4]] == pytest.approx(
        [left, left + (right - left) * 14 / 16, left + (right - left) * 15 / 16, right], abs=0.1
    )


def test_bars_stand_in_the_middle_of_their_labels_and_where_nothing_is_there_is_none() -> None:
    chart = charts.bar_chart(
        "Done",
        ["Nov 19", "Nov 20", "Nov 21"],
        [Series("outcomes", [4, 0, -1])],
        ticks=["19", "20", "21"],
        is_narrow=True,
    )
    (mark,) = chart.marks
    assert (mark.title, mark.path) == ("Nov 19: 4", "M75.7 126V10H167.6V126Z")
    assert [(tick.at, tick.label) for tick in chart.columns] == [("121.7", "19"), ("253", "20"), ("384.3", "21")]
    assert charts.bar_chart("Done", [], [Series("outcomes", [])]).marks == []


def test_bars_of_several_series_stand_side_by_side() -> None:
    chart = charts.bar_chart("Rates", ["1", "2"], [Series("predicted", [40, 20]), Series("came in", [30, 0])])
    assert [mark.title for mark in chart.marks] == ["predicted, 1: 40", "predicted, 2: 20", "came in, 1: 30"]
    predicted, came = chart.marks[0].path, chart.marks[2].path
    assert re.search(r"H([\d.]+)", predicted)[1] == re.search(r"M([\d.]+)", came)[1]
