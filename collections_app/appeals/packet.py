"""The packet of an appeal as one PDF: cover with its table of contents, letter, remittance page, claim page, proof, and
the documents that were brought, with page numbers that run through.

typst makes our pages in one go; pikepdf appends what was brought and writes the running number at the foot of each such
page. What can't be opened, or is locked, stops the packet and is named.
"""

import base64
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pikepdf

from arwork.lib.dates import long_day
from arwork.lib.errors import DomainError
from claims.documents.media import Media
from claims.documents.selectors import bytes_of
from collections_app.appeals import packet_parts
from collections_app.appeals.appeal_levels import level_of
from collections_app.appeals.checklists import KINDS
from collections_app.letters.rendering import render

if TYPE_CHECKING:
    from claims.documents.models import Document
    from collections_app.appeals.case_files import CaseFile
    from collections_app.letters.texts import TextBook

_CONFIDENTIAL = (
    "Confidential health information, sent for payment of this claim only (45 CFR 164.506(c)). If it reached you by "
    "mistake, call us and destroy it."
)
_FONT = "/AppealFoot"


class BadPacket(DomainError):
    """A packet that can't be put together, naming what stands in the way."""

    code = "bad_packet"


@dataclass(frozen=True, slots=True)
class BuiltPacket:
    """A packet before it is kept: `contents` has the label and the first page of each part."""

    pdf: bytes = field(repr=False)
    pages: int
    contents: tuple[tuple[str, int], ...]
    version: str


def build_packet(file: "CaseFile", texts: "TextBook", *, today: dt.date) -> BuiltPacket:
    """The packet of a case. Raises `BadPacket` naming a document, `MissingFact` naming what the letter lacks."""
    title, letter, version = packet_parts.letter_of(file, texts, today=today)
    made = [
        ("letter", title, letter),
        ("remittance", "The remittance", packet_parts.remittance_page(file)),
        ("claim", "The claim", packet_parts.claim_page(file)),
        ("timely_proof", "Proof of timely filing", packet_parts.proof_page(file)),
    ]
    left_out = file.case.left_out
    parts = [
        {"code": code, "label": KINDS[code], "title": head, "elements": elements}
        for code, head, elements in made
        if elements and code not in left_out
    ]
    brought = [(KINDS[one.kind], _opened(one.document)) for one in file.enclosures]
    counts = [{"label": label, "pages": len(pdf.pages)} for label, pdf in brought]
    more = sum(len(pdf.pages) for _, pdf in brought)
    data = _cover(file, title, today) | {
        "parts": parts, "brought": counts, "more_pages": more,
    }  # fmt: skip
    with pikepdf.open(io.BytesIO(render("appeal", data, language=packet_parts.ENGLISH, on=today))) as out:
        contents = _own_contents(out, parts)
        total = len(out.pages) + more
        for label, pdf in brought:
            contents.append((label, len(out.pages) + 1))
            for page in pdf.pages:
                out.pages.append(page)
                _number(out, out.pages[-1], f"Appeal {file.case.pk} - page {len(out.pages)} of {total}")
            pdf.close()
        if brought:
            out.remove_unreferenced_resources()
        buffer = io.BytesIO()
        out.save(buffer, static_id=True)
    return BuiltPacket(buffer.getvalue(), total, tuple(contents), version)


def joined(packets: Sequence[bytes]) -> bytes:
    """Packets one after the other, for a printer."""
    with pikepdf.new() as out:
        for one in packets:
            with pikepdf.open(io.BytesIO(one)) as pdf:
                out.pages.extend(pdf.pages)
        buffer = io.BytesIO()
        out.save(buffer, static_id=True)
    return buffer.getvalue()


def where_to(file: "CaseFile") -> list[str]:
    """Who gets it, line by line, as the playbook says; the payer's name alone where nobody has written one."""
    if file.playbook is None:
        return [file.case.payer.name, "Appeals"]
    return [file.case.payer.name, file.playbook.addressee, *file.playbook.lines]


