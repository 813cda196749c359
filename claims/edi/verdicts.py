"""What an acknowledgment says about a sending. Pure: no Django import.

277CA categories (STC01-1): A1 and A2 accepted, A5 split and accepted, A0 forwarded and so pending, A3, A4, A6, A7
and A8 refused before adjudication. 277 categories tell how adjudication stands and change no sending.
"""

from collections.abc import Sequence

from claims.billing.progress import Verdict
from claims.edi.x12.records import AckError, ClaimStatus, StatusCode

_ACCEPTED = frozenset({"A1", "A2", "A5"})
_REJECTED = frozenset({"A3", "A4", "A6", "A7", "A8"})
_TAKEN = frozenset({"A", "E"})  # IK501, AK501, AK901, TA104
_REFUSED = frozenset({"R", "M", "W", "X"})


def verdict_of(code: StatusCode, *, kind: str) -> Verdict:
    """The verdict of one status code of a 277CA or 277."""
    category = code.category.upper()
    if kind == "277CA":
        if category in _REJECTED or (category not in _ACCEPTED and code.action == "U"):
            return "rejected"
        if category in _ACCEPTED:
            return "accepted"
    return "pending" if category[:1] == "P" or category == "A0" else "info"


def deciding(status: ClaimStatus, *, kind: str) -> tuple[StatusCode | None, Verdict]:
    """The status code that decides (a refusal before anything else, else the first) and its verdict."""
    judged = [(code, verdict_of(code, kind=kind)) for code in status.codes]
    refused = next((pair for pair in judged if pair[1] == "rejected"), None)
    return refused or (judged[0] if judged else (None, "info"))


def syntax_verdict(code: str) -> Verdict:
    """What a 999, 997 or TA1 says; "info" where the file broke off before its verdict, for that refuses nothing."""
    return "accepted" if code in _TAKEN else "rejected" if code in _REFUSED else "info"


def refused_words(level: str, count: int) -> str:
    """What to do when everything was refused at once; `count` claims in the books were sent so."""
    said = f"Everything the {level} sent was refused"
    if count:
        return f"{said}: {count} claims are marked as rejected. Put right what the payer names and send them again."
    return f"{said}, and no file of claims in the books has its reference. Find it, put it right and send it again."


def syntax_words(code: str, set_errors: Sequence[str], errors: Sequence[AckError]) -> str:
    """A 999 or 997 verdict in words, with the first places it complains about (never a value)."""
    known = {"A": "accepted", "E": "accepted with errors", "P": "partly accepted"}
    said = known.get(code, "rejected" if code in _REFUSED else "no verdict given")
    places = [_place(error) for error in errors[:3]]
    codes = f"set errors {', '.join(set_errors)}" if set_errors else ""
    return "; ".join(part for part in (said, codes, *places) if part)[:300]


def _place(error: AckError) -> str:
    element = f"{error.element:02d}" if error.element else ""
    position = f" at {error.segment_position}" if error.segment_position else ""
    return f"{error.segment_id}{element}{position} (code {error.code})"
