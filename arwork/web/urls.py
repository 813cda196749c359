"""Addresses that belong to no slice: the start page, staff, probes and figures."""

from django.urls import URLPattern, URLResolver, include, path

from arwork.web.health import healthz, readyz
from arwork.web.home import home
from arwork.web.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("arwork.web.staff_urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
