"""A claim on paper: the CMS-1500 of what was sent last, to look at and to print."""

import base64
import datetime as dt

from django.http import HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff import audit
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.billing.selectors import own_claim, submissions_of
from claims.edi.x12.claim_text import ClaimText
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.selectors import own_outgoing
from collections_app.outgoing_claims.stored_claims import submitted_texts
from collections_app.paper_claims import cms1500
from collections_app.web.claim_edit_forms import PaperClaimForm

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


@page(Capability.SEE_CLAIMS)
def cms1500_of_claim(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """The CMS-1500 of the claim as it was sent last; `print=1` gives it as PDF."""
    actor, now = request.user, clock.now()
    claim = own_claim(claim_id, actor=actor)
    sent = sorted(submissions_of([claim.pk])[claim.pk], key=lambda one: (one.submitted_on, one.pk), reverse=True)
    texts = submitted_texts(sent)
    text = next((texts[one.pk] for one in sent if one.pk in texts), None)
    if text is None:
        raise NotFound("The file with which this claim was sent is not kept. Draft it again, then print the draft.")
    audit.record_read(actor, "claim", claim.pk, practice_id=claim.practice_id, now=now)
    return paper_page(
        request, text, number=claim.number, back=reverse("claim", args=[claim.pk]), subject="claim",
        subject_id=claim.pk, practice_id=claim.practice_id,
    )  # fmt: skip


@page(Capability.SEE_CLAIMS)
def cms1500_of_outgoing(request: StaffRequest, outgoing_claim_id: int) -> HttpResponseBase:
    """The CMS-1500 of a claim as it is to leave; `print=1` gives it as PDF."""
    row = own_outgoing(outgoing_claim_id, actor=request.user)
    seen = {"claim": [row.claim_id]}
    audit.record_read(request.user, "outgoing_claim", row.pk, practice_id=row.practice_id, now=clock.now(), seen=seen)
    return paper_page(
        request, text_of(row), number=row.claim.number, back=reverse("outgoing_claim", args=[row.pk]),
        subject="outgoing_claim", subject_id=row.pk, practice_id=row.practice_id,
    )  # fmt: skip


def paper_page(
    request: StaffRequest, text: ClaimText, *, number: str, back: str, subject: str, subject_id: int, practice_id: int
) -> HttpResponseBase:
    """The page of a claim on paper, or with `print=1` the PDF, which leaves a trace as an export of `subject`."""
    today = clock.today()
    form = PaperClaimForm({"form": "proof", "right": 0, "down": 0, **request.GET.dict()})
    chosen = form.cleaned_data if form.is_valid() else {}
    if request.GET.get("print") and form.is_valid():
        facts = {"paper": "CMS-1500", "form": chosen["form"]}
        audit.record(
            request.user, audit.EXPORTED, subject, subject_id, practice_id=practice_id, after=facts, now=clock.now()
        )
        return _pdf(text, today, chosen)
    pictures = [base64.b64encode(one).decode() for one in cms1500.pictures(text, on=today)]
    context = {"form": form, "pictures": pictures, "number": number, "back": back}
    status = 200 if form.is_valid() else 422
    return TemplateResponse(request, "collections/paper_claims/cms1500.html", context, status=status)


def _pdf(text: ClaimText, today: dt.date, chosen: dict[str, object]) -> HttpResponse:
    right, down = (int(str(chosen[name] or 0)) for name in ("right", "down"))
    pdf = cms1500.pdf(text, on=today, is_proof=chosen["form"] != "data", right=right, down=down)
    disposition = {"Content-Disposition": 'inline; filename="cms-1500.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=_HEADERS | disposition)
