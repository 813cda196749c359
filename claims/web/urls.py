"""Addresses of the pages of this app."""

from django.urls import URLPattern, URLResolver, path

from claims.web import accounts, claims, imports, remits, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:file_id>/", imports.file, name="import_file"),
    path("imports/<int:file_id>/row/", imports.row, name="import_row"),
    path("imports/<int:file_id>/download/", imports.download, name="import_download"),
    path("imports/<int:file_id>/retry/", imports.retry, name="import_retry"),
    path("remits/", remits.remittances, name="remittances"),
    path("remits/<int:remittance_id>/", remits.remittance, name="remittance"),
    path("remits/exceptions/", remits.exceptions, name="remit_exceptions"),
    path("remits/exceptions/<int:exception_id>/", remits.exception, name="remit_exception"),
    path("remits/exceptions/<int:exception_id>/match/", remits.match, name="remit_exception_match"),
    path("remits/exceptions/<int:exception_id>/create/", remits.create, name="remit_exception_create"),
    path("remits/exceptions/<int:exception_id>/retry/", remits.retry, name="remit_exception_retry"),
    path("remits/exceptions/<int:exception_id>/accept/", remits.accept, name="remit_exception_accept"),
    path("remits/exceptions/<int:exception_id>/allocate/", remits.allocate, name="remit_exception_allocate"),
    path("remits/exceptions/<int:exception_id>/dismiss/", remits.dismiss, name="remit_exception_dismiss"),
    path("claims", claims.claims, name="claims"),
    path("claims/<int:claim_id>", claims.claim, name="claim"),
    path("claims/<int:claim_id>/responsible", claims.claim_responsible, name="claim_responsible"),
    path(
        "claims/<int:claim_id>/responsible/withdraw",
        claims.claim_responsible_withdraw,
        name="claim_responsible_withdraw",
    ),
    path("claims/<int:claim_id>/payments/<int:remit_claim_id>/raw", claims.claim_raw, name="claim_raw"),
    path("accounts", accounts.accounts, name="accounts"),
    path("accounts/<int:account_id>", accounts.account, name="account"),
    path("accounts/<int:account_id>/bill", accounts.account_bill, name="account_bill"),
    path("accounts/<int:account_id>/receipt", accounts.account_receipt, name="account_receipt"),
    path("search", search.search, name="search"),
]
