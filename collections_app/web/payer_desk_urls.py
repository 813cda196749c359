"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import claim_edits, clean_claims, code_lists, paper_claims

_EDITS: list[URLPattern | URLResolver] = [
    path("setup/edits", claim_edits.claim_edits, name="claim_edits"),
    path("setup/edits/new", claim_edits.new, name="claim_edit_new"),
    path("setup/edits/<int:edit_rule_id>/end", claim_edits.end, name="claim_edit_end"),
    path("setup/codes", code_lists.codes, name="codes"),
    path("setup/codes/new", code_lists.take_in, name="code_list_new"),
    path("setup/codes/<int:code_list_id>/take-out", code_lists.take_out, name="code_list_take_out"),
    path("codes/options", code_lists.code_options, name="code_options"),
    path("reports/clean-claims", clean_claims.clean_claims, name="clean_claims"),
    path("claims/<int:claim_id>/cms1500", paper_claims.cms1500_of_claim, name="claim_cms1500"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_EDITS]
