"""The list of ICD-10-CM that comes along: every diagnosis that can be billed in fiscal year 2026. Pure.

Of the National Center for Health Statistics (public domain), release of April 2026, for services from October 2025 to
September 2026. A year that no list here covers is not judged: an admin takes in the file of that year.
"""

import datetime as dt
import gzip
from bisect import bisect_left
from functools import cache

from collections_app.claim_edits.code_forms import SEEDS

NAME = "ICD-10-CM 2026 (April release)"
VALID_FROM, VALID_TO = dt.date(2025, 10, 1), dt.date(2026, 9, 30)


def shipped_words(code: str) -> str:
    """What a diagnosis is, "" for one that is not in the list."""
    lines = shipped_lines()
    place = bisect_left(lines, f"{code}\t")
    found = lines[place] if place < len(lines) else ""
    return found.partition("\t")[2] if found.startswith(f"{code}\t") else ""


def shipped_matches(words: list[str], *, most: int) -> list[tuple[str, str]]:
    """Diagnoses whose code begins with the only word, or that have a word beginning with each of `words` (lower case);
    the shortest first."""
    found: list[tuple[str, str]] = []
    lines = shipped_lines()
    if len(words) == 1 and any(sign.isdigit() for sign in words[0]):
        begin = words[0].upper()
        for line in lines[bisect_left(lines, begin) :]:
            if not line.startswith(begin) or len(found) >= most:
                break
            found.append(_pair(line))
        return found
    begins = [f" {word}" for word in words]
    for line, lowered in zip(lines, _lowered(), strict=True):
        if all(word in lowered for word in begins):
            found.append(_pair(line))
    return sorted(found, key=lambda one: (len(one[1]), one[0]))[:most]


@cache
def shipped_lines() -> tuple[str, ...]:
    """`code TAB words`, in order: 74,714 of them, some ten megabytes once they are asked for."""
    return tuple(gzip.decompress((SEEDS / "icd10cm_2026.txt.gz").read_bytes()).decode().splitlines())


@cache
def _lowered() -> tuple[str, ...]:
    return tuple(line.lower().replace("\t", " ") for line in shipped_lines())


def _pair(line: str) -> tuple[str, str]:
    code, _, words = line.partition("\t")
    return code, words
