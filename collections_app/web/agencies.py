"""Agencies: the list, one with what is placed there, who may be placed, placing, calling back, what became of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.formats import usd
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.web.shown import Shown
from collections_app.agencies import placing, recalling, scorecard, selectors
from collections_app.agencies.gate_facts import has_agreement
from collections_app.agencies.states import RECALL_REASONS, PlacementState
from collections_app.web.agency_forms import CandidatesForm, RecallForm

if TYPE_CHECKING:
    from collections_app.agencies.models import Agency, AgencyPlacement
    from collections_app.agencies.placing import Candidate

PER_PAGE = 50
#: So many refused accounts are shown with their reasons; all are counted.
SHOWN_REFUSED = 100
TABS = {"": "With the agency", "recall": "To be called back", "over": "Over"}
PLACE = HubPlace(
    "agencies", "Agencies", "Place accounts, call them back, take in what they report", selectors.waiting_count
)
_COLUMNS = (
    Column("Placed in", Kind.DATE), Column("Accounts", Kind.NUMBER), Column("Placed", Kind.MONEY),
    Column("Recovered", Kind.MONEY), Column("Liquidation", Kind.PERCENT), Column("Fees", Kind.MONEY),
    Column("Fees by contract", Kind.MONEY), Column("Left to us", Kind.MONEY), Column("Days to remit", Kind.NUMBER),
    Column("Returned", Kind.NUMBER), Column("Called back", Kind.NUMBER), Column("Disputed", Kind.NUMBER),
)  # fmt: skip


def placements_shown(row: "AgencyPlacement") -> Shown:
    """The account that is placed."""
    return [("account", row.account_id)]


def candidates_shown(row: "Candidate") -> Shown:
    """The account that is looked at."""
    return [("account", row.account.pk)]


@page(Capability.SEE_CLAIMS)
def agencies(request: StaffRequest) -> HttpResponseBase:
    """The agencies of the reader's practices, with what is there and what waits."""
    today = clock.today()
    lines = [(one, has_agreement(one.agency, today=today)) for one in selectors.agency_lines(actor=request.user)]
    context = {"lines": lines, "may_set_up": may(request.user, Capability.CONFIGURE_PAYERS)}
    return TemplateResponse(request, "collections/agencies/agencies.html", context)


