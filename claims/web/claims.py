"""Claims: the list, one claim with all its books say, and who owes next."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, filtered_by, table_response
from arwork.web.pages import StaffRequest, page
from claims.adjustments import selectors as adjustments
from claims.billing import claim_detail, claim_list
from claims.billing.buckets import Bucket
from claims.credits.sources import CLAIM, CreditSource
from claims.duplicates import claim_questions
from claims.edi.selectors import segments_of
from claims.ledger import responsible_party
from claims.remits import corrected_insured
from claims.remits.selectors import claim_payments_of
from claims.transfers.selectors import hand_moves_of
from claims.web import claim_story, documents
from claims.web.claim_forms import ClaimFilterForm, ResponsibleForm
from claims.web.shown import claims_shown
from claims.web.work_status import work_statuses

if TYPE_CHECKING:
    from claims.billing.models import Claim

_COLUMNS = (
    Column("Claim"), Column("Patient"), Column("Payer"), Column("Practice"), Column("Service from", Kind.DATE),
    Column("Service to", Kind.DATE), Column("First billed", Kind.DATE), Column("Last billed", Kind.DATE),
    Column("Charge", Kind.MONEY), Column("Balance", Kind.MONEY), Column("Owes next"), Column("State"), Column("ICN"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def claims(request: StaffRequest) -> HttpResponseBase:
    """The claims that pass the filters in the address; `export=xlsx` or `csv` gives them all as numbers."""
    form = ClaimFilterForm(request.GET, payers=claim_list.payers_to_choose(actor=request.user))
    asked = form.filter()
    rows = claim_list.claims(actor=request.user, asked=asked)
    sort = request.GET.get("sort", "")
    sort = sort if sort.lstrip("-") in claim_list.SORTS else "-service"
    if kind := asked_for(request):
        ordered = claim_list.order_of(sort).of(rows)
        after = filtered_by(asked, but=("text",))
        taken = audit_reads.record_export(
            request.user, "claims", ordered.iterator(chunk_size=2000), count=rows.count(), shows=claims_shown,
            after=after, now=clock.now(),
        )  # fmt: skip
        sheet = Sheet("Claims", _COLUMNS, (_cells(row) for row in taken))
        return table_response(kind, f"claims-{clock.today()}", sheet)
    shown = claim_list.claims_page(rows, sort=sort, after=form.asked("after"), before=form.asked("before"))
    narrowed = filtered_by(asked, but=("text",))
    audit_reads.record_listed(request.user, "claims", shown.rows, shows=claims_shown, after=narrowed, now=clock.now())
    ids = [row.pk for row in shown.rows]
    payments, working = claim_story.payment_words(ids), work_statuses(ids)
    context = {
        "form": form,
        "page": shown,
        "rows": [(row, Bucket(row.responsible).short, payments.get(row.pk), working.get(row.pk)) for row in shown.rows],
        "summary": claim_list.claim_totals(rows),
        "counted": claim_list.COUNTED,
        "sort": sort,
        "today": clock.today(),
        "is_filtered": asked != claim_list.ClaimFilter(),
    }
    return TemplateResponse(request, "claims/claims.html", context)


@page(Capability.SEE_CLAIMS)
def claim(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """One claim."""
    return _show(request, claim_detail.claim_seen_by(request.user, claim_id))


@require_POST
@page(Capability.POST_MONEY)
def claim_responsible(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Say who owes next."""
    found = claim_detail.claim_seen_by(request.user, claim_id)
    form = _responsible_form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, form=form, status=422)
    try:
        responsible_party.set_responsible(
            claim_id,
            bucket=form.cleaned_data["bucket"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            today=clock.today(),
            now=clock.now(),
        )
    except DomainError as error:
        return _show(request, found, form=form, problem=error, status=error.status)
    messages.success(request, f"{Bucket(form.cleaned_data['bucket']).short} owes next, until somebody withdraws it.")
    return redirect("claim", claim_id)


@require_POST
@page(Capability.POST_MONEY)
def claim_responsible_withdraw(request: StaffRequest, claim_id: int) -> HttpResponseBase:
    """Let the ledger say again who owes next."""
    after = responsible_party.withdraw_responsible(claim_id, actor=request.user, now=clock.now())
    messages.success(request, f"The ledger says again who owes next: {Bucket(after.responsible).short.lower()}.")
    return redirect("claim", claim_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def claim_insured(request: StaffRequest, claim_id: int, correction_id: int) -> HttpResponseBase:
    """Take the insured as the payer knows them onto the coverage, or leave it."""
    claim_detail.claim_seen_by(request.user, claim_id)
    if request.POST.get("choice") == "take":
        corrected_insured.take_over(correction_id, actor=request.user, now=clock.now())
        messages.success(request, "Taken over: the coverage says what the payer knows. Correct it where you bill, too.")
    else:
        corrected_insured.leave(correction_id, actor=request.user, now=clock.now())
        messages.success(request, "Left: the coverage stays as it is.")
    return redirect("claim", claim_id)


@page(Capability.SEE_CLAIMS)
def claim_raw(request: StaffRequest, claim_id: int, remit_claim_id: int) -> HttpResponseBase:
    """The segments a claim payment was read from, as the payer sent them."""
    found = claim_detail.claim_seen_by(request.user, claim_id)
    row = claim_payments_of([found.pk]).filter(pk=remit_claim_id).first()
    if row is None:
        raise NotFound("This claim has no such payment.")
    file, segments = segments_of(row, actor=request.user, now=clock.now())
    context = {"claim": found, "row": row, "file": file, "segments": enumerate(segments, row.segment)}
    return TemplateResponse(request, "claims/claim_raw.html", context)


def _show(
    request: StaffRequest,
    found: "Claim",
    *,
    form: ResponsibleForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page, also beside a form that failed; that it was opened is recorded."""
    audit.record_read(request.user, "claim", found.pk, practice_id=found.practice_id, now=clock.now())
    shown = claim_story.claim_view(found)
    balances = zip(shown.books.grid.buckets, shown.books.grid.totals, strict=True)
    context: dict[str, Any] = {
        "claim_view": shown,
        "work_status": work_statuses([found.pk]).get(found.pk),
        "credits": [(CreditSource(CLAIM, found.pk, bucket), -owed) for bucket, owed in balances if owed < 0],
        "claim": found,
        "hand": hand_moves_of(found.pk, actor=request.user, now=clock.now()),
        "today": clock.today(),
        "problem": problem,
        "may_post": may(request.user, Capability.POST_MONEY),
        "write_offs": adjustments.adjustments_of_claim(found.pk, actor=request.user, now=clock.now()),
        "may_write_off": may(request.user, Capability.WORK_ITEMS),
        "may_settle": may(request.user, Capability.RESOLVE_EXCEPTIONS),
        "pairs": claim_questions.questions_about(found) if found.has_pairs else [],  # type: ignore[attr-defined]
        "may_import": may(request.user, Capability.IMPORT_FILES),
        **documents.documents_panel(request, "claim", found.pk),
    }
    if context["may_post"]:
        context["responsible_form"] = form or _responsible_form(found, None)
    return TemplateResponse(request, "claims/claim.html", context, status=status)


def _responsible_form(found: "Claim", data: Any) -> ResponsibleForm:
    choices = [
        (one, f"{Bucket(one).short}: {claim_detail.payer_words(found, one)}")
        for one in responsible_party.buckets_to_choose(found.pk)
    ]
    return ResponsibleForm(data, choices=choices, initial={"bucket": found.responsible})


def _cells(row: "Claim") -> list[Any]:
    return [
        row.number, str(row.patient.person), row.payer.name if row.payer else "Self-pay", row.practice.name,
        row.service_from, row.service_to, row.first_billed_on, row.last_billed_on, row.charge, row.balance,
        Bucket(row.responsible).short, row.get_state_display(), row.icn,
    ]  # fmt: skip
