"""Our letters to who asks for records: what their form lacks, the invoice, a refusal.

They go to the requester, not to the patient, and name the request, never the patient: before the form is valid nobody
may learn that somebody is a patient of ours (45 CFR 164.514(h)). English: firms, courts and insurers read them.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, require
from claims.documents import services as documents
from claims.documents.services import MadeFile
from collections_app.letters.blocks import LetterBlock, box
from collections_app.letters.composing import Whereto, composed
from collections_app.letters.drafting import common_facts
from collections_app.letters.kinds import FactShape, LetterGroup, LetterKind, MergeField
from collections_app.letters.letterheads import head_of
from collections_app.letters.rendering import render
from collections_app.letters.texts import in_force
from collections_app.releases.authorization import Point, points_named
from collections_app.releases.figures import request_figures
from collections_app.releases.models import RecordRequest, RequestPaper
from collections_app.releases.packet import PacketChoice, packet_of, where_to
from collections_app.releases.rules import fee_of
from collections_app.releases.services import (
    BadRecordRequest,
    State,
    ensure_open,
    go_to,
    latest_screening,
    locked_request,
    tell,
)

if TYPE_CHECKING:
    from arwork.staff.models import User

Kind = RequestPaper.Kind
ENGLISH = "en"
_SEED = Path(__file__).parent / "seeds" / "letters.yaml"
_DAY, _MONEY, _WORDS = FactShape.DAY, FactShape.MONEY, FactShape.WORDS
_COMMON = (MergeField("requester", "who asks"), MergeField("received_on", "the day the request came", _DAY))
_SAMPLE = {"requester": "Sterling and Vance", "received_on": dt.date(2026, 11, 16)}


def lacks_list(points: list[Point]) -> dict[str, Any]:
    """What a form lacks, as a list of a letter."""
    words = [f"{point.lacks} ({point.cite})." for point in points]
    return {"kind": "list", "items": [[{"text": one, "bold": False}] for one in words]}


_invoice_box = box(
    {"en": "The copy", "es": "La copia"},
    {"reference": ("Your number", "Su número"), "pages": ("Pages", "Páginas"), "amount": ("Fee", "Cargo")},
)
FORM_LACKS = LetterKind(
    "records_form_lacks", "Records: what the form lacks", LetterGroup.ANSWERS,
    (*_COMMON, MergeField("open_until_on", "how long the request stays open", _DAY)),
    blocks=(LetterBlock("lacks", "what the form lacks"),), must=("lacks",), seed=_SEED, is_written=False,
    sample=_SAMPLE
    | {"open_until_on": dt.date(2026, 12, 16), "lacks": lacks_list(points_named(["signature", "expiry"]))},
    does="To who asks for records: every element that is missing, by its place in the law",
)  # fmt: skip
INVOICE = LetterKind(
    "records_invoice", "Records: invoice for a copy", LetterGroup.ANSWERS,
    (*_COMMON, MergeField("amount", "the fee", _MONEY), MergeField("pages", "how many pages"),
     MergeField("reference", "their number", is_optional=True)),
    blocks=(LetterBlock("invoice", "the copy and its fee", _invoice_box, needs=("pages", "amount")),),
    must=("amount",), seed=_SEED, is_written=False,
    sample=_SAMPLE | {"amount": Decimal("12.50"), "pages": "25", "reference": "SV-2201"},
    does="To who asks for records: what the copy costs",
)  # fmt: skip
REFUSED = LetterKind(
    "records_refused", "Records: refusal", LetterGroup.ANSWERS, (*_COMMON, MergeField("reason", "why not", _WORDS)),
    must=("reason",), seed=_SEED, is_written=False,
    sample=_SAMPLE | {"reason": "The subpoena came from a court that does not reach this office."},
    does="To who asks for records: why nothing leaves",
)  # fmt: skip
KINDS = (FORM_LACKS, INVOICE, REFUSED)


def write_defects(request_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RequestPaper:
    """The letter that names exactly what the form lacks, and until when the request waits for a better one."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        screening = latest_screening(found)
        if found.state != State.DEFECTIVE or screening is None:
            raise Conflict("Nothing is known to be wrong with the form. Screen it first.")
        last = today + dt.timedelta(days=request_figures(found.practice, on=today).access_days)
        facts = {"open_until_on": last, "lacks": lacks_list(points_named(screening.lacks))}
        made = _paper(found, Kind.DEFECTS, FORM_LACKS, facts, actor=actor, today=today, now=now)
        found.next_action, found.next_on = "Look for a better form", last
        found.save(update_fields=["next_action", "next_on"])
    return made


