"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("arwork.web.urls")),
    path("", include("claims.web.urls")),
    path("", include("collections_app.web.urls")),
    path("api/v1/", include("arwork.api.urls")),
    path("api/v1/", include("claims.api.urls")),
    path("api/v1/", include("collections_app.api.urls")),
]
