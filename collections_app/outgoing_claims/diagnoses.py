"""The diagnoses of a claim (HI): read in the order that lines point at them, and written. Pure.

A professional claim has them in one segment, a hospital's the principal one in a segment of its own with present-on-
admission indicators behind the codes (HI01-9), which stay with their codes. Reasons of a visit, external causes and
procedures are other segments, and are left alone.
"""

from collections.abc import Sequence

from claims.edi.x12.claim_text import Segment

MOST = {"P": 12, "I": 25, "D": 4}
_PRINCIPAL = {"BK", "ABK"}
_OTHER = {"BF", "ABF"}
_A_SEGMENT = 12
_BEFORE = {"CLM", "DTP", "CL1", "DN1", "DN2", "PWK", "CN1", "AMT", "REF", "K3", "NTE", "CR1", "CR2", "CR3", "CRC"}


def codes_of(head: Sequence[Segment]) -> list[str]:
    """The codes, the principal one first."""
    found = [(qualifier in _OTHER, code) for qualifier, code in map(_pair, _composites(head))]
    return [code for _, code in sorted(found, key=lambda one: one[0])]


def with_codes(head: Sequence[Segment], codes: Sequence[str], *, form: str) -> tuple[Segment, ...]:
    """The claim's own segments with these diagnoses in the place of those that it had."""
    if codes_of(head) == list(codes):
        return tuple(head)
    behind = {_pair(one)[1]: one.split(":")[2:] for one in _composites(head)}
    is_ninth = any(_pair(one)[0] in ("BK", "BF") for one in _composites(head))
    principal, other = ("BK", "BF") if is_ninth else ("ABK", "ABF")
    composites = [
        ":".join([other if index else principal, code, *behind.get(code, [])]) for index, code in enumerate(codes)
    ]
    made: list[Segment] = []
    if form == "I":
        made += [("HI", one) for one in composites[:1]]
        rest = composites[1:]
        made += [("HI", *rest[at : at + _A_SEGMENT]) for at in range(0, len(rest), _A_SEGMENT)]
    elif composites:
        made.append(("HI", *composites))
    kept = [(e, _is_diagnoses(e)) for e in head]
    place = next((index for index, (_, is_ours) in enumerate(kept) if is_ours), None)
    if place is None:
        place = max((index for index, (e, _) in enumerate(kept) if e[0] in _BEFORE), default=-1) + 1
    before = [e for e, is_ours in kept[:place] if not is_ours]
    return (*before, *made, *(e for e, is_ours in kept[place:] if not is_ours))


def _is_diagnoses(e: Segment) -> bool:
    return e[0] == "HI" and len(e) > 1 and _pair(e[1])[0] in _PRINCIPAL | _OTHER


def _composites(head: Sequence[Segment]) -> list[str]:
    return [one for e in head if _is_diagnoses(e) for one in "^".join(e[1:]).split("^") if one]


def _pair(composite: str) -> tuple[str, str]:
    parts = [*composite.split(":"), ""]
    return parts[0], parts[1]
