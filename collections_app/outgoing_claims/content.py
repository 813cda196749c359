"""The segments of an outgoing claim as they are kept in its row, and back."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from claims.edi.x12.claim_text import ClaimText, Segment

if TYPE_CHECKING:
    from collections_app.outgoing_claims.models import OutgoingClaim

_LEVELS = ("billing", "subscriber", "patient", "claim")


def kept(text: ClaimText) -> dict[str, Any]:
    """A claim as JSON: its form, and each level as a list of segments, which are lists of elements."""
    return {"form": text.form} | {level: [list(one) for one in getattr(text, level)] for level in _LEVELS}


def read_back(stored: Mapping[str, Any]) -> ClaimText:
    """The claim that `kept` made this of."""
    return ClaimText(stored["form"], *(_segments(stored[level]) for level in _LEVELS))


def text_of(row: "OutgoingClaim") -> ClaimText:
    """The claim as it is to be sent, or was."""
    return read_back(row.content)


def sent_before_of(row: "OutgoingClaim") -> ClaimText | None:
    """The claim as the payer has it: the submission that the draft began with. None where it was drafted from the
    books."""
    return read_back(row.sent_before) if row.sent_before else None


def _segments(stored: Sequence[Sequence[str]]) -> tuple[Segment, ...]:
    return tuple(tuple(one) for one in stored)
