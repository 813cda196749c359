"""Elements to values: amounts, dates, quantities. Cached, because a remittance repeats the same few thousands."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
# No bill and no deposit has more digits (RULES 1.1), and sums of many still fit the books; nor has a count of units.
_AMOUNT = re.compile(r"[+-]?(?:\d{1,10}(?:\.\d*)?|\.\d+)", re.ASCII)
_COUNT = re.compile(r"[+-]?(?:\d{1,8}(?:\.\d*)?|\.\d+)", re.ASCII)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4,8})?", re.ASCII)
_SHORT_DATE = re.compile(r"(\d{2})(\d{2})(\d{2})", re.ASCII)


def at(elements: list[str], index: int) -> str:
    """Element `index` of a segment, "" where the segment ends before it."""
    return elements[index] if index < len(elements) else ""


@lru_cache(maxsize=1 << 16)
def amount(text: str) -> Decimal | None:
    """Dollars with two places, or None for what is no amount of whole cents (X12 type R without exponent)."""
    if not _AMOUNT.fullmatch(text):
        return None
    exact = Decimal(text)
    rounded = exact.quantize(_CENT)
    return rounded + ZERO if rounded == exact else None


@lru_cache(maxsize=1 << 14)
def quantity(text: str) -> Decimal | None:
    """A count or measure with any number of places, or None."""
    return Decimal(text) if _COUNT.fullmatch(text) else None


@lru_cache(maxsize=1 << 14)
def day(text: str) -> date | None:
    """CCYYMMDD (also with a time behind it) or YYMMDD, or None for what is no day."""
    match = _DATE.fullmatch(text)
    if match:
        year = int(match[1])
    else:
        match = _SHORT_DATE.fullmatch(text)
        if not match:
            return None
        year = 2000 + int(match[1])  # interchange dates (ISA09) are of this century
    try:
        return date(year, int(match[2]), int(match[3]))
    except ValueError:
        return None


@lru_cache(maxsize=1 << 14)
def days(qualifier: str, text: str) -> tuple[date | None, date | None]:
    """First and last day of a DTP value: D8 and DT name one day, RD8 two."""
    if qualifier == "RD8" or (len(text) == 17 and text[8] == "-"):
        first, _, last = text.partition("-")
        return day(first), day(last)
    only = day(text)
    return only, only


def whole(text: str) -> int | None:
    """A whole number, or None."""
    return int(text) if text.isdecimal() and text.isascii() else None
