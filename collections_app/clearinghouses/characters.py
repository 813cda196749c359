"""Which characters may leave in a file (X12 basic and extended character set), and how others are written. Pure.

Receivers refuse a whole file for one character of another set, so nothing else leaves: accents fall off, typographic
quotes and dashes become plain ones, delimiters inside a value become blanks. Numbers that others repeat to us (CLM01,
REF02, NM109) keep their case, or nobody would find their answers; everything else is written in capitals.
"""

import re
import unicodedata

from claims.edi.x12.claim_text import Segment

ELEMENT, COMPONENT, REPETITION, TERMINATOR = "*", ":", "^", "~"
BASIC, EXTENDED = "basic", "extended"
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})
_NOT_EXTENDED = re.compile(r"[^A-Za-z0-9 !\"&'()+,\-./;?=:^%@\[\]_{}\\|<>#$]")
_NOT_BASIC = re.compile(r"[^A-Z0-9 !\"&'()+,\-./;?=:^]")
_BLANKS = re.compile(r" {2,}")
#: Elements that others repeat to us, or that name somebody by a number.
_AS_GIVEN = {("CLM", 1), ("REF", 2), ("NM1", 9), ("TRN", 2), ("BHT", 3)}


def written(segment: Segment, *, characters: str = EXTENDED) -> Segment:
    """A segment as it may leave: its elements in the set `characters`, without empty ones at its end."""
    tag = segment[0]
    values = [_value(text, characters, keeps_case=(tag, n) in _AS_GIVEN) for n, text in enumerate(segment[1:], 1)]
    while values and not values[-1]:
        values.pop()
    return (tag, *values)


def _value(text: str, characters: str, *, keeps_case: bool) -> str:
    if not text:
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_PLAIN))
        text = "".join(one for one in text if not unicodedata.combining(one))
    if characters == BASIC or not keeps_case:
        text = text.upper()
    cleaned = (_NOT_BASIC if characters == BASIC else _NOT_EXTENDED).sub(" ", text)
    return cleaned if cleaned == text else _BLANKS.sub(" ", cleaned).strip()
