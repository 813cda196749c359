"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import reports

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", reports.index, name="reports"),
    path("reports/aging", reports.aging, name="aging"),
    path("reports/aging/rows", reports.aging_rows, name="aging_rows"),
    path("reports/aging/refresh", reports.aging_refresh, name="aging_refresh"),
    path("reports/reconciliation", reports.reconcile, name="reconciliation"),
]
