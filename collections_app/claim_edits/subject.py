"""The claim under the checks: its segments, our reader's record of them, and what the books know of it. Pure."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from claims.edi.x12.claim_text import ClaimText, Segment
from claims.edi.x12.records_837 import Claim837, Line837
from claims.payers.deadlines import Deadline

#: Of a code on a day: True it was valid, False it was not, None no list says.
IsValid = Callable[[str, str, dt.date], bool | None]


@dataclass(frozen=True, slots=True)
class SentService:
    """A service of the same patient that was billed already and is still open; `number` is that claim's."""

    number: str
    day: dt.date
    code: str
    modifiers: tuple[str, ...]
    charge: Decimal


def _no_list(system: str, code: str, on: dt.date) -> bool | None:
    return None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the claim's own segments do not say. Dates None where they are not known."""

    sequence: str
    frequency: str
    today: dt.date
    payer_id: int | None = None
    payer_class: str = ""
    practice_id: int | None = None
    covered_from: dt.date | None = None
    covered_to: dt.date | None = None
    filing: Deadline | None = None
    sent: tuple[SentService, ...] = ()
    is_valid: IsValid = field(default=_no_list)


@dataclass(frozen=True, slots=True)
class Subject:
    """One claim under the checks."""

    text: ClaimText
    record: Claim837
    facts: Facts

    def segment(self, tag: str, *first: str) -> Segment:
        """The first segment of the claim level with that tag and those first elements; `()` where there is none."""
        return next((one for one in self.claim_level() if one[0] == tag and one[1 : 1 + len(first)] == first), ())

    def claim_level(self) -> tuple[Segment, ...]:
        """The segments from CLM to before the first line."""
        found = self.text.claim
        return found[: next((n for n, one in enumerate(found) if one[0] == "LX"), len(found))]

    def line_segments(self) -> Iterator[tuple[int, Line837, tuple[Segment, ...]]]:
        """Each line with its ordinal, our reader's record of it and its own segments."""
        found = self.text.claim
        starts = [n for n, one in enumerate(found) if one[0] == "LX"]
        ends = [*starts[1:], len(found)]
        for ordinal, (start, end, line) in enumerate(zip(starts, ends, self.record.lines, strict=False), 1):
            yield ordinal, line, found[start:end]

    @property
    def is_institutional(self) -> bool:
        return self.text.form == "I"

    @property
    def is_inpatient(self) -> bool:
        """By type of bill: a hospital stay is 11x (12x is its Part B only), a swing bed 18x, a nursing stay 21x."""
        return self.is_institutional and self.record.facility_code in INPATIENT


INPATIENT = frozenset({"11", "18", "21", "41", "65", "66", "86"})


def element(segment: Segment, index: int) -> str:
    """Element `index` of a segment, "" where the segment ends before it."""
    return segment[index] if index < len(segment) else ""
