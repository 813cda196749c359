"""Batches of claims: what is ready to leave, what is out, one batch with its claims, its file and what may be done."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from collections_app.claim_batches import answers, making, selectors, sending
from collections_app.claim_batches.states import BEFORE_SENDING, TABS, BatchClaimState, ClaimBatchState
from collections_app.clearinghouses.states import FORM_NAMES, SFTP
from collections_app.web.claim_batch_forms import BatchCancelForm

if TYPE_CHECKING:
    from collections_app.claim_batches.models import BatchClaim, ClaimBatch

PER_PAGE = 50
_READ = 1_000
_COLUMNS = (
    Column("Claim"), Column("Payer"), Column("Form"), Column("Charge", Kind.MONEY), Column("State"),
    Column("Transaction"), Column("Complaint or reason"),
)  # fmt: skip
PLACE = HubPlace(
    "claim_batches",
    "Batches",
    "Send ready claims, see which files were answered, and what was rejected",
    lambda actor, today: selectors.waiting_count(actor, today=today, now=clock.now()),
)
_TONES = {
    ClaimBatchState.CHECKED: "tag-amber",
    ClaimBatchState.SENT: "tag-blue",
    ClaimBatchState.RECEIVED: "tag-blue",
    ClaimBatchState.ANSWERED: "tag-green",
    ClaimBatchState.REFUSED: "tag-red",
    ClaimBatchState.FAILED: "tag-red",
}


@page(Capability.SEE_CLAIMS)
def claim_batches(request: StaffRequest) -> HttpResponseBase:
    """What is ready for each clearinghouse, and the batches of a tab."""
    actor, today, now = request.user, clock.today(), clock.now()
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    shown = Paginator(selectors.batches_seen_by(actor, tab=tab, now=now), PER_PAGE).get_page(request.GET.get("page"))
    ready = selectors.ready_connections(actor, today=today)
    context = {
        "tab": tab,
        "tabs": selectors.batch_tabs(actor, now=now),
        "page": shown,
        "rows": [(one, _TONES.get(ClaimBatchState(one.state), "tag-plain")) for one in shown],
        "ready": ready,
        "form_names": FORM_NAMES,
        "unrouted": selectors.unrouted_count(actor, today=today),
        "may_send": may(actor, Capability.IMPORT_FILES),
        "may_set_up": may(actor, Capability.CONFIGURE_INTEGRATIONS),
        "now": now,
    }
    return TemplateResponse(request, "collections/claim_batches/list.html", context)


@require_POST
@page(Capability.IMPORT_FILES)
def make(request: StaffRequest, clearinghouse_connection_id: int) -> HttpResponseBase:
    """Put what is ready for a connection into a batch."""
    try:
        batch = making.make_batch(clearinghouse_connection_id, actor=request.user, today=clock.today(), now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("claim_batches")
    return redirect("claim_batch", batch.pk)


@page(Capability.SEE_CLAIMS)
def claim_batch(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """One batch: its claims and where they stand, its file, and what may be done; `export` gives the claims."""
    return _show(request, selectors.own_batch(claim_batch_id, actor=request.user))


@require_POST
@page(Capability.IMPORT_FILES)
def download(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """The file, as it is uploaded at the clearinghouse."""
    try:
        name, content = sending.take_file(claim_batch_id, actor=request.user, now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("claim_batch", claim_batch_id)
    return HttpResponse(
        content, content_type="application/edi-x12",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )  # fmt: skip


@require_POST
@page(Capability.IMPORT_FILES)
def uploaded(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """Somebody uploaded the file."""
    return _done(
        request, claim_batch_id,
        lambda: sending.say_uploaded(claim_batch_id, actor=request.user, today=clock.today(), now=clock.now()),
        "Sent. Import what the clearinghouse answers as usual: the batch follows.",
    )  # fmt: skip


@require_POST
@page(Capability.IMPORT_FILES)
def drop(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """Send the file by SFTP."""
    try:
        batch = sending.drop_batch(claim_batch_id, actor=request.user, today=clock.today(), now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        if batch.problem:
            messages.error(request, f"Not sent: {batch.problem}. It is tried again by itself.")
        else:
            messages.success(request, "Sent.")
    return redirect("claim_batch", claim_batch_id)


@require_POST
@page(Capability.IMPORT_FILES)
def again(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """The very file once more."""
    return _done(
        request, claim_batch_id,
        lambda: sending.send_again(claim_batch_id, actor=request.user, now=clock.now()),
        "The same file, under the same numbers. Where it is not dropped by SFTP, take it and upload it again.",
    )  # fmt: skip


@require_POST
@page(Capability.IMPORT_FILES)
def anew(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """The claims of a lost or refused file under new numbers."""
    try:
        made = sending.make_anew(claim_batch_id, actor=request.user, today=clock.today(), now=clock.now())
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("claim_batch", claim_batch_id)
    messages.success(request, f"{made.count} claims in a new batch: it gets numbers of its own.")
    return redirect("claim_batch", made.pk)


@require_POST
@page(Capability.IMPORT_FILES)
def open_drafts(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """Draft every claim of a refused file again."""
    return _done(
        request, claim_batch_id,
        lambda: answers.open_drafts(claim_batch_id, actor=request.user, today=clock.today(), now=clock.now()),
        "Drafted again, each with the reason.",
    )  # fmt: skip


@require_POST
@page(Capability.IMPORT_FILES)
def cancel(request: StaffRequest, claim_batch_id: int) -> HttpResponseBase:
    """The batch never leaves: its claims are ready again."""
    batch = selectors.own_batch(claim_batch_id, actor=request.user)
    form = BatchCancelForm(request.POST)
    if not form.is_valid():
        return _show(request, batch, form=form, status=422)
    try:
        making.cancel_batch(batch.pk, actor=request.user, now=clock.now(), **form.cleaned_data)
    except DomainError as error:
        return _show(request, batch, form=form, problem=error, status=error.status)
    messages.success(request, "Canceled. Its claims are ready again.")
    return redirect("claim_batch", batch.pk)


def _done(request: StaffRequest, batch_id: int, deed: Callable[[], Any], said: str) -> HttpResponseBase:
    try:
        deed()
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("claim_batch", batch_id)


def _show(
    request: StaffRequest,
    batch: "ClaimBatch",
    *,
    form: BatchCancelForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, now = request.user, clock.now()
    if request.htmx:
        return TemplateResponse(request, "collections/claim_batches/batch.html#progress", {"batch": batch})
    rows = selectors.claims_of(batch)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "claim_batch", rows.iterator(chunk_size=_READ), count=rows.count(), shows=selectors.shown,
            after={"batch": batch.pk}, now=now,
        )  # fmt: skip
        return table_response(kind, f"batch-{batch.pk}", Sheet("Claims", _COLUMNS, _cells(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "claim_batch", shown, shows=selectors.shown, after={"batch": batch.pk}, now=now)
    may_send = may(actor, Capability.IMPORT_FILES)
    state = ClaimBatchState(batch.state)
    is_late = state == ClaimBatchState.SENT and batch.answer_due_at is not None and batch.answer_due_at <= now
    context = {
        "batch": batch,
        "tone": "tag-red" if is_late else _TONES.get(state, "tag-plain"),
        "is_late": is_late,
        "page": shown,
        "rows": [(one, _standing(one), _why(one)) for one in shown],
        "figures": selectors.figures_of(batch),
        "lines": selectors.by_payer_and_form(batch),
        "replaced_by": selectors.replaced_by(batch),
        "history": selectors.history_of(batch),
        "is_sftp": batch.connection.delivery == SFTP,
        "can_send": may_send and state == ClaimBatchState.CHECKED,
        "can_take": may_send and batch.file is not None and state not in (ClaimBatchState.CANCELED,),
        "can_repeat": may_send and state in (ClaimBatchState.SENT, ClaimBatchState.REFUSED),
        "can_open": may_send and state == ClaimBatchState.REFUSED,
        "can_cancel": may_send and state in BEFORE_SENDING,
        "form": form or BatchCancelForm(),
        "problem": problem,
        "now": now,
    }
    return TemplateResponse(request, "collections/claim_batches/batch.html", context, status=status)


def _standing(line: "BatchClaim") -> str:
    """Where a claim of a batch stands, in words: its submission says once it left."""
    submission = line.outgoing_claim.submission
    if line.state == BatchClaimState.IN_FILE and submission is not None:
        return str(submission.get_state_display())
    return BatchClaimState(line.state).label


def _why(line: Any) -> str:
    """The complaint of the validator, or what rejected it."""
    submission = line.outgoing_claim.submission
    if submission is not None and submission.state == "rejected":
        return selectors.rejection_words(line)
    return str(line.complaint)


def _cells(rows: "Iterator[Any]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.outgoing_claim.claim.number, one.payer.name, one.form, one.charge, _standing(one), one.st_control,
            _why(one),
        ]  # fmt: skip
