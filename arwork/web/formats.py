"""How money, dates and ages are written everywhere. Pure.

Money has thousands separators, always cents and a true minus; dates are unambiguous; an age stands beside a
date, never alone.
"""

import datetime as dt
from decimal import Decimal

from arwork.lib.dates import long_day

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
CENT = Decimal("0.01")
_SCALES = ((1_000_000, "M"), (1_000, "k"))


def usd(amount: Decimal | int | str | None) -> str:
    """`$1,240.00`, `−$3.10`; empty for None."""
    if amount is None:
        return ""
    exact = Decimal(amount).quantize(CENT)
    return f"{MINUS if exact < 0 else ''}${abs(exact):,.2f}"


def usd_table(amount: Decimal | int | None) -> str:
    """`1,240.00` as tables show it: no sign of the dollar, a dash for zero; empty for None."""
    if amount is None:
        return ""
    exact = Decimal(amount).quantize(CENT)
    if exact == 0:
        return DASH
    return f"{MINUS if exact < 0 else ''}{abs(exact):,.2f}"


def usd_plain(amount: Decimal | int | None) -> str:
    """`1240.00`: what is copied or put into a field."""
    return "" if amount is None else f"{Decimal(amount).quantize(CENT):.2f}"


def usd_short(amount: Decimal | int | None) -> str:
    """`$18.2k` for the axes of charts, where a person compares and nobody adds up."""
    if amount is None:
        return ""
    value, sign = abs(Decimal(amount)), MINUS if amount < 0 else ""
    for scale, letter in _SCALES:
        if value >= scale:
            return f"{sign}${(value / scale).quantize(Decimal('0.1')).normalize():f}{letter}"
    return f"{sign}${value.quantize(Decimal(1)):f}"


def day(value: dt.date | None) -> str:
    """`Nov 21, 2026`; empty for None."""
    return "" if value is None else long_day(value)


def isoday(value: dt.date | None) -> str:
    """`2026-11-21`; empty for None."""
    return "" if value is None else f"{value:%Y-%m-%d}"


def when(value: dt.datetime | None, today: dt.date) -> str:
    """A moment in a sentence, as its clock shows it: `at 14:32` today, `on Nov 21 at 14:32`; empty for None."""
    if value is None:
        return ""
    clock = f"at {value:%H:%M}"
    if value.date() == today:
        return clock
    year = "" if value.year == today.year else f", {value.year}"
    return f"on {value:%b} {value.day}{year} {clock}"


def age(value: dt.date | None, today: dt.date) -> str:
    """`41 d` since `value`, `today`, or `in 5 d`; empty for None."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.date()
    days = (today - value).days
    if days == 0:
        return "today"
    return f"{days:,} d" if days > 0 else f"in {-days:,} d"
