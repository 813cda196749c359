"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import asking_setup, coverage_requests, status_requests

urlpatterns: list[URLPattern | URLResolver] = [
    path("status-requests", status_requests.status_requests, name="status_requests"),
    path("status-requests/ask", status_requests.ask, name="status_ask"),
    path("status-requests/claims/<int:claim_id>/ask", status_requests.ask_claim, name="status_ask_claim"),
    path("eligibility", coverage_requests.coverage_requests, name="coverage_requests"),
    path("eligibility/claims/<int:claim_id>/ask", coverage_requests.ask, name="coverage_ask"),
    path("eligibility/found", coverage_requests.coverage_found, name="coverage_found"),
    path("eligibility/found/look", coverage_requests.discover, name="coverage_discover"),
    path("eligibility/found/<int:question_id>/confirm", coverage_requests.confirm, name="coverage_confirm"),
    path("eligibility/found/<int:question_id>/turn-down", coverage_requests.turn_down, name="coverage_turn_down"),
    path("setup/questions", asking_setup.asking_setup, name="asking_setup"),
    path("setup/questions/new", asking_setup.new_way, name="asking_way_new"),
    path("setup/questions/<int:way_id>", asking_setup.change_way, name="asking_way"),
    path("setup/questions/practices/<int:practice_id>", asking_setup.discovery, name="coverage_discovery"),
]
