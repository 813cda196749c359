"""What every part of the API shares, under `/api/v1/`; the apps' own endpoints join in `arwork/urls.py`."""

from django.urls import URLPattern, URLResolver, path

from arwork.api.endpoints import Schema, me

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", me, name="api_me"),
    path("schema", Schema.as_view(), name="api_schema"),
]