def write_refusal(request_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RequestPaper:
    """The letter that says why nothing leaves. Raises `Conflict` unless the request was refused."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        if found.state != State.REFUSED:
            raise Conflict("Refuse the request first, with the reason.")
        return _paper(found, Kind.REFUSAL, REFUSED, {"reason": found.closed_because}, actor=actor, today=today, now=now)


def invoice(request_id: int, choice: PacketChoice, *, actor: "User", today: dt.date, now: dt.datetime) -> RequestPaper:
    """Ask for the fee of the copy before it leaves: by its pages and the figures of the practice, never more.

    Raises `BadRecordRequest` where a copy costs nothing, `Conflict` unless the request may be released.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        ensure_open(found)
        if found.state != State.VALID:
            raise Conflict("A fee is asked of a request that may be released, once.")
        pages = packet_of(found, choice, actor=actor, today=today).pages
        fee = fee_of(found.basis, pages, request_figures(found.practice, on=today))
        if fee <= ZERO:
            raise BadRecordRequest("This copy costs nothing by the figures of the practice. Release it.", field="fee")
        facts = {"amount": fee, "pages": str(pages), "reference": found.reference}
        made = _paper(found, Kind.INVOICE, INVOICE, facts, actor=actor, today=today, now=now)
        found.fee, found.fee_invoiced_on, found.fee_paid_on = fee, today, None
        go_to(found, State.INVOICED, today=today)
    return made


def note_fee(
    request_id: int, *, paid_on: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> RecordRequest:
    """The fee came on a day, or (None) is waived: the records may leave."""
    require(actor, Capability.WORK_ITEMS)
    if paid_on is not None and paid_on > today:
        raise BadRecordRequest("Enter a day up to today.", field="paid_on")
    with transaction.atomic():
        found = locked_request(request_id, actor=actor)
        if found.state != State.INVOICED:
            raise Conflict("No fee of this request is open.")
        found.fee_paid_on = paid_on
        if paid_on is None:
            found.fee = ZERO
        go_to(found, State.VALID, today=today)
        tell(found, "record_fee_paid" if paid_on else "record_fee_waived", actor=actor, now=now)
    return found


def _paper(
    request: RecordRequest, kind: str, letter: LetterKind, facts: Mapping[str, Any], *, actor: "User", today: dt.date,
    now: dt.datetime,
) -> RequestPaper:  # fmt: skip
    """Render a letter to the requester and freeze it; it stands among the documents of the account."""
    head = head_of(request.practice)
    requester = request.requester
    given = {
        **common_facts(request.account, head, today=today),
        "addressee": requester.name, "requester": requester.name, "received_on": request.received_on, **facts,
    }  # fmt: skip
    text = in_force(letter.code, practice_id=request.practice_id, language=ENGLISH, state=requester.state, on=today)
    data = composed(letter, text, given, head=head, to=Whereto(where_to(request, on=today), ""), on=today)
    data |= to_a_stranger(request.reference, f"request {request.pk}")
    pdf = render(letter.template, data, language=ENGLISH, on=today)
    made = MadeFile(BytesIO(pdf), f"{kind}-{today:%Y-%m-%d}.pdf", letter.name)
    document = documents.keep_made(
        request.practice_id, made, account_id=request.account_id, claim_ids=[], actor=actor, now=now
    )
    paper = RequestPaper.objects.create(
        request=request, kind=kind, document=document, sha256=document.sha256, made_on=today, made_at=now,
        made_by=actor,
    )  # fmt: skip
    tell(request, "record_request_letter", actor=actor, now=now, after={"kind": kind, "sha256": paper.sha256})
    return paper


def to_a_stranger(reference: str, ours: str) -> dict[str, Any]:
    """The head of a letter that names no account: their number, and ours of the request."""
    rows = [{"label": "Your number", "value": reference}] if reference else []
    return {
        "account": ours.removeprefix("request "),
        "reference": [*rows, {"label": "Our number", "value": ours}],
        "words": {"page": "Page", "of": "of", "account": "Request"},
    }
