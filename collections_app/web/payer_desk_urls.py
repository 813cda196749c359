"""Addresses of what is done with payers beyond a call: denials, claims out, status, appeals."""

from django.urls import URLPattern, URLResolver, path

from collections_app.web import denials

urlpatterns: list[URLPattern | URLResolver] = [
    path("denials", denials.denials, name="denials"),
    path("denials/<int:denial_id>", denials.denial, name="denial"),
    path("denials/<int:denial_id>/lost", denials.lose, name="denial_lose"),
    path("denials/<int:denial_id>/not-lost", denials.take_back_loss, name="denial_not_lost"),
]
