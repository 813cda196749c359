"""Every address of the product."""

from django.urls import include, path

urlpatterns = [
    path("", include("arwork.web.urls")),
    path("", include("claims.web.urls")),
    path("", include("collections_app.web.urls")),
    path("api/v1/", include("arwork.api.urls")),
    path("api/v1/", include("claims.api.urls")),
    path("api/v1/", include("collections_app.api.urls")),
]

handler500 = "arwork.web.unavailable.server_error"
