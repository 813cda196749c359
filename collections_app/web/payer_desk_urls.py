"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import outgoing, outgoing_new

urlpatterns: list[URLPattern | URLResolver] = [
    path("claims/<int:claim_id>/correct", outgoing_new.claim_correct, name="claim_correct"),
    path("outgoing", outgoing.outgoing_claims, name="outgoing_claims"),
    path("outgoing/<int:outgoing_claim_id>", outgoing.outgoing_claim, name="outgoing_claim"),
    path("outgoing/<int:outgoing_claim_id>/change", outgoing.outgoing_change, name="outgoing_change"),
    path("outgoing/<int:outgoing_claim_id>/ready", outgoing.outgoing_ready, name="outgoing_ready"),
    path("outgoing/<int:outgoing_claim_id>/unready", outgoing.outgoing_unready, name="outgoing_unready"),
    path("outgoing/<int:outgoing_claim_id>/cancel", outgoing.outgoing_cancel, name="outgoing_cancel"),
    path("outgoing/<int:outgoing_claim_id>/take", outgoing.outgoing_take, name="outgoing_take"),
    path("outgoing/<int:outgoing_claim_id>/next", outgoing.outgoing_next, name="outgoing_next"),
]
