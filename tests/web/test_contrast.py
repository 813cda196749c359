"""Every pair of colors that meets on a page, in both themes: WCAG 2.2 AA (1.4.3, 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parent.parent.parent / "static" / "css"
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TEXT, SHAPE = 4.5, 3.0

TOKENS = {name: (day, night) for name, day, night in TOKEN.findall((CSS / "tokens.css").read_text())}
GROUNDS = ("ground", "paper", "sunk", "hover", "chosen")
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-2", "accent") for ground in GROUNDS],
    *[("ink-3", ground, TEXT) for ground in ("ground", "paper", "sunk", "hover", "chosen")],
    *[(hue, f"{hue}-soft", TEXT) for hue in ("red", "amber", "green")],
    *[(hue, ground, TEXT) for hue in ("red", "amber", "green") for ground in GROUNDS],
    *[("ink", f"{hue}-soft", TEXT) for hue in ("red", "amber", "green", "blue")],
    *[("ink-2", f"{hue}-soft", TEXT) for hue in ("red", "amber", "green", "blue")],
    ("accent", "blue-soft", TEXT),
    ("accent-strong", "hover", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("paper", "ink", TEXT),
    ("qr-ink", "qr-paper", TEXT),
    *[("edge", ground, SHAPE) for ground in ("ground", "paper", "sunk")],
    *[("accent", ground, SHAPE) for ground in GROUNDS],
]
THEMES = pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])


def _rgb(color: str) -> tuple[float, ...]:
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))


def _luminance(rgb: tuple[float, ...]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_twenty_one() -> None:
    assert round(_contrast(_rgb("#000000"), _rgb("#ffffff")), 1) == 21.0


@THEMES
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_pair_can_be_read(front: str, back: str, least: float, theme: int) -> None:
    assert _contrast(_rgb(TOKENS[front][theme]), _rgb(TOKENS[back][theme])) >= least


@THEMES
def test_figures_can_be_read_on_every_heat(theme: int) -> None:
    steps = re.findall(
        r"\.heat-(\d) \{ background: color-mix\(in srgb, var\(--heat\) (\d+)%", (CSS / "tables.css").read_text()
    )
    assert len(steps) == 9
    heat, paper, ink = (_rgb(TOKENS[name][theme]) for name in ("heat", "paper", "ink"))
    for _, share in steps:
        part = int(share) / 100
        mixed = tuple(h * part + p * (1 - part) for h, p in zip(heat, paper, strict=True))
        assert _contrast(ink, mixed) >= TEXT


@THEMES
def test_series_of_charts_stand_out_from_the_paper(theme: int) -> None:
    series = re.findall(r"--series: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", (CSS / "charts.css").read_text())
    assert len(series) == 6
    for pair in series:
        assert _contrast(_rgb(pair[theme]), _rgb(TOKENS["paper"][theme])) >= SHAPE


def test_colors_stand_only_in_tokens_and_charts() -> None:
    strays = {
        path.name: found
        for path in CSS.glob("*.css")
        if path.name not in ("tokens.css", "charts.css", "print.css")
        and (found := re.findall(r"#[0-9a-f]{3,8}\b", path.read_text()))
    }
    assert not strays
