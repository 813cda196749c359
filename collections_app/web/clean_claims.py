"""The clean-claim rate of a period, and the claims behind it."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, practice_choice
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from collections_app.claim_edits import first_checks
from collections_app.claim_edits.edit_names import edit_name
from collections_app.web.claim_edit_forms import CleanClaimsForm

if TYPE_CHECKING:
    from collections_app.claim_edits.models import FirstCheck

PER_PAGE = 50
PLACE = HubPlace("clean_claims", "Clean claims", "How many pass every edit the first time, and what the others failed")
_COLUMNS = (
    Column("Claim"), Column("Practice"), Column("Payer"), Column("Left", Kind.DATE), Column("Stops", Kind.NUMBER),
    Column("Warnings", Kind.NUMBER), Column("What was found"),
)  # fmt: skip


@page(Capability.SEE_REPORTS)
def clean_claims(request: StaffRequest) -> HttpResponseBase:
    """The rate by month, payer and practice, and what failed; `export=xlsx` or `csv` gives the claims that failed."""
    form = CleanClaimsForm(request.GET, choice=practice_choice(request.user), today=clock.today())
    (since, until), edit = form.period, form.asked("edit")
    asked = {"since": since, "until": until, "payer_id": form.asked("payer"), "practices": form.practice_ids}
    rates = first_checks.clean_rates(actor=request.user, **asked)
    rows = first_checks.unclean(actor=request.user, edit=edit, **asked)
    after = {"since": since.isoformat(), "until": until.isoformat(), "edit": edit}
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "clean_claims", rows.iterator(chunk_size=1_000), count=rows.count(), shows=_shows,
            after=after, now=clock.now(),
        )  # fmt: skip
        sheet = Sheet("Claims that were not clean", _COLUMNS, (_exported(one) for one in taken))
        return table_response(kind, f"not-clean-{since}-{until}", sheet)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "clean_claims", shown, shows=_shows, after=after, now=clock.now())
    query = {name: value for name, value in {**after, "payer": asked["payer_id"]}.items() if value}
    context = {
        "form": form,
        "rates": rates,
        "target": first_checks.TARGET_PERCENT,
        "tables": [("Month", rates.months), ("Payer", rates.payers), ("Practice", rates.practices)],
        "edits": [(edit_name(code), count, f"?{urlencode({**query, 'edit': code})}") for code, count in rates.edits],
        "edit": edit_name(edit) if edit else "",
        "all_url": f"?{urlencode({name: value for name, value in query.items() if name != 'edit'})}",
        "page": shown,
        "rows": [(one, ", ".join(edit_name(code) for code in one.found.split())) for one in shown],
    }
    return TemplateResponse(request, "collections/claim_edits/clean.html", context)


def _exported(one: "FirstCheck") -> tuple[object, ...]:
    found = ", ".join(edit_name(code) for code in one.found.split())
    payer = one.payer.name if one.payer else ""
    return one.claim.number, one.practice.name, payer, one.leaving_on, one.stops, one.warnings, found


def _shows(one: "FirstCheck") -> list[tuple[str, int | None]]:
    return [("claim", one.claim_id)]
