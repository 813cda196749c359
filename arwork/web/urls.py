"""Addresses that belong to no slice: probes and figures."""

from django.urls import URLPattern, URLResolver, path

from arwork.web.health import healthz, readyz
from arwork.web.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
