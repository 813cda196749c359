"""Addresses that belong to no slice: the start page, staff, probes and figures."""

from django.urls import URLPattern, URLResolver, include, path

from arwork.web import webhooks
from arwork.web.health import healthz, readyz
from arwork.web.home import home
from arwork.web.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("arwork.web.staff_urls")),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/new", webhooks.new, name="webhook_new"),
    path("webhooks/<int:webhook_id>", webhooks.webhook, name="webhook"),
    path("webhooks/<int:webhook_id>/test", webhooks.send_test, name="webhook_test"),
    path("webhooks/<int:webhook_id>/on", webhooks.switch, name="webhook_switch"),
    path("webhooks/<int:webhook_id>/end", webhooks.end, name="webhook_end"),
    path("webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/again", webhooks.send_again, name="webhook_again"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
