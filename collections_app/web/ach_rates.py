"""Return rates beside their thresholds, the returns behind one, the log of risk checks, the list of banks."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.staff import audit_reads
from arwork.staff.access import Capability, ensure_in_view
from arwork.web.pages import StaffRequest, page
from claims.web.closing_places import chosen_practice
from claims.web.setup_pages import form_page
from collections_app.ach import directory as banks
from collections_app.ach import selectors
from collections_app.ach.rates import RATES
from collections_app.ach.returns import words_of
from collections_app.ach.risk import in_words
from collections_app.web.ach import entries_shown
from collections_app.web.ach_forms import DirectoryForm

PER_PAGE = 50


@page(Capability.SEE_CLAIMS)
def rates(request: StaffRequest) -> HttpResponseBase:
    """The return rates of each practice now, and week by week."""
    found = selectors.return_rates(actor=request.user, today=clock.today())
    return TemplateResponse(request, "collections/ach/rates.html", {"practices": found, "names": list(RATES.values())})


@page(Capability.SEE_CLAIMS)
def counted(request: StaffRequest, practice_id: int, rate: str) -> HttpResponseBase:
    """The returned debits behind a rate."""
    ensure_in_view(request.user, practice_id)
    rows = selectors.returns_counted(rate, practice_id=practice_id, actor=request.user, today=clock.today())
    audit_reads.record_listed(request.user, "ach_entries", rows, shows=entries_shown, now=clock.now())
    context = {"rows": [(one, words_of(one.return_code)) for one in rows], "label": RATES[rate]}
    return TemplateResponse(request, "collections/ach/counted.html", context)


@page(Capability.SEE_REPORTS)
def checks(request: StaffRequest) -> HttpResponseBase:
    """The log of risk checks, the latest first."""
    shown = Paginator(selectors.risk_checks(actor=request.user), PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(
        request.user, "ach_checks", shown, shows=lambda one: entries_shown(one.entry), now=clock.now()
    )
    rows = [(one, in_words(one.found.split(","))) for one in shown]
    return TemplateResponse(request, "collections/ach/checks.html", {"page": shown, "rows": rows})


@page(Capability.CONFIGURE_PAYERS)
def directory(request: StaffRequest) -> HttpResponseBase:
    """The list of routing numbers of a practice."""
    practice = chosen_practice(request)
    form = DirectoryForm(request.POST or None, request.FILES or None)
    known = banks.directory_of(practice.id)
    intro = f"{practice.name}: with a list, people see the name of the bank while they type a routing number."
    if known is not None:
        intro += f" {known.file_name} names {known.count} banks."

    def save() -> str:
        file: Any = form.cleaned_data["file"]
        banks.bring_directory(file.name, file.read(), practice_id=practice.id, actor=request.user, now=clock.now())
        return ""

    crumbs = [(reverse("setup"), "Setup"), (reverse("practices"), "Practices")]
    return form_page(
        request, form, save, title="List of banks", crumbs=crumbs, done=reverse("practices"), submit="Take it in",
        intro=intro,
    )  # fmt: skip
