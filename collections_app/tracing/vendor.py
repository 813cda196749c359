"""Files to and from vendors of skip tracing, line by line. Pure.

What goes out is the least that finds somebody: an id, a name, the last address. No birth date, no account, no amount,
no word of care (RULES 12.3, 12.8). What comes back is one line a hit.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from collections_app.tracing.lead_values import ADDRESS, EMAIL, EMPLOYER, PHONE, RELATIVE, BadLead, clean
from collections_app.tracing.trace_csv import FileLine, person_named

OUT_COLUMNS = ("id", "first", "last", "address1", "address2", "city", "state", "zip")
IN_COLUMNS = ("id", "kind", "value", "date", "score")
ALIASES = {"record_id": "id", "type": "kind", "confidence": "score", "last_seen": "date"}
#: How each kind is written as one value; parts are separated by semicolons.
PARTS = {
    PHONE: ("number",),
    ADDRESS: ("line1", "line2", "city", "state", "zip"),
    EMAIL: ("address",),
    EMPLOYER: ("name",),
    RELATIVE: ("name", "number", "relation"),
}
_BEST = 100


@dataclass(frozen=True, slots=True)
class VendorLine:
    """One line as it was understood: whose, the lead, since when, how sure; `problem` says why it is left out."""

    line: int
    person_id: int | None
    kind: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    said_on: dt.date | None = None
    score: int | None = None
    problem: str = ""


def read_line(row: FileLine, *, today: dt.date) -> VendorLine:
    """One line of a file; what can't be used has a `problem`, and no other line with it."""
    cells = row.cells
    person = person_named(cells.get("id", ""))
    if person is None:
        return VendorLine(row.line, None, problem="no id of ours")
    kind = cells.get("kind", "").lower()
    if kind not in PARTS:
        return VendorLine(row.line, person, problem=f"unknown kind; known are {', '.join(PARTS)}")
    values = [text.strip() for text in cells.get("value", "").split(";")]
    if kind == ADDRESS and len(values) == len(PARTS[ADDRESS]) - 1:
        values.insert(1, "")  # most have no second line
    try:
        parts = clean(kind, dict(zip(PARTS[kind], values, strict=False))).parts
        said_on = dt.date.fromisoformat(cells["date"]) if cells.get("date") else today
        score = int(cells["score"]) if cells.get("score") else None
    except BadLead as error:
        return VendorLine(row.line, person, kind, problem=error.message)
    except ValueError:
        return VendorLine(row.line, person, kind, problem="write the day as 2026-11-30 and the score as 0 to 100")
    if said_on > today or (score is not None and not 0 <= score <= _BEST):
        return VendorLine(row.line, person, kind, problem="the day is still to come, or the score not from 0 to 100")
    return VendorLine(row.line, person, kind, parts, said_on, score)
