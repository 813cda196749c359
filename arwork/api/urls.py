"""What every part of the API shares; the apps' own endpoints are added in `arwork/urls.py`."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
