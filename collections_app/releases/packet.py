"""A packet of records as one PDF: a cover that says what is in it, what we make from the books, what was brought.

Only visits of the patient who is meant, within the days that were asked, and only parts that were asked: a guarantor's
account may hold several patients. The same choice gives the same visits for the preview, the fee and the release.
"""

import base64
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from arwork.lib.dates import long_day
from arwork.lib.errors import NotFound
from claims.billing.models import Claim
from claims.documents.media import Media
from claims.documents.models import Document
from claims.documents.selectors import bytes_of
from collections_app.contacts.mailing_address import good_mail_addresses
from collections_app.letters.letterheads import head_of, name_of
from collections_app.letters.letterheads import lines_of as home_lines
from collections_app.letters.rendering import render
from collections_app.releases.contents import sections_of
from collections_app.releases.directory import lines_of
from collections_app.releases.models import Requester
from collections_app.releases.rules import OURS, part_labels
from collections_app.releases.services import BadRecordRequest

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.releases.models import RecordRequest


@dataclass(frozen=True, slots=True)
class PacketChoice:
    """What goes: codes of `rules.PARTS`, ids of documents, and days of service within those that were asked."""

    parts: Sequence[str]
    document_ids: Sequence[int] = ()
    service_from: dt.date | None = None
    service_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet before it leaves."""

    pdf: bytes = field(repr=False)
    pages: int
    parts: tuple[str, ...]
    claim_ids: tuple[int, ...]
    document_ids: tuple[int, ...]
    service_from: dt.date | None
    service_to: dt.date | None


def packet_of(request: "RecordRequest", choice: PacketChoice, *, actor: "User", today: dt.date) -> Packet:
    """The packet of a choice. Raises `BadRecordRequest` naming what is more than was asked, or can't be put in."""
    parts = tuple(code for code in OURS if code in choice.parts)
    _ensure_asked(request, choice, parts)
    first = max(filter(None, (request.service_from, choice.service_from)), default=None)
    last = min(filter(None, (request.service_to, choice.service_to)), default=None)
    claims = visits_of(request, first, last)
    files = _documents(request, choice.document_ids, actor) if "documents" in parts else []
    made = [code for code in parts if code != "documents"]
    if made and not claims:
        raise BadRecordRequest("This patient has no visits on these days, so there is nothing to send.", field="parts")
    if "documents" in parts and not files:
        raise BadRecordRequest("Choose the documents that go along, or leave them out.", field="documents")
    cover = _cover(request, parts, claims, files, first, last, today)
    data = cover | {"elements": [*cover["elements"], *sections_of(claims, made)]}
    writer = PdfWriter()
    writer.append(io.BytesIO(render("letter", data, language="en", on=today)), import_outline=False)
    for one in files:
        writer.append(_as_pdf(one), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return Packet(
        pdf=out.getvalue(), pages=len(writer.pages), parts=parts, claim_ids=tuple(claim.pk for claim in claims),
        document_ids=tuple(one.pk for one in files), service_from=first, service_to=last,
    )  # fmt: skip


def where_to(request: "RecordRequest", *, on: dt.date) -> list[str]:
    """Who gets it, line by line: who asks, as the directory knows them. A patient who asks is written to where they
    get mail, and at no other address where they asked for one alone (45 CFR 164.522(b))."""
    if request.requester.kind != Requester.Kind.PATIENT or request.requester.address:
        return lines_of(request.requester)
    person = request.patient.person
    home = good_mail_addresses([person.pk], on=on).get(person.pk)
    return [name_of(person), *(home_lines(home) if home else ())]


def visits_of(request: "RecordRequest", first: dt.date | None, last: dt.date | None) -> list[Claim]:
    """The visits of the patient who is meant, with a service within these days, in their order."""
    within = Q()
    if first:
        within &= Q(service_to__gte=first)
    if last:
        within &= Q(service_from__lte=last)
    rows = Claim.objects.filter(within, patient=request.patient_id).exclude(state=Claim.State.VOID)
    return list(rows.select_related("payer").order_by("service_from", "pk"))


def documents_to_choose(request: "RecordRequest") -> list[Document]:
    """What was brought about the account or the patient's visits, but for our own letters and the request's paper."""
    about = Q(links__account=request.account_id) | Q(links__claim__patient=request.patient_id)
    rows = Document.objects.filter(about, practice=request.practice_id, withdrawn_at=None, bytes_dropped_at=None)
    rows = rows.exclude(kind=Document.Kind.MADE).exclude(pk=request.document_id or 0)
    return list(rows.distinct().order_by("-added_at", "-pk"))


def _ensure_asked(request: "RecordRequest", choice: PacketChoice, parts: Sequence[str]) -> None:
    if not parts:
        raise BadRecordRequest("Choose what goes.", field="parts")
    if more := set(parts) - set(request.asked):
        labels = "; ".join(part_labels(more))
        raise BadRecordRequest(f"This was not asked for, so it stays here: {labels}.", field="parts")
    if choice.service_from and request.service_from and choice.service_from < request.service_from:
        raise BadRecordRequest("They ask for later days of service only.", field="service_from")
    if choice.service_to and request.service_to and choice.service_to > request.service_to:
        raise BadRecordRequest("They ask for earlier days of service only.", field="service_to")


def _documents(request: "RecordRequest", ids: Sequence[int], actor: "User") -> list[Document]:
    known = {one.pk: one for one in documents_to_choose(request)}
    if not set(ids) <= set(known):
        raise NotFound("There is no such document of this patient.")
    return [known[pk] for pk in dict.fromkeys(ids)]


def _as_pdf(document: Document) -> io.BytesIO:
    """A document that was brought, as pages. Raises `BadRecordRequest` naming one that can't be put into a PDF."""
    if document.shown_as is Media.TIFF:
        raise BadRecordRequest(f"{document.name} is a TIFF: save it as a PDF and add that.", field="documents")
    content = b"".join(bytes_of(document))
    if document.shown_as.is_image:
        return io.BytesIO(
            render("picture", {"title": "Document", "picture": _picture(document, content)}, language="en")
        )
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted or not len(reader.pages):
            raise BadRecordRequest(f"{document.name} is locked or empty: save it as a plain PDF.", field="documents")
    except PyPdfError as error:
        raise BadRecordRequest(f"{document.name} can’t be read as a PDF: save it anew.", field="documents") from error
    return io.BytesIO(content)


def _picture(document: Document, content: bytes) -> str:
    """A picture as the text that templates show: JSON holds no bytes. It keeps its shape within the page."""
    data = base64.b64encode(content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 750 1000">'
        f'<image href="data:{document.media};base64,{data}" width="750" height="1000"/></svg>'
    )


def _cover(
    request: "RecordRequest", parts: Sequence[str], claims: Sequence[Claim], files: Sequence[Document],
    first: dt.date | None, last: dt.date | None, today: dt.date,
) -> dict[str, Any]:  # fmt: skip
    """The first page: who gets it, by what right, whose it is, what is in it."""
    head, person = head_of(request.practice), request.patient.person
    days = f"{long_day(first) if first else 'the first visit'} to {long_day(last) if last else 'the last visit'}"
    rows = [
        ("Patient", name_of(person)),
        ("Born", long_day(person.birth_on) if person.birth_on else ""),
        ("Services", days),
        ("Visits", str(len(claims))),
        ("By what right", request.basis.label),
        ("Your number", request.reference),
        ("Released", long_day(today)),
    ]
    contents = [*part_labels(code for code in parts if code != "documents"),
                *(f"{one.get_kind_display()}, added {long_day(one.added_at.date())}" for one in files)]  # fmt: skip
    return {
        "title": "Records released",
        "letterhead": head.shown(),
        "to": where_to(request, on=today),
        "day": long_day(today),
        "account": str(request.pk),
        "reference": [{"label": "Our number", "value": f"request {request.pk}"}],
        "words": {"page": "Page", "of": "of", "account": "Request"},
        "elements": [
            {"kind": "box", "title": "What this is", "rows": [
                {"label": label, "value": value} for label, value in rows if value]},
            {"kind": "heading", "text": "In this packet"},
            {"kind": "list", "items": [[{"text": one, "bold": False}] for one in contents]},
            {"kind": "small", "text": _CONFIDENTIAL},
        ],
    }  # fmt: skip


_CONFIDENTIAL = (
    "Confidential health information, released for the purpose of the request only. If it reached you by mistake, call "
    "us and destroy it. Records of treatment for substance use may not be used in proceedings against the patient "
    "without consent or an order (42 CFR part 2)."
)
