"""Late payments: the lists with what each payer owes, and the demands for the interest."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.lib.money import ZERO
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from collections_app.late_payments import demand_letter, demands, selectors
from collections_app.web.late_payment_forms import AnswerDemandForm, CancelDemandForm, SendDemandForm, WaiveForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms

    from collections_app.late_payments.models import LatePayment

PER_PAGE = 50
MOST_DEMANDS = 30
PLACE = HubPlace(
    "late_payments", "Late payments", "What payers paid too late, and the interest they owe", selectors.to_demand_count
)
_COLUMNS = (
    Column("Claim"), Column("Patient"), Column("Payer"), Column("Practice"), Column("Received", Kind.DATE),
    Column("Due", Kind.DATE), Column("Paid on", Kind.DATE), Column("Days late", Kind.NUMBER),
    Column("Paid", Kind.MONEY), Column("Interest", Kind.MONEY), Column("Came with it", Kind.MONEY),
    Column("Owed", Kind.MONEY), Column("Counted"), Column("Doubt"), Column("State"),
)  # fmt: skip
_TONES = {"draft": "tag-amber", "sent": "tag-blue", "paid": "tag-green", "refused": "tag-red", "canceled": "tag-plain"}


@page(Capability.SEE_CLAIMS)
def late_payments(request: StaffRequest) -> HttpResponseBase:
    """The late payments of a tab, the most owed first, with what each payer owes; `export=xlsx` or `csv` gives all."""
    return _list(request)


@require_POST
@page(Capability.WORK_ITEMS)
def demand_new(request: StaffRequest) -> HttpResponseBase:
    """Gather everything that one payer owes one practice in a demand."""
    practice, payer = (id_of(request.POST.get(name, "")) or 0 for name in ("practice", "payer"))
    own = selectors.late_payments(actor=request.user).filter(practice=practice, payer=payer)
    made = demands.draft_demand(
        practice, payer, payment_ids=list(own.values_list("pk", flat=True)[: demands.MOST_IN_ONE]),
        actor=request.user, today=clock.today(), now=clock.now(),
    )  # fmt: skip
    messages.success(request, "Gathered. Look at the letter, then send it.")
    return redirect("interest_demand", made.pk)


@require_POST
@page(Capability.WORK_ITEMS)
def waive(request: StaffRequest, late_payment_id: int) -> HttpResponseBase:
    """Pursue one no further, with the reason."""
    form = WaiveForm(request.POST)
    if not form.is_valid():
        return _list(request, status=422, form=form)
    demands.waive(
        late_payment_id, why=form.cleaned_data["why"], actor=request.user, today=clock.today(), now=clock.now()
    )
    messages.success(request, "It stands under Not pursued, where that can be taken back.")
    return redirect("late_payments")


@require_POST
@page(Capability.WORK_ITEMS)
def clean(request: StaffRequest, late_payment_id: int) -> HttpResponseBase:
    """Somebody looked: it is owed as any other."""
    demands.call_clean(late_payment_id, actor=request.user, now=clock.now())
    messages.success(request, "It stands among those to demand.")
    return redirect("late_payments")


@require_POST
@page(Capability.WORK_ITEMS)
def pursue(request: StaffRequest, late_payment_id: int) -> HttpResponseBase:
    """Take back that one is not pursued."""
    demands.pursue(late_payment_id, actor=request.user, now=clock.now())
    messages.success(request, "It is to be demanded again.")
    return redirect("late_payments")


@page(Capability.SEE_CLAIMS)
def demand(request: StaffRequest, interest_demand_id: int) -> HttpResponseBase:
    """One demand: its payments, the letter, what became of it."""
    return _show(request, interest_demand_id)


@page(Capability.SEE_CLAIMS)
def demand_letter_pdf(request: StaffRequest, interest_demand_id: int) -> HttpResponseBase:
    """The letter as it would be sent today; once it was sent the document is what counts."""
    found = selectors.own_demand(interest_demand_id, actor=request.user)
    if found.document_id:
        return redirect("document", found.document_id)
    rows = demands.payments_of(found)
    _record(request, rows)
    pdf = demand_letter.demand_pdf(found, rows, today=clock.today())
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="interest-demand-{found.pk}.pdf"'
    return answer


@require_POST
@page(Capability.WORK_ITEMS)
def send(request: StaffRequest, interest_demand_id: int) -> HttpResponseBase:
    """It was sent: freeze it."""
    form = SendDemandForm(request.POST)
    return _act(request, interest_demand_id, "send_form", form, "Sent and frozen.", lambda told: demands.send_demand(
        interest_demand_id, method=told["method"], reference=told["reference"], actor=request.user,
        today=clock.today(), now=clock.now(),
    ))  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def answer(request: StaffRequest, interest_demand_id: int) -> HttpResponseBase:
    """What the payer paid or said."""
    form = AnswerDemandForm(request.POST)
    return _act(request, interest_demand_id, "answer_form", form, "Noted.", lambda told: demands.answer_demand(
        interest_demand_id, paid=told["paid"] or ZERO, is_final=told["is_final"], words=told["words"],
        actor=request.user, today=clock.today(), now=clock.now(),
    ))  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def cancel(request: StaffRequest, interest_demand_id: int) -> HttpResponseBase:
    """Cancel it: what stands in it can be demanded again."""
    form = CancelDemandForm(request.POST)
    done = "Canceled. Its payments can be demanded again."
    return _act(request, interest_demand_id, "cancel_form", form, done, lambda told: demands.cancel_demand(
        interest_demand_id, why=told["why"], actor=request.user, today=clock.today(), now=clock.now()
    ))  # fmt: skip


def _act(
    request: StaffRequest, demand_id: int, name: str, form: "forms.Form", done: str, deed: "Callable[[Any], object]"
) -> HttpResponseBase:
    if not form.is_valid():
        return _show(request, demand_id, status=422, **{name: form})
    try:
        deed(form.cleaned_data)
    except DomainError as error:
        field = str(error.facts.get("field", ""))
        form.add_error(field if field in form.fields else None, error.message)
        return _show(request, demand_id, status=error.status, **{name: form})
    messages.success(request, done)
    return redirect("interest_demand", demand_id)


def _list(request: StaffRequest, *, status: int = 200, form: WaiveForm | None = None) -> HttpResponseBase:
    asked = request.GET.get("tab", "")
    tab = asked if asked in selectors.TABS else selectors.OPEN
    rows = selectors.late_payments(actor=request.user, tab=tab)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "late_payments", rows.iterator(chunk_size=500), count=rows.count(), shows=_shown,
            now=clock.now(),
        )  # fmt: skip
        sheet = Sheet("Late payments", _COLUMNS, (_cells(row) for row in taken))
        return table_response(kind, f"late-payments-{clock.today()}", sheet)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "late_payments", shown, shows=_shown, now=clock.now())
    context = {
        "tabs": selectors.tab_figures(actor=request.user),
        "tab": tab,
        "page": shown,
        "payers": selectors.by_payer(actor=request.user) if tab == selectors.OPEN else [],
        "demands": [(one, _TONES[one.state]) for one in selectors.demands(actor=request.user)[:MOST_DEMANDS]]
        if tab == "demanded"
        else [],
        "form": form or WaiveForm(),
        "may_work": may(request.user, Capability.WORK_ITEMS),
    }
    return TemplateResponse(request, "collections/late_payments/list.html", context, status=status)


def _show(request: StaffRequest, demand_id: int, *, status: int = 200, **forms: Any) -> HttpResponseBase:
    found = selectors.own_demand(demand_id, actor=request.user)
    rows = demands.payments_of(found)
    _record(request, rows)
    context: dict[str, Any] = {
        "one": found,
        "tone": _TONES[found.state],
        "rows": rows,
        "history": selectors.demand_history(found),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "send_form": SendDemandForm(),
        "answer_form": AnswerDemandForm(),
        "cancel_form": CancelDemandForm(),
    } | forms
    return TemplateResponse(request, "collections/late_payments/demand.html", context, status=status)


def _record(request: StaffRequest, rows: "Any") -> None:
    audit_reads.record_listed(request.user, "interest_demand", rows, shows=_shown, now=clock.now())


def _shown(row: "LatePayment") -> list[tuple[str, int]]:
    return [("claim", row.claim_id)]


def _cells(row: "LatePayment") -> tuple[Any, ...]:
    return (
        row.claim.number, str(row.claim.patient.person), row.payer.name, row.practice.name, row.received_on, row.due_on,
        row.paid_on, row.days_late, row.paid, row.interest, row.interest_paid, row.owed, row.counted, row.doubt,
        row.get_state_display(),
    )  # fmt: skip
