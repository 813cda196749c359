"""Charts drawn by the server: points in, shapes out, styled by classes alone (the policy allows no inline style).

Pure. A chart is a `Chart` of marks that `components/chart.html` writes as SVG. Series are told apart by their order
and the key as well as by color, each has a title to read, and the page keeps the figures in a table beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

WIDTH, HEIGHT = 1100, 230
BARS_WIDTH, BARS_HEIGHT = 460, 150
LEFT, RIGHT, TOP, BOTTOM = 56, 10, 10, 24
TICKS = 4
LABELS = 12
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))

Value = Decimal | int


@dataclass(frozen=True)
class Series:
    """One named row of values, one for each label of the chart."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Mark:
    """The area of series number `index`; `title` is read out and shown on hover."""

    index: int
    path: str
    title: str


@dataclass(frozen=True)
class Tick:
    """A grid line or a label with its place."""

    at: str
    label: str


@dataclass(frozen=True)
class Chart:
    """Everything that the template writes."""

    title: str
    names: Sequence[str]
    marks: Sequence[Mark]
    rows: Sequence[Tick]
    columns: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM
    is_bars: bool = False

    @property
    def label_y(self) -> int:
        return self.height - 8

    @property
    def label_x(self) -> int:
        return self.left - 6


def stack_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    at: Sequence[int] = (),
    write: Callable[[Value], str] = str,
) -> Chart:
    """Areas that stand on one another, first series lowest. Values below zero are refused.

    `at` places the labels in proportion (days as ordinals, say); without it they stand evenly apart.
    """
    _check(labels, series)
    if any(value < 0 for one in series for value in one.values):
        raise ValueError("a stack has no place for values below zero")
    floor: list[Decimal] = [Decimal(0)] * len(labels)
    layers = []
    for one in series:
        ceiling = [low + value for low, value in zip(floor, one.values, strict=True)]
        layers.append((floor, ceiling))
        floor = ceiling
    scale = _Scale(floor or [0], write)
    xs = _xs(at or range(len(labels)))
    marks = []
    for index, (low, high) in enumerate(layers):
        upper = [(x, scale.y(value)) for x, value in zip(xs, high, strict=True)]
        lower = [(x, scale.y(value)) for x, value in zip(xs, low, strict=True)]
        title_ = f"{series[index].name}, {labels[-1]}: {write(series[index].values[-1])}" if labels else ""
        marks.append(Mark(index, path=_line(upper + lower[::-1]) + "Z" if upper else "", title=title_))
    return Chart(title, [one.name for one in series], marks, scale.ticks, _columns(labels, xs))


def bar_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    ticks: Sequence[str] = (),
    is_narrow: bool = False,
    write: Callable[[Value], str] = str,
) -> Chart:
    """Bars side by side at each label, one a series, in its order; where nothing is above zero there is no bar.

    `ticks` may shorten the labels beneath. A narrow chart stands beside another one, and fills a phone.
    """
    _check(labels, series)
    wide, high = (BARS_WIDTH, BARS_HEIGHT) if is_narrow else (WIDTH, HEIGHT)
    scale = _Scale([value for one in series for value in one.values] or [0], write, height=high)
    room = Decimal(wide - LEFT - RIGHT) / max(len(labels), 1)
    width, base = room * Decimal("0.7") / max(len(series), 1), _n(scale.y(0))
    marks = []
    for index, one in enumerate(series):
        for place, (label, value) in enumerate(zip(labels, one.values, strict=True)):
            if value > 0:
                left = LEFT + room * (place + Decimal("0.15")) + width * index
                path = f"M{_n(left)} {base}V{_n(scale.y(value))}H{_n(left + width)}V{base}Z"
                named = f"{one.name}, {label}" if len(series) > 1 else label
                marks.append(Mark(index, path, f"{named}: {write(value)}"))
    middles = [LEFT + room * (place + Decimal("0.5")) for place in range(len(labels))]
    columns = [Tick(_n(x), label) for x, label in zip(middles, ticks or labels, strict=True)]
    size = {"width": wide, "height": high, "right": wide - RIGHT, "bottom": high - BOTTOM}
    return Chart(title, [one.name for one in series], marks, scale.ticks, columns, is_bars=True, **size)


class _Scale:
    """Values to heights, from zero up, on round steps."""

    def __init__(self, values: Sequence[Value], write: Callable[[Value], str], *, height: int = HEIGHT) -> None:
        self.height = height
        high = Decimal(max(0, *values))
        step = _round_step(high / TICKS or Decimal(1))
        self.high = (high / step).to_integral_value(rounding="ROUND_CEILING") * step or step
        self.ticks = []
        value = Decimal(0)
        while value <= self.high:
            self.ticks.append(Tick(_n(self.y(value)), write(value)))
            value += step

    def y(self, value: Value) -> Decimal:
        return TOP + (self.height - TOP - BOTTOM) * (1 - Decimal(value) / self.high)


def _round_step(rough: Decimal) -> Decimal:
    unit = Decimal(10) ** rough.adjusted()
    return next(step * unit for step in _STEPS if step * unit >= rough)


def _xs(places: Sequence[int]) -> list[Decimal]:
    if len(places) < 2:
        return [Decimal(LEFT + (WIDTH - LEFT - RIGHT) / 2)] * len(places)
    span = places[-1] - places[0]
    return [LEFT + Decimal(WIDTH - LEFT - RIGHT) * (place - places[0]) / span for place in places]


def _columns(labels: Sequence[str], xs: Sequence[Decimal]) -> list[Tick]:
    """As many labels as have room, from the newest back, which is what people look for."""
    kept: list[Tick] = []
    room = Decimal(WIDTH - LEFT - RIGHT) / LABELS - Decimal("0.1")  # places are rounded
    free = Decimal(WIDTH)
    for x, label in zip(reversed(xs), reversed(labels), strict=True):
        if x <= free:
            kept.append(Tick(_n(x), label))
            free = x - room
    return kept[::-1]


def _line(points: Sequence[tuple[Decimal, Decimal]]) -> str:
    if len(points) == 1:
        (x, y) = points[0]
        return f"M{_n(x - 4)} {_n(y)}H{_n(x + 4)}"
    start = [f"M{_n(points[0][0])} {_n(points[0][1])}"] if points else []
    return "".join(start + [f"L{_n(x)} {_n(y)}" for _, (x, y) in pairwise(points)])


def _n(value: Decimal | int) -> str:
    return f"{Decimal(value):.1f}".removesuffix(".0")


def _check(labels: Sequence[str], series: Sequence[Series]) -> None:
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("every series needs one value for each label")
