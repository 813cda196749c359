"""Requests for records: the lists by where they stand, the log of what left, and taking one in."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.parties.selectors import guarantor_account
from claims.web.setup_pages import form_page
from collections_app.releases import selectors, services
from collections_app.releases.directory import own_requester
from collections_app.releases.rules import part_labels
from collections_app.web.release_forms import RecordRequestForm

if TYPE_CHECKING:
    from collections_app.releases.models import RecordRelease, RecordRequest

PER_PAGE = 50
PLACE = HubPlace(
    "record_requests", "Requests for records", "Attorneys, insurers and patients: forms screened, records released",
    selectors.waiting_count,
)  # fmt: skip
TONES = {"received": "blue", "defective": "amber", "valid": "green", "invoiced": "amber", "refused": "red"}
_COLUMNS = (
    Column("Request", Kind.NUMBER), Column("Account"), Column("Patient"), Column("Requester"), Column("By what right"),
    Column("State"), Column("Came", Kind.DATE), Column("Due", Kind.DATE), Column("Closed", Kind.DATE),
    Column("Owner"), Column("Next step"), Column("Fee", Kind.MONEY),
)  # fmt: skip
_LOG_COLUMNS = (
    Column("Released", Kind.DATE), Column("Request", Kind.NUMBER), Column("Account"), Column("Patient"),
    Column("Requester"), Column("By what right"), Column("What"), Column("Services from", Kind.DATE),
    Column("Services to", Kind.DATE), Column("Pages", Kind.NUMBER), Column("How"), Column("Where to"), Column("Proof"),
    Column("Counted in the accounting"), Column("SHA-256", width=66), Column("By"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def record_requests(request: StaffRequest) -> HttpResponseBase:
    """The requests of a tab, of one requester or all; as a file too."""
    actor, now = request.user, clock.now()
    tab, firm = request.GET.get("tab", "screen"), _number(request, "firm")
    rows = selectors.requests(actor, tab=tab, requester_id=firm)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "record_requests", rows.iterator(chunk_size=500), count=rows.count(), shows=_shown, now=now
        )
        return table_response(kind, "requests-for-records", Sheet("Requests for records", _COLUMNS, _sheet(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "record_requests", shown, shows=_shown, now=now)
    context = {
        "page": shown,
        "tab": tab,
        "tabs": selectors.tab_counts(actor, requester_id=firm),
        "firm": own_requester(firm, actor=actor) if firm else None,
        "tones": TONES,
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/releases/list.html", context)


@page(Capability.SEE_CLAIMS)
def release_log(request: StaffRequest) -> HttpResponseBase:
    """What left: of everybody, to one requester, or of one account; as a file too."""
    actor, now = request.user, clock.now()
    firm = _number(request, "firm")
    rows = selectors.release_log(actor, requester_id=firm, account_id=_number(request, "account"))
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            actor, "releases", rows.iterator(chunk_size=500), count=rows.count(), shows=_log_shown, now=now
        )
        return table_response(kind, "records-released", Sheet("Records released", _LOG_COLUMNS, _log_sheet(taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(actor, "releases", shown, shows=_log_shown, now=now)
    listed = [(one, part_labels(one.parts)) for one in shown]
    context = {"page": shown, "rows": listed, "firm": own_requester(firm, actor=actor) if firm else None}
    return TemplateResponse(request, "collections/releases/log.html", context)


@page(Capability.WORK_ITEMS)
def record_request_new(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Take in a request about a patient of an account."""
    actor, today, now = request.user, clock.today(), clock.now()
    found = guarantor_account(actor=actor, account_id=account_id)
    audit.record_read(actor, "account", account_id, practice_id=found.account.practice_id, now=now)
    form = RecordRequestForm(
        request.POST or None,
        request.FILES or None,
        requesters=selectors.requesters_of(found.account.practice),
        patients=[(one.pk, str(one.person)) for one in found.patients],
        initial={"received_on": today, "asked": ["itemized"], "requester": request.GET.get("requester")},
    )

    def save() -> str:
        made = services.receive(account_id, form.draft(), actor=actor, today=today, now=now, paper=form.paper())
        return reverse("record_request", args=[made.pk])

    account_url = reverse("account", args=[account_id])
    crumbs = [(account_url, f"Account {found.account.number}")]
    return form_page(
        request, form, save, title="Take in a request for records", crumbs=crumbs, done=account_url,
        submit="Take it in",
        said="Taken in. Screen its form next.", template="collections/releases/new.html",
        new_requester=f"{reverse('requester_new')}?account={account_id}",
    )  # fmt: skip


def _number(request: StaffRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else None


def _shown(row: "RecordRequest") -> list[tuple[str, int | None]]:
    return [("record_request", row.pk), ("account", row.account_id)]


def _log_shown(row: "RecordRelease") -> list[tuple[str, int | None]]:
    return [("record_request", row.request_id), ("account", row.request.account_id)]


def _sheet(rows: "Iterator[RecordRequest]") -> Iterator[list[Any]]:
    for one in rows:
        yield [
            one.pk, one.account.number, str(one.patient.person), one.requester.name, one.basis.label,
            one.get_state_display(), one.received_on, one.due_on, one.closed_on, str(one.owner or ""), one.next_action,
            one.fee,
        ]  # fmt: skip


def _log_sheet(rows: "Iterator[RecordRelease]") -> Iterator[list[Any]]:
    for one in rows:
        asked = one.request
        yield [
            one.released_on, asked.pk, asked.account.number, str(asked.patient.person), asked.requester.name,
            asked.basis.label, "; ".join(part_labels(one.parts)), one.service_from, one.service_to, one.pages,
            one.get_way_display(), one.went_to, one.proof, "yes" if one.disclosure_id else "no", one.sha256,
            str(one.released_by),
        ]  # fmt: skip
