"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import clearinghouses

urlpatterns: list[URLPattern | URLResolver] = []

urlpatterns += [
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
