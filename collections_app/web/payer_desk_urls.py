"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import payer_calls

urlpatterns: list[URLPattern | URLResolver] = []

_OF = "payer-calls/<int:practice_id>/<int:payer_id>"
urlpatterns += [
    path("payer-calls", payer_calls.sheet, name="payer_calls"),
    path(_OF, payer_calls.payer_calls, name="payer_calls_of"),
    path(f"{_OF}/start", payer_calls.start, name="payer_call_start"),
    path(f"{_OF}/portals/new", payer_calls.portal_new, name="portal_login_new"),
    path("payer-calls/portals/<int:login_id>", payer_calls.portal_change, name="portal_login"),
    path("payer-calls/portals/<int:login_id>/remove", payer_calls.portal_remove, name="portal_login_remove"),
]
