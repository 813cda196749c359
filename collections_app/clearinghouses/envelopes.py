"""An interchange around transactions: ISA, GS, ST..SE, GE, IEA, their counts and control numbers (X12 005010). Pure.

For claims (837), and as well for questions about status (276) and eligibility (270): whoever writes a transaction gives
its segments between ST and SE.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claims.edi.x12.claim_text import Segment
from collections_app.clearinghouses.characters import (
    COMPONENT,
    ELEMENT,
    EXTENDED,
    REPETITION,
    TERMINATOR,
    written,
)

#: The guide of each kind of transaction (GS08 and ST03), and how its group is called (GS01).
VERSIONS = {
    "837P": "005010X222A1",
    "837I": "005010X223A2",
    "837D": "005010X224A2",
    "276": "005010X212",
    "270": "005010X279A1",
}
GROUP_CODES = {"837P": "HC", "837I": "HC", "837D": "HC", "276": "HR", "270": "HS"}


@dataclass(frozen=True, slots=True)
class EnvelopeParties:
    """Who sends to whom, as the receiver registered it: ISA05 to ISA08, GS02, GS03 and ISA15 (T test, P production)."""

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    group_sender: str
    group_receiver: str
    usage: str
    characters: str = EXTENDED


@dataclass(frozen=True, slots=True)
class OutgoingTransaction:
    """One transaction: its kind (837P, 837I, 837D, 276, 270), its ST02 and the segments between ST and SE."""

    kind: str
    control: str
    segments: Sequence[Segment]


def interchange(
    transactions: Sequence[OutgoingTransaction],
    *,
    parties: EnvelopeParties,
    isa_control: int,
    gs_controls: Sequence[int],
    made_at: dt.datetime,
) -> str:
    """The text of a file. Each run of transactions of one kind is a group and takes the next of `gs_controls`; see
    `groups_of`. `made_at` is local time of the sender. A segment stands on each line.

    Raises `ValueError` where there are fewer numbers than groups, or where a number has more than nine digits.
    """
    groups = groups_of(transactions)
    if len(gs_controls) < len(groups):
        raise ValueError("each group needs a number of its own")
    if max(isa_control, *gs_controls) > 999_999_999:
        raise ValueError("a control number has nine digits at most")
    return "\n".join(_lines(groups, parties, isa_control, gs_controls, made_at)) + "\n"


def groups_of(transactions: Sequence[OutgoingTransaction]) -> list[list[OutgoingTransaction]]:
    """Transactions by their groups: one guide, one group."""
    groups: list[list[OutgoingTransaction]] = []
    for one in transactions:
        if not groups or groups[-1][0].kind != one.kind:
            groups.append([])
        groups[-1].append(one)
    return groups


def _lines(
    groups: Sequence[Sequence[OutgoingTransaction]],
    parties: EnvelopeParties,
    isa_control: int,
    gs_controls: Sequence[int],
    made_at: dt.datetime,
) -> Iterator[str]:
    yield _isa(parties, isa_control, made_at)
    for control, group in zip(gs_controls, groups, strict=False):
        kind = group[0].kind
        yield _line((
            "GS", GROUP_CODES[kind], parties.group_sender, parties.group_receiver, f"{made_at:%Y%m%d}",
            f"{made_at:%H%M}", str(control), "X", VERSIONS[kind],
        ))  # fmt: skip
        for one in group:
            yield _line(("ST", kind[:3], one.control, VERSIONS[kind]))
            for segment in one.segments:
                yield _line(written(segment, characters=parties.characters))
            yield _line(("SE", str(len(one.segments) + 2), one.control))
        yield _line(("GE", str(len(group)), str(control)))
    yield _line(("IEA", str(len(groups)), f"{isa_control:09d}"))


def _isa(parties: EnvelopeParties, control: int, made_at: dt.datetime) -> str:
    """The one segment whose elements have fixed lengths; authorization and security are not used (00)."""
    return _line((
        "ISA", "00", " " * 10, "00", " " * 10,
        parties.sender_qualifier, f"{parties.sender_id:<15}", parties.receiver_qualifier, f"{parties.receiver_id:<15}",
        f"{made_at:%y%m%d}", f"{made_at:%H%M}", REPETITION, "00501", f"{control:09d}", "0", parties.usage, COMPONENT,
    ))  # fmt: skip


def _line(segment: Segment) -> str:
    return ELEMENT.join(segment) + TERMINATOR
