"""Endpoints of this app, under `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from collections_app.api import assistance, plans, reports, work, worklists

urlpatterns: list[URLPattern | URLResolver] = [
    path("items", work.items, name="api_items"),
    path("items/next", work.take_next, name="api_take_next"),
    path("worklists", worklists.worklists, name="api_worklists"),
    path("worklists/<int:list_id>/next", worklists.take_next, name="api_worklist_next"),
    path("items/<int:item_id>", work.item, name="api_item"),
    path("items/<int:item_id>/release", work.release_item, name="api_release"),
    path("items/<int:item_id>/record", work.record_outcome, name="api_record"),
    path("actions/<int:action_id>/undo", work.undo_action, name="api_undo"),
    path("assistance", assistance.assistance, name="api_assistance"),
    path("plans", plans.plans, name="api_plans"),
    path("reports/aging", reports.aging, name="api_aging"),
]
