"""What a window that closed leaves: nothing of the usual way, and little of the chance (RULES 8.9, 9.1). Pure."""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.lib.dates import long_day
from collections_app.worklist.deadlines import deadline_label
from collections_app.worklist.window_ladder import KEEPING

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem

#: The next action once the last window is closed: another way is looked for, or it is written off with approval.
SAVE_LATE = "save_late"
#: Kinds of work that a window can end.
ENDED_BY_WINDOWS = ("no_response", "rejected", "denied", "underpaid")
_PROOF = "proof that it was sent in time (277CA, 999 or the clearinghouse's report)"
_ASK = {
    "medicare": {
        "filing": "an exception with documents (42 CFR 424.44(b))",
        "appeal": "good cause for a late appeal (42 CFR 405.942(b))",
        "corrected": "a reopening for good cause, four years from the notice (42 CFR 405.980(b)(2))",
    },
    "": {
        "filing": "an exception, for a fault of the payer or coverage that was found late",
        "appeal": "good cause for a late appeal",
        "corrected": "an exception for a late correction",
    },
}


def is_closed(item: "WorkItem", *, today: dt.date, payer_class: str = "") -> bool:
    """Whether nothing that would usually win this money can be sent any more: every window has passed, or it was filed
    too late with Medicare, which gives no appeal (RULES 7.2 row 29)."""
    if item.kind not in ENDED_BY_WINDOWS:
        return False
    if item.kind == "denied" and (item.category, payer_class) == ("timely_filing", "medicare"):
        return True
    return item.deadline_on is not None and item.deadline_on < today


def ways_left(item: "WorkItem", *, payer_class: str = "") -> tuple[str, ...]:
    """What is left once the last window has closed, the likeliest first, in words."""
    kind = item.deadline_kind or "filing"
    about = next((name for name in ("filing", "appeal") if kind.startswith(name)), "corrected")
    ask = _ASK.get(payer_class, _ASK[""])[about]
    proof = (_PROOF,) if about == "filing" else ()
    return (*proof, ask, "another payer that covered the day", "a write-off with approval, never the patient's")


def closed_words(item: "WorkItem") -> str:
    """When and which, in words: `the appeal window closed on Nov 2, 2026`."""
    if item.deadline_on is None:
        return "Medicare gives no appeal for what was filed too late"
    return f"the {deadline_label(item.deadline_kind)} closed on {long_day(item.deadline_on)}"


def turn_to_what_is_left(item: "WorkItem", *, today: dt.date, payer_class: str = "") -> None:
    """What would have kept the window is proposed no more, by the rules or by whoever planned it; other plans stand."""
    is_planned = item.decided_at is not None and item.next_action not in KEEPING
    if is_planned or item.next_action == SAVE_LATE or not is_closed(item, today=today, payer_class=payer_class):
        return
    item.next_action, item.because = SAVE_LATE, closed_words(item)
    item.snoozed_until = None
    item.wake_events = "remit document"
