"""How far a submission has come, and what an acknowledgment does to that. Pure: no Django import."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

Verdict = Literal["accepted", "rejected", "received", "pending", "info"]

#: What a status category (STC01-1, X12 list 507) says of a claim that was submitted: the only table of it.
#:
#: A1 is a receipt: the claim is there, and may still be turned away. Only A2 says that it went into adjudication, and
#: A5, which the list defines as a claim split upon acceptance into adjudication: these two prove timely filing
#: (RULES 9.2). A4 means that nobody there can find the claim: as good as never sent. A0 was passed on to somebody else
#: who has yet to say what they make of it. What is not listed here tells of adjudication, not of the way to it.
CATEGORIES: Mapping[str, Verdict] = {
    "A0": "pending",
    "A1": "received",
    "A2": "accepted",
    "A3": "rejected",
    "A4": "rejected",
    "A5": "accepted",
    "A6": "rejected",
    "A7": "rejected",
    "A8": "rejected",
    "P0": "pending",
    "P1": "pending",
    "P2": "pending",
    "P3": "pending",
    "P4": "pending",
    "P5": "pending",
}

# Accepted and rejected are of one rank: the later day decides, and on one day the rejection.
_RANK = {"sent": 0, "received": 1, "accepted": 2, "rejected": 2, "pended": 3, "adjudicated": 3}


def meaning_of(category: str) -> Verdict:
    """What a status category says of a submitted claim; "info" where it says nothing of its way to the payer."""
    return CATEGORIES.get(category.strip().upper(), "info")


def after(state: str, since: dt.date, *, verdict: Verdict, on: dt.date, is_syntax: bool) -> tuple[str, dt.date]:
    """State and its day after an acknowledgment, whatever the order in which acknowledgments are read.

    `is_syntax` marks 999, 997 and TA1: to accept there means received, not accepted by the payer.
    """
    if verdict not in ("accepted", "rejected", "received"):
        return state, since
    asked = "received" if is_syntax and verdict == "accepted" else verdict
    return max((state, since), (asked, on), key=lambda step: (_RANK[step[0]], step[1], step[0] == "rejected"))
