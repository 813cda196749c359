"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import claim_routes, route_choices

urlpatterns: list[URLPattern | URLResolver] = [
    path("claims/<int:claim_id>/routes", claim_routes.claim_routes, name="claim_routes"),
    path("claims/<int:claim_id>/routes/choose", claim_routes.choose_route, name="claim_route_choose"),
    path("claims/<int:claim_id>/routes/<int:choice_id>/undo", claim_routes.take_back_route, name="route_take_back"),
    path("payer-desk/routes", route_choices.route_choices, name="route_choices"),
]
