"""Endpoints of this app, under `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from claims.api import approvals, claims, exceptions, files

urlpatterns: list[URLPattern | URLResolver] = [
    path("claims", claims.Claims.as_view(), name="api_claims"),
    path("claims/<int:claim_id>", claims.claim, name="api_claim"),
    path("claims/<int:claim_id>/write-offs", approvals.write_off, name="api_write_off"),
    path("approvals", approvals.Approvals.as_view(), name="api_approvals"),
    path("accounts", claims.Accounts.as_view(), name="api_accounts"),
    path("accounts/<int:account_id>", claims.account, name="api_account"),
    path("files", files.files, name="api_files"),
    path("files/<int:file_id>", files.file, name="api_file"),
    path("exceptions", exceptions.Exceptions.as_view(), name="api_exceptions"),
    path("exceptions/<int:exception_id>", exceptions.exception, name="api_exception"),
    path("exceptions/<int:exception_id>/resolve", exceptions.resolve, name="api_exception_resolve"),
]
