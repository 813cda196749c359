"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import claim_batches, clearinghouses, outgoing, outgoing_new

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

urlpatterns += [
    path("claim-batches", claim_batches.claim_batches, name="claim_batches"),
    path("claim-batches/make/<int:clearinghouse_connection_id>", claim_batches.make, name="claim_batch_make"),
    path("claim-batches/<int:claim_batch_id>", claim_batches.claim_batch, name="claim_batch"),
    path("claim-batches/<int:claim_batch_id>/file", claim_batches.download, name="claim_batch_download"),
    path("claim-batches/<int:claim_batch_id>/uploaded", claim_batches.uploaded, name="claim_batch_uploaded"),
    path("claim-batches/<int:claim_batch_id>/send", claim_batches.drop, name="claim_batch_drop"),
    path("claim-batches/<int:claim_batch_id>/again", claim_batches.again, name="claim_batch_again"),
    path("claim-batches/<int:claim_batch_id>/anew", claim_batches.anew, name="claim_batch_anew"),
    path("claim-batches/<int:claim_batch_id>/drafts", claim_batches.open_drafts, name="claim_batch_open"),
    path("claim-batches/<int:claim_batch_id>/cancel", claim_batches.cancel, name="claim_batch_cancel"),
    path("setup/clearinghouses", clearinghouses.clearinghouses, name="clearinghouses"),
    path("setup/clearinghouses/new", clearinghouses.new, name="clearinghouse_new"),
    path(
        "setup/clearinghouses/<int:clearinghouse_connection_id>/change",
        clearinghouses.change,
        name="clearinghouse_change",
    ),
    path("setup/clearinghouses/<int:clearinghouse_connection_id>/end", clearinghouses.end, name="clearinghouse_end"),
    path("setup/clearinghouses/<int:clearinghouse_connection_id>/test", clearinghouses.test, name="clearinghouse_test"),
]