@page(Capability.SEE_CLAIMS)
def agency(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """One agency: what is placed there, by where it stands; its batches and files."""
    return _show(request, placing.agency_of(agency_id, actor=request.user))


@require_POST
@page(Capability.POST_MONEY)
def recall(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """Call the chosen accounts back."""
    found = placing.agency_of(agency_id, actor=request.user)
    form = RecallForm(request.POST)
    chosen = _chosen(request, "placement")
    if not form.is_valid():
        return _show(request, found, form=form, status=422)
    try:
        recalling.recall(chosen, actor=request.user, today=clock.today(), now=clock.now(), **form.cleaned_data)
    except DomainError as error:
        return _show(request, found, form=form, problem=error, status=error.status)
    messages.success(
        request, f"Called back: {len(chosen)}. Their balances are the patients' again; give the agency the new file."
    )
    return redirect("agency", found.pk)


@require_POST
@page(Capability.POST_MONEY)
def direct(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """Make the file of what patients of this agency's accounts paid us."""
    found = placing.agency_of(agency_id, actor=request.user)
    file = recalling.report_direct(found, actor=request.user, today=clock.today(), now=clock.now())
    if file is None:
        messages.info(request, "Nobody of theirs paid us since the last such file.")
        return redirect("agency", found.pk)
    messages.success(request, f"{file.name}: {file.count} payments, {usd(file.amount)}. Give it to the agency.")
    return redirect("agency_file", file.pk)


@page(Capability.SEE_CLAIMS)
def candidates(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """Who owes and may be placed, and who may not with every reason."""
    return _show_candidates(request, placing.agency_of(agency_id, actor=request.user))


@require_POST
@page(Capability.POST_MONEY)
def place(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """Place the chosen accounts: shown once more, then done."""
    found = placing.agency_of(agency_id, actor=request.user)
    chosen, today = _chosen(request, "account"), clock.today()
    if not chosen:
        problem = DomainError("Choose at least one account.")
        return _show_candidates(request, found, problem=problem, status=422)
    if not (key := _key(request.POST.get("key", ""))):
        preview = placing.candidates(found, actor=request.user, today=today, account_ids=chosen)
        audit_reads.record_listed(
            request.user, "agency_candidates", preview.fitting, shows=candidates_shown, now=clock.now()
        )
        context = {"agency": found, "preview": preview, "key": uuid4(), "shown_refused": SHOWN_REFUSED}
        return TemplateResponse(request, "collections/agencies/confirm.html", context)
    try:
        batch = placing.place(chosen, found.pk, key=key, actor=request.user, today=today, now=clock.now())
    except DomainError as error:
        return _show_candidates(request, found, problem=error, status=error.status)
    messages.success(
        request, f"{batch.count} accounts placed, {usd(batch.amount)}. It can be taken back until its file is taken."
    )
    return redirect("agency_batch", batch.pk)


@page(Capability.SEE_REPORTS)
def score(request: StaffRequest, agency_id: int) -> HttpResponseBase:
    """What became of what was placed, by month; `export=xlsx` or `csv` gives it as numbers."""
    found = placing.agency_of(agency_id, actor=request.user)
    months = scorecard.cohorts(found)
    whole = scorecard.together(months)
    if kind := asked_for(request):
        rows = [_cells(one, one.month) for one in months]
        return table_response(kind, "agency-scorecard", Sheet("Scorecard", _COLUMNS, rows))
    context = {"agency": found, "months": months, "whole": whole}
    return TemplateResponse(request, "collections/agencies/scorecard.html", context)


@page(Capability.SEE_CLAIMS)
def placement(request: StaffRequest, agency_placement_id: int) -> HttpResponseBase:
    """One account with an agency: its visits, what was reported, and calling it back."""
    found = selectors.placement_seen_by(request.user, agency_placement_id)
    audit_reads.record_listed(request.user, "agency_placement", [found], shows=placements_shown, now=clock.now())
    context = {
        "placement": found,
        "visits": selectors.visits_of(found),
        "reported": selectors.reported_of(found),
        "recall_words": RECALL_REASONS.get(found.recall_code, ""),
        "may_recall": found.state == PlacementState.PLACED and may(request.user, Capability.POST_MONEY),
        "form": RecallForm(initial={"code": found.recall_code}),
    }
    return TemplateResponse(request, "collections/agencies/placement.html", context)


def _show(
    request: StaffRequest,
    found: "Agency",
    *,
    form: RecallForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    tab = request.GET.get("which", "")
    tab = tab if tab in TABS else ""
    shown = Paginator(selectors.placements_with(found, which=tab), PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        request.user, "agency_placements", shown, shows=placements_shown, after={"which": tab}, now=clock.now()
    )
    context = {
        "agency": found,
        "has_agreement": has_agreement(found, today=clock.today()),
        "tabs": TABS.items(),
        "tab": tab,
        "page": shown,
        "rows": [(one, RECALL_REASONS.get(one.recall_code, "")) for one in shown],
        "batches": selectors.batches_of(found)[:10],
        "files": selectors.files_of(found)[:10],
        "waiting": selectors.waiting_rows(found)[:PER_PAGE],
        "may_place": may(request.user, Capability.POST_MONEY),
        "form": form or RecallForm(),
        "problem": problem,
    }
    return TemplateResponse(request, "collections/agencies/agency.html", context, status=status)


def _show_candidates(
    request: StaffRequest, found: "Agency", *, problem: DomainError | None = None, status: int = 200
) -> HttpResponseBase:
    form = CandidatesForm(request.GET or None)
    asked: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    preview = placing.candidates(
        found, actor=request.user, today=clock.today(), least=asked.get("least"),
        older_than=asked.get("older_than") or 0,
    )  # fmt: skip
    refused = preview.refused[:SHOWN_REFUSED]
    audit_reads.record_listed(
        request.user, "agency_candidates", [*preview.fitting, *refused], shows=candidates_shown, now=clock.now()
    )
    context = {
        "agency": found,
        "form": form,
        "preview": preview,
        "refused": refused,
        "most": placing.MOST,
        "may_place": may(request.user, Capability.POST_MONEY),
        "problem": problem,
    }
    return TemplateResponse(request, "collections/agencies/candidates.html", context, status=status)


def _chosen(request: StaffRequest, name: str) -> Sequence[int]:
    return sorted({pk for text in request.POST.getlist(name) if (pk := id_of(text))})


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _cells(one: scorecard.Cohort, month: Any) -> list[Any]:
    return [
        month, one.accounts, one.placed, one.recovered, one.liquidation, one.fees, one.fees_due, one.kept,
        one.days_to_remit, one.returned, one.recalled, one.disputed,
    ]  # fmt: skip
