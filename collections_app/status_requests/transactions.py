"""What every question to a payer is made of: segments, hierarchy levels, and values that fit an X12 element. Pure.

Envelopes (ISA, GS, ST) are not written here: a clearinghouse's connection knows them.
"""

import datetime as dt

from claims.edi.x12.claim_text import Segment

#: Characters of the basic set (X12.6, 3.3) that are no delimiter here; everything else becomes a space.
_BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()+,-./;?=")


def fitting(text: str, most: int) -> str:
    """`text` in capitals, of the basic character set alone, at most `most` characters."""
    plain = "".join(letter if letter in _BASIC else " " for letter in text.upper())
    return " ".join(plain.split())[:most].strip()


def eight_digits(day: dt.date) -> str:
    """CCYYMMDD."""
    return f"{day:%Y%m%d}"


def segment(tag: str, *elements: str) -> Segment:
    """A segment without the empty elements at its end."""
    kept = list(elements)
    while kept and not kept[-1]:
        kept.pop()
    return (tag, *kept)


class Levels:
    """The HL segments of one transaction, numbered as they come."""

    def __init__(self) -> None:
        self._last = 0

    def open(self, code: str, *, parent: int = 0, has_children: bool) -> tuple[int, Segment]:
        """The number of a new level and its HL."""
        self._last += 1
        under = str(parent) if parent else ""
        return self._last, segment("HL", str(self._last), under, code, "1" if has_children else "0")


def person_name(code: str, last: str, first: str, *, middle: str = "", member_id: str = "") -> Segment:
    """The NM1 of a person, with the member id where there is one."""
    named = (fitting(last, 60), fitting(first, 35), fitting(middle, 25), "", "")
    return segment("NM1", code, "1", *named, *(("MI", fitting(member_id, 80)) if member_id else ()))
