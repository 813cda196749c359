"""A professional claim as a CMS-1500 in PDF: the data alone for the red form, or on the plain form for proof. Pure."""

import datetime as dt
from typing import Any

from claims.edi.x12.claim_text import ClaimText
from collections_app.letters import rendering
from collections_app.paper_claims.boxes import PaperPage, pages_of
from collections_app.paper_claims.places import FRAMES, marks, place_of

_INCHES_A_COLUMN, _INCHES_A_LINE = 0.1, 1 / 6
#: Where column 1 and line 1 of the grid begin on the sheet, in inches from its upper left corner.
_LEFT, _TOP = 0.3, 0.17
_PROOF = "A proof on a plain form of our own. Payers take the printed red form, or the file."
#: A printer's tray is off by a little; more is another form.
MOST_OFFSET = 50


def pdf(text: ClaimText, *, on: dt.date, is_proof: bool, right: int = 0, down: int = 0) -> bytes:
    """The claim as PDF, letter size, one page for each six lines, dated `on`.

    With `is_proof` on the plain form, else the data alone; `right` and `down` move it, in hundredths of an inch, as a
    printer needs (-50 to 50). Raises `NotForThisForm`.
    """
    return rendering.render(
        "paper_claim", _data(text, on, is_proof=is_proof, right=right, down=down), language="en", on=on
    )


def pictures(text: ClaimText, *, on: dt.date) -> list[bytes]:
    """The plain form as one PNG a page, for the screen. Raises `NotForThisForm`."""
    return rendering.render_pictures("paper_claim", _data(text, on, is_proof=True), language="en", on=on)


def _data(text: ClaimText, on: dt.date, *, is_proof: bool, right: int = 0, down: int = 0) -> dict[str, Any]:
    right, down = (max(-MOST_OFFSET, min(MOST_OFFSET, one)) for one in (right, down))
    return {
        "title": "CMS-1500 (02/12)",
        "footer": _PROOF if is_proof else "",
        "left": _LEFT + right / 100,
        "top": _TOP + down / 100,
        "column": _INCHES_A_COLUMN,
        "line": _INCHES_A_LINE,
        "frames": [one._asdict() for one in FRAMES] if is_proof else [],
        "marks": [{"line": line, "column": at, "text": word} for line, at, word in marks() if is_proof],
        "pages": [_page(one) for one in pages_of(text, on=on)],
    }


def _page(page: PaperPage) -> dict[str, Any]:
    boxes = []
    for name, value in page.boxes.items():
        place = place_of(name)
        shown = value[: place.length]
        boxes.append(
            {"line": place.line, "column": place.column + (place.length - len(shown)) * place.is_right, "text": shown}
        )
    return {"number": page.number, "pages": page.pages, "boxes": boxes}
