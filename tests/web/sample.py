"""A page with every component on it, and places for the navigation: what browser tests and reviews look at."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from arwork.lib.paging import KeysetPage
from arwork.staff.access import Capability
from arwork.web import charts, formats
from arwork.web.pages import page

TODAY = dt.date(2026, 11, 21)
TEMPLATE = Path(__file__).parent / "templates" / "sample.html"


class Outcome(forms.Form):
    reference = forms.CharField(label="Reference number", help_text="What the payer calls this call.")
    next_on = forms.DateField(label="Next", initial=TODAY, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))


def _context() -> dict:
    payers = ["Meridian Choice PPO", "Bluewater Health", "State Medicaid", "Northfield Mutual", "Harbor Medicare Adv."]
    rows = [
        {
            "number": f"20260914-{i:04d}",
            "payer": payers[i % 5],
            "since": TODAY - dt.timedelta(days=17 * i),
            "charge": Decimal(1240 + 317 * i),
            "balance": Decimal((i % 4) * 181) - Decimal("0.50") * (i % 2),
            "status": [("red", "overdue"), ("amber", "due in 5 d"), ("green", "paid"), ("blue", "sent"), ("", "new")][
                i % 5
            ],
        }
        for i in range(1, 13)
    ]
    labels = [f"{month} {day}" for month in ("Aug", "Sep", "Oct", "Nov") for day in (1, 8, 15, 22)]
    series = [
        charts.Series(name, [Decimal(40_000 + 9_000 * n + 1_500 * i * (-1 if i % 3 else 1)) for i in range(16)])
        for n, name in enumerate(["0–30", "31–60", "61–90", "Over 90"])
    ]
    return {
        "rows": rows,
        "today": TODAY,
        "form": Outcome({"reference": "", "next_on": "2026-12-01"}),
        "chart": charts.stack_chart("Open balance, total", labels, series, write=formats.usd_short),
        "page": KeysetPage(rows, next_cursor="x", total=1234),
        "steps": range(10),
        "sort": "-charge",
    }


@page(Capability.SEE_CLAIMS)
def sample(request: HttpRequest) -> HttpResponse:
    template = engines["django"].from_string(TEMPLATE.read_text())
    return HttpResponse(template.render(_context(), request))


@page(Capability.WORK_ITEMS)
def work(request: HttpRequest) -> HttpResponse:
    return sample(request)


@page(Capability.CONFIGURE_PAYERS)
def setup(request: HttpRequest) -> HttpResponse:
    return sample(request)


urlpatterns = [
    path("sample/desk", work, name="desk"),
    path("sample/day", work, name="my_day"),
    path("sample/list", work, name="worklist"),
    path("sample/claims", sample, name="claims"),
    path("sample/accounts", sample, name="accounts"),
    path("sample/imports", sample, name="imports"),
    path("sample/reports", sample, name="reports"),
    path("sample/setup", setup, name="setup"),
    path("sample/search", sample, name="search"),
    path("", include("arwork.urls")),
]
