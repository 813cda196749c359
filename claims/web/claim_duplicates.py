"""Claims that may be one bill under two numbers: the list, the two side by side, and what a person decides."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.billing.claim_detail import claim_seen_by
from claims.duplicates import claim_questions
from claims.web.claim_forms import OtherNumberForm
from claims.web.setup_pages import form_page
from claims.web.shown import duplicates_shown

if TYPE_CHECKING:
    from claims.duplicates.claim_questions import ComparedClaims

PER_PAGE = 50
STATES = (("open", "To be decided"), ("merged", "Merged"), ("apart", "Two visits"))
_COLUMNS = (
    Column("Claim"), Column("May repeat"), Column("Patient"), Column("Practice"), Column("Payer"),
    Column("Service from", Kind.DATE), Column("Charge", Kind.MONEY), Column("Open on it", Kind.MONEY),
    Column("Open on the other", Kind.MONEY), Column("Found on", Kind.DATE), Column("State"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def duplicates(request: StaffRequest) -> HttpResponseBase:
    """The pairs that wait, most money first; or those that were decided."""
    state = request.GET.get("state", "")
    state = state if state in dict(STATES) else "open"
    rows = claim_questions.questions(actor=request.user, state=state)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "claim_duplicates", rows.iterator(chunk_size=2000), count=rows.count(),
            shows=duplicates_shown, after={"state": state}, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "possible-duplicates", Sheet("Duplicates", _COLUMNS, map(_cells, taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "claim_duplicates", shown, shows=duplicates_shown, now=clock.now())
    context = {
        "page": shown,
        "state": state,
        "states": STATES,
        "twice": claim_questions.counted_twice(actor=request.user),
    }
    return TemplateResponse(request, "claims/duplicates/claims.html", context)


@page(Capability.RESOLVE_EXCEPTIONS)
def duplicate(request: StaffRequest, question_id: int) -> HttpResponseBase:
    """Both claims side by side, with what merging them would do."""
    return _show(request, question_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def settle(request: StaffRequest, question_id: int) -> HttpResponseBase:
    """Two visits, or the same claim: then the other one is merged into the one that stays."""
    try:
        if request.POST.get("choice") == "apart":
            claim_questions.keep_both(question_id, actor=request.user, now=clock.now())
            messages.success(request, "Both stay. Nobody is asked about these two again.")
        else:
            found = claim_questions.settle_as_same(
                question_id, keep=_number(request.POST.get("keep")), actor=request.user, today=clock.today(),
                now=clock.now(),
            )  # fmt: skip
            numbers = f"{found.other.number} and {found.claim.number}"
            messages.success(request, f"Claims {numbers} are one now: either number finds it.")
    except DomainError as error:
        return _show(request, question_id, problem=error, status=error.status)
    return redirect("claim_duplicate", question_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def undo(request: StaffRequest, question_id: int) -> HttpResponseBase:
    """Take a decision back: two claims that were merged stand apart, and the pair waits again."""
    try:
        claim_questions.take_decision_back(question_id, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show(request, question_id, problem=error, status=error.status)
    messages.success(request, "Taken back. Both claims stand as they did, and the pair waits again.")
    return redirect("claim_duplicate", question_id)


@page(Capability.RESOLVE_EXCEPTIONS)
def name_duplicate(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Name the other number of a claim by hand."""
    found = claim_seen_by(request.user, claim_id)
    form = OtherNumberForm(request.POST or None, label="Number of the other claim")

    def save() -> str:
        number = form.cleaned_data["number"]
        named = claim_questions.name_duplicate(
            claim_id, number=number, actor=request.user, today=clock.today(), now=clock.now()
        )
        return reverse("claim_duplicate", args=[named.pk])

    address = reverse("claim", args=[claim_id])
    crumbs = [(reverse("claims"), "Claims"), (address, f"Claim {found.number}")]
    return form_page(
        request, form, save, title="Billed under another number, too?", crumbs=crumbs, done=address,
        submit="Compare the two", said="",
    )  # fmt: skip


def _show(
    request: StaffRequest, question_id: int, *, problem: DomainError | None = None, status: int = 200
) -> HttpResponseBase:
    found = claim_questions.compared_claims(question_id, actor=request.user)
    audit_reads.record_listed(
        request.user, "claim_duplicate", [found.question], shows=duplicates_shown, now=clock.now()
    )
    context: dict[str, Any] = {
        "compared": found,
        "question": found.question,
        "choices": _choices(found),
        "may_merge": may(request.user, Capability.POST_MONEY),
        "problem": problem,
    }
    return TemplateResponse(request, "claims/duplicates/claim.html", context, status=status)


def _choices(found: "ComparedClaims") -> list[tuple[Any, ...]]:
    """Each way to merge, with its key: the claim that came first stays, or the other one."""
    if found.plans is None or found.papers is None:
        return []
    return list(zip(("y", "o"), found.plans, found.papers, strict=True))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _cells(row: Any) -> list[Any]:
    claim, other = row.claim, row.other
    return [
        claim.number, other.number, str(claim.patient.person), row.practice.name,
        claim.payer.name if claim.payer else "Self-pay", claim.service_from, claim.charge, claim.balance, other.balance,
        row.found_on, row.get_state_display(),
    ]  # fmt: skip
