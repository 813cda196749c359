"""One claim of an 837 as segments, level by level, without envelope and hierarchy: what is changed, checked and sent.

A segment is its elements with the tag first; composites stay one string with ":" between their components and "^"
between repetitions, whatever the file had used. Pure.
"""

from dataclasses import dataclass

Segment = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimText:
    """A claim as it is sent. `form` is P, I or D. The levels stand without their HL, which whoever writes a file
    counts: `billing` from PRV to 2010AC, `subscriber` from SBR to 2010BB, `patient` from PAT to 2010CA (empty where the
    subscriber is the patient), `claim` from CLM to the last segment of its last line."""

    form: str
    billing: tuple[Segment, ...]
    subscriber: tuple[Segment, ...]
    patient: tuple[Segment, ...]
    claim: tuple[Segment, ...]
