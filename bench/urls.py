"""The product's addresses and, beside them, the floors: pages that do no more than a page must."""

from django.urls import include, path

from bench import floor_pages

urlpatterns = [
    path("bench/rows", floor_pages.rows),
    path("bench/summary", floor_pages.summary),
    path("", include("arwork.urls")),
]
