"""The states of a dispute, and where each leads (RULES 10.14). Pure.

Open until somebody was asked, asked until an answer came; from each of the three it is closed: corrected, upheld, or
withdrawn by the patient. A closed one may be opened again: the answer was a mistake, or the patient has more to say.
"""

OPEN, ASKED, ANSWERED = "open", "asked", "answered"
CORRECTED, UPHELD, WITHDRAWN = "corrected", "upheld", "withdrawn"
STANDING = (OPEN, ASKED, ANSWERED)
CLOSED = (CORRECTED, UPHELD, WITHDRAWN)


def standing_state(*, is_awaited: bool, has_answer: bool) -> str:
    """The state of a case that is not closed: an answer that is still awaited comes before one that is here."""
    if is_awaited:
        return ASKED
    return ANSWERED if has_answer else OPEN


def may_close(state: str, to: str) -> bool:
    """Whether a case in `state` can be closed as `to`."""
    return state in STANDING and to in CLOSED
