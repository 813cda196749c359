"""The accountability file of a payer: how it answers, denies, pays and keeps us waiting, as a page and a PDF."""

from collections.abc import Sequence

from django.http import HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability, practice_choice, practice_ids
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from collections_app.reports import payer_file
from collections_app.reports.payer_file import COLUMNS, PayerMonth

PLACE = HubPlace("payer_file", "Payer file", "How one payer answers, denies, pays and keeps you waiting")
_MONEY = {"recovered", "underpaid", "taken", "interest"}


@page(Capability.SEE_REPORTS)
def report(request: StaffRequest) -> HttpResponseBase:
    """Twelve months of one payer; `export=xlsx` or `csv` gives them as numbers, `pdf=1` as a paper."""
    today, ours = clock.today(), practice_ids(request.user)
    known = dict(payer_file.payers_answering(ours, today=today))
    asked = request.GET.get("payer", "")
    chosen = found if (found := id_of(asked)) in known else None
    if asked and chosen is None:
        raise NotFound("This payer answered no claim of your practices in the last twelve months.")
    months = payer_file.payer_months(chosen, practices=ours, today=today) if chosen else []
    if chosen and (kind := asked_for(request)):
        _note(request, chosen)
        return table_response(kind, f"payer-file-{today}", _sheet(months))
    if chosen and request.GET.get("pdf"):
        _note(request, chosen)
        practices = ", ".join(one.name for one in practice_choice(request.user).practices if one.id in ours)
        pdf = payer_file.file_pdf(known[chosen], months, practice=practices, today=today)
        answer = HttpResponse(pdf, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="payer-file-{today}.pdf"'
        return answer
    context = {
        "payers": known.items(),
        "chosen": chosen,
        "columns": COLUMNS.values(),
        "rows": [(one, [payer_file.figure(one, name) for name in COLUMNS]) for one in months],
    }
    return TemplateResponse(request, "collections/reports/payer_file.html", context)


def _note(request: StaffRequest, payer_id: int) -> None:
    after = {"payer": payer_id}
    audit.record(request.user, "exported", "payer_file", payer_id, practice_id=None, after=after, now=clock.now())


def _sheet(months: Sequence[PayerMonth]) -> Sheet:
    kinds = {name: Kind.MONEY if name in _MONEY else Kind.NUMBER for name in COLUMNS}
    columns = [Column("Month", Kind.DATE), *(Column(label, kinds[name]) for name, (label, _) in COLUMNS.items())]
    return Sheet("Payer file", columns, ((one.first_day, *(getattr(one, name) for name in COLUMNS)) for one in months))