def _cover(file: "CaseFile", title: str, today: dt.date) -> dict[str, Any]:
    case, level = file.case, level_of(file.case.ladder, file.case.level)
    rows = [
        ("What we ask", level.name if level else f"Level {case.level}"),
        ("Claim", case.claim.number),
        ("Your claim number", file.icn),
        ("Notice of", long_day(case.notice_on)),
        ("Filed in time", f"last day {long_day(case.last_day_on)}" if case.last_day_on else ""),
        ("Urgent", "yes: decide within the hours for urgent requests" if case.is_urgent else ""),
        ("By fax", file.playbook.fax if file.playbook else ""),
    ]
    return {
        "title": title,
        "letterhead": file.head.shown(),
        "to": where_to(file),
        "day": long_day(today),
        "account": str(case.pk),
        "reference": [{"label": "Our appeal", "value": str(case.pk)}],
        "words": {"page": "Page", "of": "of", "account": "Appeal"},
        "elements": [
            {"kind": "box", "title": "What this is", "rows": [
                {"label": label, "value": value} for label, value in rows if value]},
        ],
        "confidential": _CONFIDENTIAL,
    }  # fmt: skip


def _own_contents(out: pikepdf.Pdf, parts: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Where our parts begin, by the outline that typst writes for their headings."""
    pages = {page.obj.objgen: number for number, page in enumerate(out.pages, 1)}
    found: list[int] = []
    with out.open_outline() as outline:
        for item in outline.root:
            place: Any = item.destination if item.destination is not None else item.action
            place = place.D if isinstance(place, pikepdf.Dictionary) else place
            found.append(pages[place[0].objgen])
    starts = found[1:] if len(found) == len(parts) + 1 else [1] * len(parts)
    return [(part["label"], start) for part, start in zip(parts, starts, strict=True)]


def _opened(document: "Document") -> pikepdf.Pdf:
    """A document that was brought, as pages. Raises `BadPacket` naming one that can't be put in."""
    if document.withdrawn_at is not None:
        raise BadPacket(f"{document.name} was withdrawn: take it out.", field="documents")
    if document.shown_as is Media.TIFF:
        raise BadPacket(f"{document.name} is a TIFF: save it as a PDF and add that.", field="documents")
    content = b"".join(bytes_of(document))
    if document.shown_as.is_image:
        content = render(
            "picture", {"title": "Document", "picture": _picture(document, content)}, language=packet_parts.ENGLISH
        )
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise BadPacket(f"{document.name} is locked: save it as a plain PDF.", field="documents") from error
    except pikepdf.PdfError as error:
        raise BadPacket(f"{document.name} can’t be read as a PDF: save it anew.", field="documents") from error
    if not len(pdf.pages):
        raise BadPacket(f"{document.name} has no pages: save it anew.", field="documents")
    return pdf


def _picture(document: "Document", content: bytes) -> str:
    """A picture as the text that templates show: JSON holds no bytes. It keeps its shape within the page."""
    data = base64.b64encode(content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 750 1000">'
        f'<image href="data:{document.media};base64,{data}" width="750" height="1000"/></svg>'
    )


def _number(out: pikepdf.Pdf, page: pikepdf.Page, words: str) -> None:
    """Write the running number at the foot of a page, upright as it is seen, over whatever stands there."""
    left, bottom, right, top = (float(one) for one in page.cropbox)
    turned = int(page.obj.get("/Rotate", 0)) % 360
    matrix = {
        0: f"1 0 0 1 {left + 36:.1f} {bottom + 16:.1f}",
        90: f"0 1 -1 0 {right - 16:.1f} {bottom + 36:.1f}",
        180: f"-1 0 0 -1 {right - 36:.1f} {top - 16:.1f}",
        270: f"0 -1 1 0 {left + 16:.1f} {top - 36:.1f}",
    }.get(turned, f"1 0 0 1 {left + 36:.1f} {bottom + 16:.1f}")
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )  # fmt: skip
    name = page.add_resource(out.make_indirect(font), pikepdf.Name.Font, pikepdf.Name(_FONT))
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(f"\nQ q BT {name} 8 Tf 0.35 g {matrix} Tm ({words}) Tj ET Q".encode("ascii"))
