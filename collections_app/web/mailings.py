"""Mail: print batches, and what came back."""

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.deliveries import print_batches, selectors
from collections_app.deliveries import returned as returning
from collections_app.deliveries.checking import has_vendor
from collections_app.deliveries.store import kept_batches
from collections_app.statements import returned as returned_statements
from collections_app.web.deliveries import places

_RECENT = 30


@page(Capability.SEE_CLAIMS)
def batches(request: StaffRequest) -> HttpResponseBase:
    """Letters that wait to be printed, and the batches that were."""
    context = {
        "waiting": selectors.waiting_mail(request.user),
        "batches": selectors.batches(request.user)[:_RECENT],
        "has_vendor": has_vendor(),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "places": places(request),
    }
    return TemplateResponse(request, "collections/deliveries/batches.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def make(request: StaffRequest, practice_id: int) -> HttpResponseBase:
    """Print what waits of a practice."""
    batch = print_batches.make_batch(practice_id=practice_id, actor=request.user, now=clock.now())
    letters = f"{batch.pieces} letter{'s' if batch.pieces != 1 else ''}"
    messages.success(request, f"Batch {batch.pk} holds {letters}, {batch.pages} pages.")
    return redirect("print_batches")


@page(Capability.WORK_ITEMS)
def download(request: StaffRequest, printed_id: int, kind: str) -> HttpResponseBase:
    """The PDF of a batch, or its manifest."""
    batch = print_batches.own_batch(printed_id, actor=request.user)
    accounts = print_batches.accounts_of(batch)
    audit.record_seen(
        request.user, audit.DOWNLOADED, "print_batch", {"account": accounts}, subject_id=batch.pk,
        practice_id=batch.practice_id, now=clock.now(),
    )  # fmt: skip
    sha256 = batch.sha256 if kind == "pdf" else batch.manifest_sha256
    content_type = "application/pdf" if kind == "pdf" else "text/csv"
    name = print_batches.file_name(batch, kind)
    return FileResponse(kept_batches.blocks(sha256), as_attachment=True, filename=name, content_type=content_type)


@require_POST
@page(Capability.WORK_ITEMS)
def posted(request: StaffRequest, printed_id: int) -> HttpResponseBase:
    """It was printed and taken to the post."""
    print_batches.note_posted(batch_id=printed_id, actor=request.user, now=clock.now())
    messages.success(request, f"Batch {printed_id} is posted.")
    return redirect("print_batches")


@require_POST
@page(Capability.WORK_ITEMS)
def hand_over(request: StaffRequest, printed_id: int) -> HttpResponseBase:
    """It goes to the print vendor."""
    batch = print_batches.hand_over(batch_id=printed_id, actor=request.user, now=clock.now())
    if batch.problem:
        messages.error(request, f"Batch {printed_id} was not handed over: {batch.problem}. Try again.")
    else:
        messages.success(request, f"The print vendor has batch {printed_id}.")
    return redirect("print_batches")


class ReturnedForm(forms.Form):
    """One envelope that came back."""

    typed = forms.CharField(
        label="Number on it, or of the account",
        max_length=40,
        help_text="Scan the bars of a statement (S0000123), or type the number of a delivery (D12-5) or an account.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(label="Why it came back", choices=tuple(returning.REASONS.items()))


#: By kind of mail: the address that shows one, and the one that takes it back.
_PAGES = {"delivery": ("delivery", "mail_not_returned"), "statement": ("statement", "statement_not_returned")}


@page(Capability.WORK_ITEMS)
def returned(request: StaffRequest) -> HttpResponseBase:
    """Envelopes that came back, many in a row: type or scan, Enter, the next."""
    form = ReturnedForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = returning.came_back(
                    **form.cleaned_data, actor=request.user, now=clock.now(), today=clock.today()
                )
            except DomainError as error:
                form.add_error(error.facts.get("field"), error.message)
            else:
                messages.success(request, f"{found.number} came back. {_of_its_address(found, form)}")
                return redirect(f"{request.path}?reason={form.cleaned_data['reason']}")
    elif request.GET.get("reason") in returning.REASONS:
        form = ReturnedForm(initial={"reason": request.GET["reason"]})
    rows = returning.recently_back(request.user, most=_RECENT)
    audit_reads.record_listed(request.user, "returned mail", rows, shows=_shown, now=clock.now())
    context = {
        "form": form,
        "rows": [(row, *(reverse(name, args=[row.pk]) for name in _PAGES[row.kind])) for row in rows],
        "places": places(request),
    }
    return TemplateResponse(request, "collections/deliveries/returned.html", context, status=status)


def _of_its_address(found: returning.MailPiece, form: ReturnedForm) -> str:
    if form.cleaned_data["reason"] in returning.ADDRESS_STANDS:
        return "Its address stands: somebody is there."
    return "Its address is marked." if found.address_id else "Its address was changed since, so none is marked."


@require_POST
@page(Capability.WORK_ITEMS)
def return_undone(request: StaffRequest, sent_id: int) -> HttpResponseBase:
    """It was another envelope than this letter."""
    return _take_back(request, "delivery", sent_id)


@require_POST
@page(Capability.WORK_ITEMS)
def statement_not_returned(request: StaffRequest, statement_id: int) -> HttpResponseBase:
    """It was another envelope than this statement."""
    return _take_back(request, returned_statements.KIND, statement_id)


def _take_back(request: StaffRequest, kind: str, pk: int) -> HttpResponseBase:
    found = returning.take_back(kind, pk, actor=request.user, now=clock.now(), today=clock.today())
    messages.success(request, f"{found.number} counts as sent again.")
    return redirect("mail_returned")


def _shown(row: returning.CameBack) -> list[tuple[str, int | None]]:
    return [("account", row.account_id)]
