"""Where an outgoing claim stands, and where each state leads. Pure: no Django import."""

from collections.abc import Mapping

DRAFT, READY, BATCHED, SENT, CANCELED = "draft", "ready", "batched", "sent", "canceled"
OPEN = (DRAFT, READY, BATCHED)
#: The edits passed: it left, or may leave as it is.
CHECKED = (READY, BATCHED, SENT)
LEADS_TO: Mapping[str, frozenset[str]] = {
    DRAFT: frozenset({READY, CANCELED}),
    READY: frozenset({DRAFT, BATCHED, CANCELED}),
    BATCHED: frozenset({READY, SENT}),
    SENT: frozenset(),
    CANCELED: frozenset(),
}


def may_become(state: str, to: str) -> bool:
    """Whether a claim in `state` may go to `to`."""
    return to in LEADS_TO[state]
