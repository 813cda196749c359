"""The gate: every file is read by the guide's own validator (pyx12) before it leaves, and its complaints put in words.

The words name segment, element and what is wrong, never the value: that is patient data. Where the validator can't read
a file at all, that is a complaint too: nothing leaves unread.
"""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pyx12.errh_json
import pyx12.errors
import pyx12.params
import pyx12.x12n_document

#: What is wrong with a segment (999 IK304) and with an element (IK403), in words.
_SEGMENTS = {
    "1": "is not known here",
    "2": "does not belong here",
    "3": "is missing",
    "4": "stands too often: its loop repeats more than the guide allows",
    "5": "stands more often than the guide allows",
    "6": "is not used in this guide",
    "7": "stands in the wrong place",
    "8": "breaks a rule between its elements",
}
_ELEMENTS = {
    "1": "is missing",
    "2": "is missing beside another element",
    "3": "has too many parts",
    "4": "is too short",
    "5": "is too long",
    "6": "has characters that it may not have",
    "7": "is no code that is allowed here",
    "8": "is no valid date",
    "9": "is no valid time",
    "10": "may not stand beside another element",
}
UNREADABLE = "unreadable"
_NOTHING = '{"interchanges": []}'


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the validator found. `position` counts the segments of its transaction (ST is 1; 0: the envelope, or the
    file as a whole); `place` is segment and element ("CLM02"), `words` a sentence without any value."""

    st_control: str
    position: int
    place: str
    code: str
    words: str


def check_file(text: str, *, progress: Callable[[int], None] | None = None) -> list[Complaint]:
    """What is wrong with a file, in its order; an empty list: it may leave. `progress` hears after each claim how many
    were read. About 400 claims a second: large files are for a worker."""
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)  # its messages hold the values of the file
    told = StringIO()
    counting = _Counting(progress) if progress else None
    try:
        is_valid = pyx12.x12n_document.x12n_document(
            pyx12.params.params(), StringIO(text), None, None, None, fd_json=told, callback=counting
        )
    except (pyx12.errors.EngineError, pyx12.errors.X12Error, AssertionError, AttributeError, KeyError, IndexError):
        return [Complaint("", 0, "ISA", UNREADABLE, "The validator can't read this file: it fits no guide.")]
    found = list(_complaints(json.loads(told.getvalue() or _NOTHING)))
    if not is_valid and not found:
        return [Complaint("", 0, "ISA", UNREADABLE, "The validator refuses this file without saying why.")]
    return found


class _Counting:
    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress, self._claims = progress, 0

    def __call__(self, segment: Any, *_: Any) -> None:
        if segment.get_seg_id() == "CLM":
            self._claims += 1
            self._progress(self._claims)


def _complaints(document: dict[str, Any]) -> Iterator[Complaint]:
    for isa in document["interchanges"]:
        yield from (Complaint("", 0, "ISA", one["err_cde"], _envelope("interchange")) for one in isa["errors"])
        for group in isa["groups"]:
            yield from (Complaint("", 0, "GS", one["err_cde"], _envelope("group")) for one in group["errors"])
            for one in group["transactions"]:
                yield from _of_transaction(one)


def _of_transaction(told: dict[str, Any]) -> Iterator[Complaint]:
    control = told["trn_set_control_num"]
    for error in told["errors"]:
        yield Complaint(control, 0, "ST", error["err_cde"], _envelope("transaction"))
    for segment in told["segments"]:
        tag, at = segment["seg_id"], segment["seg_count"]
        name = segment["name"] or "segment"
        for error in segment["errors"]:
            code = error["err_cde"]
            if code == "8" and segment["elements"]:
                continue  # its elements say what
            words = f"{tag} ({name}) {_SEGMENTS.get(code, 'breaks a rule of its guide')}."
            yield Complaint(control, at, tag, code, _missing(error["err_str"]) or words)
        for element in segment["elements"]:
            place = f"{tag}{element['ele_pos']:02d}"
            if element["subele_pos"]:
                place += f"-{element['subele_pos']}"
            for error in element["errors"]:
                code = error["err_cde"]
                words = f"{place} ({element['name']}) {_ELEMENTS.get(code, 'breaks a rule of its guide')}."
                yield Complaint(control, at, place, code, words)


def _missing(told: str) -> str:
    """The validator's own words where a segment is missing: they name it, and hold no value."""
    return f"{told}." if told.startswith("Mandatory ") and told.endswith(" missing") else ""


def _envelope(name: str) -> str:
    return f"Counts or control numbers of the {name} disagree."
