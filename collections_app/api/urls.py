"""Endpoints of this app, under `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from collections_app.api import reports, work

urlpatterns: list[URLPattern | URLResolver] = [
    path("items", work.items, name="api_items"),
    path("items/next", work.take_next, name="api_take_next"),
    path("items/<int:item_id>", work.item, name="api_item"),
    path("items/<int:item_id>/release", work.release_item, name="api_release"),
    path("items/<int:item_id>/record", work.record_outcome, name="api_record"),
    path("actions/<int:action_id>/undo", work.undo_action, name="api_undo"),
    path("reports/aging", reports.aging, name="api_aging"),
]
