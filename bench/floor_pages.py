"""The floors of pages: login, ORM, template and nothing else, in the same web processes as the product's pages."""

from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from collections_app.aging.models import AgingSummary
from collections_app.aging.table_columns import FIELDS
from collections_app.worklist.models import WorkItem

ROWS = 50


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    """Fifty open items with claim, patient and payer, in the order of their index."""
    found = (
        WorkItem.objects.filter(state="open", claim__isnull=False)
        .select_related("claim__patient__person", "payer", "owner")
        .order_by("lane", "-rank", "id")[:ROWS]
    )
    return render(request, "bench/rows.html", {"rows": found})


@login_required
def summary(request: HttpRequest) -> HttpResponse:
    """The summary table by payer on one basis."""
    names = list(FIELDS.values())
    found = (
        AgingSummary.objects.filter(basis="dos")
        .order_by("payer__name")
        .values_list("payer__name", *(Sum(name) for name in names))
    )
    return render(request, "bench/summary.html", {"rows": found, "names": names})
