"""Denials of a period by payer, reason and other cuts, and the denials behind every figure."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, practice_choice
from arwork.web.exports import asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.denials.routing import category_label
from claims.payers.code_words import adjustment_words
from collections_app.reports import denial_sheets, denials
from collections_app.reports.denial_breakdowns import DenialOutcome, DenialsBy
from collections_app.web.reports_forms import DenialsForm

if TYPE_CHECKING:
    from claims.denials.models import Denial

PER_PAGE = 50
#: The cut that a row is looked into by: a payer's reasons, a reason's payers.
_INTO = {
    DenialsBy.PAYER: ("payer", DenialsBy.REASON),
    DenialsBy.REASON: ("reason", DenialsBy.PAYER),
    DenialsBy.CATEGORY: ("category", DenialsBy.REASON),
}


@page(Capability.SEE_REPORTS)
def report(request: StaffRequest) -> HttpResponseBase:
    """How much was denied, by whom and why, and what became of it; `export=xlsx` or `csv` gives it as numbers."""
    form = DenialsForm(request.GET, choice=practice_choice(request.user), today=clock.today())
    asked = form.question
    found = denials.denial_report(asked)
    if kind := asked_for(request):
        audit.record(request.user, "exported", "denials", None, practice_id=None, after=form.query(), now=clock.now())
        sheet = denial_sheets.denials_sheet(found, asked=asked)
        return table_response(kind, f"denials-{asked.since}-{asked.until}", sheet)
    context = {
        "form": form,
        "asked": asked,
        "found": found,
        "rows": [(row, _into(form, row.key), _figures(form, row)) for row in found.rows],
        "totals": _figures(form, found.totals, is_total=True),
        "narrowed": _narrowed(form),
        "formulas": denial_sheets.FORMULAS,
    }
    return TemplateResponse(request, "collections/reports/denials.html", context)


@page(Capability.SEE_REPORTS)
def rows(request: StaffRequest) -> HttpResponseBase:
    """The denials behind one figure: their total is that figure."""
    form = DenialsForm(request.GET, choice=practice_choice(request.user), today=clock.today())
    asked, part, key = form.question, DenialOutcome(form.asked("part")), request.GET.get("key")
    found = denials.listed(denials.denials(asked, part=part, key=key))
    label = denials.label_of(asked, key) if key is not None else "All"
    after = {**form.query(), "part": part.value, "key": key or ""}
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "denial_rows", found.iterator(chunk_size=1_000), count=found.count(), shows=_shows,
            after=after, now=clock.now(),
        )  # fmt: skip
        title = f"{label}, {part.label}, first denied from {asked.since} to {asked.until}"
        sheet = denial_sheets.rows_sheet(taken, title=title)
        return table_response(kind, f"denial-rows-{asked.since}-{asked.until}", sheet)
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "denial_rows", shown, shows=_shows, after=after, now=clock.now())
    context = {
        "asked": asked,
        "part": part,
        "label": label,
        "page": shown,
        "total": denials.total_of(found),
        "report_url": f"{reverse('denial_report')}?{urlencode(form.query())}",
        "today": clock.today(),
    }
    return TemplateResponse(request, "collections/reports/denial_rows.html", context)


def _shows(row: "Denial") -> list[tuple[str, int | None]]:
    return [("claim", row.claim_id)]


def _figures(form: DenialsForm, row: denials.DenialRow, *, is_total: bool = False) -> list[tuple[Any, str]]:
    """The amounts of a row, each with the address of what is behind it."""
    which = form.query() if is_total else {**form.query(), "key": row.key}
    parts = [(part, row.denied if part is DenialOutcome.ALL else getattr(row, part.value)) for part in DenialOutcome]
    return [(amount, f"{reverse('denial_rows')}?{urlencode({**which, 'part': part.value})}") for part, amount in parts]


def _into(form: DenialsForm, key: str) -> str:
    """The address of what a row is made of; empty where it is not cut further."""
    name, cut = _INTO.get(DenialsBy(form.asked("by")), ("", None))
    if not key or cut is None or form.asked(name):
        return ""
    return f"?{urlencode({**form.query(), name: key, 'by': cut.value})}"


def _narrowed(form: DenialsForm) -> list[tuple[str, str]]:
    """What the report is narrowed to, in words, with the address that takes it away again."""
    query, asked = form.query(), form.question
    words = {
        "payer": denials.payer_name(asked) if asked.payer_id else "",
        "reason": adjustment_words(*asked.reason.partition("-")[::2]) if asked.reason else "",
        "category": category_label(asked.category) if asked.category else "",
    }
    return [
        (text, f"?{urlencode({one: value for one, value in query.items() if one != name})}")
        for name, text in words.items()
        if text
    ]
