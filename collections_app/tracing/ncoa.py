"""Change-of-address files as licensees of the Postal Service return them (NCOALink), line by line. Pure.

A line says by its return code whether somebody moved and whether the new address is known. One with a new address is
taken; one who moved and left none has no good address any more; every other code says nothing about them.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from arwork.lib.dates import add_years
from collections_app.tracing.lead_values import ADDRESS, BadLead, clean
from collections_app.tracing.trace_csv import FileLine, person_named

OUT_COLUMNS = ("id", "name", "address1", "address2", "city", "state", "zip")
IN_COLUMNS = (
    "id", "return_code", "move_type", "move_date", "new_address1", "new_address2", "new_city", "new_state", "new_zip",
    "footnotes",
)  # fmt: skip
NEEDED = ("id", "return_code")
#: Other names that licensees give these columns.
ALIASES = {
    "ncoa_return_code": "return_code", "nixie": "return_code", "nixie_code": "return_code", "record_id": "id",
    "movetype": "move_type", "move_effective_date": "move_date", "effective_date": "move_date",
    "new_address": "new_address1", "new_address_1": "new_address1", "new_address_2": "new_address2",
    "new_zip_code": "new_zip", "new_zipcode": "new_zip", "footnote": "footnotes", "ank": "ank_code",
}  # fmt: skip
MOVES = {"I": "individual", "F": "family", "B": "business"}
#: Return codes that bring a new address; of the second kind its apartment or suite is in doubt.
FORWARD, IN_DOUBT = frozenset({"A", "92"}), frozenset({"91"})
#: Return codes of who moved and has no address there any more.
GONE = {
    "01": "moved abroad",
    "02": "moved and left no address",
    "03": "closed the post office box",
    "05": "moved; the new address is ambiguous",
    "14": "moved; the new address can't be given",
    "19": "moved; the new address can't be delivered to",
    "77": "moved more than 18 months ago, and no new address is given any more",
}
_OTHERS = {
    "00": "no change is known", "04": "the apartment or suite is missing", "06": "middle names differ",
    "07": "genders differ", "08": "several changes contradict each other", "09": "the apartment is missing",
    "10": "the rural box is missing", "11": "the name is incomplete", "12": "middle names differ",
    "13": "genders differ", "15": "the name is incomplete", "16": "the apartment differs", "17": "names differ",
    "18": "general delivery", "20": "changes contradict each other", "66": "the change was withdrawn",
    "": "no change is known",
}  # fmt: skip
#: The Postal Service gives no change away that is older (NCOALink: 48 months).
_OLDEST = 4
_MONTH = re.compile(r"(\d{4})-?(\d{2})(?:-?(\d{2}))?")


class LineDoes(StrEnum):
    """What a line asks for."""

    APPLY = "applied"
    SUGGEST = "suggested"
    BAD = "bad"
    NOTHING = "nothing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NcoaLine:
    """One line as it was understood: whose, what it asks for, and why, in words."""

    line: int
    person_id: int | None
    does: LineDoes
    words: str
    parts: Mapping[str, str] = field(default_factory=dict)
    moved_on: dt.date | None = None


def read_line(row: FileLine, *, today: dt.date) -> NcoaLine:
    """One line of a file. What can't be used is refused with the reason, and no other line with it."""

    def said(does: LineDoes, words: str, parts: Mapping[str, str] | None = None) -> NcoaLine:
        return NcoaLine(row.line, person, does, words, parts or {}, moved_on)

    cells, moved_on = row.cells, None
    person = person_named(cells.get("id", ""))
    if person is None:
        return said(LineDoes.REFUSED, "no id of ours")
    code = _code(cells)
    move = cells.get("move_type", "").upper()[:1]
    if code in GONE:
        return said(LineDoes.BAD, GONE[code])
    if code not in FORWARD | IN_DOUBT:
        known = _OTHERS.get(code)
        return said(LineDoes.NOTHING, known) if known else said(LineDoes.REFUSED, f"unknown return code {code[:4]}")
    if move == "B":
        return said(LineDoes.REFUSED, "the move of a business, not of a person")
    try:
        moved_on = _day(cells.get("move_date", ""))
    except ValueError:
        return said(LineDoes.REFUSED, "the day of the move can't be read")
    if moved_on and moved_on < add_years(today, -_OLDEST):
        return said(LineDoes.REFUSED, "the move is more than four years old")
    given = {name: cells.get(f"new_{name}", "") for name in ("city", "state", "zip")}
    given |= {"line1": cells.get("new_address1", ""), "line2": cells.get("new_address2", "")}
    try:
        parts = clean(ADDRESS, given).parts
    except BadLead as error:
        return said(LineDoes.REFUSED, f"the new address can't be used: {error.message}")
    words = f"{MOVES.get(move, 'a')} move" + (f" of {moved_on:%B %Y}" if moved_on else "")
    if moved_on and moved_on > today:
        return said(LineDoes.SUGGEST, f"{words}, still to come", parts)
    if code in IN_DOUBT:
        return said(LineDoes.SUGGEST, f"{words}; the apartment or suite is in doubt", parts)
    return said(LineDoes.APPLY, words, parts)


def _code(cells: Mapping[str, str]) -> str:
    """The return code; a lost zero before one digit is given back, and ANKLink's answer counts where there is no
    other."""
    code = cells.get("return_code", "").upper()
    if code.isdigit():
        code = code.zfill(2)
    return "77" if code in ("", "00") and cells.get("ank_code", "") in ("77", "Y", "y") else code


def _day(text: str) -> dt.date | None:
    """`2026-05`, `202605`, or with a day; the first of the month without one. Raises `ValueError`."""
    if not text:
        return None
    found = _MONTH.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return dt.date(int(found[1]), int(found[2]), int(found[3] or 1))
