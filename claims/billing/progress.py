"""How far a sending has come, and what an acknowledgment does to that. Pure: no Django import."""

import datetime as dt
from typing import Literal

Verdict = Literal["accepted", "rejected", "pending", "info"]

# Accepted and rejected are of one rank: the later day decides, and on one day the refusal.
_RANK = {"sent": 0, "received": 1, "accepted": 2, "rejected": 2, "adjudicated": 3}


def after(state: str, since: dt.date, *, verdict: Verdict, on: dt.date, is_syntax: bool) -> tuple[str, dt.date]:
    """State and its day after an acknowledgment, whatever the order in which acknowledgments are read.

    `is_syntax` marks 999, 997 and TA1: to accept there means received, not accepted by the payer.
    """
    if verdict not in ("accepted", "rejected"):
        return state, since
    asked = "received" if is_syntax and verdict == "accepted" else verdict
    return max((state, since), (asked, on), key=lambda step: (_RANK[step[0]], step[1], step[0] == "rejected"))
